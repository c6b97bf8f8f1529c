"""Builders of what intake reads: packs in contract form, the three-sheet workbook, files that mean harm."""

import atexit
import shutil
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from windchime.core.clock import Clock
from windchime.core.unit import Actor
from windchime.data.contracts import contract
from windchime.data.intake import LoadReport, load
from windchime.data.lake import Lake
from windchime.service.bank import Bank

LI = Actor("li")
AS_OF = date(2025, 12, 31)
ENTERPRISES = ("企业代号", "企业名称", "信誉评级", "是否违约")
INVOICES = ("企业代号", "发票号码", "开票日期", "{}方单位代号", "金额", "税额", "价税合计", "发票状态")
PURCHASES = tuple(h.format("销") for h in INVOICES)
SALES = tuple(h.format("购") for h in INVOICES)


def invoice(**different: Any) -> dict[str, Any]:
    """A sale of F1 to F2 on 2025-03-01 of 100 yuan and 13 yuan of tax, but for what is said."""
    usual = {
        "reporting_firm_id": "twin:F1",
        "direction": "sale",
        "copy": "seller",
        "seller_id": "twin:F1",
        "buyer_id": "twin:F2",
        "invoice_no": "00000001",
        "kind": "special",
        "status": "normal",
        "colour": "blue",
        "issue_date": date(2025, 3, 1),
        "amount": Decimal("100.00"),
        "tax": Decimal("13.00"),
        "total": Decimal("113.00"),
    }
    return usual | different


def invoices(count: int) -> list[dict[str, Any]]:
    """So many good invoices, all different."""
    return [invoice(invoice_no=f"{i:08d}", issue_date=date(2024, 1, 1) + timedelta(days=i % 700)) for i in range(count)]


def firm(number: int, **different: Any) -> dict[str, Any]:
    """A firm of the twin."""
    return {"firm_id": f"twin:F{number}", "name": f"示例{number}有限公司", "known_on": date(2020, 1, 1)} | different


def pack(folder: Path, *, as_of: date = AS_OF, source: str = "twin", **tables: list[dict[str, Any]]) -> Path:
    """Write a windchime pack; each table in its contract's source form."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(
        f"pack: windchime\nlabel: {{zh: 仿真区域, en: Simulated region}}\nas_of: {as_of}\nsource: {source}\n"
        f"train: {{features_as_of: 2024-12-31, labels_as_of: {as_of}}}\nsimulated: true\nseed: 7\nfirms: 2\n",
        encoding="utf-8",
    )
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows, schema=contract(name).source_schema()), folder / f"{name}.parquet")
    return folder


@cache
def _empty_home() -> Path:
    """A home with a migrated database, made once a test session and copied from then on."""
    home = Path(mkdtemp(prefix="windchime-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    Bank.open(home).close()
    return home


def open_bank(folder: Path, clock: Clock | None = None) -> Bank:
    """A bank in a temporary home."""
    if not (folder / "home").exists():
        shutil.copytree(_empty_home(), folder / "home")
    return Bank.open(folder / "home", clock=clock)


def load_pack(bank: Bank, folder: Path) -> LoadReport:
    """Load a windchime pack."""
    return load(bank, LI, folder, pack="windchime")


def rows_of(bank: Bank, table: str, *, as_of: date = AS_OF, lake_version: int | None = None) -> list[dict[str, Any]]:
    """What a reading shows of a table, ordered by file and row."""
    with (
        bank.session() as session,
        Lake(bank.lake_dir).reading(session, as_of=as_of, lake_version=lake_version) as reading,
    ):
        if not reading.has(table):
            return []
        found: list[dict[str, Any]] = (
            reading.table(table).order_by("source_file", "row_no", "load_id").to_pyarrow().to_pylist()
        )
        return found


def sheet_row(**different: Any) -> dict[str, Any]:
    """A good row of 销项发票信息 but for what is said; keys are the headers of `SALES`."""
    usual = dict(
        zip(SALES, ("E1", "11459356", date(2017, 8, 4), "B03711", 9401.71, 1598.29, 11000.0, "有效发票"), strict=True)
    )
    return usual | different


def workbook(path: Path, sheets: Mapping[str, tuple[Iterable[str], Iterable[Iterable[Any]]]], **options: Any) -> Path:
    """Write a workbook: headers and rows by sheet name; dates as dates, texts as texts, formulas as they come."""
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False, **options}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, (headers, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            for c, header in enumerate(headers):
                sheet.write(0, c, header)
            for r, row in enumerate(rows, start=1):
                for c, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(r, c, cell, day)
                    elif isinstance(cell, str) and cell.startswith("="):
                        sheet.write_formula(r, c, cell, None, 1)
                    elif isinstance(cell, str):
                        sheet.write_string(r, c, cell)
                    elif cell is not None:
                        sheet.write(r, c, cell)
    return path


def contest_book(path: Path, sales: Iterable[Mapping[str, Any]] = (), **different: Any) -> Path:
    """The three-sheet workbook with one firm, one purchase and the sales that are given."""
    purchase = ("E1", "3390939", date(2017, 7, 18), "A00297", -943.4, -56.6, -1000.0, "有效发票")
    sheets: dict[str, Any] = {
        "企业信息": (ENTERPRISES, [("E1", "***电器销售有限公司", "A", "否")]),
        "进项发票信息": (PURCHASES, [purchase]),
        "销项发票信息": (SALES, [[row.get(h) for h in SALES] for row in sales or [sheet_row()]]),
    } | different
    return workbook(path, {k: v for k, v in sheets.items() if v is not None})
