"""The real input: every quirk that its description names is found by itself, and no row is lost."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from tests.data.helpers import ENTERPRISES, LI, PURCHASES, SALES, open_bank, rows_of, workbook

from windchime.data.intake import LoadReport, load
from windchime.data.lake import Lake
from windchime.data.quality import QualityReport, check
from windchime.service.bank import Bank

pytestmark = pytest.mark.samples
DAY = date(2020, 2, 21)
ROWS = {"firms": 123, "ratings": 123, "loan_outcomes": 123, "invoices": 373_431}


@pytest.fixture(scope="module")
def loaded(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Bank, LoadReport]:
    bank = open_bank(tmp_path_factory.mktemp("parquet"))
    return bank, load(bank, LI, samples / "cumcm2020c", pack="cumcm2020c", parts=["rated", "market"])


@pytest.fixture(scope="module")
def report(loaded: tuple[Bank, LoadReport]) -> QualityReport:
    with loaded[0].session() as session, Lake(loaded[0].lake_dir).reading(session, as_of=DAY) as reading:
        return check(reading, session)


def test_rows_in_lake_and_quarantine_are_the_rows_of_the_source(loaded: tuple[Bank, LoadReport]) -> None:
    tables = loaded[1].tables
    assert {n: tables[n].source for n in ROWS} == ROWS
    assert tables["rate_churn"].lake == 87
    assert (tables["invoices"].lake, loaded[1].faults) == (373_428, {"invoices": {"total_disagrees": 3}})


def test_every_quirk_is_found(report: QualityReport) -> None:
    counts = {f.code: f.count for f in report.findings}
    assert (
        counts.items()
        >= {
            "blanks_trimmed": 47,
            "rows_are_exact_duplicates": 803 + 4436,
            "totals_are_zero": 1679,
            "totals_are_negative": 1881 + 8556 - 3,
            "invoices_are_red_and_void": 21 + 132,
            "quarantined_total_disagrees": 3,
            "first_month_is_partial": 255,
            "last_month_is_partial": 940,
        }.items()
    )
    assert counts.keys() >= {"numbers_lack_leading_zeros", "counterparties_are_never_firms", "buyers_are_never_sellers"}
    months = {f.code: f.params["month"] for f in report.findings if "month" in f.params}
    assert months == {"first_month_is_partial": "2016-10", "last_month_is_partial": "2020-02"}


def test_effective_tax_rates_follow_the_cuts(report: QualityReport) -> None:
    first = {since: [r.rate for r in report.rates if r.since == since] for since in {r.since for r in report.rates}}
    assert {since: rates[0] for since, rates in first.items()} == {
        date(2000, 1, 1): "0.17",
        date(2018, 5, 1): "0.16",
        date(2019, 4, 1): "0.13",
    }
    assert {"0.06", "0.03", "0.00"} <= set(first[date(2019, 4, 1)])


def test_sums_agree_with_polars_to_the_cent(samples: Path, loaded: tuple[Bank, LoadReport]) -> None:
    cents = (pl.col("total") * 100).round(0).cast(pl.Int64).sum()
    expected = sum(
        pl.read_parquet(samples / "cumcm2020c" / f"a1_{side}_invoices.parquet").select(cents).item()
        for side in ("purchase", "sales")
    )
    with loaded[0].session() as session, Lake(loaded[0].lake_dir).reading(session, as_of=DAY) as reading:
        total = reading.table("invoices")["total"].sum().to_pyarrow().as_py()
    assert int(total * 100) == expected + 2322 + 12162 + 510  # the three rows in quarantine: -23.22, -121.62, -5.10


def test_the_published_workbook_gives_the_same_lake(
    samples: Path, loaded: tuple[Bank, LoadReport], tmp_path: Path
) -> None:
    folder = samples / "cumcm2020c"
    columns = ["enterprise_id", "invoice_no", "issue_date", "counterparty_id", "amount", "tax", "total", "status"]

    def rows(side: str) -> Iterator[tuple[object, ...]]:
        return pl.read_parquet(folder / f"a1_{side}_invoices.parquet").select(columns).iter_rows()

    book = workbook(
        tmp_path / "附件1.xlsx",
        {
            "企业信息": (ENTERPRISES, pl.read_parquet(folder / "a1_enterprises.parquet").iter_rows()),
            "进项发票信息": (PURCHASES, rows("purchase")),
            "销项发票信息": (SALES, rows("sales")),
        },
    )
    bank = open_bank(tmp_path)
    report = load(bank, LI, book, pack="cumcm2020c")
    assert {n: c for n, c in report.tables.items() if n in ROWS} == {n: loaded[1].tables[n] for n in ROWS}
    assert report.faults == loaded[1].faults
    own = [
        "reporting_firm_id",
        "direction",
        "seller_id",
        "buyer_id",
        "invoice_no",
        "status",
        "colour",
        "issue_date",
        "amount",
        "tax",
        "total",
    ]
    digests = []
    for one in (bank, loaded[0]):
        with one.session() as session, Lake(one.lake_dir).reading(session, as_of=DAY) as reading:
            digests.append(
                reading.con.con.execute(
                    f"SELECT bit_xor(hash({', '.join(own)})), count(duplicate_of), sum(amount) FROM invoices"
                ).fetchall()
            )
    assert digests[0] == digests[1]
    assert rows_of(bank, "firms", as_of=DAY)[0]["name"] == rows_of(loaded[0], "firms", as_of=DAY)[0]["name"]


def test_both_attachments_after_the_first(samples: Path, loaded: tuple[Bank, LoadReport]) -> None:
    bank, first = loaded
    report = load(bank, LI, samples / "cumcm2020c", pack="cumcm2020c")
    assert set(report.unchanged) == {
        "a1_enterprises.parquet",
        "a1_purchase_invoices.parquet",
        "a1_sales_invoices.parquet",
        "a3_rate_churn.parquet",
    }
    assert (report.tables["firms"].lake, report.tables["invoices"].source) == (60, 185_986 + 115_355)
    assert report.lake_version == first.lake_version + 1
    with bank.session() as session, Lake(bank.lake_dir).reading(session, as_of=DAY) as reading:
        rated = reading.table("ratings")["firm_id"]
        firms = reading.table("firms")
        assert firms.filter(firms["firm_id"].notin(rated)).count().to_pyarrow().as_py() == 60
