"""Files of invoices in the shapes people have them in, to one listing; what cannot be read is told, what is a trap refused."""

import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from polars.testing import assert_frame_equal
from tests.data.einvoice.builders import digital_xml, plain
from tests.risk.invoices.lab.borrowers import AS_OF, borrowers, code

from windchime.core.errors import BadInput
from windchime.data.intake.archive import ZipBomb
from windchime.data.intake.errors import EmptyFile, MacroWorkbook
from windchime.data.intake.folder import NoSuchFolder
from windchime.data.intake.limits import LIMITS
from windchime.data.intake.mapping import PackMapping
from windchime.risk.invoices.files.completing import FirmNotTold
from windchime.risk.invoices.listing import FORM, Listing
from windchime.risk.invoices.reading import NoInvoices, Read, read

TODAY = date(2026, 6, 30)
OWN, OTHER = code(1), code(2)
#: headers of an export of the tax platform
EXPORT = (
    "序号,发票代码,发票号码,数电发票号码,销方识别号,销方名称,购方识别号,购买方名称,开票日期,金额,税额,价税合计,"
    "发票来源,发票票种,发票状态,是否正数发票,发票风险等级,开票人,备注"
)


def open_file(path: Path, **asked: object) -> Read:
    return read(path, spill=path.parent / "spill", today=TODAY, **asked)  # type: ignore[arg-type]  # by name


def export(folder: Path, *rows: str, headers: str = EXPORT, name: str = "list.csv") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join([headers, *rows]) + "\n", encoding="utf-8")
    return path


def line(
    number: str = "25990000000000000001", *, day: str = "2025-03-01 10:22:33", total: str = "113.00", **cells: str
) -> str:
    told = {
        "code": "", "paper": "", "digital": number, "seller": OWN, "seller_name": "甲公司", "buyer": OTHER,
        "buyer_name": "乙公司", "amount": "100.00", "tax": "13.00", "kind": "数电票（增值税专用发票）", "status": "正常", "positive": "是",
    } | cells  # fmt: skip
    return (
        f"1,{told['code']},{told['paper']},{told['digital']},{told['seller']},{told['seller_name']},{told['buyer']},"
        f"{told['buyer_name']},{day},{told['amount']},{told['tax']},{total},电子发票服务平台,{told['kind']},"
        f"{told['status']},{told['positive']},正常,张,"
    )


def yuan(listing: Listing) -> pl.DataFrame:
    money = [(pl.col(c) / 100).cast(pl.Decimal(18, 2)) for c in ("amount", "tax", "total")]
    return listing.invoices.with_columns(money).drop("row", "partner_id", "source_file", "row_no")


def test_an_export_of_the_tax_platform(tmp_path: Path) -> None:
    rows = [
        line(),
        line(number="", code="9900231130", paper="00000123", kind="增值税专用发票", status="作废", day="2025-03-02", total="120.00"),
        line("25990000000000000002", amount='"-1,000.00"', tax="-130.00", total="-1130.00", positive="否", status="已红冲-全额"),
        line("25990000000000000003", buyer="", buyer_name="某商店", kind="没有这种票"),
        line("25990000000000000004", day="二月三十"),
        line(number=""),
    ]  # fmt: skip
    found = open_file(export(tmp_path, *rows))
    told = found.listing.invoices
    assert told["invoice_no"].to_list() == [
        "25990000000000000001", "00000123", "25990000000000000002", "25990000000000000003"
    ]  # fmt: skip
    assert set(told["reporting_firm_id"]) == {f"own:{OWN}"}
    assert told["direction"].to_list() == ["sale"] * 4
    assert told["partner_id"].to_list() == [f"own:{OTHER}"] * 3 + ["own:某商店"]
    assert told["kind"].to_list() == ["digital_special", "special", "digital_special", "unknown"]
    assert told["status"].to_list() == ["normal", "void", "normal", "normal"]
    assert told["colour"].to_list() == ["blue", "blue", "red", "blue"]
    # what checks look for is no reason to leave a row out
    assert told["total"].to_list() == [11300, 12000, -113000, 11300]
    assert told["issued_at"].to_list()[:2] == [datetime(2025, 3, 1, 2, 22, 33, tzinfo=UTC), None]
    assert told["issue_date"].max() == found.listing.as_of == date(2025, 3, 2)
    assert found.left_out == 2
    assert {(p.row, p.column) for p in found.problems} == {(6, "开票日期"), (7, "")}
    assert "某商店" not in json.dumps([p.as_dict() for p in found.problems], ensure_ascii=False, default=str)


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl", "xlsx"])
def test_columns_of_the_contract_in_every_form(tmp_path: Path, form: str) -> None:
    listing = borrowers(2, 2, lines=False)
    table = yuan(listing).drop("verified", "kind").with_columns(pl.col("issued_at").dt.strftime("%Y-%m-%d %H:%M:%SZ"))
    path = tmp_path / f"mine.{form}"
    if form == "parquet":
        table.write_parquet(path)
    elif form == "csv":
        table.write_csv(path)
    elif form == "jsonl":
        table.with_columns(pl.col("amount", "tax", "total", "issue_date").cast(pl.String)).write_ndjson(path)
    else:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("数据")
            for at, row in enumerate([table.columns, *table.cast(pl.String).rows()]):
                sheet.write_row(at, 0, ["" if v is None else v for v in row])
    found = open_file(path, as_of=AS_OF)
    assert found.left_out == 0
    assert found.listing.as_of == AS_OF
    told = [c for c in FORM if c not in ("kind", "source_file", "row_no")]
    assert_frame_equal(found.listing.invoices.select(told), listing.invoices.select(told))
    assert "kind" not in found.listing.told
    assert {"issued_at", "buyer_code", "original_no"} <= found.listing.told


