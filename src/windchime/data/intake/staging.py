"""The workshop of a load: a DuckDB in which rows are checked, told apart, counted and ordered."""
# ruff: noqa: S608 - names and texts enter the SQL through `identifier` and `literal` alone

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from windchime.core.dates import SHANGHAI
from windchime.data.contracts import Column, Contract
from windchime.data.intake import units
from windchime.data.intake.compiled import NUMBER, PLACE, Compiled, compile_table, text
from windchime.data.intake.convert import SQL
from windchime.data.intake.limits import LIMITS, Limits
from windchime.data.intake.report import Counts, Note
from windchime.data.intake.sheets import ROW
from windchime.data.lake.opening import confine, identifier, literal
from windchime.data.staged import Relations, relation

#: how many rows of each note are shown as examples
EXAMPLES = 5
#: rows of a batch on their way to the lake; the Delta library keeps a few dozen of them waiting
BATCH_ROWS = 16_384
#: columns of stored rows beside those of their contract, which are added when a sheet brings them
BESIDE = {
    "happened_at": "DATE",
    "__known_on": "DATE",
    "__known_basis": "VARCHAR",
    "source_file": "VARCHAR",
    "source_sheet": "VARCHAR",
    "row_no": "BIGINT",
    PLACE: "BIGINT",
}
OURS = {"__said": "BOOLEAN", "__pass": "INTEGER", "__nth": "BIGINT"}
#: rows of a firm, in the mean, from which on firms are ranked before rows are sorted
REPEATED = 8
#: sheets of one table whose rows stay in their files; a query over more of them takes long to plan
STREAMS = 8
#: numbers that the rows of a pass have to themselves
PASS = 1 << 44


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


