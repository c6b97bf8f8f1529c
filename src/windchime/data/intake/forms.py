"""The forms of files that are read, told by their suffix: what a file really holds is found out when it is opened."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import duckdb

from windchime.core.problems import Problem
from windchime.data.intake import csvfile, jsonlines, parquet
from windchime.data.intake.limits import Limits
from windchime.data.intake.mapping import Feed
from windchime.data.intake.sheets import Sheet

Form = Literal["parquet", "csv", "jsonl", "xlsx"]
SUFFIXES: dict[str, Form] = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
}
#: workbooks that may hold programs, and old ones whose readers are weak
REFUSED = (".xlsm", ".xltm", ".xlam", ".xlsb", ".xls")


def form_of(name: str) -> Form | None:
    """The form of a file by its name; None where it is none that is read."""
    return SUFFIXES.get(Path(name).suffix.lower())


def sheets(
    con: duckdb.DuckDBPyConnection, path: Path, name: str, feeds: Sequence[Feed], limits: Limits
) -> Iterator[tuple[Sheet, Feed, list[Problem]]]:
    """The sheets of one file as relations of the connection, each with its feed and what is worth a note.

    Args:
        con: the workshop's connection.
        path: the file.
        name: how rows, reports and errors name it.
        feeds: of a workbook, those that read a sheet of it; of any other file, the one that reads it.
        limits: what the readers accept.

    Raises:
        BadInput: the file as a whole cannot be read.
    """
    match form_of(name):
        case "xlsx":
            from windchime.data.intake import workbook

            book, problems = workbook.open_workbook(path, name, feeds, limits)
            for feed in feeds:
                yield workbook.open_sheet(con, book, name, feed, limits), feed, problems
                problems = []
        case "csv":
            for feed in feeds:
                sheet, problems = csvfile.open_sheet(con, path, name, feed, limits)
                yield sheet, feed, problems
        case "jsonl":
            for feed in feeds:
                sheet, problems = jsonlines.open_sheet(con, path, name, limits)
                yield sheet, feed, problems
        case _:
            rows = parquet.check(path, name, limits)
            for feed in feeds:
                yield parquet.open_sheet(con, path, name, rows), feed, []
