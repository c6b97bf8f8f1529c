"""Wide tables from files."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from windchime.core.errors import BadInput, UnknownName
from windchime.data.intake.errors import EmptyFile, FileTooLarge, NotReadable
from windchime.data.intake.limits import Limits
from windchime.risk.rules.tables import NoTable, RepeatedNames, column, read_table, times

TEXT = "编号,金额,月份,等级\n1,10.5,2025-01-31,甲\n2,,2025-02-28,\n3,-9999,2025-03-31,乙\n"
EXPECTED: dict[str, list[object]] = {
    "编号": [1, 2, 3],
    "金额": [10.5, None, -9999.0],
    "月份": [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)],
    "等级": ["甲", None, "乙"],
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert read_table(path).to_dict(as_series=False) == EXPECTED


def test_a_type_is_that_of_all_cells(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x\n" + "1\n" * 5000 + "a\n", encoding="utf8")
    assert read_table(path)["x"].dtype == pl.String


def test_parquet_and_workbooks(tmp_path: Path) -> None:
    pl.DataFrame(EXPECTED).write_parquet(tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet").to_dict(as_series=False) == EXPECTED
    columns: list[list[object]] = [*map(list, EXPECTED.values()), ["x", 1, None]]
    with xlsxwriter.Workbook(str(tmp_path / "t.xlsx"), {"default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet()
        for y, row in enumerate([[*EXPECTED, "混合", ""], *zip(*columns, strict=True)]):
            for x, cell in enumerate(row):
                if cell is not None:
                    page.write(y, x, cell)
    found = read_table(tmp_path / "t.xlsx")
    assert found.to_dict(as_series=False) == EXPECTED | {"混合": ["x", "1", None]}


def test_what_is_no_table(tmp_path: Path) -> None:
    cases: list[tuple[str, bytes, type[BadInput]]] = [
        ("a.txt", b"x", NoTable), ("a.csv", b"", EmptyFile), ("b.csv", b"x,y\n", EmptyFile), ("c.csv", b"x,x\n1,2\n", RepeatedNames),
        ("a.parquet", b"PAR1", NotReadable), ("a.xlsx", b"PK", NotReadable), ("d.csv", b"x,y\n1,2,3\n", NotReadable),
    ]  # fmt: skip
    for name, content, error in cases:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(error):
            read_table(tmp_path / name)
    (tmp_path / "e.csv").write_text("a,b,c\n1,2,3\n", encoding="utf8")
    for small in (Limits(columns=2), Limits(text_bytes=3)):
        with pytest.raises(FileTooLarge):
            read_table(tmp_path / "e.csv", small)
    with pytest.raises(UnknownName):
        column(read_table(tmp_path / "e.csv"), "d")


def test_times() -> None:
    months = times(pl.Series(["2025-01", None, "2025-12"]))
    assert months.to_list() == [date(2025, 1, 1), None, date(2025, 12, 1)]
    assert times(pl.Series(["2025/1/31"])).to_list() == [date(2025, 1, 31)]
    assert times(pl.Series(["202501"])).to_list() == [date(2025, 1, 1)]
    assert times(pl.Series(["2025-01", "soon"])).dtype == pl.String
    assert times(pl.Series([202501])).to_list() == [202501]
