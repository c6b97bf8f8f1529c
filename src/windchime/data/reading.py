"""A reading of the library: every table at one lake version, as of one date. No later knowledge leaks in.

Whoever measures, scores or decides gets a `Reading` and nothing else of the lake.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Self

import ibis
import pyarrow as pa

from windchime.core.dates import end_of_day
from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.data.contracts import Contract, contract


class TableNotLoaded(BadCall):
    """A table of the library that holds nothing in this lake version."""

    msgid = _("table {table} holds no data in lake version {lake_version}")
    hint = _("load a pack that brings it: windchime load --help")

    def __init__(self, table: str, lake_version: int) -> None:
        super().__init__(table=table, lake_version=lake_version)


class Reading:
    """Tables of the library as Ibis expressions over one connection, of DuckDB or of Spark.

    Attributes:
        con: the Ibis backend; each loaded table stands in it under its contract's name, all rows of the version.
        lake_version: the version read.
        as_of: end of this day in Asia/Shanghai is the last moment of knowledge.
        uncorrected: tables of which no row supersedes another in this version, so that nothing has to be looked for.
    """

    def __init__(
        self,
        con: ibis.BaseBackend,
        loaded: Iterable[str],
        *,
        as_of: date,
        lake_version: int,
        uncorrected: Collection[str] = (),
    ) -> None:
        self.con = con
        self.as_of = as_of
        self.lake_version = lake_version
        self.uncorrected = frozenset(uncorrected)
        self._loaded = frozenset(loaded)

    @classmethod
    def over(cls, tables: Mapping[str, pa.Table], *, as_of: date, lake_version: int = 0) -> Self:
        """A reading over Arrow tables in lake form (`Contract.arrow_schema`), without a lake: for tests and notebooks."""
        con = ibis.duckdb.connect()
        for name, rows in tables.items():
            con.con.register(name, contract(name).in_lake_form(rows))
        uncorrected = [
            name
            for name, rows in tables.items()
            if "supersedes" not in rows.column_names or rows["supersedes"].null_count == rows.num_rows
        ]
        return cls(con, tables, as_of=as_of, lake_version=lake_version, uncorrected=uncorrected)

    def has(self, name: str) -> bool:
        """Whether the version holds the table."""
        return name in self._loaded

    def table(self, name: str) -> ibis.Table:
        """The table as known at the as-of date: own and shared columns, then the declared measures of its contract.

        Raises:
            UnknownName: no contract has this name.
            TableNotLoaded: the version holds no such table.
        """
        found = contract(name)
        if not self.has(name):
            raise TableNotLoaded(name, self.lake_version)
        rows = self.con.table(name)
        known = rows.filter(rows["known_at"] <= ibis.literal(end_of_day(self.as_of), type="timestamp('UTC', 6)"))
        if found.versions == "states":
            known = _last(found, known)
        elif name not in self.uncorrected:
            known = _uncorrected(found, known)
        happened = known["happened_at"] <= ibis.literal(self.as_of, type="date")
        if any(c.name == WITHDRAWN for c in found.columns):
            happened &= ~known[WITHDRAWN].fill_null(False)
        return _with_measures(found, known.filter(happened))


def unbound(
    as_of: date, tables: Iterable[str], *, firm: str | None = None, uncorrected: Collection[str] = ()
) -> Reading:
    """A reading without rows: what is written over it compiles to SQL that any connection of the same tables runs.

    Args:
        as_of: end of this day is the last moment of knowledge.
        tables: those that may be asked for.
        firm: the one firm whose rows are wanted; it is chosen at the tables themselves, before anything else is asked
            of their rows, so that a lake sorted by firm skips the rest. Tables about no firm stay whole.
        uncorrected: as in `Reading`.
    """
    return Reading(_Unbound(firm), tables, as_of=as_of, lake_version=0, uncorrected=uncorrected)


class _Unbound:
    """Tables known by name and contract alone, so that a question compiles without a database."""

    def __init__(self, firm: str | None) -> None:
        self._firm = firm

    def table(self, name: str) -> ibis.Table:
        found = contract(name)
        form = ibis.Schema.from_pyarrow(found.arrow_schema())
        # nullable throughout, as the tables of a connection are: questions with and without corrections have one form
        rows = ibis.table({c: kind(nullable=True) for c, kind in form.items()}, name=name)
        return rows.filter(rows[found.firm_column] == self._firm) if self._firm and found.firm_column else rows


#: the column by which a source takes a record back
WITHDRAWN = "is_withdrawn"


def _last(found: Contract, known: ibis.Table) -> ibis.Table:
    """Of the states of one key in one source, the one known last; of several known at once, the one loaded last."""
    order = [ibis.desc(known[c]) for c in ("known_at", "load_id", "source_file", "row_no")]
    window = ibis.window(group_by=[known[k] for k in (*found.key, "source")], order_by=order)
    return known.mutate(__nth=ibis.row_number().over(window)).filter(ibis._["__nth"] == 0).drop("__nth")


def _uncorrected(found: Contract, known: ibis.Table) -> ibis.Table:
    """Rows that no known correction supersedes, whatever day the correction says it happened on."""
    corrections = known.filter(known["supersedes"].notnull()).view()
    same_key = [
        known[k].identical_to(corrections[k]) if found[k].nullable else known[k] == corrections[k] for k in found.key
    ]
    return known.anti_join(
        corrections,
        [*same_key, known["source"] == corrections["source"], known["load_id"] == corrections["supersedes"]],
    )


def _with_measures(found: Contract, rows: ibis.Table) -> ibis.Table:
    return rows.mutate(**{name: MEASURES[found.name, name](rows) for name in found.measures})


def _countable(invoices: ibis.Table) -> ibis.Value:
    """What counts as a sale or purchase; void, red, zero total and duplicates are treated here and nowhere else.

    An invoice that a red letter offsets still counts: the red letter is a row of its own with a negative total.
    """
    return (
        invoices.status.isin(["normal", "red_full", "red_part"])
        & invoices.duplicate_of.isnull()
        & (invoices.total != 0)
    )


#: the measures that contracts declare, by table and name
MEASURES = {("invoices", "countable"): _countable}
