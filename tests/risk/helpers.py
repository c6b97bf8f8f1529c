"""Samples with known truth, and a handful of features from the real invoices."""

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from windchime.core.text import Text
from windchime.risk.scorecards.features import Direction, Feature
from windchime.risk.scorecards.settings import Settings
from windchime.risk.scorecards.training import Provenance, Training, train


def feature(code: str, direction: Direction = "neutral", *, recent: bool = False) -> Feature:
    return Feature(code, Text(f"特征{code}", f"feature {code}"), direction, 2, recent)


FEATURES = (
    feature("size", "lower_is_riskier"),
    feature("gaps", "higher_is_riskier", recent=True),
    feature("age", "neutral"),
    feature("noise", "neutral"),
)


def simulated(firms: int, seed: int, *, missing: float = 0.1) -> pl.DataFrame:
    """Firms whose log-odds of bad are  −1.2 − 1.0·size + 0.8·gaps − 0.6·age ; `noise` says nothing."""
    rng = np.random.default_rng(seed)
    x = {f.code: rng.normal(size=firms) for f in FEATURES}
    eta = -1.2 - 1.0 * x["size"] + 0.8 * x["gaps"] - 0.6 * x["age"]
    bad = (rng.random(firms) < 1 / (1 + np.exp(-eta))).astype(float)
    hidden = rng.random(firms) < missing
    x["age"] = np.where(hidden, np.nan, x["age"])
    ids = [f"sim:F{i:05d}" for i in range(firms)]
    return pl.DataFrame({"firm_id": ids, **x, "bad": bad}).with_columns(pl.col("age").fill_nan(None))


def real_firms(samples: Path) -> pl.DataFrame:
    """The labelled firms of cumcm2020c: twelve quickly computed features, the rating, the label; one row a firm."""
    folder = samples / "cumcm2020c"
    firms = pl.read_parquet(folder / "a1_enterprises.parquet").select(
        pl.format("cumcm2020c:{}", "enterprise_id").alias("firm_id"),
        "enterprise_id",
        "credit_rating",
        bad=(pl.col("defaulted") == "是").cast(pl.Float64),
    )
    for side in ("sales", "purchase"):
        firms = firms.join(_side(folder / f"a1_{side}_invoices.parquet", side), on="enterprise_id", how="left")
    return firms.sort("firm_id").drop("enterprise_id")


def _side(path: Path, side: str) -> pl.DataFrame:
    rows = pl.read_parquet(path).with_columns(
        pl.col("status").str.strip_chars() == "作废发票",
        total=pl.col("total").cast(pl.Float64),
        month=pl.col("issue_date").dt.truncate("1mo"),
    )
    void = rows.group_by("enterprise_id").agg(pl.col("status").mean().alias(f"{side}_void_share"))
    valid = rows.filter(~pl.col("status"))
    monthly = valid.group_by("enterprise_id", "month").agg(pl.col("total").sum())
    by_partner = valid.group_by("enterprise_id", "counterparty_id").agg(pl.col("total").sum())
    whole = valid.group_by("enterprise_id").agg(
        pl.col("total").sum().alias(f"{side}_total"), pl.len().alias(f"{side}_count")
    )
    months = monthly.group_by("enterprise_id").agg(
        pl.len().alias(f"{side}_months"), (pl.col("total").std() / pl.col("total").mean()).alias(f"{side}_variation")
    )
    partners = by_partner.group_by("enterprise_id").agg(
        (pl.col("total").max() / pl.col("total").sum()).alias(f"{side}_top_share")
    )
    found = whole
    for part in (months, partners, void):
        found = found.join(part, on="enterprise_id", how="left")
    return found


_REAL: dict[str, Direction] = {
    "total": "lower_is_riskier",
    "count": "lower_is_riskier",
    "months": "lower_is_riskier",
    "variation": "higher_is_riskier",
    "top_share": "higher_is_riskier",
    "void_share": "higher_is_riskier",
}
REAL_FEATURES = tuple(feature(f"{s}_{n}", d) for s in ("sales", "purchase") for n, d in _REAL.items())


def provenance(**changes: object) -> Provenance:
    told: dict[str, object] = {
        "features_as_of": date(2020, 1, 31),
        "labels_as_of": date(2021, 1, 31),
        "label_definition": "sim_default",
        "data": "simulated",
        "lake_version": 3,
        "versions": {"indicators": "abc", "scheme scorecard": "def"},
    }
    return Provenance(**{**told, **changes})  # type: ignore[arg-type]  # a dictionary of arguments


@cache
def training(firms: int = 240, seed: int = 1) -> Training:
    rows = simulated(firms, seed)
    return train(rows.drop("bad"), rows.select("firm_id", "bad"), FEATURES, provenance(), Settings.shipped(),
                 references={"size": "-"})  # fmt: skip
