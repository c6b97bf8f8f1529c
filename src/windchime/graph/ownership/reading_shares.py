"""A table of shareholdings out of whatever holds one: Arrow, Polars, pandas, a dict of columns, a CSV or Parquet file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow.csv import ConvertOptions

from windchime.core.errors import BadCall, BadInput
from windchime.core.reasons import reason_of
from windchime.core.text import _
from windchime.graph.plain_csv import read_csv

#: the columns a table of shareholdings must have, and those it may have; others are not read
NEEDED = ("owner", "company", "share")
ALLOWED = (*NEEDED, "votes", "as_of")


class NoShareholdings(BadInput):
    """What was given is no table of shareholdings."""

    msgid = _("shareholdings need the columns owner, company and share; missing: {missing}")
    hint = _("rename the columns; votes and as_of may stand beside them")

    def __init__(self, missing: str) -> None:
        super().__init__(missing=missing)


class NoTable(BadCall):
    """What was given cannot be read as a table."""

    msgid = _("{kind} is no table of shareholdings")
    hint = _("give an Arrow table, a Polars or pandas frame, or the path of a .csv or .parquet file")

    def __init__(self, kind: str) -> None:
        super().__init__(kind=kind)


class UnreadableFile(BadInput):
    """A file that is not what its name says."""

    msgid = _("{path} cannot be read: {why}")

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path=str(path), why=why)


class PercentShares(BadInput):
    """A file that gives its shares in percent."""

    msgid = _(
        "{file} gives shares in percent: {count} of {of} are above 1 or bear a percent sign, the largest is {most}"
    )
    hint = _("write shares as fractions: 0.6 for 60 %")

    def __init__(self, file: Path, count: int, of: int, most: str) -> None:
        super().__init__(file=file.name, count=count, of=of, most=most)


def refuse_percent(file: Path, shares: pa.ChunkedArray) -> None:
    """See that the shares of a file are fractions.

    Raises:
        PercentShares: more than half of them are above 1, or bear a percent sign.
    """
    said = pc.utf8_trim_whitespace(shares.cast(pa.string()).drop_null())
    bare = pc.replace_substring_regex(said, r"\s*[%％]$", "")
    signed = pc.not_equal(said, bare)
    numbers = pc.if_else(pc.match_substring_regex(bare, r"^[0-9]+(\.[0-9]*)?$"), bare, None).cast(pa.float64())
    above = pc.or_(signed, pc.greater(numbers, 1).fill_null(False))
    count = pc.sum(above).as_py() or 0
    if 2 * count > len(said):
        raise PercentShares(file, count, len(said), f"{pc.max(numbers.filter(above)).as_py() or 0:g}")


def first_row(source: object) -> int:
    """The number that a person gives the first row: 2 in a CSV file, where the header is row 1, else 1."""
    return 2 if isinstance(source, str | Path) and Path(source).suffix.lower() == ".csv" else 1


def table_of(source: object) -> pa.Table:
    """The columns of a table of shareholdings.

    Args:
        source: an Arrow table, anything with an Arrow stream (Polars, pandas, a DuckDB relation), a mapping of columns,
            or the path of a `.csv` (`plain_csv`, with a header; shares are kept as text) or `.parquet` file.

    Returns:
        the table with the columns of `ALLOWED` that it has.

    Raises:
        NoTable: nothing that can be read.
        NoShareholdings: a needed column is missing.
        UnreadableFile: the file is damaged or not of its kind.
    """
    if isinstance(source, str | Path):
        return _of_file(Path(source))
    try:
        table = source if isinstance(source, pa.Table) else pa.table(_columns(source))
    except (TypeError, ValueError, pa.ArrowException) as error:
        raise NoTable(type(source).__name__) from error
    return _chosen(table)


def _columns(source: object) -> Any:
    return dict(source) if isinstance(source, Mapping) else source


def _of_file(path: Path) -> pa.Table:
    match path.suffix.lower():
        case ".csv":
            read = _csv
        case ".parquet" | ".pq":
            read = _parquet
        case _:
            raise NoTable(str(path))
    try:
        return _chosen(read(path))
    except (OSError, pa.ArrowException) as error:
        raise UnreadableFile(path, reason_of(error)) from None


def _csv(path: Path) -> pa.Table:
    as_text = dict.fromkeys(ALLOWED, pa.string())
    return read_csv(path, ConvertOptions(column_types=as_text, strings_can_be_null=True, null_values=[""]))


def _parquet(path: Path) -> pa.Table:
    held = pq.read_schema(path).names
    return pq.read_table(path, columns=[c for c in ALLOWED if c in held])


def _chosen(table: pa.Table) -> pa.Table:
    if missing := [c for c in NEEDED if c not in table.column_names]:
        raise NoShareholdings(", ".join(missing))
    if any(table.column_names.count(c) > 1 for c in ALLOWED):
        raise NoTable("a table with two columns of one name")
    table = table.select([c for c in ALLOWED if c in table.column_names])
    try:
        ids = {name: table[name].cast(pa.string()) for name in ("owner", "company")}
    except pa.ArrowException as error:
        raise NoTable("a table whose ids are no texts") from error
    return pa.table({name: ids.get(name, table[name]) for name in table.column_names})
