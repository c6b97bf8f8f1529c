"""Discrimination on the 123 labelled firms of cumcm2020c, and the speed of binning, fitting and scoring."""

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from bench import Row
from windchime import indicators
from windchime.core.unit import Actor
from windchime.data.intake import load
from windchime.data.lake import Lake
from windchime.risk.binning import optimal_bins
from windchime.risk.scorecards import Scorecard, Settings, described, evaluate, find_leaks, firm_labels
from windchime.risk.scorecards.evaluation import Discrimination
from windchime.risk.scorecards.reference import reference_of
from windchime.risk.scorecards.shifts import shifts
from windchime.risk.scorecards.workbench import Workbench
from windchime.risk.validation import Interval
from windchime.service.bank import Bank

AREA = "scorecards"
#: the figure that ranking by log sales alone uses
REFERENCE = "ln_sales_whole"
AS_OF = date(2020, 2, 21)


def rows() -> Iterator[Row]:
    yield from _speed()
    yield from _scale()
    yield from _watching()
    samples = os.environ.get("WINDCHIME_SAMPLES", "")
    if Path(samples, "cumcm2020c").is_dir():
        yield from _discrimination(*real_firms(Path(samples)))


def real_firms(samples: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Indicators of the labelled firms with their label, and their ratings, both by firm."""
    with tempfile.TemporaryDirectory() as home:
        bank = Bank.open(Path(home))
        load(bank, Actor("bench", "system"), samples / "cumcm2020c", pack="cumcm2020c")
        with bank.session() as session, Lake(bank.lake_dir).reading(session, as_of=AS_OF) as reading:
            measured = pl.DataFrame(pl.from_arrow(indicators.measure(reading)))
            outcomes = firm_labels(reading.table("loan_outcomes").to_pyarrow())
            ratings = pl.DataFrame(pl.from_arrow(reading.table("ratings").select("firm_id", "rating").to_pyarrow()))
        bank.close()
    table = measured.join(outcomes, on="firm_id").sort("firm_id")
    return table, table.select("firm_id").join(ratings, on="firm_id", how="left", maintain_order="left")


def _discrimination(table: pl.DataFrame, ratings: pl.DataFrame) -> Iterator[Row]:
    settings, bad = Settings.shipped(), table["bad"].to_numpy()
    features = described(indicators.indicators())
    leaks = find_leaks(table.drop("bad").hstack([ratings["rating"]]), bad, settings.leakage, settings.binning)
    refused = {e.indicator for f in leaks for e in f.evidence}
    yield Row(AREA, "columns refused as leaks", len(refused), "", note=", ".join(sorted(refused)))
    offered = tuple(f for f in features if f.code not in refused)
    reference = table[REFERENCE].fill_null(0).to_numpy()
    start = time.perf_counter()
    found = evaluate(table, bad, offered, reference, settings)
    took = time.perf_counter() - start
    firms = f"{found.firms} firms, {found.bads} bads"
    yield Row(
        AREA, "AUC of ranking by log sales, raw", found.reference.value, "", note=f"{_span(found.reference)}, {firms}"
    )
    yield Row(
        AREA,
        "AUC of log sales as one-variable model, out of fold",
        found.one_variable.value,
        "",
        note=_span(found.one_variable),
    )
    for model in found.models:
        yield from _model(model)
    yield Row(
        AREA, "time of the whole evaluation", took, "s", note="2 models, with and without recent, 5 seeds, 5 folds"
    )


def _model(m: Discrimination) -> Iterator[Row]:
    name = f"{m.model}, {'all' if m.with_recent else 'no recent'} ({m.features} features)"
    seeds = " ".join(f"{a:.3f}" for a in m.by_seed)
    yield Row(
        AREA, f"{name}: AUC", m.auc.value, "", note=f"{_span(m.auc)}; seeds {seeds}; inside folds {m.within_folds:.3f}"
    )
    note = f"DeLong {_span(m.against_reference)}, bootstrap {_span(m.against_reference_bootstrap)}"
    yield Row(AREA, f"{name}: minus log sales raw", m.against_reference.value, "", note=note)
    yield Row(
        AREA, f"{name}: minus one-variable model", m.against_one_variable.value, "", note=_span(m.against_one_variable)
    )


def _span(i: Interval) -> str:
    return f"[{i.low:.3f}, {i.high:.3f}]"


def _speed() -> Iterator[Row]:
    settings, rng = Settings.shipped(), np.random.default_rng(0)
    n, k = 10_000, 20
    x = rng.normal(size=(n, k))
    bad = (rng.random(n) < 1 / (1 + np.exp(2 - x[:, :5].sum(axis=1) / 2))).astype(np.float64)
    optimal_bins("x0", x[:, 0], bad, settings.binning)  # compiles, and imports what the peer needs
    _optbinning(x[:, 0], bad)
    start = time.perf_counter()
    for j in range(k):
        optimal_bins(f"x{j}", x[:, j], bad, settings.binning)
    ours = (time.perf_counter() - start) / k * 1000
    yield Row(
        AREA, "optimal binning of a feature, 10,000 firms", ours, "ms", "", "optbinning (cp)", _optbinning(x[:, 0], bad)
    )
    table = pl.DataFrame(x, schema=[f"x{j}" for j in range(k)])
    start = time.perf_counter()
    model = Scorecard().fit(table, bad)
    yield Row(AREA, "fit a scorecard, 10,000 firms, 20 features", time.perf_counter() - start, "s")
    row = table.row(0, named=True)
    start = time.perf_counter()
    for _ in range(200):
        model.explain(row)
    yield Row(AREA, "score and explain one firm", (time.perf_counter() - start) / 200 * 1000, "ms")


def _scale() -> Iterator[Row]:
    settings, rng = Settings.shipped(), np.random.default_rng(1)
    n, k = 1_000_000, 20
    x = rng.normal(size=(k, n))
    bad = (rng.random(n) < 1 / (1 + np.exp(2 - x[:5].sum(axis=0) / 2))).astype(np.float64)
    start = time.perf_counter()
    for j in range(k):
        optimal_bins(f"x{j}", x[j], bad, settings.binning)
    took = time.perf_counter() - start
    peer = sum(_optbinning(x[j], bad) for j in range(3)) / 3 * k / 1000
    yield Row(
        AREA,
        "optimal binning of 1 M firms × 20 features",
        took,
        "s",
        "",
        "optbinning (cp)",
        peer,
        "peer: 3 features timed",
    )
    n, k = 10_000, 1_000
    wide = rng.normal(size=(k, n))
    start = time.perf_counter()
    for j in range(k):
        optimal_bins(f"x{j}", wide[j], bad[:n], settings.binning)
    yield Row(AREA, "optimal binning of 10,000 firms × 1,000 features", time.perf_counter() - start, "s")


def _watching() -> Iterator[Row]:
    limits, rng = Workbench.shipped().monitoring, np.random.default_rng(2)
    n, k = 300_000, 1_000
    table = pl.DataFrame({f"x{j}": rng.normal(size=n).astype(np.float32) for j in range(k)})
    start = time.perf_counter()
    reference = reference_of(table, table.columns, bins=limits.bins, cut_rows=limits.cut_rows)
    made = time.perf_counter() - start
    start = time.perf_counter()
    found = shifts(reference, table, limits)
    took = time.perf_counter() - start
    note = f"{len(found)} columns; ×10 for 3 M rows: {took * 10:.0f} s; float32 to spare memory"
    yield Row(
        AREA, "CSI of 1,000 columns × 300,000 rows, reference stored", took, "s", "≤ 6 s (60 s at 3 M)", note=note
    )
    yield Row(AREA, "making that reference, once", made, "s")


def _optbinning(x: np.ndarray, bad: np.ndarray) -> float:
    from optbinning import OptimalBinning

    start = time.perf_counter()
    OptimalBinning(dtype="numerical", solver="cp", monotonic_trend="auto_asc_desc", max_n_bins=5, min_bin_size=0.1).fit(
        x, bad
    )
    return (time.perf_counter() - start) * 1000
