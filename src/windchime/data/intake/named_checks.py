"""Named checks of `core` that a contract asks for: run once per distinct value, noted, never a rejection."""
# ruff: noqa: S608 - names enter the SQL through `identifier` alone

from collections.abc import Callable

import pyarrow as pa

from windchime.core import credit_code
from windchime.data.contracts import Column, Contract
from windchime.data.intake.report import Note
from windchime.data.intake.staging import EXAMPLES, KEPT, Staging
from windchime.data.lake.opening import identifier
from windchime.data.staged import relation

#: what tells whether a text passes, and the code of the note where it does not
CHECKS: dict[str, tuple[Callable[[str], bool], str]] = {
    "credit_code": (lambda text: credit_code.check(text).valid, "credit_code_doubtful"),
}


def notes(staging: Staging) -> list[Note]:
    """What the named checks say of the rows that are kept."""
    return [
        note
        for found in staging.tables.values()
        for column in found.expected
        if column.check in CHECKS
        for note in _notes(staging, found, column)
    ]


def _notes(staging: Staging, found: Contract, column: Column) -> list[Note]:
    passes, code = CHECKS[column.check]
    name = identifier(column.name)
    values = staging.con.execute(
        f"SELECT DISTINCT {name} FROM {relation(found)} WHERE {KEPT} AND {name} IS NOT NULL"
    ).fetchall()
    doubtful = pa.table({"value": pa.array([v for (v,) in values if not passes(v)], pa.string())})
    staging.con.register("doubtful", doubtful)
    rows = staging.con.execute(
        f"SELECT __pass, count(*), min(row_no, {EXAMPLES}) FROM {relation(found)} WHERE {KEPT} AND {name} IN "
        f"(SELECT value FROM doubtful) GROUP BY __pass ORDER BY __pass"
    ).fetchall()
    staging.con.unregister("doubtful")
    sheets = [(staging.passes[p], count, first) for p, count, first in rows]
    return [
        Note(
            code,
            found.name,
            compiled.header(column.name),
            compiled.matched.sheet.file,
            compiled.matched.sheet.sheet,
            count,
            tuple(first),
        )
        for compiled, count, first in sheets
    ]
