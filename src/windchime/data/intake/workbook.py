"""Workbooks (.xlsx) as sheets: cells read by calamine, columns made typed where all their cells agree."""
# ruff: noqa: S608 - names enter the SQL through `identifier` alone

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from windchime.core.problems import Problem
from windchime.core.reasons import reason_of
from windchime.core.text import _
from windchime.data.intake import archive, header_row
from windchime.data.intake.convert import kind_of
from windchime.data.intake.errors import EmptyFile, FileTooLarge, MissingSheet, NotReadable
from windchime.data.intake.limits import Limits
from windchime.data.intake.mapping import Feed
from windchime.data.intake.sheets import ROW, Sheet, once, tidy
from windchime.data.lake.opening import identifier

#: in the place of a sheet's name: the only one of the workbook
ANY = "*"
#: rows turned into Arrow columns at a time
CHUNK_ROWS = 50_000


def open_workbook(
    path: Path, name: str, feeds: Sequence[Feed], limits: Limits
) -> tuple[CalamineWorkbook, list[Problem]]:
    """Check a workbook and open it; its sheets are read one by one afterwards.

    Returns:
        The workbook, and what is worth a note about it.

    Raises:
        MissingSheet: names the first sheet that a feed reads and the workbook lacks.
        BadInput: what `archive.check` raises.
    """
    formulas = archive.check(path, name, limits)
    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        raise NotReadable(name, "xlsx", reason_of(error)) from None
    for feed in feeds:
        if (feed.sheet != ANY or len(book.sheet_names) != 1) and feed.sheet not in book.sheet_names:
            raise MissingSheet(name, feed.sheet, ", ".join(book.sheet_names) or "-", ", ".join(f.sheet for f in feeds))
    notes = (
        [
            Problem(
                "formula_cells",
                _("the workbook has {count} cells with formulas; their last computed values were read"),
                file=name,
                params={"count": formulas},
            )
        ]
        if formulas
        else []
    )
    return book, notes


def filled_sheets(path: Path, name: str, limits: Limits) -> list[str]:
    """Names of the sheets of a workbook that have at least two rows.

    Raises:
        BadInput: what `archive.check` raises, or the workbook is damaged.
    """
    book, _problems = open_workbook(path, name, (), limits)
    try:
        found = [sheet for sheet in book.sheet_names if (book.get_sheet_by_name(sheet).end or (0, 0))[0] > 0]
    except (CalamineError, OSError, ValueError) as error:
        raise NotReadable(name, "xlsx", reason_of(error)) from None
    if not found:
        raise EmptyFile(name)
    return found


def open_sheet(con: duckdb.DuckDBPyConnection, book: CalamineWorkbook, name: str, feed: Feed, limits: Limits) -> Sheet:
    """One sheet as a relation of the connection; its row numbers are those the spreadsheet shows.

    Raises:
        EmptyFile, FileTooLarge, RepeatedColumn, NotReadable: as they say.
    """
    called = book.sheet_names[0] if feed.sheet == ANY else feed.sheet
    place = f"{name} [{called}]"
    try:
        found = book.get_sheet_by_name(called)
        last_row, last_column = found.end or (-1, -1)
        for what, size, limit in (
            ("rows", last_row + 1, limits.workbook_rows),
            ("columns", last_column + 1, limits.columns),
        ):
            if size > limit:
                raise FileTooLarge(place, what, size, limit)
        rows = found.iter_rows()
        top = list(islice(rows, limits.title_rows + 1))
        at, headers = _headers(top, place, feed)
        table = _table(chain(top[at + 1 :], rows), [tidy(h) for h in headers], first=at + 2)
    except (CalamineError, OSError, ValueError) as error:
        raise NotReadable(place, "xlsx", reason_of(error)) from None
    if table.num_rows == 0:
        raise EmptyFile(place)
    relation = f"sheet:{name}:{called}"
    con.register(relation, table)
    kinds = {
        column: kind_of(kind)
        for column, kind, *_rest in con.execute(f"DESCRIBE SELECT * FROM {identifier(relation)}").fetchall()
        if column != ROW
    }
    return Sheet(name, called, identifier(relation), kinds, table.num_rows)


def _headers(top: list[list[Any]], place: str, feed: Feed) -> tuple[int, list[str]]:
    """How many rows stand above the header row, empty ones and titles; and the headers."""
    said_rows = [[said(cell) or "" for cell in row] for row in top]
    expected = [h for header in feed.headers for h in header.headers]
    at = feed.style.header_row - 1 if feed.style.header_row else header_row.find(said_rows, expected)
    if at is None or at >= len(said_rows):
        raise EmptyFile(place)
    once(place, said_rows[at])
    return at, said_rows[at]


def _table(rows: Iterator[list[Any]], headers: list[str], *, first: int) -> pa.Table:
    """The cells below the header row as Arrow columns, empty rows left out, each row with its number."""
    wanted = [i for i, header in enumerate(headers) if header]
    names = [headers[i] for i in wanted]
    numbers: list[pa.Array] = []
    pieces: list[list[pa.Array | list[Any]]] = []
    while chunk := list(islice(rows, CHUNK_ROWS)):
        columns = list(zip(*chunk, strict=True))
        pieces.append([columns[i] for i in wanted])
        numbers.append(pa.array(range(first, first + len(chunk)), pa.int64()))
        first += len(chunk)
    if not pieces:
        return pa.table({ROW: pa.array([], pa.int64())})
    arrays = [_column([piece[i] for piece in pieces]) for i in range(len(names))]
    table = pa.table([*arrays, pa.chunked_array(numbers)], names=[*names, ROW])
    return _without_empty_rows(table, names)


def _column(pieces: list[Any]) -> pa.ChunkedArray:
    """One column: typed where all its filled cells are of one type, text otherwise."""
    kinds = set().union(*(set(map(type, piece)) for piece in pieces))
    if str in kinds and len(kinds) > 1 and not any(cell for piece in pieces for cell in piece if type(cell) is str):
        kinds.remove(str)  # calamine gives empty cells as empty text
        pieces = [[None if cell == "" else cell for cell in piece] for piece in pieces]
    kind = kinds.pop() if len(kinds) == 1 else None
    typed = {str: pa.string(), float: pa.float64(), date: pa.date32(), datetime: pa.timestamp("us"), bool: pa.bool_()}
    if kind in typed:
        return pa.chunked_array([pa.array(piece, typed[kind]) for piece in pieces], typed[kind])
    return pa.chunked_array([pa.array([said(cell) for cell in piece], pa.string()) for piece in pieces], pa.string())


def _without_empty_rows(table: pa.Table, names: list[str]) -> pa.Table:
    import pyarrow.compute as pc

    filled = None
    for name in names:
        column = table[name]
        there = pc.is_valid(column)
        if pa.types.is_string(column.type):
            there = pc.and_(there, pc.not_equal(pc.fill_null(column, ""), ""))
        filled = there if filled is None else pc.or_(filled, there)
    return table if filled is None or pc.all(filled).as_py() else table.filter(filled)


def said(cell: Any) -> str | None:
    """A cell as text, as the spreadsheet would show it without a number format."""
    match cell:
        case "" | None:
            said = None
        case bool():
            said = "true" if cell else "false"
        case float():
            said = format(cell, ".9f").rstrip("0").rstrip(".")
        case datetime():
            said = cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
        case date():
            said = cell.isoformat()
        case _:
            said = str(cell)
    return said
