"""The workshop in which files of invoices are staged without a bank: what checks look for is no reason to leave a row out."""
# ruff: noqa: S608 - names enter the SQL through `identifier` and `relation` alone

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from windchime.core.problems import Problem
from windchime.data.intake.compiled import Facts, compile_table
from windchime.data.intake.limits import Limits
from windchime.data.intake.quarantine import Quarantined
from windchime.data.intake.rejected import rejected
from windchime.data.intake.sheets import Matched, shown
from windchime.data.intake.staging import KEPT, PASS, Staging, Stamp
from windchime.data.lake.opening import identifier
from windchime.data.staged import relation
from windchime.risk.invoices.files import shaping
from windchime.risk.invoices.files.shaping import SPARE, SPARE_OF_LINES

#: columns that are worked out where a source leaves them out or writes what nobody knows
WORKED_OUT = (
    "reporting_firm_id", "direction", "copy", "seller_id", "buyer_id", "kind", "colour",
    "line_kind", "line_no", "tax",
)  # fmt: skip
#: rows left out that are told one by one
TOLD_ROWS = 1_000
#: the mask of personal values in what is told of rows left out
MASK = "***"


class Workshop(Staging):
    """Staged rows of files of invoices."""

    def __init__(self, source: str, as_of: date, spill: str, readable: Iterable[Path], limits: Limits) -> None:
        super().__init__(Stamp(source, "verify", as_of), spill, readable, limits)
        self.facts = Facts(source, as_of)
        #: contract columns that a source has told, by table
        self.told: dict[str, set[str]] = {}
        _mask(self.con)

    def take(self, matched: Matched) -> None:
        """Stage what of a sheet is heads or lines of invoices, and forgive what is no reason to leave a row out."""
        for made in matched.feed.tables:
            if made.table not in ("invoices", "invoice_lines") or not matched.has_group(made.needs):
                continue
            self.stage(compile_table(matched, made, self.facts))
            self._forgive(len(self.passes) - 1)
            told = {c for c, maker in made.columns.items() if maker.source_column in matched.headers}
            self.told.setdefault(made.table, set()).update(told)

    def rows(self, table: str) -> pl.DataFrame | None:
        """The rows that are kept, in the order of their files; None where no file has any of the table."""
        if table not in self.tables:
            return None
        found = self.tables[table]
        columns = ", ".join(identifier(c.name) for c in found.expected)
        sql = f"SELECT {columns}, source_file, source_sheet, row_no FROM {relation(found)} WHERE {KEPT} ORDER BY __nth"
        return pl.DataFrame(pl.from_arrow(self.con.sql(sql).to_arrow_table()))

    def left_out(self) -> tuple[int, list[Problem]]:
        """How many rows are left out, and the faults of the first of them."""
        count = sum(c.quarantined for c in self.counts().values())
        if not count:
            return 0, []
        first = rejected(self).slice(0, TOLD_ROWS).to_pylist()
        return count, [problem for row in first for problem in Quarantined.of(row).problems()]

    def _forgive(self, number: int) -> None:
        compiled = self.passes[number]
        rules, made = {rule.code for rule in compiled.contract.rules}, compiled.made.columns
        optional = {c.name for c in compiled.contract.columns if c.nullable} | set(WORKED_OUT)
        optional |= {"invoice_no"} if {SPARE, SPARE_OF_LINES} & made.keys() else set()
        # lines are dated by their heads
        optional |= {"issue_date"} if compiled.contract.name == shaping.LINES else set()
        optional |= {"status", *shaping.MONEY} - made.keys()
        if shaping.dated_by_moment(made):
            optional = optional - {"issued_at"} | {"issue_date"}
        kept = [
            i
            for i, flag in enumerate(compiled.faults)
            if flag.code not in rules and (flag.column not in optional or not flag.column)
        ]
        faults = identifier(f"faults:{compiled.contract.name}")
        mine = f"__nth >= {number * PASS}"
        self.con.execute(
            f"UPDATE {faults} SET faults = list_filter(faults, lambda i: list_contains({kept}::SMALLINT[], i)) WHERE {mine}"
        )
        self.con.execute(f"DELETE FROM {faults} WHERE len(faults) = 0")


def _mask(con: duckdb.DuckDBPyConnection) -> None:
    """The functions by which intake hides personal values of rows left out; here they are masked and kept nowhere."""

    def hidden(_kinds: pa.Array, texts: pa.Array) -> pa.Array:
        return pa.array([None if t is None else MASK for t in texts.to_pylist()], pa.string())

    def masked(texts: pa.Array) -> pa.Array:
        return pa.array([None if t is None else shown(t) for t in texts.to_pylist()], pa.string())

    text, kind, nulls = duckdb.sqltypes.VARCHAR, PythonUDFType.ARROW, FunctionNullHandling.SPECIAL
    functions: tuple[tuple[str, Callable[..., pa.Array], int], ...] = (
        ("vault_token", hidden, 2),
        ("vault_scrub", masked, 1),
        ("vault_id", masked, 1),
    )
    for name, function, arguments in functions:
        con.create_function(name, function, [text] * arguments, text, type=kind, null_handling=nulls)
