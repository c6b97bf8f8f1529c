"""Bad input: a clear error or quarantined rows, never a traceback, nothing half-loaded."""

import struct
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.data.helpers import (
    ENTERPRISES,
    LI,
    PURCHASES,
    SALES,
    contest_book,
    firm,
    invoice,
    open_bank,
    pack,
    rows_of,
    sheet_row,
    workbook,
)

from windchime.core.errors import BadInput, WindchimeError
from windchime.data.intake import Limits, load, quarantined
from windchime.data.intake import errors as e
from windchime.data.intake.archive import ZipBomb
from windchime.data.intake.folder import NoSuchFolder
from windchime.data.lake import head
from windchime.service.bank import Bank

CONTEST_DAY = date(2020, 2, 21)


def refused(
    bank: Bank,
    path: Path,
    error: type[WindchimeError],
    *said: str,
    pack: str = "cumcm2020c",
    limits: Limits | None = None,
) -> None:
    """The load fails with the error, says the words in English, has other words in Chinese, and leaves no trace."""
    with pytest.raises(error) as caught:
        load(bank, LI, path, pack=pack, limits=limits or Limits())
    message = caught.value.message("en")
    assert all(word in message for word in said), message
    assert caught.value.message("zh") != message
    with bank.session() as session:
        assert head(session) is None


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return open_bank(tmp_path)


# workbooks


def test_a_contest_workbook_is_loaded(tmp_path: Path, bank: Bank) -> None:
    report = load(bank, LI, contest_book(tmp_path / "附件1.xlsx"), pack="cumcm2020c")
    assert {n: c.lake for n, c in report.tables.items()} == {
        "firms": 1,
        "ratings": 1,
        "loan_outcomes": 1,
        "invoices": 2,
    }
    purchase, sale = sorted(rows_of(bank, "invoices", as_of=CONTEST_DAY), key=lambda r: r["direction"])
    assert (purchase["seller_id"], purchase["buyer_id"], purchase["colour"]) == (
        "cumcm2020c:A00297",
        "cumcm2020c:E1",
        "red",
    )
    assert (sale["seller_id"], sale["buyer_id"], sale["copy"]) == ("cumcm2020c:E1", "cumcm2020c:B03711", "seller")
    assert (str(sale["amount"]), str(sale["tax"]), str(sale["total"])) == ("9401.71", "1598.29", "11000.00")
    assert (sale["source_file"], sale["source_sheet"], sale["row_no"]) == ("附件1.xlsx", "销项发票信息", 2)
    assert [r["bad"] for r in rows_of(bank, "loan_outcomes", as_of=CONTEST_DAY)] == [False]


def test_a_workbook_without_ratings_brings_none(tmp_path: Path, bank: Bank) -> None:
    book = contest_book(tmp_path / "附件2.xlsx", 企业信息=(ENTERPRISES[:2], [("E124", "个体经营E124 ")]))
    assert set(load(bank, LI, book, pack="cumcm2020c").tables) == {"firms", "invoices"}


def test_a_wrong_sheet(tmp_path: Path, bank: Bank) -> None:
    refused(
        bank,
        contest_book(tmp_path / "b.xlsx", 销项发票信息=None, 销项=(SALES, [])),
        e.MissingSheet,
        "b.xlsx has no sheet 销项发票信息",
        "it has 企业信息, 进项发票信息, 销项",
        "expected: 企业信息, 进项发票信息, 销项发票信息",
    )


def test_a_missing_column(tmp_path: Path, bank: Bank) -> None:
    refused(
        bank,
        contest_book(tmp_path / "b.xlsx", 销项发票信息=([h for h in SALES if h != "税额"], [["E1"]])),
        e.MissingColumn,
        "b.xlsx [销项发票信息] has no column tax | 税额",
        "it has 企业代号, 发票号码",
    )


def test_half_of_the_rating_columns(tmp_path: Path, bank: Bank) -> None:
    refused(
        bank,
        contest_book(tmp_path / "b.xlsx", 企业信息=(ENTERPRISES[:3], [("E1", "x", "A")])),
        e.MissingColumn,
        "是否违约",
    )


def test_a_header_twice(tmp_path: Path, bank: Bank) -> None:
    refused(
        bank,
        contest_book(tmp_path / "b.xlsx", 销项发票信息=((*SALES, " 金额"), [])),
        e.RepeatedColumn,
        "销项发票信息",
        "金额",
    )


def test_an_empty_sheet(tmp_path: Path, bank: Bank) -> None:
    refused(
        bank,
        contest_book(tmp_path / "b.xlsx", 销项发票信息=(SALES, [])),
        e.EmptyFile,
        "b.xlsx [销项发票信息] holds no rows",
    )


