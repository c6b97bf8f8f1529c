"""Sheets of text that may hold rows no cell of which can be told: gathered chunk by chunk in a table of the workshop."""
# ruff: noqa: S608 - names enter the SQL through `identifier` alone

from collections.abc import Iterable, Iterator, Mapping

import duckdb
import pyarrow as pa

from windchime.core.text import _
from windchime.data.intake.convert import Kind
from windchime.data.intake.errors import EmptyFile
from windchime.data.intake.looks import Look
from windchime.data.intake.sheets import DAMAGE, ROW, TEXT, Sheet
from windchime.data.lake.opening import identifier

#: characters of a damaged row that are kept
KEPT_TEXT = 2_000
#: why a row cannot be told apart into cells: message, and what is accepted
DAMAGES: dict[str, tuple[str, str]] = {
    "cells_miscounted": (_("the row has more or fewer cells than the header"), _("{accepted} cells")),
    "not_json": (_("the line is not a JSON object"), _("one JSON object a line")),
    "key_twice": (_("the JSON object has a key twice"), _("each key once")),
    "nested_list": (_("the JSON object holds a list of lists or objects"), _("values, or lists of values")),
    "too_deep": (_("the JSON object is nested too deeply"), _("a flat object, or few levels of objects")),
    "not_finite": (_("the JSON object holds NaN or Infinity"), _("numbers, or null")),
    "key_not_usable": (
        _("the JSON object has a key that cannot name a column"),
        _("keys of at most 200 characters that can be seen"),
    ),
    "too_many_columns": (_("the JSON object brings more columns than a file may have"), _("fewer keys")),
}


class Rough:
    """A table of texts that grows chunk by chunk; new columns may come with any chunk.

    DuckDB keeps it in its memory limit and puts what is more to disk.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, file: str, sheet: str | None = None) -> None:
        self.con, self.file, self.sheet = con, file, sheet
        self.relation = identifier(f"sheet:{file}:{sheet or ''}")
        self.columns: list[str] = []
        self.rows = 0
        con.execute(f"CREATE TABLE {self.relation} ({ROW} BIGINT, {DAMAGE} VARCHAR, {TEXT} VARCHAR)")

    def widen(self, columns: Iterable[str]) -> None:
        """Add columns, empty in the rows that are there."""
        for column in columns:
            self.con.execute(f"ALTER TABLE {self.relation} ADD COLUMN {identifier(column)} VARCHAR")
            self.columns.append(column)

    def add(self, rows: "pa.Table | pa.RecordBatchReader") -> None:
        """Append rows: `ROW`, and any of the columns, `DAMAGE` and `TEXT`."""
        self.con.register("chunk", rows)
        ((count,),) = self.con.execute(f"INSERT INTO {self.relation} BY NAME SELECT * FROM chunk").fetchall()
        self.con.unregister("chunk")
        self.rows += count

    def damage(self, found: "list[tuple[int, str, str]]") -> None:
        """Append rows that cannot be told apart: number, code of `DAMAGES`, text."""
        if found:
            numbers, codes, texts = zip(*found, strict=True)
            self.add(
                pa.table({ROW: pa.array(numbers, pa.int64()), DAMAGE: codes, TEXT: [t[:KEPT_TEXT] for t in texts]})
            )

    def as_sheet(self, looks: Mapping[str, Look] | None = None) -> Sheet:
        """The finished sheet, with what is known of its columns.

        Raises:
            EmptyFile: no row came.
        """
        if not self.rows or not self.columns:
            raise EmptyFile(f"{self.file} [{self.sheet}]" if self.sheet else self.file)
        kinds: dict[str, Kind] = dict.fromkeys(self.columns, "text")
        return Sheet(self.file, self.sheet, self.relation, kinds, self.rows, damaged=True, looks=looks or {})


def texts(columns: "list[str]", rows: "Iterator[tuple[int, list[str | None]]]") -> Iterator[pa.Table]:
    """Numbered rows of texts as tables of at most `CHUNK_ROWS` rows."""
    from itertools import islice

    while chunk := list(islice(rows, CHUNK_ROWS)):
        numbers, cells = zip(*chunk, strict=True)
        arrays = [pa.array(column, pa.string()) for column in zip(*cells, strict=True)]
        yield pa.table([pa.array(numbers, pa.int64()), *arrays], names=[ROW, *columns])


#: rows turned into Arrow columns at a time
CHUNK_ROWS = 50_000