def test_heads_and_lines_of_a_workbook_and_of_a_folder(tmp_path: Path) -> None:
    listing = borrowers(1, 2)
    lines = listing.lines.with_columns((pl.col("amount", "tax") / 100).cast(pl.Decimal(18, 2)))
    yuan(listing).write_parquet(tmp_path / "invoices.parquet")
    issued = listing.invoices.select("invoice_no", "issue_date").unique("invoice_no")
    lines.join(issued, on="invoice_no").write_parquet(tmp_path / "invoice_lines.parquet")
    export(tmp_path, "1,2", headers="a,b", name="notes.csv")
    found = open_file(tmp_path)
    assert found.listing.invoices.height == listing.invoices.height
    key = ["invoice_no", "line_no"]
    assert_frame_equal(found.listing.lines.sort(key), listing.lines.sort(key), check_row_order=False)


def test_a_sheet_of_lines_that_repeats_its_heads_is_no_second_list(tmp_path: Path) -> None:
    heads, of_lines = (
        EXPORT.split(","),
        ["税收分类编码", "货物或应税劳务名称", "单位", "数量", "单价", "金额", "税率", "税额", "价税合计"],
    )
    first = heads[: heads.index("金额")]
    path = tmp_path / "全量发票查询导出结果.xlsx"
    with xlsxwriter.Workbook(path) as book:
        one, two = (book.add_worksheet(name) for name in ("发票基础信息", "信息汇总表"))
        one.write_row(0, 0, heads)
        two.write_row(0, 0, [*first, *of_lines])
        for n in range(2):
            cells = line(f"2599000000000000000{n}").split(",")
            one.write_row(n + 1, 0, cells)
            goods = ["1080101000000000000", "*钢材*螺纹钢", "吨", "2", "50", "100", "13%", "13", "113"]
            two.write_row(n + 1, 0, [*cells[: len(first)], *goods])
    found = open_file(path, firm=OWN).listing
    assert found.invoices.height == found.lines.height == 2
    told = found.lines.select("invoice_no", "line_no", "item_name", "quantity", "amount", "tax_rate", "tax").row(0)
    assert told == ("25990000000000000000", 1, "*钢材*螺纹钢", 2.0, 10000, 0.13, 1300)


def test_one_party_is_enough_where_the_name_says_the_side_or_the_firm_is_named(tmp_path: Path) -> None:
    headers = "发票号码,购方名称,开票日期,金额,税额,企业代号"
    path = export(tmp_path, "1,乙公司,2025-03-01,100,13,E1", headers=headers, name="销项发票.csv")
    row = open_file(path).listing.invoices.row(0, named=True)
    assert (row["seller_id"], row["buyer_id"], row["total"]) == ("own:E1", "own:乙公司", 11300)
    headers = "发票号码,销方名称,开票日期,金额,税额"
    path = export(tmp_path, "1,乙公司,2025-03-01,100,13", headers=headers)
    row = open_file(path, firm="甲公司").listing.invoices.row(0, named=True)
    assert (row["direction"], row["buyer_id"], row["partner_id"]) == ("purchase", "own:甲公司", "own:乙公司")
    with pytest.raises(FirmNotTold):
        open_file(export(tmp_path, line(), line("2", seller=code(5), buyer=code(6))))


def test_rows_of_others_are_told(tmp_path: Path) -> None:
    path = export(tmp_path, line(), line("25990000000000000002", seller=code(5), seller_name="丙公司"))
    found = open_file(path, firm=OWN)
    assert found.listing.invoices.height == 1
    assert [(p.code, p.row) for p in found.problems] == [("firm_is_no_party", 3)]


