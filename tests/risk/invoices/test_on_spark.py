"""The checks on Spark say what they say here."""

import shutil
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.risk.invoices.lab.borrowers import AS_OF, borrowers

from windchime.risk.invoices.checks.check import HITS
from windchime.risk.invoices.on_spark import hits
from windchime.risk.invoices.running import run
from windchime.risk.invoices.settings import Settings


@pytest.mark.spark
@pytest.mark.xdist_group("spark")
def test_hits_are_those_of_one_machine(tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed (requirements/spark.lock)")
    if shutil.which("java") is None:
        pytest.skip("no Java is installed")
    from windchime.data.engines.spark import session

    listing, settings = borrowers(4), Settings.shipped(AS_OF)
    for name, table in (("invoices", listing.invoices), ("lines", listing.lines)):
        money = [c for c in ("amount", "tax", "total") if c in table.columns]
        table.with_columns((pl.col(money).cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2))).write_parquet(
            tmp_path / f"{name}.parquet"
        )
    spark = session()
    # workers of this machine run in the environment of the tests
    spark.sparkContext.pythonExec = sys.executable
    read = spark.read
    invoices, lines = (read.parquet(str(tmp_path / f"{n}.parquet")) for n in ("invoices", "lines"))
    found = hits(invoices, lines, AS_OF, settings)
    told = pl.DataFrame(pl.from_arrow(found.toArrow())).cast({"row": HITS["row"]})
    order = ["code", "reporting_firm_id", "row"]
    assert_frame_equal(told.sort(order, nulls_last=True), run(listing, settings).hits)
