"""Mined rules on real data against the peers: lift, drift, false rules, overlap, determinism, time and memory."""

import os
import resource
import time
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bench import Row
from bench._rule_judging import PEERS, Outcome, figures, judged, peer
from bench.scorecards import real_firms
from windchime import RuleForest
from windchime.core.canonical import canonical

AREA = "rules"
RUNS = 100
#: known after the event, or set by it; and what names one loan
LEAKS = ("Term", "DisbursementDate", "DisbursementGross", "ChgOffDate", "ChgOffPrinGr", "MIS_Status")
NAMES = ("LoanNr_ChkDgt", "City", "Zip", "ApprovalDate", "ApprovalFY")
MONEY, COUNTS = ("GrAppv", "SBA_Appv"), ("NoEmp", "CreateJob", "RetainedJob")
FIT_UNTIL, JUDGED_FROM = 2003, 2004


def rows() -> Iterator[Row]:
    yield from speed()
    samples = Path(os.environ.get("WINDCHIME_SAMPLES", ""))
    if (samples / "taiwan_credit_card").is_dir():
        yield from random_split(*taiwan(samples))
    if (samples / "sba_enterprise").is_dir():
        table, bad, year = sba(samples)
        yield from over_time(table, bad, year)
    if (samples / "cumcm2020c").is_dir():
        yield from firms(samples)


def taiwan(samples: Path) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """Features, labels, and which rows are for fitting: 70 %, seed 7."""
    table = pl.read_parquet(samples / "taiwan_credit_card" / "credit_card_clients.parquet")
    bad = table["default_payment_next_month"].cast(pl.Int64).to_numpy() == 1
    fit = np.zeros(len(bad), dtype=bool)
    fit[np.random.default_rng(7).permutation(len(bad))[: int(0.7 * len(bad))]] = True
    return table.drop("ID", "default_payment_next_month"), bad, fit


def sba(samples: Path) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """Features known at approval, labels, and the fiscal year of approval."""
    table = pl.concat([pl.read_parquet(p) for p in sorted((samples / "sba_enterprise").glob("*.parquet"))])
    table = table.filter(pl.col("MIS_Status").is_in(["CHGOFF", "P I F"]))
    money = [pl.col(c).str.replace_all(r"[$, ]", "").cast(pl.Float64, strict=False) for c in MONEY]
    numbers = [pl.col(c).cast(pl.Float64, strict=False) for c in COUNTS]
    year = table["ApprovalFY"].str.extract(r"(\d{4})").cast(pl.Int64).to_numpy()
    bad = (table["MIS_Status"] == "CHGOFF").to_numpy()
    return table.with_columns(*money, *numbers).drop(*LEAKS, *NAMES), bad, year


def random_split(table: pl.DataFrame, bad: np.ndarray, fit: np.ndarray) -> Iterator[Row]:
    for budget, target in ((0.05, 3.33), (0.10, 2.99)):
        ours = mined(table, bad, fit, budget)
        for name, theirs in peers(table, bad, fit, budget, None):
            what = f"Taiwan, lift at {budget:.0%} on the rows held out"
            yield against(what, ours, name, theirs, "test", 1, f"≥ {target}", "")
        yield Row(AREA, f"Taiwan, rules at {budget:.0%}", ours.rules, "", "≤ 10", note=f"hits {ours.test[0]:.2%}")
    ours = mined(table, bad, fit, 0.05)
    for name, theirs in peers(table, bad, fit, 0.05, None):
        peer_seconds = None if isinstance(theirs, str) else theirs.seconds[0]
        note = (
            theirs
            if isinstance(theirs, str)
            else f"processor {ours.seconds[1]:.2f} s against {theirs.seconds[1]:.2f} s"
        )
        yield Row(AREA, "Taiwan, time of mining", ours.seconds[0], "s", "", name, peer_seconds, note)
    yield overlap("Taiwan, mean Jaccard of the list's rules", table, bad, None)
    yield threads("Taiwan, bytes that differ over 1, 2 and 8 threads", table, bad, None)
    yield permuted("Taiwan", table, bad, None)


