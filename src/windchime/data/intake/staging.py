"""The workshop of a load: an in-memory DuckDB in which rows are checked, told apart, counted and ordered."""
# ruff: noqa: S608 - names and texts enter the SQL through `identifier` and `literal` alone

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from windchime.core.dates import SHANGHAI
from windchime.data.contracts import Column, Contract
from windchime.data.intake import units
from windchime.data.intake.compiled import NUMBER, Compiled
from windchime.data.intake.convert import SQL
from windchime.data.intake.limits import LIMITS, Limits
from windchime.data.intake.report import Counts, Note
from windchime.data.lake.opening import confine, identifier, literal

#: how many rows of each note are shown as examples
EXAMPLES = 5
#: rows of a batch on their way to the lake
BATCH_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every row of a load bears."""

    source: str
    load_id: str
    #: the day the data were taken: the pack's default as-of
    as_of: date
    #: the latest day on which data of this source that the lake holds were taken; a correction is not known before it,
    #: whatever day its own pack says
    held_to: date = date.min


class Staging:
    """Rows of one load on their way: staged table by table, then given out for lake and quarantine.

    Attributes:
        con: the DuckDB connection; it reaches the files it was given and nothing else.
        passes: what was staged, in order; column `__pass` of a staged row is the index.
        tables: contracts of the tables that rows were staged for.
    """

    def __init__(self, stamp: Stamp, spill: str, readable: Iterable[Path] = (), limits: Limits = LIMITS) -> None:
        self.stamp, self.limits = stamp, limits
        self.con = duckdb.connect(config={"temp_directory": spill, "memory_limit": f"{limits.staging_memory_bytes}B"})
        units.register(self.con)
        self.con.execute("SET TimeZone = 'UTC'")
        self.con.execute("SET python_enable_replacements = false")
        confine(self.con, map(str, readable))
        self.con.execute("SET lock_configuration = true")
        self.passes: list[Compiled] = []
        self.tables: dict[str, Contract] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.con.close()

    def stage(self, compiled: Compiled) -> None:
        """Run the pass over one sheet for one table."""
        found = compiled.contract
        if found.name not in self.tables:
            self.con.execute(_create(found))
            self.tables[found.name] = found
        self.con.execute(
            f"INSERT INTO {staged(found)} BY NAME SELECT *, {len(self.passes)} AS __pass FROM ({compiled.rows})"
        )
        self.passes.append(compiled)

    def mark_repeated_keys(self, found: Contract) -> None:
        """Mark rows whose key an earlier row of the same load has; for tables whose key is not the place itself.

        States of one key are told apart by the day they were known.
        """
        if "row_no" in found.key:
            return
        keys = ", ".join([*map(identifier, found.key), *(["__known_on"] if found.versions == "states" else [])])
        self.con.execute(
            f"UPDATE {staged(found)} SET __repeats = true WHERE rowid IN (SELECT rowid FROM (SELECT rowid, row_number() "
            f"OVER (PARTITION BY {keys} ORDER BY __pass, row_no) AS nth FROM {staged(found)} WHERE __faults IS NULL) "
            f"WHERE nth > 1)"
        )

    def mark_duplicates(self, found: Contract) -> None:
        """Point exact duplicates of one sheet at the first of their kind; for tables that have a place for it."""
        if not any(c.name == "duplicate_of" for c in found.columns):
            return
        equal = ", ".join(identifier(c.name) for c in found.expected)
        suspects = (
            f"SELECT *, rowid AS __rowid FROM {staged(found)} WHERE __faults IS NULL "
            f"QUALIFY count(*) OVER (PARTITION BY __pass, hash({equal})) > 1"
        )
        self.con.execute(
            f"UPDATE {staged(found)} SET __duplicate_of = first FROM (SELECT __rowid AS r, min(row_no) OVER "
            f"(PARTITION BY __pass, {equal}) AS first, row_no AS own FROM ({suspects})) WHERE rowid = r AND own > first"
        )

    def accepted(self, name: str) -> pa.RecordBatchReader:
        """Rows for the lake, in its schema; rows of one firm together, as they came."""
        found = self.tables[name]
        filled = self._filled(found)
        sorted_by = found.firm_column or found.key[0]
        order = "" if self._in_order(found, sorted_by) else f"ORDER BY {identifier(sorted_by)}, rowid"
        own = [
            identifier(c.name) if c in filled else f"NULL::{SQL[c.type]} AS {identifier(c.name)}" for c in found.columns
        ]
        carried = [f"{_place(c)} AS {identifier(c.name)}" for c in filled]
        return self.con.sql(
            f"SELECT {', '.join(own)}, {literal(self.stamp.source)} AS source, happened_at, "
            f"{self._known_at()} AS known_at, __known_basis AS known_basis, source_file, source_sheet, row_no, "
            f"{literal(self.stamp.load_id)} AS load_id, __supersedes AS supersedes "
            f"FROM (SELECT {''.join(f'{c}, ' for c in carried)}happened_at, __known_at, __known_on, __known_basis, "
            f"source_file, source_sheet, row_no, __supersedes FROM {staged(found)} WHERE {KEPT} {order})"
        ).to_arrow_reader(BATCH_ROWS)

    def _filled(self, found: Contract) -> list[Column]:
        """Columns with any value; the others need not be carried through the sort."""
        values = self.one(f"SELECT {', '.join(f'count({_place(c)})' for c in found.columns)} FROM {staged(found)}")
        return [c for c, count in zip(found.columns, values, strict=True) if count]

    def _in_order(self, found: Contract, column: str) -> bool:
        """Whether rows came sorted, as whole exports mostly do: one look, where sorting costs more than all checks."""
        it = identifier(column)
        before = f"SELECT {it}, lag({it}) OVER () AS before FROM {staged(found)} WHERE {KEPT}"
        return bool(self.one(f"SELECT coalesce(bool_and(before <= {it}), true) FROM ({before})")[0])

    def _known_at(self) -> str:
        """SQL of when the bank could first know a row: a correction not before the day the corrected data were taken."""
        own, edition = known_at("__known_on"), known_at(f"DATE '{max(self.stamp.as_of, self.stamp.held_to)}'")
        return f"coalesce(__known_at, CASE WHEN __supersedes IS NULL THEN {own} ELSE greatest({own}, {edition}) END)"

    def counts(self) -> dict[str, Counts]:
        """Rows by table: in the sources, for the lake, for quarantine."""
        found = {}
        for name, table in self.tables.items():
            rows, kept = self.one(f"SELECT count(*), count(*) FILTER ({KEPT}) FROM {staged(table)}")
            found[name] = Counts(source=rows, lake=kept, quarantined=rows - kept)
        return found

    def notes(self) -> list[Note]:
        """What is true of accepted rows and worth saying, with counts and the first rows of each."""
        found = []
        for number, compiled in enumerate(self.passes):
            sheet = compiled.matched.sheet
            figures = self.con.execute(
                f"SELECT flag, count(*), min(row_no, {EXAMPLES}) FROM (SELECT unnest(__notes) AS flag, row_no "
                f"FROM {staged(compiled.contract)} WHERE __pass = {number} AND __notes IS NOT NULL AND {KEPT}) "
                f"GROUP BY flag ORDER BY flag"
            ).fetchall()
            for flag, count, rows in ((compiled.notes[i], *rest) for i, *rest in figures):
                header, name = compiled.header(flag.column), compiled.contract.name
                found.append(Note(flag.code, name, header, sheet.file, sheet.sheet, count, tuple(rows)))
        return found

    def one(self, sql: str) -> tuple[Any, ...]:
        """The one row of a query."""
        (row,) = self.con.execute(sql).fetchall()
        return tuple(row)


#: SQL that is true of staged rows that go to the lake
KEPT = "__faults IS NULL AND NOT __repeats"


def known_at(day: str) -> str:
    """SQL of the end of a day in Asia/Shanghai, in UTC: `core.dates.end_of_day` on a column."""
    return f"timezone({literal(SHANGHAI.key)}, CAST({day} + INTERVAL 1 DAY AS TIMESTAMP) - INTERVAL 1 MICROSECOND)"


def _place(column: Column) -> str:
    """SQL name of a contract column in the staged rows."""
    return identifier(f"__{column.name}" if column.derived else column.name)


def staged(found: Contract) -> str:
    """SQL name of the staged rows of a table."""
    return identifier(f"staged:{found.name}")


def _create(found: Contract) -> str:
    own = [f"{identifier(c.name)} {SQL[c.type]}" for c in found.expected]
    derived = [f"{identifier(f'__{c.name}')} {SQL[c.type]}" for c in found.columns if c.derived]
    return (
        f"CREATE TABLE {staged(found)} ({', '.join(own + derived)}, happened_at DATE, __known_on DATE, __known_basis VARCHAR, "
        f"source_file VARCHAR, source_sheet VARCHAR, row_no BIGINT, __faults {NUMBER}[], __notes {NUMBER}[], "
        f"__pass INTEGER, __repeats BOOLEAN DEFAULT false, __supersedes VARCHAR, __known_at TIMESTAMPTZ)"
    )
