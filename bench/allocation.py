"""Allocation: the optimum against two ways of not solving anything, its proven gap, its time, the price of the budget."""

import os
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import numpy as np

from bench import Row
from windchime.content import seed
from windchime.content.scheme import Scheme
from windchime.core.dates import parse_date
from windchime.core.unit import Actor
from windchime.decision.rulebook import Rulebook
from windchime.portfolio.allocation import Allocation, Candidate, Point, allocate
from windchime.portfolio.market import terms

AREA = "allocation"
DAY = parse_date("2020-02-21")


def rows() -> Iterator[Row]:
    """A made-up book of 302 firms, one of 100,000, and the real sample where it is to be found."""
    yield from _made(302, Decimal(100_000_000), "≤ 1 s")
    yield from _made(302, Decimal(30_000_000), "≤ 1 s")
    yield from _made(100_000, Decimal(10_000_000_000), "")
    samples = os.environ.get("WINDCHIME_SAMPLES")
    if samples and (Path(samples) / "cumcm2020c").is_dir():
        yield from _real(Path(samples) / "cumcm2020c")


def _made(size: int, budget: Decimal, target: str) -> Iterator[Row]:
    """Seeded firms with skewed risks and limits in 20 industries and 30 prefectures, smooth churn curves."""
    candidates = firms(size)
    scheme = Scheme.of(seed.documents("schemes")["allocation"])
    book = Rulebook.shipped("invoice_loan", DAY)
    on = terms(budget, book.product, book.price, scheme, smooth_curves(), DAY, {})
    started = perf_counter()
    found = allocate(candidates, on)
    yield from _told(
        f"{size:,} made-up firms, {budget / 1_000_000:,.0f} million", found, perf_counter() - started, target
    )


def _real(folder: Path) -> Iterator[Row]:
    """The sample through the whole product: loaded, trained, decided, then the budget spent on either segment."""
    from windchime.data.intake import load
    from windchime.decision.desk import decide_all
    from windchime.decision.publication import set_up
    from windchime.portfolio.allocate import allocate_in
    from windchime.risk.scorecards import publish, validate
    from windchime.risk.scorecards.bank_training import train_in
    from windchime.service.bank import Bank

    maker, checker = Actor("maker"), Actor("checker")
    with tempfile.TemporaryDirectory() as home:
        bank = Bank.open(Path(home))
        load(bank, maker, folder, pack="cumcm2020c")
        set_up(bank, checker)
        trained = train_in(bank, maker)
        with bank.unit(checker) as unit:
            for version in trained.versions.values():
                validate(unit, version)
                publish(unit, version)
        decide_all(bank, maker, vectorised=True)
        for segment, budget in (
            ("unrated", 100_000_000),
            ("unrated", 20_000_000),
            ("all", 100_000_000),
            ("all", 20_000_000),
        ):
            started = perf_counter()
            done = allocate_in(bank, maker, Decimal(budget), segment=segment)
            took, verdicts = perf_counter() - started, done.pool.verdicts
            what = f"cumcm2020c {segment}, {budget // 1_000_000} million, {verdicts.get('approve', 0)} approved"
            yield from _told(what, done.allocation, took, "≤ 1 s")
        bank.close()


def _told(what: str, found: Allocation, took: float, target: str) -> Iterator[Row]:
    best, proof, price = found.optimum, found.certificate, found.shadow_prices
    why = "; ".join(f.code for f in found.unspent_because)
    yield Row(AREA, f"{what}: time, all of it", took, "s", target, note="three solutions, proofs, peers, intervals")
    yield Row(AREA, f"{what}: gap", float(proof.gap), "of bound", "≤ 1e-9", note=f"exact bound {proof.bound:.2f} yuan")
    left = f"{best.offered:,} yuan to {len(best.offers)} firms, {found.unspent:,} left {why}"
    for peer in found.peers:
        more = float(best.profit - peer.profit)
        note = f"{best.profit:,.0f} against {peer.profit:,.0f} yuan; {left}"
        yield Row(AREA, f"{what}: expected profit above {peer.name}", more, "yuan", "≥ 0", note=note)
    for name, value in (
        ("LP dual", price.lp_dual),
        ("finite difference forward", price.finite_difference_forward),
        ("finite difference backward", price.finite_difference_backward),
    ):
        if value is not None:
            yield Row(
                AREA, f"{what}: price of the budget, {name}", float(value), "yuan/yuan", note=f"step {price.step:,}"
            )
    for r in found.realised:
        note = (
            f"interval {r.difference_low:,.0f} to {r.difference_high:,.0f}; profit {r.profit:,.0f} ({r.low:,.0f} to "
            f"{r.high:,.0f}), expected {r.expected:,.0f}; {r.labelled} labelled firms, {r.offered_firms} offered, "
            f"{r.defaults} default; level {r.level}"
        )
        yield Row(AREA, f"{what}: realised profit above {r.against}", float(r.difference), "yuan", note=note)


def firms(size: int) -> list[Candidate]:
    """A seeded book."""
    random = np.random.default_rng(1)
    risk = np.round(random.beta(1.2, 12, size), 6)
    limits = np.exp(random.normal(12.8, 0.9, size))
    industries, places = random.integers(0, 20, size), random.integers(0, 30, size)
    return [
        Candidate(
            f"made:{i:06d}",
            Decimal(f"{p:.6f}"),
            "ABC"[int(p >= 0.03) + int(p >= 0.08)],
            Decimal(f"{limit:.2f}"),
            {"industry": chr(65 + industry), "region": f"{3300 + place}"},
        )
        for i, (p, limit, industry, place) in enumerate(zip(risk, limits, industries, places, strict=True))
    ]


def smooth_curves() -> dict[str, tuple[Point, ...]]:
    """Concave churn curves: nobody leaves at 4 %, most at 15 %."""
    rates = [Decimal("0.04") + Decimal("0.005") * i for i in range(23)]
    powers = {"A": 0.50, "B": 0.53, "C": 0.55}
    return {
        band: tuple(Point(r, Decimal(f"{0.92 * (float(r - rates[0]) / 0.11) ** power:.6f}")) for r in rates)
        for band, power in powers.items()
    }