def test_an_empty_file(tmp_path: Path, bank: Bank) -> None:
    (tmp_path / "b.xlsx").write_bytes(b"")
    refused(bank, tmp_path / "b.xlsx", e.EmptyFile, "b.xlsx holds no rows")


def test_text_in_an_amount_and_a_date_in_2099_are_quarantined(tmp_path: Path, bank: Bank) -> None:
    sales = [sheet_row(), sheet_row(金额="约一万"), sheet_row(开票日期=date(2099, 1, 1)), sheet_row(发票号码="9")]
    report = load(bank, LI, contest_book(tmp_path / "b.xlsx", sales), pack="cumcm2020c")
    assert report.faults == {"invoices": {"not_an_amount": 1, "issued_in_the_future": 1}}
    with bank.session() as session:
        text, future = quarantined(bank, session)
    assert text.problems()[0].sentence("en") == (
        "b.xlsx sheet 销项发票信息 row 3, column 金额: '约一万' is not an amount in yuan with at most two decimals; "
        "expected a number such as 1234.50"
    )
    assert text.problems()[0].sentence("zh").startswith("b.xlsx 工作表 销项发票信息 第 3 行，列 金额：“约一万”不是")
    assert (future.row, future.faults[0].value) == (4, "2099-01-01")


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("1,234.50", "1234.50"),
        (" 1234.5 ", "1234.50"),
        (1234.5, "1234.50"),
        ("1234", "1234.00"),
        (0.1 + 0.2, "0.30"),
        ("12,34", None),
        ("1234.505", None),
        (1234.505, None),
        ("1e3", None),
        ("NaN", None),
        ("¥12", "12.00"),
        ("12万元", "120000.00"),
        ("壹仟贰佰圆伍角整", "1200.50"),
        ("-１２．５", "-12.50"),
        ("12.345万", "123450.00"),
        ("12.3456789万", None),
        ("12%", None),
        (True, None),
        (1e17, None),
        (date(2020, 1, 1), None),
        ("=1+1", "1.00"),
    ],
)
def test_amounts_are_exact_or_refused(tmp_path: Path, bank: Bank, cell: Any, cents: str | None) -> None:
    sales = [sheet_row(金额=cell, 税额=0, 价税合计=cell)]
    report = load(bank, LI, contest_book(tmp_path / "b.xlsx", sales), pack="cumcm2020c")
    found = [str(r["total"]) for r in rows_of(bank, "invoices", as_of=CONTEST_DAY) if r["direction"] == "sale"]
    assert found == ([cents] if cents else [])
    assert report.quarantined == (not cents)


@pytest.mark.parametrize("cell", ["2017-08-04", "2017/8/4", "20170804", "2017年8月4日", "2017.08.04", date(2017, 8, 4)])
def test_dates_in_the_forms_people_write(tmp_path: Path, bank: Bank, cell: Any) -> None:
    load(bank, LI, contest_book(tmp_path / "b.xlsx", [sheet_row(开票日期=cell)]), pack="cumcm2020c")
    assert date(2017, 8, 4) in [r["issue_date"] for r in rows_of(bank, "invoices", as_of=CONTEST_DAY)]


@pytest.mark.parametrize("cell", ["2017-02-30", "04/08/2017", "2017", 42951.0, "infinity", "today"])
def test_what_is_no_date_is_quarantined(tmp_path: Path, bank: Bank, cell: Any) -> None:
    report = load(bank, LI, contest_book(tmp_path / "b.xlsx", [sheet_row(开票日期=cell)]), pack="cumcm2020c")
    assert report.faults == {"invoices": {"not_a_date": 1}}


def test_invoice_numbers_typed_as_numbers(tmp_path: Path, bank: Bank) -> None:
    report = load(
        bank,
        LI,
        contest_book(tmp_path / "b.xlsx", [sheet_row(发票号码=11459356), sheet_row(发票号码=25312000000012345678)]),
        pack="cumcm2020c",
    )
    assert report.faults == {"invoices": {"digits_lost": 1}}
    assert "11459356" in [r["invoice_no"] for r in rows_of(bank, "invoices", as_of=CONTEST_DAY)]


def test_formula_cells_are_noted(tmp_path: Path, bank: Bank) -> None:
    report = load(
        bank, LI, contest_book(tmp_path / "b.xlsx", [sheet_row(金额="=1+0", 税额=0, 价税合计="=1")]), pack="cumcm2020c"
    )
    assert [(n.code, n.count) for n in report.notes] == [("formula_cells", 2)]