def over_time(table: pl.DataFrame, bad: np.ndarray, year: np.ndarray) -> Iterator[Row]:
    fit = year <= FIT_UNTIL
    judged_rows = fit | (year >= JUDGED_FROM)
    table, bad, year, fit = table.filter(judged_rows), bad[judged_rows], year[judged_rows], fit[judged_rows]
    ours = mined(table, bad, fit, 0.05, year)
    for name, theirs in peers(table, bad, fit, 0.05, year):
        yield against("SBA, lift at 5 %, later years", ours, name, theirs, "test", 1, "≥ 2.4", "")
        drift = None if isinstance(theirs, str) else theirs.drift
        kept = None if isinstance(theirs, str) else theirs.odds_kept
        yield Row(AREA, "SBA, drift of the hit rate", ours.drift, "", "≤ 1.3", name, drift, told(ours))
        yield Row(AREA, "SBA, odds ratio kept", ours.odds_kept, "", "≥ 0.7", name, kept, told(ours))
    yield overlap("SBA, mean Jaccard of the list's rules", table.filter(fit), bad[fit], None)
    yield permuted("SBA", table.filter(fit), bad[fit], year[fit])


def mined(
    table: pl.DataFrame, bad: np.ndarray, fit: np.ndarray, budget: float, year: np.ndarray | None = None
) -> Outcome:
    """Our list, made on some rows and judged on the others."""
    start, cpu = time.perf_counter(), time.process_time()
    forest = RuleForest(budget=budget).fit(table.filter(fit), bad[fit], time=None if year is None else year[fit])
    took = (time.perf_counter() - start, time.process_time() - cpu)
    hit = forest.apply(table) >= 0
    return Outcome(len(forest.rule_set.rules), took, figures(hit[fit], bad[fit]), figures(hit[~fit], bad[~fit]))


def peers(
    table: pl.DataFrame, bad: np.ndarray, fit: np.ndarray, budget: float, year: np.ndarray | None
) -> Iterator[tuple[str, Outcome | str]]:
    """Each peer's list on the same rows: categories as numbers in the order of their names, missing as −1."""
    del year
    for name in PEERS:
        found = _pool(name, _Key(table, bad, fit))
        yield name, found if isinstance(found, str) else judged(found, bad[fit], bad[~fit], budget)


