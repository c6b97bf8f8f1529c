"""Exports: values come back exactly, no cell is a formula, every file says when, by whom and by which release."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.core.text import LANGS, Lang, Text
from windchime.present import exports
from windchime.present.exports import FORMULA_STARTS, Provenance, TooManyRows, csv_bytes, neutral, xlsx_bytes
from windchime.present.web import Column

COLUMNS = (
    Column("name", Text("企业", "Firm")),
    Column("sales", Text("销项", "Sales"), "money"),
    Column("share", Text("占比", "Share"), "percent"),
    Column("risk", Text("风险", "Risk"), "risk"),
    Column("on", Text("日期", "Date"), "date"),
    Column("at", Text("时刻", "At"), "instant"),
)
MADE = Provenance(
    datetime(2026, 1, 5, 4, tzinfo=UTC), "clerk", "0.1.0", as_of=date(2025, 12, 31), lake_version=7, simulated=True
)
ROWS: list[dict[str, Any]] = [
    {
        "name": "=1+1",
        "sales": Decimal("-1234.50"),
        "share": 0.25,
        "risk": "severe",
        "on": date(2025, 3, 1),
        "at": datetime(2025, 3, 1, 18, tzinfo=UTC),
    },
    {"name": '甲公司, "乙"\n丙', "sales": None, "share": None, "risk": None, "on": None, "at": None},
]


def lines(lang: Lang, rows: list[dict[str, Any]]) -> list[list[str]]:
    written = csv_bytes(COLUMNS, rows, MADE, lang)
    assert written.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))


def test_csv_keeps_values_and_neutralises_text() -> None:
    read = lines("zh", ROWS)
    assert read[0] == ["企业", "销项", "占比", "风险", "日期", "时刻"]
    assert read[1] == ["'=1+1", "-1234.50", "0.25", "严重", "2025-03-01", "2025-03-02 02:00"]
    assert read[2] == ['甲公司, "乙"\n丙', "", "", "", "", ""]
    assert read[3] == []
    assert dict(read[4:]) == {
        "生成时间": "2026-01-05 12:00",
        "生成人": "clerk",
        "软件版本": "0.1.0",
        "观察时点": "2025-12-31",
        "数据湖版本": "7",
        "数据": "仿真数据",
    }


@given(st.text(max_size=20), st.text(max_size=8))
def test_no_text_cell_begins_a_formula(name: str, by: str) -> None:
    assert not neutral(name).lstrip(" ").startswith(FORMULA_STARTS)
    footer = Provenance(MADE.generated_at, by, "0.1.0").lines("en")
    assert all(not neutral(value).startswith(FORMULA_STARTS) for _name, value in footer)


@pytest.mark.parametrize("lang", LANGS)
def test_xlsx_holds_types_and_no_formula(lang: Lang) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(COLUMNS, ROWS, MADE, lang)))
    sheet, about = book.worksheets
    cells = [c for row in sheet.iter_rows() for c in row]
    assert all(c.data_type != "f" for c in cells)
    assert sheet["A2"].value == "=1+1"
    assert sheet["A2"].data_type == "s"
    assert (sheet["B2"].value, sheet["C2"].value) == (-1234.5, 0.25)
    assert sheet["D2"].value == {"zh": "严重", "en": "severe"}[lang]
    assert (str(sheet["E2"].value), str(sheet["F2"].value)) == ("2025-03-01 00:00:00", "2025-03-02 02:00:00")
    assert sheet.freeze_panes == "B2"
    said = [str(c.value) for row in about.iter_rows() for c in row]
    assert {"2026-01-05 12:00", "clerk", "0.1.0", "2025-12-31", "7"} <= {*said}


def test_the_same_rows_make_the_same_bytes() -> None:
    assert csv_bytes(COLUMNS, ROWS, MADE, "zh") == csv_bytes(COLUMNS, ROWS, MADE, "zh")
    assert xlsx_bytes(COLUMNS, ROWS, MADE, "zh") == xlsx_bytes(COLUMNS, ROWS, MADE, "zh")


def test_an_empty_table_still_says_where_it_comes_from() -> None:
    assert lines("en", [])[2][0] == "generated at"
    assert openpyxl.load_workbook(io.BytesIO(xlsx_bytes(COLUMNS, [], MADE, "en"))).sheetnames == ["Data", "About"]


def test_a_table_longer_than_a_sheet_is_refused_and_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "1048576" in TooManyRows().message("zh")
    monkeypatch.setattr(exports, "XLSX_ROWS", 3)  # a heading and two rows
    assert len(xlsx_bytes(COLUMNS, ROWS, MADE, "en")) > 0
    with pytest.raises(TooManyRows):
        xlsx_bytes(COLUMNS, [*ROWS, ROWS[0]], MADE, "en")
