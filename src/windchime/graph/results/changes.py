"""What a run changes: rows that are new or say something else, and withdrawals of what is no longer found."""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from windchime.core.dates import end_of_day
from windchime.data.contracts import Contract, contract
from windchime.data.reading import Reading

#: columns that every table of results has, said by the run
STAMP = ("run_id", "known_on", "is_withdrawn")


@dataclass(frozen=True, slots=True)
class Changes:
    """The rows a run appends to one table."""

    #: in lake form
    rows: pa.Table
    found: int
    changed: int
    withdrawn: int


def changes(reading: Reading, table: str, found: pa.Table, run_id: str, *, source: str = "graph") -> Changes:
    """Hold what was found against what the reading says today.

    Args:
        reading: its as-of date is the day on which the results are known.
        table: name of the contract.
        found: all rows of the table as they should be, own columns of the contract without `STAMP`; one row a key.
        run_id: of the run.
        source: who found it, as rows of the lake name their source.
    """
    card = contract(table)
    own = [c.name for c in card.columns if c.name not in STAMP]
    schema = card.arrow_schema()
    now = found.select(own).cast(pa.schema([schema.field(c) for c in own]))
    before = _before(reading, table, own, now.schema)
    listed, key = ", ".join(f'"{c}"' for c in own), ", ".join(f'"{c}"' for c in card.key)
    with duckdb.connect() as con:
        con.execute("SET enable_external_access = false")
        con.register("now_rows", now)
        con.register("before_rows", before)
        rows = f"SELECT {listed} FROM now_rows EXCEPT SELECT {listed} FROM before_rows ORDER BY {key}"  # noqa: S608 - names of our own contract
        new = con.sql(rows).to_arrow_table()
        rest = f"SELECT {listed} FROM before_rows ANTI JOIN now_rows USING ({key}) ORDER BY {key}"  # noqa: S608 - names of our own contract
        gone = con.sql(rest).to_arrow_table()
    appended = pa.concat_tables(
        [
            _stamped(card, new, reading, run_id, source),
            _stamped(card, gone, reading, run_id, source, behind=new.num_rows, gone=True),
        ]
    )
    return Changes(appended, now.num_rows, new.num_rows, gone.num_rows)


def _before(reading: Reading, table: str, own: list[str], form: pa.Schema) -> pa.Table:
    if not reading.has(table):
        return form.empty_table()
    return reading.table(table).select(*own).to_pyarrow().cast(form)


def _stamped(
    card: Contract, rows: pa.Table, reading: Reading, run_id: str, source: str, *, behind: int = 0, gone: bool = False
) -> pa.Table:
    stamp = {
        "run_id": run_id,
        "known_on": reading.as_of,
        "is_withdrawn": True if gone else None,
        "source": source,
        "happened_at": reading.as_of,
        "known_at": end_of_day(reading.as_of),
        "known_basis": "column",
        "source_file": source,
        "load_id": run_id,
    }
    size = rows.num_rows
    columns = {
        f.name: rows[f.name].cast(f.type)
        if f.name in rows.column_names
        else pa.array([stamp.get(f.name)] * size, f.type)
        for f in card.arrow_schema()
    }
    columns["row_no"] = pa.array(range(behind + 1, behind + size + 1), card.arrow_schema().field("row_no").type)
    return pa.table(columns, schema=card.arrow_schema())
