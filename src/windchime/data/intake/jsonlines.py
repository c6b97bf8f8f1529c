"""JSON lines as sheets: one object a line, inner objects flattened with dots, numbers kept digit by digit."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from windchime.core.problems import Problem
from windchime.core.reasons import reason_of
from windchime.data.intake.encoding import encoding_of
from windchime.data.intake.errors import EmptyFile, FileTooLarge, NotReadable
from windchime.data.intake.limits import Limits
from windchime.data.intake.rough import CHUNK_ROWS, KEPT_TEXT, Rough
from windchime.data.intake.sheets import OURS, ROW, Sheet, tidy

#: characters of the longest path of keys
LONGEST_KEY = 200
#: between the values of a list of plain values, as `codes` columns write them
BETWEEN = "|"


class _Damage(Exception):
    """Why a line cannot be told apart; `args` holds a code of `rough.DAMAGES`."""


class _Columns:
    """Columns by their keys; upper and lower case are one column, as DuckDB has it."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.names: dict[str, str] = {}

    def name(self, key: str) -> str:
        """The column of a key, a new one where it is the first of its kind."""
        lower = key.lower()
        if lower not in self.names:
            if len(self.names) >= self.limit:
                raise _Damage("too_many_columns")
            if not key or len(key) > LONGEST_KEY or lower in OURS or not key.isprintable():
                raise _Damage("key_not_usable")
            self.names[lower] = key
        return self.names[lower]


def open_sheet(con: duckdb.DuckDBPyConnection, path: Path, name: str, limits: Limits) -> tuple[Sheet, list[Problem]]:
    """A file of JSON lines as a sheet of texts; row numbers are line numbers.

    Raises:
        EmptyFile, FileTooLarge, NoEncoding, NotReadable: as they say.
    """
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile(name)
    if size > limits.text_bytes:
        raise FileTooLarge(name, "bytes", size, limits.text_bytes)
    encoding = encoding_of(path, name)
    rough, columns = Rough(con, name), _Columns(limits.columns)
    try:
        with path.open("r", encoding=encoding, newline="\n") as stream:
            lines = _lines(iter(lambda: stream.readline(limits.row_bytes), ""), limits.row_bytes)
            while chunk := list(islice(lines, CHUNK_ROWS)):
                _add(rough, columns, chunk, limits)
                if 0 < limits.sample_rows <= rough.rows:
                    break
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise NotReadable(name, "JSON lines", reason_of(error)) from None
    return rough.as_sheet(), []


def _lines(pieces: Iterator[str], longest: int) -> Iterator[tuple[int, str]]:
    """Numbered lines that are not blank; of a line that is too long, its beginning alone, marked by its length."""
    number, cut = 0, False
    for piece in pieces:
        ended = piece.endswith("\n")
        if not cut:
            number += 1
            if piece.strip():
                yield number, piece if ended or len(piece) < longest else piece[:KEPT_TEXT] + "\0"
        cut = (not ended and len(piece) >= longest) or (cut and not ended)


def _add(rough: Rough, columns: _Columns, chunk: list[tuple[int, str]], limits: Limits) -> None:
    """Read a chunk of lines into the table; lines that cannot be told apart are kept as they stand."""
    good: list[tuple[int, dict[str, str | None]]] = []
    bad: list[tuple[int, str, str]] = []
    for number, line in chunk:
        try:
            good.append((number, _flat(line, columns, limits.json_levels)))
        except _Damage as damage:
            bad.append((number, damage.args[0], line.strip()))
    new = [c for c in columns.names.values() if c not in set(rough.columns)]
    rough.widen(new)
    if good:
        arrays = [pa.array([row.get(c) for _n, row in good], pa.string()) for c in rough.columns]
        numbers = pa.array([n for n, _row in good], pa.int64())
        rough.add(pa.table([numbers, *arrays], names=[ROW, *rough.columns]))
    rough.damage(bad)


def _flat(line: str, columns: _Columns, levels: int) -> dict[str, str | None]:
    """The cells of one line by column.

    Raises:
        _Damage: the line is not one object of values, lists of values and such objects.
    """
    try:
        body = json.loads(line, parse_float=str, parse_int=str, parse_constant=_not_finite, object_pairs_hook=_Pairs)
        line.encode()  # a half of a surrogate pair that stands as an escape is found below
    except RecursionError:
        raise _Damage("too_deep") from None
    except ValueError:
        raise _Damage("not_json") from None
    if not isinstance(body, _Pairs):
        raise _Damage("not_json")
    found: dict[str, str | None] = {}
    _flatten(body, "", levels, found, columns)
    return found


class _Pairs(list[tuple[str, Any]]):
    """An object as its pairs, so that a key that stands twice is seen."""


def _flatten(pairs: _Pairs, above: str, levels: int, found: dict[str, str | None], columns: _Columns) -> None:
    if not levels:
        raise _Damage("too_deep")
    for key, value in pairs:
        path = f"{above}.{tidy(key)}" if above else tidy(key)
        if isinstance(value, _Pairs):
            _flatten(value, path, levels - 1, found, columns)
            continue
        column = columns.name(path)
        if column in found:
            raise _Damage("key_twice")
        found[column] = _said(value)


def _said(value: Any) -> str | None:
    """A value as text; numbers as they were written."""
    if isinstance(value, list):
        if any(isinstance(v, list) for v in value):
            raise _Damage("nested_list")
        said: str | None = BETWEEN.join(_said(v) or "" for v in value)
    elif isinstance(value, bool):
        said = "true" if value else "false"
    else:
        said = value
    if said is not None and not said.isascii():
        try:
            said.encode()
        except UnicodeEncodeError:
            raise _Damage("not_json") from None
    return said


def _not_finite(_constant: str) -> None:
    raise _Damage("not_finite")
