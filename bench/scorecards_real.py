"""Cards on public credit data against optbinning with logistic regression and LightGBM, in the same run, out of time where told."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bench import Row
from windchime.risk.arrays import Floats
from windchime.risk.scorecards import Scorecard
from windchime.risk.validation import auc_difference, auc_interval, stratified_folds

AREA = "scorecards_real"
#: columns of the enterprise loans that are known only after the event, or set by it
LEAKS = ("Term", "DisbursementDate", "DisbursementGross", "ChgOffDate", "ChgOffPrinGr")
#: columns that name one loan or one place, or are the vintage itself
NAMES = ("LoanNr_ChkDgt", "City", "Zip", "Bank", "ApprovalDate", "ApprovalFY", "MIS_Status")


@dataclass(frozen=True, slots=True)
class Problem:
    """A sample divided into firms to learn from and firms to judge on."""

    name: str
    learn: pl.DataFrame
    learn_bad: Floats
    judge: pl.DataFrame
    judge_bad: Floats
    #: vintage of each row to learn from; None where there is none
    time: list[int] | None = None


def rows() -> Iterator[Row]:
    folder = Path(os.environ.get("WINDCHIME_SAMPLES", ""))
    for name, read in (("taiwan_credit_card", taiwan), ("givemesomecredit", credit), ("sba_enterprise", enterprise)):
        if (folder / name).is_dir():
            yield from _compare(read(folder / name))


def taiwan(folder: Path) -> Problem:
    table = pl.read_parquet(folder / "credit_card_clients.parquet").drop("ID")
    return _random("Taiwan", table, "default_payment_next_month")


def credit(folder: Path) -> Problem:
    return _random(
        "GiveMeSomeCredit", pl.read_parquet(folder / "cs_training.parquet").drop("row_id"), "SeriousDlqin2yrs"
    )


def enterprise(folder: Path) -> Problem:
    table = pl.read_parquet(folder / "fy_to_2004.parquet").filter(pl.col("MIS_Status").is_in(["CHGOFF", "P I F"]))
    year, bad = table["ApprovalFY"].str.slice(0, 4).cast(pl.Int64), (table["MIS_Status"] == "CHGOFF").cast(pl.Float64)
    money = [pl.col(c).str.replace_all(r"[$, ]", "").cast(pl.Float64, strict=False) for c in ("GrAppv", "SBA_Appv")]
    counts = [pl.col(c).cast(pl.Float64, strict=False) for c in ("NoEmp", "CreateJob", "RetainedJob")]
    features = table.with_columns(*money, *counts, pl.col("NAICS").str.slice(0, 2)).drop(*LEAKS, *NAMES)
    early, late = (year <= 2003).to_numpy(), (year == 2004).to_numpy()
    return Problem(
        "SBA enterprise, ≤ 2003 → 2004", features.filter(early), bad.to_numpy()[early], features.filter(late),
        bad.to_numpy()[late], year.to_numpy()[early].tolist(),
    )  # fmt: skip


def _random(name: str, table: pl.DataFrame, label: str) -> Problem:
    bad = table[label].cast(pl.Float64).to_numpy()
    fold = stratified_folds(bad, 10, 7)
    learn = fold < 7
    return Problem(
        f"{name}, 70/30", table.drop(label).filter(learn), bad[learn], table.drop(label).filter(~learn), bad[~learn]
    )


def _compare(p: Problem) -> Iterator[Row]:
    start = time.perf_counter()
    model = Scorecard().fit(p.learn, p.learn_bad, time=p.time)
    took, ours = time.perf_counter() - start, model.probability(p.judge)
    mine = auc_interval(p.judge_bad, ours, level=0.95)
    size = f"{len(p.learn_bad)} to learn from, {len(p.judge_bad)} to judge, {int(p.judge_bad.sum())} bads"
    yield Row(
        AREA, f"{p.name}: AUC of the card", mine.value, "",
        note=f"[{mine.low:.4f}, {mine.high:.4f}]; {size}; {len(model.card.features)} features",
    )  # fmt: skip
    turned = [f.params["feature"].en for f in model.left_out_ if "vintage" in f.params]
    if p.time:
        yield Row(AREA, f"{p.name}: features that turn between vintages", len(turned), "", note=", ".join(turned))
    peers: dict[str, Callable[[Problem], Floats]] = {"optbinning + logistic": _optbinning, "LightGBM": _lightgbm}
    for name, fit in peers.items():
        start = time.perf_counter()
        theirs = fit(p)
        peer_took = time.perf_counter() - start
        gap = auc_difference(p.judge_bad, [ours], [theirs], level=0.95)
        their = auc_interval(p.judge_bad, theirs, level=0.95)
        note = f"DeLong [{gap.low:+.4f}, {gap.high:+.4f}]; its AUC {their.value:.4f}; card {took:.1f} s, {name} {peer_took:.1f} s"
        yield Row(AREA, f"{p.name}: card minus {name}, AUC", gap.value, "", "≥ 0 or inside the interval", note=note)


def _optbinning(p: Problem) -> Floats:
    from optbinning import BinningProcess
    from sklearn.linear_model import LogisticRegression

    text = [c for c in p.learn.columns if p.learn[c].dtype == pl.String]
    learn, judge = p.learn.to_pandas(), p.judge.to_pandas()
    process = BinningProcess(p.learn.columns, categorical_variables=text, max_n_prebins=20)
    x = process.fit_transform(learn, p.learn_bad, metric="woe", metric_missing="empirical")
    model = LogisticRegression(max_iter=1000).fit(x, p.learn_bad)
    return np.asarray(model.predict_proba(process.transform(judge, metric="woe", metric_missing="empirical"))[:, 1])


def _lightgbm(p: Problem) -> Floats:
    import lightgbm

    def coded(table: pl.DataFrame) -> pl.DataFrame:
        text = [c for c in p.learn.columns if p.learn[c].dtype == pl.String]
        known = {c: sorted(p.learn[c].drop_nulls().unique()) for c in text}
        return table.with_columns(
            pl.col(c).replace_strict(known[c], range(len(known[c])), default=None, return_dtype=pl.Float64)
            for c in text
        ).cast(pl.Float64)

    settings = {
        "objective": "binary",
        "learning_rate": 0.05,
        "num_leaves": 31,
        "num_threads": 1,
        "seed": 7,
        "verbosity": -1,
    }
    text = [i for i, c in enumerate(p.learn.columns) if p.learn[c].dtype == pl.String]
    data = lightgbm.Dataset(coded(p.learn).to_numpy(), p.learn_bad, categorical_feature=text or "auto")
    return np.asarray(lightgbm.train(settings, data, 200).predict(coded(p.judge).to_numpy(), num_threads=1))
