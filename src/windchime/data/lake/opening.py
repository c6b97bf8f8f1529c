"""Opens one lake version for reading in DuckDB: views over its files, everything else of the machine out of reach."""
# ruff: noqa: S608 - names and texts enter the SQL through `identifier` and `literal` alone

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb
import ibis
import pyarrow as pa

from windchime.data.contracts import contract

DUCKDB: dict[pa.DataType, str] = {
    pa.string(): "VARCHAR",
    pa.bool_(): "BOOLEAN",
    pa.int64(): "BIGINT",
    pa.date32(): "DATE",
    pa.decimal128(18, 2): "DECIMAL(18,2)",
    pa.decimal128(9, 6): "DECIMAL(9,6)",
    pa.decimal128(18, 4): "DECIMAL(18,4)",
    pa.decimal128(24, 8): "DECIMAL(24,8)",
    pa.decimal128(24, 10): "DECIMAL(24,10)",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP WITH TIME ZONE",
}


def view(name: str, files: Sequence[str], schema: pa.Schema) -> str:
    """SQL of a view over Parquet files with the schema given in full: a column that an old file lacks is null there."""
    if not files:
        nothing = ", ".join(f"NULL::{DUCKDB[f.type]} AS {identifier(f.name)}" for f in schema)
        return f"CREATE VIEW {identifier(name)} AS SELECT {nothing} WHERE false"
    columns = ", ".join(
        f"{literal(f.name)}: {{name: {literal(f.name)}, type: {literal(DUCKDB[f.type])}, default_value: NULL}}"
        for f in schema
    )
    paths = ", ".join(literal(escaped(path)) for path in files)
    return f"CREATE VIEW {identifier(name)} AS SELECT * FROM read_parquet([{paths}], schema = MAP {{{columns}}})"


def connect(tables: Mapping[str, Sequence[str]], temp: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that sees the given files and nothing else; its configuration is locked.

    Args:
        tables: the files of each table, by the name of its contract.
        temp: folder for spilling large sorts to; made when needed.
    """
    con = duckdb.connect(config={"temp_directory": temp})
    # what ibis sets when it takes a connection over; after the lock it no longer could
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET python_enable_replacements = false")
    for name, files in tables.items():
        con.execute(view(name, files, contract(name).arrow_schema()))
    confine(con, [path for files in tables.values() for path in files])
    return con


@contextmanager
def backend(tables: Mapping[str, Sequence[str]], spill: str) -> Iterator[ibis.BaseBackend]:
    """The same as an Ibis backend, closed at the end."""
    con = connect(tables, spill)
    try:
        found = ibis.duckdb.from_connection(con)
        lock(con)
        yield found
    finally:
        con.close()


def confine(con: duckdb.DuckDBPyConnection, paths: Iterable[str]) -> None:
    """Let the connection reach these files and nothing else of the machine."""
    allowed = dict.fromkeys(form for path in paths for form in (path, escaped(path)))
    con.execute(f"SET allowed_paths = [{', '.join(map(literal, allowed))}]")
    con.execute("SET enable_external_access = false")


def lock(con: duckdb.DuckDBPyConnection) -> None:
    """No statement can change the configuration of the connection any more."""
    con.execute("SET lock_configuration = true")


def escaped(path: str) -> str:
    """A path in which DuckDB sees no pattern."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in path)


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
