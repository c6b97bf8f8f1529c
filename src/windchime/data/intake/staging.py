"""The workshop of a load: an in-memory DuckDB in which rows are checked, told apart, counted and ordered."""
# ruff: noqa: S608 - names and texts enter the SQL through `identifier` and `literal` alone

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from windchime.core.dates import SHANGHAI
from windchime.data.contracts import Contract
from windchime.data.intake.compiled import Compiled, is_set, source_layer
from windchime.data.intake.convert import SQL
from windchime.data.intake.report import Counts, Note
from windchime.data.lake.opening import confine, identifier, literal, view

#: how many rows of each note and fault are shown as examples
EXAMPLES = 5
#: characters of a faulty value that quarantine shows; the whole one stands in the source row
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every row of a load bears."""

    source: str
    load_id: str


class Staging:
    """Rows of one load on their way: staged table by table, then given out for lake and quarantine."""

    def __init__(self, stamp: Stamp, spill: Path, readable: Iterable[Path] = ()) -> None:
        self.stamp = stamp
        self.con = duckdb.connect(config={"temp_directory": str(spill)})
        self.con.execute("SET TimeZone = 'UTC'")
        self.con.execute("SET python_enable_replacements = false")
        confine(self.con, map(str, readable))
        self.con.execute("SET lock_configuration = true")
        self.passes: list[Compiled] = []
        self.tables: dict[str, Contract] = {}

    def stage(self, compiled: Compiled) -> None:
        """Run the pass over one sheet for one table."""
        found = compiled.contract
        if found.name not in self.tables:
            self.con.execute(_create(found))
            self.tables[found.name] = found
        self.con.execute(f"INSERT INTO {_staged(found)} BY NAME SELECT *, {len(self.passes)} AS __pass "
                         f"FROM ({compiled.rows})")
        self.passes.append(compiled)

    def reject_repeated_keys(self, name: str) -> None:
        """Mark rows whose key an earlier row of the same load has; for tables whose key is not the place itself."""
        found = self.tables[name]
        if "row_no" in found.key:
            return
        keys = ", ".join(identifier(k) for k in found.key)
        self.con.execute(
            f"UPDATE {_staged(found)} SET __repeats = true WHERE rowid IN (SELECT rowid FROM (SELECT rowid, row_number() "
            f"OVER (PARTITION BY {keys} ORDER BY __pass, row_no) AS nth FROM {_staged(found)} WHERE __faults = 0) "
            f"WHERE nth > 1)")

    def supersede(self, name: str, files: Sequence[str]) -> None:
        """Let rows correct the rows of the same key and source that the lake holds already.

        Args:
            name: the table.
            files: its Parquet files at the newest lake version.
        """
        found = self.tables[name]
        if not files:
            return
        self.con.execute(view(f"lake:{name}", files, found.arrow_schema()))
        same = " AND ".join(f"new.{identifier(k)} IS NOT DISTINCT FROM old.{identifier(k)}" for k in found.key)
        keys = ", ".join(identifier(k) for k in found.key)
        self.con.execute(
            f"UPDATE {_staged(found)} AS new SET __supersedes = old.load_id FROM (SELECT {keys}, max(load_id) AS load_id "
            f"FROM {identifier(f'lake:{name}')} WHERE source = {literal(self.stamp.source)} GROUP BY ALL) AS old "
            f"WHERE new.__faults = 0 AND {same}")

    def accepted(self, name: str) -> pa.RecordBatchReader:
        """Rows for the lake, in its schema and order."""
        found = self.tables[name]
        own = [_duplicate(found) if c.derived else identifier(c.name) for c in found.columns]
        order = dict.fromkeys([c for c in (found.firm_column, *found.key) if c])
        return self.con.sql(
            f"SELECT {', '.join(own)}, {literal(self.stamp.source)} AS source, happened_at, "
            f"{known_at('__known_on')} AS known_at, source_file, source_sheet, row_no, "
            f"{literal(self.stamp.load_id)} AS load_id, __supersedes AS supersedes "
            f"FROM {self._with_duplicates(found)} WHERE __faults = 0 AND NOT __repeats "
            f"ORDER BY {', '.join(identifier(c) for c in order)}").to_arrow_reader(100_000)

    def _with_duplicates(self, found: Contract) -> str:
        """The staged table, with the first row of each set of exact duplicates where the contract asks for it."""
        if not any(c.name == "duplicate_of" for c in found.columns):
            return _staged(found)
        equal = [identifier(c.name) for c in found.expected]
        groups = (f"SELECT __pass AS p, hash({', '.join(equal)}) AS h, min(row_no) AS first FROM {_staged(found)} "
                  f"WHERE __faults = 0 GROUP BY ALL HAVING count(*) > 1")
        return (f"(SELECT s.*, CASE WHEN row_no > first THEN first END AS __duplicate_of FROM {_staged(found)} AS s "
                f"LEFT JOIN ({groups}) ON __pass = p AND hash({', '.join(equal)}) = h)")

    def counts(self) -> dict[str, Counts]:
        """Rows by table: in the sources, for the lake, for quarantine."""
        found = {}
        for name, table in self.tables.items():
            rows, kept = self._one(f"SELECT count(*), count(*) FILTER (__faults = 0 AND NOT __repeats) FROM {_staged(table)}")
            found[name] = Counts(source=rows, lake=kept, quarantined=rows - kept)
        return found

    def notes(self) -> list[Note]:
        """What is true of accepted rows and worth saying, with counts and the first rows of each."""
        found = []
        for number, compiled in enumerate(self.passes):
            for i, flag in enumerate(compiled.notes):
                count, rows = self._one(
                    f"SELECT count(*), min(row_no, {EXAMPLES}) FROM {_staged(compiled.contract)} "
                    f"WHERE __pass = {number} AND __notes <> 0 AND {is_set('__notes', i)}")
                if count:
                    sheet = compiled.matched.sheet
                    found.append(Note(flag.code, compiled.contract.name, compiled.header(flag.column), sheet.file,
                                      sheet.sheet, count, tuple(rows)))
        return found

    def _one(self, sql: str) -> tuple[Any, ...]:
        (row,) = self.con.execute(sql).fetchall()
        return tuple(row)

    def close(self) -> None:
        """Give the memory back."""
        self.con.close()


def known_at(day: str) -> str:
    """SQL of the end of a day in Asia/Shanghai, in UTC: `core.dates.end_of_day` on a column."""
    return (f"timezone({literal(SHANGHAI.key)}, CAST({day} + INTERVAL 1 DAY AS TIMESTAMP) - INTERVAL 1 MICROSECOND)")


def _staged(found: Contract) -> str:
    return identifier(f"staged:{found.name}")


def _create(found: Contract) -> str:
    own = [f"{identifier(c.name)} {SQL[c.type]}" for c in found.expected]
    return (f"CREATE TEMP TABLE {_staged(found)} ({', '.join(own)}, happened_at DATE, __known_on DATE, "
            f"source_file VARCHAR, source_sheet VARCHAR, row_no BIGINT, __faults HUGEINT, __notes HUGEINT, "
            f"__pass INTEGER, __repeats BOOLEAN DEFAULT false, __supersedes VARCHAR)")


def _duplicate(found: Contract) -> str:
    return "__duplicate_of AS duplicate_of"


__all__ = ["EXAMPLES", "Mapping", "Staging", "Stamp", "known_at", "source_layer"]