class _Key:
    """Rows to mine from, told apart by their labels and sides alone: a peer mines each once a run."""

    def __init__(self, table: pl.DataFrame, bad: np.ndarray, fit: np.ndarray) -> None:
        self.table, self.bad, self.fit = table, bad, fit

    def __hash__(self) -> int:
        return hash((self.bad.tobytes(), self.fit.tobytes()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and (self.bad.tobytes(), self.fit.tobytes()) == (
            other.bad.tobytes(),
            other.fit.tobytes(),
        )


@cache
def _pool(name: str, key: _Key) -> dict[str, Any] | str:
    x = np.column_stack([numbers(key.table[c]) for c in key.table.columns])
    return peer(name, (x[key.fit], key.bad[key.fit]), (x[~key.fit], key.bad[~key.fit]))


def numbers(column: pl.Series) -> np.ndarray:
    if column.dtype.is_numeric():
        return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return column.rank("dense").cast(pl.Float64).fill_null(float("nan")).to_numpy()


def against(
    what: str, ours: Outcome, name: str, theirs: Outcome | str, part: str, place: int, target: str, unit: str
) -> Row:
    value = None if isinstance(theirs, str) else getattr(theirs, part)[place]
    note = theirs if isinstance(theirs, str) else f"ours {told(ours)}; {name} {told(theirs)}"
    return Row(AREA, what, getattr(ours, part)[place], unit, target, name, value, note)


def told(o: Outcome) -> str:
    return f"{o.rules} rules, hits {o.train[0]:.2%} → {o.test[0]:.2%}, lift {o.train[1]:.2f} → {o.test[1]:.2f}"


def overlap(what: str, table: pl.DataFrame, bad: np.ndarray, year: np.ndarray | None) -> Row:
    found = RuleForest(budget=0.1).fit(table, bad, time=year).rule_set
    pairs = [found.overlap[i][j] for i, j in combinations(range(len(found.rules)), 2)]
    return Row(AREA, what, float(np.mean(pairs)) if pairs else 0.0, "", "≤ 0.3", note=f"{len(found.rules)} rules")


def threads(what: str, table: pl.DataFrame, bad: np.ndarray, year: np.ndarray | None) -> Row:
    each = {canonical(RuleForest(threads=k).fit(table, bad, time=year).rule_set.as_dict()) for k in (1, 2, 8)}
    return Row(AREA, what, len(each) - 1, "", "0")


def permuted(name: str, table: pl.DataFrame, bad: np.ndarray, year: np.ndarray | None) -> Row:
    start = time.perf_counter()
    empty = 0
    for run in range(RUNS):
        shuffled = np.random.default_rng(run).permutation(bad)
        empty += not RuleForest(seed=run).fit(table, shuffled, time=year).rule_set.rules
    took = time.perf_counter() - start
    return Row(
        AREA, f"{name}, runs without a rule on permuted labels", empty, f"of {RUNS}", "≥ 95", note=f"{took:.0f} s"
    )


def firms(samples: Path) -> Iterator[Row]:
    table, _ratings = real_firms(samples)
    bad = table["bad"].to_numpy() == 1
    features = table.drop("bad", "firm_id")
    for prove in (True, False):
        found = RuleForest(budget=0.2, prove=prove).fit(features, bad)
        kind = "proven" if prove else "not tested"
        rules = found.rule_set.rules
        yield Row(AREA, f"cumcm2020c, rules {kind}", len(rules), "", note=f"{len(bad)} firms, {int(bad.sum())} bads")
        for m, sentence in zip(rules, found.rules_["zh"] if rules else (), strict=True):
            rate = m.own.bad_rate
            note = f"{sentence}: {m.own.bads} of {m.own.hits}, [{rate.low:.2f}, {rate.high:.2f}]"
            yield Row(AREA, f"cumcm2020c, bad rate of a rule {kind}", rate.value, "", note=note)


def speed() -> Iterator[Row]:
    fit(1000, 5)
    for n, k, limit in ((10_000, 20, 0.3), (100_000, 100, 3), (1_000_000, 500, 60)):
        took, cpu, grown = fit(n, k)
        note = f"processor {cpu:.2f} s"
        yield Row(AREA, f"mining {n:,} rows × {k} features", took, "s", f"≤ {limit} s", note=note)
        yield Row(AREA, f"memory above the input, {n:,} × {k}", grown, "GB", "≤ 2 GB" if n == 1_000_000 else "")


def fit(n: int, k: int) -> tuple[float, float, float]:
    """Wall and processor seconds, and growth of the peak, of mining a made table of float32 columns."""
    rng = np.random.default_rng(0)
    columns, odds = {}, np.full(n, -2.6, dtype=np.float32)
    for j in range(k):
        x = rng.normal(size=n).astype(np.float32)
        if j < 12:
            odds += np.where(x > 1.2, np.float32(0.9), np.float32(0))
        columns[f"x{j}"] = np.where(rng.random(n) < 0.05, np.float32("nan"), x) if j % 10 == 3 else x
    table, bad = pl.DataFrame(columns), rng.random(n) < 1 / (1 + np.exp(-odds))
    before = _resident()
    start, cpu = time.perf_counter(), time.process_time()
    RuleForest().fit(table, bad)
    took = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return *took, max(0.0, peak - before)


def _resident() -> float:
    """GB of this process in memory."""
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1e6
