"""A wide table from a file: CSV, Parquet or one sheet of a workbook, held to the limits of intake's readers."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError
from python_calamine import CalamineError

from windchime.core.errors import BadInput, UnknownName
from windchime.core.reasons import reason_of
from windchime.core.text import _
from windchime.data.intake import parquet
from windchime.data.intake.encoding import Utf8, encoding_of
from windchime.data.intake.errors import EmptyFile, FileTooLarge, NotReadable
from windchime.data.intake.limits import Limits
from windchime.data.intake.workbook import open_workbook

#: how the times of a text column may be written
TIMES = ("%Y-%m-%d", "%Y/%m/%d", "%Y-%m", "%Y/%m", "%Y%m%d", "%Y%m")


class NoTable(BadInput):
    """A file whose name ends like no table."""

    msgid = _("{file} is no table that can be read; accepted: .csv, .parquet, .xlsx")

    def __init__(self, file: str) -> None:
        super().__init__(file=file)


class RepeatedNames(BadInput):
    """Two columns of one name."""

    msgid = _("{file} has two columns called '{column}'")
    hint = _("rename one of them")

    def __init__(self, file: str, column: str) -> None:
        super().__init__(file=file, column=column)


def read_table(path: Path, limits: Limits | None = None) -> pl.DataFrame:
    """The table of a file; types are taken from all of a column's cells, empty cells are missing values.

    Raises:
        NoTable: not .csv, .parquet or .xlsx.
        BadInput: too large, damaged, empty, two columns of one name.
    """
    limit = limits or Limits()
    readers = {".csv": _csv, ".parquet": _parquet, ".xlsx": _xlsx}
    if path.suffix.lower() not in readers:
        raise NoTable(path.name)
    found = readers[path.suffix.lower()](path, limit)
    if not found.height:
        raise EmptyFile(path.name)
    if found.width > limit.columns:
        raise FileTooLarge(path.name, "columns", found.width, limit.columns)
    return found


def column(table: pl.DataFrame, name: str) -> pl.Series:
    """A column by its name.

    Raises:
        UnknownName: the table has none.
    """
    if name not in table.columns:
        raise UnknownName("column", name, table.columns)
    return table[name]


def times(values: pl.Series) -> pl.Series:
    """The times of a column: texts as dates where all of them are, other values as they are."""
    if values.dtype != pl.String:
        return values
    for form in TIMES:
        found = read(values, form)
        if found.null_count() == values.null_count():
            return found
    return values


def read(values: pl.Series, form: str) -> pl.Series:
    """Texts as dates of one form of `TIMES`, missing where they are not of it; a month is its first day."""
    day = "" if "%d" in form else "01"
    return (values + day).str.to_date(form + "%d" * bool(day), strict=False)


def _csv(path: Path, limit: Limits) -> pl.DataFrame:
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile(path.name)
    if size > limit.text_bytes:
        raise FileTooLarge(path.name, "bytes", size, limit.text_bytes)
    encoding = encoding_of(path, path.name)
    source: Any = path if encoding == "utf-8" else Utf8(path, encoding).readall()
    try:
        heads = pl.read_csv(source, has_header=False, n_rows=1, infer_schema=False).row(0)
        _once(path.name, heads)
        return pl.read_csv(source, infer_schema_length=None, null_values=[""], try_parse_dates=True)
    except PolarsError as error:
        raise NotReadable(path.name, "CSV", reason_of(error)) from None


def _parquet(path: Path, limit: Limits) -> pl.DataFrame:
    parquet.check(path, path.name, limit)
    try:
        return pl.read_parquet(path)
    except (PolarsError, OSError) as error:
        raise NotReadable(path.name, "Parquet", reason_of(error)) from None


def _xlsx(path: Path, limit: Limits) -> pl.DataFrame:
    book, _notes = open_workbook(path, path.name, (), limit)
    try:
        head, *rows = book.get_sheet_by_index(0).to_python() or [[]]
    except (CalamineError, OSError, ValueError) as error:
        raise NotReadable(path.name, "xlsx", reason_of(error)) from None
    names = [str(h).strip() for h in head]
    _once(path.name, names)
    return pl.DataFrame(
        {name: _typed(name, [row[i] for row in rows]) for i, name in enumerate(names) if name} if rows else {}
    )


def _typed(name: str, cells: list[Any]) -> pl.Series:
    """Cells of a workbook as one column: empty ones are missing; of mixed kinds, all are texts."""
    found = [None if c == "" else c for c in cells]
    kinds = {type(c) for c in found if c is not None}
    if kinds <= {int, float}:
        return pl.Series(name, found, pl.Float64)
    if kinds in ({bool}, {date}):
        return pl.Series(name, found)
    return pl.Series(name, [c if c is None or isinstance(c, str) else _said(c) for c in found], pl.String)


def _said(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _once(file: str, names: Any) -> None:
    seen: set[str] = set()
    for name in names:
        if name and name in seen:
            raise RepeatedNames(file, name)
        seen.add(name)
