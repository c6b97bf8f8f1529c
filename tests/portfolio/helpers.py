"""Builders for allocations: candidates and terms in a line each, and a search through every allocation there is."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from windchime.portfolio.allocation import Candidate, Point, Terms


def curve(*points: str) -> tuple[Point, ...]:
    """`curve("0.05 0.1", "0.10 0.4")`: rate and churn."""
    return tuple(Point(*map(Decimal, p.split())) for p in points)


#: one rate, nobody leaves: profit per yuan is simply 0.10 − p·0.70 − 0.03
FLAT = {"A": curve("0.10 0"), "B": curve("0.10 0"), "C": curve("0.10 0")}


def terms(budget: int, **changes: Any) -> Terms:
    """Terms in which one yuan lent at 10 % to a safe firm earns 7 fen."""
    given: dict[str, Any] = {
        "minimum": 1,
        "maximum": budget or 1,
        "minimum_rate": Decimal("0.04"),
        "maximum_rate": Decimal("0.15"),
        "loss_given_default": Decimal("0.60"),
        "cost_of_funds": Decimal("0.02"),
        "operating_cost": Decimal("0.01"),
        "curves": FLAT,
        "budget_step": 1,
    }
    return Terms(budget=budget, **(given | changes))


def firm(name: str, probability: str = "0.01", limit: int = 1_000_000, band: str = "A", **groups: str) -> Candidate:
    """`firm("a", "0.02", industry="C")`."""
    return Candidate(name, Decimal(probability), band, Decimal(limit), groups)


def profit_per_yuan(candidate: Candidate, on: Terms) -> Fraction:
    """The best of the curve, in fractions: the formula of the docs, written down a second time."""
    p, lgd = Fraction(candidate.probability), Fraction(on.loss_given_default)
    costs = Fraction(on.cost_of_funds) + Fraction(on.operating_cost)
    return max(
        (1 - Fraction(x.churn)) * ((1 - p) * Fraction(x.rate) - p * lgd - costs) for x in on.curves[candidate.band]
    )


def assignments(candidates: Sequence[Candidate], on: Terms) -> Iterator[tuple[int, ...]]:
    """Every feasible allocation there is, found by trying all whole amounts."""
    single = int(on.single_share * on.budget)
    tops = [min(int(c.limit), on.maximum, single) for c in candidates]
    for amounts in product(*([0, *range(on.minimum, top + 1)] for top in tops)):
        if sum(amounts) <= on.budget and holds_caps(candidates, amounts, on):
            yield amounts


def holds_caps(candidates: Sequence[Candidate], amounts: Sequence[int], on: Terms) -> bool:
    for dimension, share in on.caps.items():
        taken: dict[str, int] = {}
        for c, a in zip(candidates, amounts, strict=True):
            if group := c.groups.get(dimension):
                taken[group] = taken.get(group, 0) + a
        if any(t > share * on.budget for t in taken.values()):
            return False
    return True


def best_by_trying_all(candidates: Sequence[Candidate], on: Terms) -> Fraction:
    """The highest expected profit of all feasible allocations."""
    profits = [profit_per_yuan(c, on) for c in candidates]
    return max(
        sum((p * a for p, a in zip(profits, amounts, strict=True)), Fraction(0))
        for amounts in assignments(candidates, on)
    )


def region(size: int, seed: int) -> list[Candidate]:
    """A made-up book of firms with skewed risks and limits, 20 industries and 30 regions; some limits below 100,000."""
    random = np.random.default_rng(seed)
    risk = np.round(random.beta(1.2, 12, size), 6)
    limits = np.round(np.exp(random.normal(12.8, 0.9, size)), 2)
    industries, regions = random.integers(0, 20, size), random.integers(0, 30, size)
    return [
        Candidate(
            f"made:{i:06d}",
            Decimal(f"{p:.6f}"),
            "ABC"[0 if p < 0.03 else 1 if p < 0.08 else 2],
            Decimal(f"{limit:.2f}"),
            {"industry": f"{chr(65 + industry)}", "region": f"{330000 + where}"},
        )
        for i, (p, limit, industry, where) in enumerate(zip(risk, limits, industries, regions, strict=True))
    ]


def churning() -> Mapping[str, tuple[Point, ...]]:
    """A smooth made-up churn curve with the shape of the published one: nobody leaves at 4 %, most at 15 %."""
    rates = [Decimal("0.04") + Decimal("0.005") * i for i in range(23)]
    power = {"A": 0.50, "B": 0.53, "C": 0.55}
    return {
        band: tuple(Point(r, Decimal(f"{0.92 * (float(r - rates[0]) / 0.11) ** p:.6f}")) for r in rates)
        for band, p in power.items()
    }


def sample_book(samples: Path) -> tuple[list[Candidate], dict[str, tuple[Point, ...]], dict[str, bool]]:
    """The labelled firms of `cumcm2020c` as candidates, the published curves, and what became of the firms.

    Probability: logistic regression on the log of valid sales, out of fold (5 folds). Band by the rating without D, the
    firms of D left out, since the bank never lends to them; limit about a tenth of a year of sales (the lists span 40 months). Simple on purpose: this is
    about the allocation, not about the model.
    """
    folder = samples / "cumcm2020c"
    firms = pl.read_parquet(folder / "a1_enterprises.parquet")
    sales = pl.read_parquet(folder / "a1_sales_invoices.parquet").filter(
        pl.col("status").str.strip_chars() == "有效发票"
    )
    sold = sales.group_by("enterprise_id").agg(pl.col("total").sum().alias("sold"))
    book = firms.join(sold, on="enterprise_id", how="left").fill_null(0).sort("enterprise_id")
    bad = (book["defaulted"] == "是").to_numpy()
    amounts = book["sold"].cast(pl.Float64).to_numpy()
    size = np.log1p(np.maximum(amounts, 0))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    risk = cross_val_predict(LogisticRegression(), size[:, None], bad, cv=folds, method="predict_proba")[:, 1]
    churn = pl.read_parquet(folder / "a3_rate_churn.parquet").sort("annual_rate")
    curves = {
        band: tuple(
            Point(Decimal(f"{rate:.6f}"), Decimal(f"{lost:.6f}"))
            for rate, lost in zip(churn["annual_rate"], churn[f"churn_{band}"], strict=True)
        )
        for band in "ABC"
    }
    candidates = [
        Candidate(f"cumcm2020c:{firm}", Decimal(f"{p:.6f}"), rating, Decimal(f"{max(sold, 0) / 33:.2f}"))
        for firm, rating, sold, p in zip(book["enterprise_id"], book["credit_rating"], amounts, risk, strict=True)
        if rating != "D"
    ]
    outcomes = {f"cumcm2020c:{firm}": bool(b) for firm, b in zip(book["enterprise_id"], bad, strict=True)}
    return candidates, curves, outcomes