def test_a_workbook_beyond_the_limits(tmp_path: Path, bank: Bank) -> None:
    book = contest_book(tmp_path / "b.xlsx")
    refused(bank, book, e.FileTooLarge, "bytes", limits=Limits(workbook_bytes=1000))
    refused(bank, book, e.FileTooLarge, "rows 2 is more than the accepted 1", limits=Limits(workbook_rows=1))
    refused(bank, book, e.FileTooLarge, "columns", limits=Limits(columns=3))
    refused(bank, book, e.FileTooLarge, "archive entries", limits=Limits(workbook_entries=3))
    refused(bank, book, e.FileTooLarge, "unpacked bytes", limits=Limits(workbook_unpacked_bytes=1000))


def test_a_200_mb_workbook_is_refused_before_it_is_read(tmp_path: Path, bank: Bank) -> None:
    with (tmp_path / "b.xlsx").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    refused(bank, tmp_path / "b.xlsx", e.FileTooLarge, "209,715,200 is more than the accepted 104,857,600")


def with_entry(book: Path, name: str, data: bytes, *, compress: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(book, "a", compress) as archive:
        archive.writestr(name, data)
    return book


def test_a_zip_bomb_posing_as_a_workbook(tmp_path: Path, bank: Bank) -> None:
    book = with_entry(contest_book(tmp_path / "b.xlsx"), "xl/worksheets/sheet9.xml", b"0" * 30_000_000)
    refused(bank, book, ZipBomb, "sheet9.xml", "more than the accepted 200")


def test_a_bomb_whose_directory_lies(tmp_path: Path, bank: Bank) -> None:
    book = with_entry(contest_book(tmp_path / "b.xlsx"), "xl/media/x.xml", b"0" * 5_000_000)
    raw = bytearray(book.read_bytes())
    at = raw.rindex(b"PK\x01\x02")  # the last entry of the directory: its unpacked size stands 24 bytes on
    assert struct.unpack_from("<I", raw, at + 24) == (5_000_000,)
    struct.pack_into("<I", raw, at + 24, 100)
    book.write_bytes(raw)
    refused(bank, book, e.NotReadable, "cannot be read as xlsx")


def test_a_macro_workbook_by_name_and_by_content(tmp_path: Path, bank: Bank) -> None:
    book = contest_book(tmp_path / "b.xlsm")
    refused(bank, book, e.MacroWorkbook, "b.xlsm carries macros")
    renamed = with_entry(contest_book(tmp_path / "c.xlsx"), "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    refused(bank, renamed, e.MacroWorkbook, "c.xlsx carries macros", ".xlsx without macros")


def test_entities_in_a_workbook(tmp_path: Path, bank: Bank) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    refused(bank, with_entry(contest_book(tmp_path / "b.xlsx"), "xl/x.xml", bomb), e.NotReadable, "declares entities")


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"\x00" * 500, "企业代号,金额".encode("gbk"), b"PK\x05\x06" + b"\x00" * 18]
)
def test_no_workbook_at_all(tmp_path: Path, bank: Bank, content: bytes) -> None:
    (tmp_path / "b.xlsx").write_bytes(content)
    refused(bank, tmp_path / "b.xlsx", e.NotReadable, "b.xlsx cannot be read as xlsx", "accepted forms: Parquet, CSV")


# Parquet


def test_no_parquet_at_all(tmp_path: Path, bank: Bank) -> None:
    folder = pack(tmp_path / "pack", firms=[firm(1)])
    for content, error in (
        (b"", e.EmptyFile),
        (b"id,name\n1,x\n", e.NotReadable),
        (b"PAR1" + b"\0" * 50 + b"PAR1", e.NotReadable),
    ):
        (folder / "invoices.parquet").write_bytes(content)
        refused(bank, folder, error, "invoices.parquet", pack="windchime")


def test_a_parquet_file_with_a_damaged_page(tmp_path: Path, bank: Bank) -> None:
    folder = pack(tmp_path / "pack", firms=[firm(i) for i in range(3000)])
    raw = bytearray((folder / "firms.parquet").read_bytes())
    raw[200:2200] = bytes(2000)
    (folder / "firms.parquet").write_bytes(raw)
    refused(bank, folder, e.NotReadable, "firms.parquet cannot be read as Parquet", pack="windchime")


def test_wrong_types_are_quarantined_row_by_row(tmp_path: Path, bank: Bank) -> None:
    folder = pack(tmp_path / "pack", firms=[firm(1)])
    rows = pa.Table.from_pylist([invoice(), invoice()])
    rows = rows.set_column(
        rows.schema.get_field_index("amount"), "amount", pa.array([["1", "2"], None], pa.list_(pa.string()))
    )
    rows = rows.set_column(rows.schema.get_field_index("issue_date"), "issue_date", pa.array([5, 6], pa.int64()))
    pq.write_table(rows, folder / "invoices.parquet")
    report = load(bank, LI, folder, pack="windchime")
    assert report.faults["invoices"] == {"not_a_date": 2}
    assert report.tables["firms"].lake == 1