class Staging(Relations):
    """Rows of one load on their way: staged table by table, then given out for lake and quarantine.

    Rows of large Parquet files stay where they are and stream by with each look at them; of all others the converted
    values are stored. Beside the rows stand, by number, the few of which anything is to be said.

    Attributes:
        con: the DuckDB connection; it reaches the files it was given and nothing else.
        passes: what was staged, in order; column `__pass` of a staged row is the index.
        tables: contracts of the tables that rows were staged for.
    """

    def __init__(self, stamp: Stamp, spill: str, readable: Iterable[Path] = (), limits: Limits = LIMITS) -> None:
        memory = f"{limits.staging_memory_bytes}B"
        super().__init__(duckdb.connect(config={"temp_directory": spill, "memory_limit": memory}))
        self.stamp, self.limits = stamp, limits
        units.register(self.con)
        self.con.execute("SET TimeZone = 'UTC'")
        self.con.execute("SET python_enable_replacements = false")
        confine(self.con, map(str, readable))
        self.con.execute("SET lock_configuration = true")
        self.passes: list[Compiled] = []
        #: SQL of the rows that stay in their files, by table
        self._streams: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}
        #: contract columns that stored rows have, by table
        self._columns: dict[str, set[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.con.close()

    def stage(self, compiled: Compiled) -> None:
        """Run the pass over one sheet for one table."""
        found, number = compiled.contract, len(self.passes)
        if found.name not in self.tables:
            self.con.execute(_create(found))
            self.con.execute(f"CREATE TABLE {_faults(found)} (__nth BIGINT, faults {NUMBER}[])")
            self.con.execute(
                f"CREATE TABLE {_notes(found)} (__nth BIGINT, row_no BIGINT, __pass INTEGER, notes {NUMBER}[])"
            )
            self._streams[found.name], self._counts[found.name] = [], 0
        streams = self._streams[found.name]
        sheet = compiled.matched.sheet
        if sheet.lasting and sheet.rows >= self.limits.streamed_rows and len(streams) < STREAMS:
            streams.append(f"SELECT *, {number} AS __pass, {_row(number)} AS __nth FROM ({compiled.rows})")
            self._tell(found, number, compiled.told)
            self._counts[found.name] += self.one(f"SELECT count({PLACE}) FROM ({compiled.rows})")[0]
        elif sheet.rows < self.limits.streamed_rows:
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE whole AS {compiled.whole}")
            self._store(compiled, number, "whole", self._widen(compiled))
            self._tell(found, number, f"SELECT {PLACE}, row_no, __faults, __notes FROM whole")
            self.con.execute("DROP TABLE whole")
        else:
            self._store(compiled, number, f"({compiled.judged})", f"{self._widen(compiled)}, __said")
            self._tell_stored(compiled, number)
        self.passes.append(compiled)
        self._begin(found)

    def _widen(self, compiled: Compiled) -> str:
        """Let stored rows have the columns that this sheet fills; the names of all columns it gives."""
        found = compiled.contract
        own = [c for c in found.expected if c.name not in compiled.empty]
        there = self._columns.setdefault(found.name, set())
        for column in own:
            if column.name not in there:
                self.con.execute(
                    f"ALTER TABLE {_stored(found)} ADD COLUMN {identifier(column.name)} {SQL[column.type]}"
                )
        there.update(c.name for c in own)
        return ", ".join([*(identifier(c.name) for c in own), *BESIDE])

    def _tell_stored(self, compiled: Compiled, number: int) -> None:
        """Work out what is to be said of stored rows, from the source, for those rows alone."""
        found, sheet = compiled.contract, compiled.matched.sheet
        of = f"SELECT row_no FROM {_stored(found)} WHERE __pass = {number} AND __said"
        if not self.one(f"SELECT count(*) FROM ({of})")[0]:
            return
        if not sheet.many:
            self.con.execute(
                f"CREATE OR REPLACE TEMP VIEW said AS SELECT * FROM {sheet.relation} AS s WHERE {ROW} IN ({of})"
            )
            matched = replace(compiled.matched, sheet=replace(sheet, relation="said"))
            compiled = compile_table(matched, compiled.made, compiled.facts)
        self._tell(found, number, compiled.told)

    def _store(self, compiled: Compiled, number: int, rows: str, columns: str) -> None:
        ((count,),) = self.con.execute(
            f"INSERT INTO {_stored(compiled.contract)} BY NAME SELECT {columns}, {number} AS __pass, {_row(number)} AS __nth "
            f"FROM {rows}"
        ).fetchall()
        self._counts[compiled.contract.name] += count

    def _tell(self, found: Contract, number: int, told: str) -> None:
        """Keep what is to be said of rows beside them."""
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE told AS SELECT *, {_row(number)} AS __nth FROM ({told})")
        self.con.execute(f"INSERT INTO {_faults(found)} SELECT __nth, __faults FROM told WHERE __faults IS NOT NULL")
        self.con.execute(
            f"INSERT INTO {_notes(found)} SELECT __nth, row_no, {number}, __notes FROM told WHERE __notes IS NOT NULL"
        )
        self.con.execute("DROP TABLE told")

    def _begin(self, found: Contract) -> None:
        derived = [f"NULL::{SQL[c.type]} AS {_place(c)}" for c in found.columns if c.derived]
        there = self._columns.get(found.name, set())
        lacking = [f"NULL::{SQL[c.type]} AS {identifier(c.name)}" for c in found.expected if c.name not in there]
        stored = f"SELECT {', '.join(['* EXCLUDE (__said)', *lacking])} FROM {_stored(found)}"
        self.begin(
            found,
            f"SELECT every.*, wrong.faults AS __faults, false AS __repeats, NULL::VARCHAR AS __supersedes, "
            f"NULL::TIMESTAMPTZ AS __known_at{''.join(f', {d}' for d in derived)} "
            f"FROM ({' UNION ALL BY NAME '.join([stored, *self._streams[found.name]])}) AS every "
            f"LEFT JOIN {_faults(found)} AS wrong ON every.__nth = wrong.__nth",
        )

    def let_go(self, found: Contract) -> None:
        """The rows as they were stored at first are not needed any more."""
        self.con.execute(f"DELETE FROM {_stored(found)}")

    def mark_repeated_keys(self, found: Contract) -> None:
        """Mark rows whose key an earlier row of the same load has; for tables whose key is not the place itself.

        States of one key are told apart by the day they were known.
        """
        if "row_no" in found.key:
            return
        keys = ", ".join([*map(identifier, found.key), *(["__known_on"] if found.versions == "states" else [])])
        nth = f"row_number() OVER (PARTITION BY {keys} ORDER BY __pass, row_no) AS nth"
        self.mark(
            found,
            "repeats",
            f"SELECT __nth AS __at FROM (SELECT __nth, {nth} FROM {self._suspects(found, keys)}) WHERE nth > 1",
            {"__repeats": "__at IS NOT NULL"},
        )

    def mark_duplicates(self, found: Contract) -> None:
        """Point exact duplicates of one sheet at the first of their kind; for tables that have a place for it."""
        if not any(c.name == "duplicate_of" for c in found.columns):
            return
        equal = ", ".join(["__pass", *(identifier(c.name) for c in found.expected)])
        first = f"min(row_no) OVER (PARTITION BY {equal}) AS __first"
        self.mark(
            found,
            "duplicates",
            f"SELECT __nth AS __at, __first FROM (SELECT __nth, row_no, {first} FROM {self._suspects(found, equal)}) "
            f"WHERE row_no > __first",
            {"__duplicate_of": "__first"},
        )

    def _suspects(self, found: Contract, equal: str) -> str:
        """SQL of the rows without faults that share the hash of some columns with another: all that may be equal."""
        rows = f"(SELECT *, hash({equal}) AS __hash FROM {relation(found)} WHERE __faults IS NULL)"
        twice = f"SELECT __hash FROM {rows} GROUP BY __hash HAVING count(*) > 1"
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE twice AS {twice}")
        if not self.one("SELECT count(*) FROM twice")[0]:
            return f"(SELECT * FROM {relation(found)} WHERE false)"
        return f"(SELECT * FROM {rows} WHERE __hash IN (SELECT __hash FROM twice))"

    def mark(self, found: Contract, what: str, rows: str, columns: Mapping[str, str]) -> None:
        """Put values in columns of the few rows that SQL names by `__at`."""
        marks = identifier(f"{what}:{found.name}")
        self.con.execute(f"CREATE TABLE {marks} AS {rows}")
        if self.one(f"SELECT count(*) FROM {marks}")[0]:
            self.put(found, columns, f"{marks} ON __nth = __at")

    def accepted(self, name: str) -> pa.RecordBatchReader:
        """Rows for the lake, in its schema; rows of one firm together, as they came."""
        found, stamp = self.tables[name], self.stamp
        filled, changed = self._filled(found), self.changed(found)
        own = [
            identifier(c.name) if c in filled else f"NULL::{SQL[c.type]} AS {identifier(c.name)}" for c in found.columns
        ]
        passes = [p.matched.sheet for p in self.passes if p.contract.name == name]
        alone = len(passes) == 1 and not passes[0].many
        marks = {"__known_at": "NULL::TIMESTAMPTZ", "__supersedes": "NULL::VARCHAR"}
        place = {"source_file": literal(passes[0].file), "source_sheet": text(passes[0].sheet)} if alone else {}
        known = {column: sql for column, sql in marks.items() if column not in changed} | place
        carried = [f"{_place(c)} AS {identifier(c.name)}" for c in filled]
        carried += [c for c in (*marks, "source_file", "source_sheet") if c not in known]
        carried += ["happened_at", "__known_on", "__known_basis = 'lag' AS __lag", "row_no"]
        beside = "".join(f", {sql} AS {column}" for column, sql in known.items())
        return self.con.sql(
            f"SELECT {', '.join(own)}, {literal(stamp.source)} AS source, happened_at, {self._known_at()} AS known_at, "
            f"CASE WHEN __lag THEN 'lag' ELSE 'column' END AS known_basis, source_file, source_sheet, row_no, "
            f"{literal(stamp.load_id)} AS load_id, __supersedes AS supersedes "
            f"FROM (SELECT *{beside} FROM (SELECT {', '.join(carried)} FROM {self._sorted(found)}))"
        ).to_arrow_reader(BATCH_ROWS)

    def _sorted(self, found: Contract) -> str:
        """SQL of the rows that are kept, those of one firm together; sorted by the rank of the firm, which is a number."""
        by, kept = identifier(found.firm_column or found.key[0]), f"{relation(found)} WHERE {KEPT}"
        if self._in_order(found, by):
            return kept
        every, rows = f"SELECT DISTINCT {by} AS __by FROM {kept}", self.one(f"SELECT count(*) FROM {kept}")[0]
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE ranks AS SELECT __by, row_number() OVER (ORDER BY __by) AS __rank FROM ({every})"
        )
        if self.one("SELECT count(*) FROM ranks")[0] * REPEATED > rows:
            return f"{kept} ORDER BY {by}, __nth"
        return f"{relation(found)} JOIN ranks ON {by} IS NOT DISTINCT FROM __by WHERE {KEPT} ORDER BY __rank, __nth"

    def _filled(self, found: Contract) -> list[Column]:
        """Columns that may have a value; the others need not be carried through the sort."""
        passes = [p.empty for p in self.passes if p.contract.name == found.name]
        empty = frozenset.intersection(*passes) | {c.name for c in found.columns if c.derived}
        changed = self.changed(found)
        return [c for c in found.columns if c.name not in empty or {c.name, f"__{c.name}"} & changed]

    def _in_order(self, found: Contract, by: str) -> bool:
        """Whether rows came sorted, as whole exports mostly do: one look, where sorting costs more than all checks."""
        before = f"SELECT {by}, lag({by}) OVER () AS before FROM {relation(found)} WHERE {KEPT}"
        return bool(self.one(f"SELECT coalesce(bool_and(before <= {by}), true) FROM ({before})")[0])

    def _known_at(self) -> str:
        """SQL of when the bank could first know a row: a correction not before the day the corrected data were taken."""
        own, edition = known_at("__known_on"), known_at(f"DATE '{max(self.stamp.as_of, self.stamp.held_to)}'")
        return f"coalesce(__known_at, CASE WHEN __supersedes IS NULL THEN {own} ELSE greatest({own}, {edition}) END)"

    def counts(self) -> dict[str, Counts]:
        """Rows by table: in the sources, for the lake, for quarantine."""
        found = {}
        for name, table in self.tables.items():
            kept, others = self.one(
                f"SELECT count(*) FILTER ({KEPT}), count(*) FILTER (NOT ({KEPT})) FROM (SELECT __nth, __faults, __repeats FROM {relation(table)})"
            )
            found[name] = Counts(source=self._counts[name], lake=kept, quarantined=others)
        return found

    def notes(self) -> list[Note]:
        """What is true of accepted rows and worth saying, with counts and the first rows of each."""
        found = []
        for name, table in self.tables.items():
            if not self.one(f"SELECT count(*) FROM {_notes(table)}")[0]:
                continue
            rejected = f"SELECT __nth FROM {relation(table)} WHERE NOT ({KEPT})"
            figures = self.con.execute(
                f"SELECT __pass, flag, count(*), min(row_no, {EXAMPLES}) FROM (SELECT unnest(notes) AS flag, row_no, __pass "
                f"FROM {_notes(table)} WHERE __nth NOT IN ({rejected})) GROUP BY ALL ORDER BY __pass, flag"
            ).fetchall()
            for number, flag, count, rows in figures:
                compiled = self.passes[number]
                said, sheet = compiled.notes[flag], compiled.matched.sheet
                header = compiled.header(said.column)
                found.append((number, Note(said.code, name, header, sheet.file, sheet.sheet, count, tuple(rows))))
        return [note for _number, note in sorted(found, key=lambda n: n[0])]

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


def _stored(found: Contract) -> str:
    return identifier(f"stored:{found.name}")


def _faults(found: Contract) -> str:
    return identifier(f"faults:{found.name}")


def _notes(found: Contract) -> str:
    return identifier(f"notes:{found.name}")


def _row(number: int) -> str:
    """SQL of the number of a row among all rows of its table, in the order they came."""
    return f"{number * PASS} + {PLACE}"


def _create(found: Contract) -> str:
    columns = ", ".join(f"{name} {of}" for name, of in (BESIDE | OURS).items())
    return f"CREATE TABLE {_stored(found)} ({columns})"