def test_a_mapping_of_ones_own_goes_before_what_is_found_out(tmp_path: Path) -> None:
    body = {
        "pack": "mine", "label": {"zh": "甲", "en": "a"}, "source": "mine",
        "feeds": {
            "list": {
                "files": [{"file": "*.csv"}],
                "columns": {c: {"headers": [h]} for c, h in {"no": "A", "day": "B", "net": "C", "vat": "D", "who": "E"}.items()},
                "tables": {
                    "invoices": {
                        "columns": {
                            "reporting_firm_id": {"constant": "mine:F"}, "direction": {"constant": "sale"}, "copy": {"constant": "seller"},
                            "seller_id": {"constant": "mine:F"}, "buyer_id": {"firm": "who"}, "invoice_no": {"column": "no"},
                            "kind": {"constant": "unknown"}, "status": {"constant": "normal"}, "colour": {"constant": "blue"},
                            "issue_date": {"column": "day"}, "amount": {"column": "net"}, "tax": {"column": "vat"}, "total": {"column": "net"},
                        }
                    }
                },
            }
        },
    }  # fmt: skip
    path = export(tmp_path, "7,2025-01-02,100,0,x", headers="A,B,C,D,E")
    found = open_file(path, mapping=PackMapping.of(body, "v", own=b"mine"))
    assert found.listing.invoices.select("reporting_firm_id", "partner_id", "invoice_no").row(0) == (
        "mine:F",
        "mine:x",
        "7",
    )
    with pytest.raises(NoInvoices, match="invoice_no"):
        open_file(path)


def test_documents_in_a_zip(tmp_path: Path) -> None:
    invoice = plain()
    with zipfile.ZipFile(tmp_path / "papers.zip", "w") as packed:
        packed.writestr("a/1.xml", digital_xml(invoice))
        packed.writestr("a/2.xml", b"<no>invoice</no>")
    seller = str(invoice.seller.code)
    whole = open_file(tmp_path / "papers.zip", firm=seller)
    (row,) = whole.listing.invoices.to_dicts()
    assert (row["direction"], row["invoice_no"], row["seller_id"]) == ("sale", invoice.number, f"own:{seller}")
    assert whole.listing.lines.height == len(invoice.lines)
    assert [p.file for p in whole.problems] == ["a/2.xml"]
    bought = open_file(tmp_path / "papers.zip", firm=str(invoice.buyer.name)).listing.invoices.row(0, named=True)
    assert (bought["direction"], bought["partner_id"]) == ("purchase", f"own:{seller}")


def test_files_that_are_no_lists_or_traps_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(EmptyFile):
        open_file(tmp_path / "empty.csv")
    with pytest.raises(NoInvoices):
        open_file(export(tmp_path, "1,2", headers="a,b", name="other.csv"))
    with pytest.raises(NoInvoices):
        open_file(export(tmp_path / "readme", "x", name="readme.md").parent)
    with pytest.raises(NoSuchFolder):
        open_file(tmp_path / "nowhere.csv")
    (tmp_path / "macro.xlsm").write_bytes(b"PK\3\4")
    with pytest.raises(MacroWorkbook):
        open_file(tmp_path / "macro.xlsm")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", b"\0" * (4 << 20))
    with pytest.raises(ZipBomb):
        open_file(tmp_path / "bomb.zip")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "invoices.csv").symlink_to(export(tmp_path, line()))
    with pytest.raises(BadInput):
        open_file(inside)
    assert not list((tmp_path / "spill").glob("*"))


def test_headers_alone_are_an_empty_file_and_every_bad_row_is_counted(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        open_file(export(tmp_path))
    bad = [line(f"2599000000000000{n:04d}", day="never") for n in range(30)]
    found = open_file(export(tmp_path, line(), *bad), firm=OWN)
    assert (found.left_out, len(found.problems), found.listing.invoices.height) == (30, 30, 1)


def test_text_that_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    path = export(tmp_path, line(buyer="", buyer_name='"=HYPERLINK(""http://a"")"'))
    assert open_file(path, firm=OWN).listing.invoices["buyer_name"].to_list() == ['=HYPERLINK("http://a")']


def test_limits_of_intake_hold_here(tmp_path: Path) -> None:
    from dataclasses import replace

    from windchime.data.intake.errors import FileTooLarge

    path = export(tmp_path, *(line(f"2599000000000000{n:04d}") for n in range(50)))
    with pytest.raises(FileTooLarge):
        open_file(path, limits=replace(LIMITS, text_bytes=1000))


@pytest.mark.samples
def test_the_real_list_is_read_as_its_pack_reads_it(samples: Path, tmp_path: Path) -> None:
    found = read(samples / "cumcm2020c" / "a1_sales_invoices.parquet", spill=tmp_path, today=TODAY)
    assert found.listing.invoices.height == 162_484
    assert found.left_out == 0
    assert found.listing.invoices["direction"].unique().to_list() == ["sale"]
    assert found.listing.invoices["reporting_firm_id"].n_unique() == 123
    assert (found.listing.invoices["status"] == "void").sum() > 5_000
    assert found.listing.invoices["partner_id"].str.contains(r"^own:B\d+$").all()
    assert found.listing.as_of == date(2020, 2, 21)
