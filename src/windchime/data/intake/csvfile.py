"""CSV files as sheets: encoding proven, separator and header row found, rows streamed; ragged rows are kept apart."""

import contextlib
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from windchime.core.problems import Problem
from windchime.core.reasons import reason_of
from windchime.core.text import _
from windchime.data.intake import header_row
from windchime.data.intake.encoding import Utf8, encoding_of
from windchime.data.intake.errors import EmptyFile, FileTooLarge, NotReadable
from windchime.data.intake.limits import Limits
from windchime.data.intake.looks import Look, look
from windchime.data.intake.mapping import Feed, Style
from windchime.data.intake.rough import KEPT_TEXT, Rough
from windchime.data.intake.sheets import ROW, Sheet, once, tidy

SEPARATORS = (",", ";", "\t", "|")
#: a cell of nothing else is what an empty row looks like with the wrong separator
OTHERS = "".join(SEPARATORS) + " "
#: characters of the beginning in which separator and header row are looked for
HEAD = 256 * 1024
READ_AS = _("read as {encoding}, cells separated by {separator}, header in row {row}")
NAMES = {",": ",", ";": ";", "\t": "\\t", "|": "|"}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a CSV file is laid out."""

    encoding: str
    separator: str
    #: rows above the first row of data, header row and titles, as a reader of CSV counts them
    above: int
    #: characters above the first row of data
    skip: int
    headers: tuple[str, ...]


def layout(path: Path, name: str, style: Style, expected: Sequence[str], limits: Limits) -> Layout:
    """Find out how a CSV file is laid out.

    Raises:
        EmptyFile, FileTooLarge, NoEncoding, RepeatedColumn: as they say.
    """
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile(name)
    if size > limits.text_bytes:
        raise FileTooLarge(name, "bytes", size, limits.text_bytes)
    encoding = encoding_of(path, name, style.encoding)
    with path.open("r", encoding=encoding, newline="") as stream:
        head = stream.read(HEAD)
    given = [style.separator] if style.separator else SEPARATORS
    found = max((_laid_out(head, s, style, expected, limits) for s in given), key=lambda f: f[0])
    _score, separator, above, skip, headers = found
    if not any(headers):
        raise EmptyFile(name)
    if len(headers) > limits.columns:
        raise FileTooLarge(name, "columns", len(headers), limits.columns)
    once(name, headers)
    return Layout(encoding, separator, above, skip, headers)


def _laid_out(
    head: str, separator: str, style: Style, expected: Sequence[str], limits: Limits
) -> tuple[tuple[int, int], str, int, int, tuple[str, ...]]:
    """How well a separator explains the beginning of a file, and the layout it gives."""
    rows, ends = _first_rows(head, separator, limits.title_rows + 1)
    at = style.header_row - 1 if style.header_row else header_row.find(rows, expected)
    if at is None or at >= len(rows):
        return (-1, -1), separator, 0, 0, ()
    headers = tuple(tidy(h) for h in rows[at])
    known = len(set(headers) & set(expected))
    alike = sum(len(row) == len(headers) for row in rows[at:])
    return (known, alike * (len(headers) - 1)), separator, at + 1, ends[at], headers


def _first_rows(head: str, separator: str, count: int) -> tuple[list[list[str]], list[int]]:
    """The first rows, and how many characters end with each."""
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for line in io.StringIO(head, newline=""):
            taken += len(line)
            yield line

    rows: list[list[str]] = []
    ends: list[int] = []
    with contextlib.suppress(csv.Error):  # a field longer than Python's limit: what was read so far has to do
        for row in csv.reader(lines(), delimiter=separator):
            rows.append([cell if cell.strip(OTHERS) else "" for cell in row])
            ends.append(taken)
            if len(rows) == count:
                break
    return rows, ends


def open_sheet(
    con: duckdb.DuckDBPyConnection, path: Path, name: str, feed: Feed, limits: Limits
) -> tuple[Sheet, list[Problem]]:
    """A CSV file as a sheet of texts; row numbers are those a spreadsheet shows.

    Returns:
        The sheet, and how the file was read where that is not UTF-8 with commas and a header in the first row.

    Raises:
        EmptyFile, FileTooLarge, NoEncoding, RepeatedColumn, NotReadable: as they say.
    """
    expected = [h for header in feed.headers for h in header.headers]
    laid = layout(path, name, feed.style, expected, limits)
    rough = Rough(con, name)
    names = [h for h in laid.headers if h]
    rough.widen(names)
    rows = _Rows(laid, limits)
    try:
        with Utf8(path, laid.encoding, laid.skip) as stream:
            rough.add(pa.RecordBatchReader.from_batches(rows.schema, rows.batches(stream)))
    except (pa.ArrowException, duckdb.Error, OSError, ValueError) as error:
        raise NotReadable(name, "CSV", reason_of(error)) from None
    rough.damage(rows.ragged)
    return rough.as_sheet(rows.looks), _read_as(name, laid)


class _Rows:
    """The rows of a CSV file as numbered batches; ragged rows are gathered apart."""

    def __init__(self, laid: Layout, limits: Limits) -> None:
        self.laid, self.limits = laid, limits
        #: unnamed columns get a number, which no header can be
        self.names = [h or f"\x00{i}" for i, h in enumerate(laid.headers)]
        self.wanted = [i for i, h in enumerate(laid.headers) if h]
        self.schema = pa.schema([(ROW, pa.int64()), *((self.names[i], pa.string()) for i in self.wanted)])
        self.ragged: list[tuple[int, str, str]] = []
        #: what is known of the values of each column so far
        self.looks = dict.fromkeys((self.names[i] for i in self.wanted), Look())
        self._skipped: list[int] = []

    def batches(self, stream: Utf8) -> Iterator[pa.RecordBatch]:
        """Batches with row numbers, rows without any filled cell left out."""
        reader = pacsv.open_csv(
            pa.PythonFile(stream, mode="r"),
            pacsv.ReadOptions(column_names=self.names, block_size=self.limits.row_bytes * 2, use_threads=False),
            pacsv.ParseOptions(
                delimiter=self.laid.separator,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=self._set_apart,
            ),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(self.names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
        good = 0
        for batch in reader:
            numbers = self._numbers(good, batch.num_rows)
            good += batch.num_rows
            columns = [batch.column(i) for i in self.wanted]
            for name, column in zip(self.looks, columns, strict=True):
                self.looks[name] |= look([column])
            made = pa.record_batch([numbers, *columns], schema=self.schema)
            yield _without_empty(made, columns)
            if 0 < self.limits.sample_rows <= good:
                return

    def _set_apart(self, row: Any) -> str:
        self._skipped.append(row.number)
        if row.text.strip(self.laid.separator + ' "\t\r\n'):
            self.ragged.append((row.number + self.laid.above, "cells_miscounted", row.text[:KEPT_TEXT]))
        return "skip"

    def _numbers(self, before: int, count: int) -> pa.Array:
        """Row numbers of the next good rows, the skipped ones counted in."""
        nth = np.arange(before, before + count, dtype=np.int64)
        skipped = np.asarray(self._skipped, dtype=np.int64) - 1
        passed = np.searchsorted(skipped - np.arange(len(skipped)), nth, side="right")
        return pa.array(nth + passed + self.laid.above + 1)


def _without_empty(batch: pa.RecordBatch, columns: Sequence[pa.Array]) -> pa.RecordBatch:
    filled = None
    for column in columns:
        there = pc.not_equal(column, "")
        filled = there if filled is None else pc.or_(filled, there)
        if pc.all(filled).as_py():
            return batch
    return batch.filter(filled)


def _read_as(name: str, laid: Layout) -> list[Problem]:
    if (laid.encoding, laid.separator, laid.above) in (("utf-8", ",", 1), ("utf-8-sig", ",", 1)):
        return []
    said = {"encoding": laid.encoding.upper(), "separator": NAMES[laid.separator], "row": laid.above}
    return [Problem("read_as", READ_AS, file=name, params=said)]
