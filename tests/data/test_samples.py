"""The real input: every quirk that its description names is found by itself, and no row is lost."""

import shutil
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
#: rows of a firm and side that stand for all of them where a workbook is written and read
FEW = 200


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


def same_from_workbook(source: Path, bank: Bank, first: LoadReport, folder: Path) -> None:
    """The contest's workbook, written from its Parquet files, gives the lake that these gave."""
    columns = ["enterprise_id", "invoice_no", "issue_date", "counterparty_id", "amount", "tax", "total", "status"]

    def rows(side: str) -> Iterator[tuple[object, ...]]:
        return pl.read_parquet(source / f"a1_{side}_invoices.parquet").select(columns).iter_rows()

    book = workbook(
        folder / "附件1.xlsx",
        {
            "企业信息": (ENTERPRISES, pl.read_parquet(source / "a1_enterprises.parquet").iter_rows()),
            "进项发票信息": (PURCHASES, rows("purchase")),
            "销项发票信息": (SALES, rows("sales")),
        },
    )
    other = open_bank(folder)
    report = load(other, LI, book, pack="cumcm2020c")
    assert {n: c for n, c in report.tables.items() if n in ROWS} == {n: first.tables[n] for n in ROWS}
    assert report.faults == first.faults
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
    for one in (other, bank):
        with one.session() as session, Lake(one.lake_dir).reading(session, as_of=DAY) as reading:
            digests.append(
                reading.con.con.execute(
                    f"SELECT bit_xor(hash({', '.join(own)})), count(duplicate_of), sum(amount) FROM invoices"
                ).fetchall()
            )
    assert digests[0] == digests[1]
    assert rows_of(other, "firms", as_of=DAY)[0]["name"] == rows_of(bank, "firms", as_of=DAY)[0]["name"]


@pytest.mark.soak
def test_the_published_workbook_gives_the_same_lake(
    samples: Path, loaded: tuple[Bank, LoadReport], tmp_path: Path
) -> None:
    same_from_workbook(samples / "cumcm2020c", *loaded, tmp_path)


def test_a_part_of_the_workbook_gives_the_same_lake(samples: Path, tmp_path: Path) -> None:
    """Of each firm its first two hundred rows of each side, and every row whose total disagrees."""
    given, part = samples / "cumcm2020c", tmp_path / "part"
    part.mkdir()
    (tmp_path / "workbook").mkdir()
    shutil.copyfile(given / "a1_enterprises.parquet", part / "a1_enterprises.parquet")
    for side in ("purchase", "sales"):
        rows, cents = pl.read_parquet(given / f"a1_{side}_invoices.parquet"), pl.col("amount", "tax", "total") * 100
        amount, tax, total = rows.select(cents.round(0).cast(pl.Int64)).get_columns()
        few = pl.int_range(pl.len()).over("enterprise_id") < FEW
        rows.filter(few | ((amount + tax - total).abs() > 1)).write_parquet(part / f"a1_{side}_invoices.parquet")
    bank = open_bank(tmp_path / "parquet")
    report = load(bank, LI, part, pack="cumcm2020c", parts=["rated"])
    assert report.faults == {"invoices": {"total_disagrees": 3}}
    assert 20_000 < report.tables["invoices"].source < 60_000
    same_from_workbook(part, bank, report, tmp_path / "workbook")


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
