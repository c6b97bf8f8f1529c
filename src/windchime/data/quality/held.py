"""A reading as one run of the checks holds it: what costs is worked out once and stands in the connection by name."""

from collections.abc import Callable
from typing import Any, TypeVar

import ibis
from ibis.expr import operations as ops

from windchime.data.contracts import contract, contracts
from windchime.data.reading import Reading

Found = TypeVar("Found")
#: names of what a run of the checks puts beside the tables begin with this
PREFIX = "checked_"


class Held(Reading):
    """The same reading; every table is built once, and what several checks need is kept.

    A table stands as a temporary view; where its rows must first be held against each other (states of a register,
    corrections), DuckDB keeps the outcome as a temporary table, which spills where the connection does.
    """

    def __init__(self, reading: Reading) -> None:
        super().__init__(
            reading.con,
            filter(reading.has, contracts()),
            as_of=reading.as_of,
            lake_version=reading.lake_version,
            uncorrected=reading.uncorrected,
        )
        self._known: dict[str, Any] = {}

    def table(self, name: str) -> ibis.Table:
        """See `Reading.table`."""
        rows = super().table
        compared = contract(name).versions == "states" or name not in self.uncorrected
        return self.once(name, lambda: self.keep(name, rows(name), whole=compared))

    def once(self, name: str, build: Callable[[], Found]) -> Found:
        """What `build` gives, built the first time it is asked for."""
        if name not in self._known:
            self._known[name] = build()
        found: Found = self._known[name]
        return found

    def keep(self, name: str, rows: ibis.Table, *, whole: bool = True) -> ibis.Table:
        """Rows under a name of their own: their outcome where `whole` and on DuckDB, else how they are made."""
        kind = "TABLE" if whole and self.con.name == "duckdb" else "VIEW"
        self.con.raw_sql(f"CREATE OR REPLACE TEMPORARY {kind} {PREFIX}{name} AS {self.con.compile(rows)}")
        return ops.DatabaseTable(PREFIX + name, schema=rows.schema(), source=self.con).to_expr()

    def kept(self, name: str, build: Callable[[], ibis.Table]) -> ibis.Table:
        """The outcome of an expression, kept under a name the first time it is asked for."""
        return self.once(name, lambda: self.keep(name, build()))


def hold(reading: Reading) -> Held:
    """The reading as a run of the checks holds it."""
    return reading if isinstance(reading, Held) else Held(reading)
