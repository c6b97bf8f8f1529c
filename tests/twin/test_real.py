"""The region beside real invoices of small enterprises, where those are at hand: distributions, never rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp
from tests.twin.helpers import region

from windchime.twin.sample import Sample

pytestmark = pytest.mark.samples


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Three hundred firms of a seed no setting was chosen on."""
    return Sample.read(region(tmp_path_factory.mktemp("real") / "pack", firms=300, seed=407).folder)


@pytest.fixture(scope="module")
def real(samples: Path) -> pd.DataFrame:
    """Valid positive sales of firms that did not default."""
    folder = samples / "cumcm2020c"
    firms = pd.read_parquet(folder / "a1_enterprises.parquet")
    good = firms.loc[firms["defaulted"].eq("否"), "enterprise_id"]
    rows = pd.read_parquet(folder / "a1_sales_invoices.parquet")
    valid = rows["status"].str.contains("有效") & (rows["total"].astype(float) > 0)
    rows = rows[valid & rows["enterprise_id"].isin(good)].copy()
    rows["month"] = pd.to_datetime(rows["issue_date"]).dt.to_period("M")
    rows["total"] = rows["total"].astype(float)
    return rows


def _monthly(rows: pd.DataFrame) -> pd.DataFrame:
    """Invoices and value a month between a firm's first and last, as logs."""
    by = rows.groupby("enterprise_id")
    months = by["month"].agg(lambda m: (m.max() - m.min()).n + 1)
    found = pd.DataFrame({"count": np.log(by.size() / months), "value": np.log(by["total"].sum() / months)})
    return found[months >= 12]


def _ours(twin: Sample) -> dict[str, np.ndarray]:
    good = ~twin.failed & (twin.last - twin.first >= 11) & (twin.first < twin.months)
    span = (twin.last - twin.first + 1)[good]
    return {
        "count": np.log(twin.count.sum(axis=1)[good] / span),
        "value": np.log(twin.value.sum(axis=1)[good] / span),
    }


@pytest.mark.parametrize("figure", ["count", "value"])
def test_levels_of_sales_are_distributed_alike(twin: Sample, real: pd.DataFrame, figure: str) -> None:
    distance = ks_2samp(_ours(twin)[figure], _monthly(real)[figure]).statistic
    # 96 real firms: samples of one law differ by 0.16 in one case of twenty
    assert distance < 0.22


def test_shares_of_the_largest_buyer_are_distributed_alike(twin: Sample, real: pd.DataFrame) -> None:
    pairs = real.groupby(["enterprise_id", "counterparty_id"])["total"].sum()
    theirs = pairs.groupby("enterprise_id").max() / pairs.groupby("enterprise_id").sum()
    good = ~twin.failed & (twin.last - twin.first >= 11)
    top, _hhi = twin.concentration(twin.sale & twin.valid & good[twin.reporter])
    distance = ks_2samp(top[np.isfinite(top)], theirs).statistic
    assert distance < 0.25