def test_an_empty_parquet_file(tmp_path: Path, bank: Bank) -> None:
    refused(bank, pack(tmp_path / "pack", firms=[]), e.EmptyFile, "firms.parquet holds no rows", pack="windchime")


def test_an_empty_table_of_a_pack_is_noted(tmp_path: Path, bank: Bank) -> None:
    report = load(bank, LI, pack(tmp_path / "pack", firms=[firm(1)], invoices=[]), pack="windchime")
    assert [(n.code, n.file, n.sentence("en")) for n in report.notes] == [
        ("file_empty", "invoices.parquet", "the file holds no rows")
    ]
    assert {name: counts.lake for name, counts in report.tables.items()} == {"firms": 1}


def test_a_parquet_file_beyond_the_limits(tmp_path: Path, bank: Bank) -> None:
    folder = pack(tmp_path / "pack", firms=[firm(1), firm(2)])
    refused(bank, folder, e.FileTooLarge, "rows 2", pack="windchime", limits=Limits(parquet_rows=1))
    refused(bank, folder, e.FileTooLarge, "bytes", pack="windchime", limits=Limits(parquet_bytes=10))


def test_a_bad_file_among_good_ones_loads_nothing(tmp_path: Path, bank: Bank) -> None:
    folder = pack(tmp_path / "pack", firms=[firm(1)], invoices=[invoice()])
    pq.write_table(pq.read_table(folder / "invoices.parquet").drop_columns(["total"]), folder / "invoices.parquet")
    refused(bank, folder, e.MissingColumn, "invoices.parquet has no column total", pack="windchime")


# folders


def test_nothing_there(tmp_path: Path, bank: Bank) -> None:
    refused(bank, tmp_path / "nowhere", NoSuchFolder, "nowhere")
    (tmp_path / "empty").mkdir()
    refused(bank, tmp_path / "empty", e.NothingToLoad, "a1_enterprises.parquet", "*.xlsx")
    (tmp_path / "empty" / "a1_enterprises.parquet").write_bytes(b"x")
    refused(bank, tmp_path / "empty", e.MissingFile, "a1_purchase_invoices.parquet")


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path, bank: Bank) -> None:
    secret = pack(tmp_path / "secret", firms=[firm(1)])
    folder = pack(tmp_path / "pack", invoices=[invoice()])
    (folder / "firms.parquet").symlink_to(secret / "firms.parquet")
    refused(bank, folder, e.NotAFile, "firms.parquet", pack="windchime")
    (folder / "firms.parquet").unlink()
    (folder / "firms.parquet").mkdir()
    refused(bank, folder, e.NotAFile, "firms.parquet", pack="windchime")


# fuzzing

CELLS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["有效发票", "E1", "-1", "1,000.00", " "]),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(*[CELLS] * 8), min_size=1, max_size=6))
def test_any_cells_end_in_lake_or_quarantine(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("cells")
    bank = open_bank(folder)
    filled = [r for r in rows if any(c is not None and c != "" for c in r)]
    book = workbook(
        folder / "b.xlsx",
        {
            "企业信息": (ENTERPRISES, [("E1", "x", "A", "否")]),
            "进项发票信息": (PURCHASES, [[sheet_row()[h] for h in SALES]]),
            "销项发票信息": (SALES, rows),
        },
    )
    if not filled:
        refused(bank, book, e.EmptyFile)
        return
    counts = load(bank, LI, book, pack="cumcm2020c").tables["invoices"]
    assert counts.source == counts.lake + counts.quarantined == len(filled) + 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_are_refused_or_read_but_never_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    bank = open_bank(folder)
    if data.draw(st.booleans()):
        path, victim, name = folder / "b.xlsx", contest_book(folder / "b.xlsx"), "cumcm2020c"
    else:
        path = pack(folder / "pack", firms=[firm(i) for i in range(50)])
        victim, name = path / "firms.parquet", "windchime"
    raw = bytearray(victim.read_bytes())
    size = len(raw)  # workbooks bear the time of writing, so places are drawn as shares of the size
    for share, byte in data.draw(st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=8)):
        raw[int(share * size)] = byte
    victim.write_bytes(raw[: int(size * data.draw(st.sampled_from([1, 1, 0.99, 0.5])))])
    try:
        report = load(bank, LI, path, pack=name)
    except BadInput:
        with bank.session() as session:
            assert head(session) is None
    else:
        assert all(c.source == c.lake + c.quarantined for c in report.tables.values())
