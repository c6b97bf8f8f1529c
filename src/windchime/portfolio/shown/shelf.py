"""One version of the library as of one date, as pages read it: one cursor a question, answers kept while it stands."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from windchime.content.scheme import Scheme
from windchime.core.dates import Month, last_complete_month
from windchime.core.money import ZERO
from windchime.data.reading import Reading
from windchime.portfolio.shown import statements
from windchime.portfolio.shown.kept import Kept
from windchime.portfolio.shown.register import NOBODY, Register
from windchime.present.charts import MonthFlow

Rows = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class _Cursor:
    """What measuring asks of a connection: a DuckDB cursor under `.con`; each thread has its own."""

    con: duckdb.DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class PartnerShare:
    """One counterparty of a firm in a window."""

    firm_id: str
    #: yuan, net
    amount: Decimal
    #: of all sales or purchases in the window; None where these are not above zero
    share: Decimal | None
    #: share of this and all larger ones
    running: Decimal | None


@dataclass(frozen=True, slots=True)
class Partners:
    """Whom a firm sells to, or buys from."""

    #: largest first
    largest: tuple[PartnerShare, ...]
    #: yuan over all
    whole: Decimal
    #: how many there are, and the invoice rows behind them
    count: int
    rows: int


class Shelf:
    """One lake version as of one date, open for questions about single firms."""

    def __init__(self, opened: AbstractContextManager[Reading]) -> None:
        # closed when nobody holds the shelf any more: a request at work keeps what it reads
        self._opened = opened
        self._reading = reading = opened.__enter__()
        self.as_of = reading.as_of
        self.lake_version = reading.lake_version
        self._kept = Kept()

    def has(self, table: str) -> bool:
        """Whether the version holds the table."""
        return self._reading.has(table)

    def _rows(self, table: str, statement: duckdb.Statement, firm_id: str | None = None) -> Rows:
        if not self.has(table):
            return ()
        with self._reading.con.con.cursor() as cursor:
            cursor.execute(statement, {} if firm_id is None else {"firm": firm_id})
            names = [d[0] for d in cursor.description]
            return tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall())

    def asked(self, table: str, statement: duckdb.Statement, firm_id: str | None = None) -> Rows:
        """What a statement over one table answers, kept as long as the shelf; no rows where the version lacks the table.

        Args:
            table: the table it reads.
            statement: one and the same object for one and the same question (`statements` keeps them).
            firm_id: the firm it asks about; None where it asks about none.
        """
        return self._kept.get((table, statement, firm_id), lambda: self._rows(table, statement, firm_id))

    @property
    def register(self) -> Register:
        """The register as known at the date; empty where the version has none."""

        def find() -> Register:
            if not self.has("firms"):
                return NOBODY
            with self._reading.con.con.cursor() as cursor:
                return Register.of(cursor.sql(statements.register(self.as_of)).to_arrow_table())

        return self._kept.get("register", find)

    def names(self) -> Mapping[str, str]:
        """The name of every firm of the register, by id."""
        return self.register.names

    def identity(self, firm_id: str) -> Mapping[str, Any] | None:
        """A firm's newest row in the register; None where it has none."""
        return self.register.row(firm_id)

    def flows(self, firm_id: str) -> tuple[tuple[MonthFlow, ...], int]:
        """Sales and purchases by month, from the first month with an invoice on, and the invoice rows behind them."""

        def find() -> tuple[tuple[MonthFlow, ...], int]:
            rows = self._rows("invoices", statements.flows(self.as_of), firm_id)
            amounts = {(Month.of(r["month"]), r["direction"]): r["amount"] for r in rows}
            if not amounts:
                return (), 0
            first, last = min(m for m, _direction in amounts), last_complete_month(self.as_of)
            months = [first + i for i in range(last - first + 1)]
            found = (MonthFlow(m, amounts.get((m, "sale"), ZERO), amounts.get((m, "purchase"), ZERO)) for m in months)
            return tuple(found), sum(r["rows"] for r in rows)

        return self._kept.get(("flows", firm_id), find)

    def partners(self, firm_id: str, direction: str, top: int = 10) -> Partners:
        """Whom a firm sells to (`sale`) or buys from (`purchase`)."""
        rows = self._kept.get(
            ("partners", firm_id), lambda: self._rows("invoices", statements.partners(self.as_of), firm_id)
        )
        mine = [r for r in rows if r["direction"] == direction]
        whole = sum((r["amount"] for r in mine), ZERO)
        largest, running = [], ZERO
        for r in mine[:top]:
            running += r["amount"]
            share = (r["amount"] / whole, running / whole) if whole > 0 else (None, None)
            largest.append(PartnerShare(r["partner"], r["amount"], *share))
        return Partners(tuple(largest), whole, len(mine), sum(r["rows"] for r in mine))

    def notes(self, firm_id: str) -> Mapping[str, Any] | None:
        """What is odd about a firm's invoices, counted; None where it has none."""
        found = self._kept.get(
            ("notes", firm_id), lambda: self._rows("invoices", statements.notes(self.as_of), firm_id)
        )
        return found[0] if found and found[0]["rows"] else None

    def loans(self, firm_id: str) -> Rows:
        """A firm's loans, each with `outcomes`: what is known of how it went."""

        def find() -> Rows:
            outcomes = self._rows("loan_outcomes", statements.outcomes(self.as_of), firm_id)
            return tuple(
                {**loan, "outcomes": [o for o in outcomes if o["loan_id"] in (loan["loan_id"], None)]}
                for loan in self._rows("loans", statements.loans(self.as_of), firm_id)
            )

        return self._kept.get(("loans", firm_id), find)

    def measured(self, firm_id: str, scheme: Scheme | None = None) -> Mapping[str, float | int | None]:
        """Every indicator of a firm.

        Args:
            firm_id: the firm.
            scheme: parameters of the indicators (`Library.scheme`); those that ship by default.

        Raises:
            UnknownFirm: `firms` has no such firm as of the date.
            TableNotLoaded: there are no firms or no invoices.
        """
        from windchime.indicators import measure_one

        def find() -> tuple[Scheme | None, Mapping[str, float | int | None]]:
            with self._reading.con.con.cursor() as cursor:
                return scheme, measure_one(self._with(cursor), firm_id, scheme)

        # the scheme is kept with the answer, so its identity cannot pass to another one
        return self._kept.get(("measured", firm_id, id(scheme)), find)[1]

    def behind(self, firm_id: str, code: str) -> Rows:
        """The largest invoice rows behind a figure; each says under `of` how many there are."""
        return self._kept.get(
            ("behind", firm_id, code), lambda: self._rows("invoices", statements.behind(self.as_of, code), firm_id)
        )

    def _with(self, cursor: duckdb.DuckDBPyConnection) -> Reading:
        loaded = [t for t in ("firms", "invoices") if self.has(t)]
        return Reading(
            _Cursor(cursor),
            loaded,
            as_of=self.as_of,
            lake_version=self.lake_version,
            uncorrected=self._reading.uncorrected,
        )
