"""The library as pages read it: few readings kept open, one cursor a question, answers kept while their version stands."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import duckdb
from sqlalchemy.orm import Session

from windchime.content import yamlfile
from windchime.content.scheme import Scheme
from windchime.content.store import ContentStore, NotPublished
from windchime.core.dates import Month, last_complete_month
from windchime.core.money import ZERO
from windchime.data.lake import Lake, versions
from windchime.data.packs import packs
from windchime.data.reading import Reading
from windchime.portfolio.shown import statements
from windchime.present.charts import MonthFlow
from windchime.service.bank import Bank

#: readings kept open, and answers kept of each
_OPEN, _KEPT = 4, 4096
#: the scheme of indicators
INDICATORS = "invoice_indicators"
Found = TypeVar("Found")
Rows = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class _Cursor:
    """What measuring asks of a connection: a DuckDB cursor under `.con`; each thread has its own."""

    con: duckdb.DuckDBPyConnection


@dataclass
class Kept:
    """Answers by question, the ones asked longest ago given up first. Two threads may both find an answer; they are equal."""

    most: int = _KEPT
    _answers: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, question: Hashable, find: Callable[[], Found]) -> Found:
        """The answer kept, or found now and kept."""
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
                kept: Found = self._answers[question]
                return kept
        found = find()
        with self._lock:
            self._answers[question] = found
            while len(self._answers) > self.most:
                self._answers.popitem(last=False)
        return found


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

    def names(self) -> Mapping[str, str]:
        """The name of every firm of the register, by id."""

        def find() -> Mapping[str, str]:
            return {r["firm_id"]: r["name"] for r in self._rows("firms", statements.register(self.as_of))}

        return self._kept.get("names", find)

    def identity(self, firm_id: str) -> Mapping[str, Any] | None:
        """A firm's newest row in the register; None where it has none."""
        found = self._kept.get(
            ("identity", firm_id), lambda: self._rows("firms", statements.identity(self.as_of), firm_id)
        )
        return found[0] if found else None

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


class Library:
    """The readings of one bank that pages share."""

    def __init__(self, bank: Bank) -> None:
        self._lake = Lake(bank.lake_dir)
        self._content = ContentStore(bank.content_dir)
        self._shelves: OrderedDict[tuple[date, int], Shelf] = OrderedDict()
        self._lock = threading.Lock()
        #: what pages keep beside readings, by what it depends on
        self.kept = Kept(64)

    def shelf(self, session: Session, as_of: date, lake_version: int | None = None) -> Shelf:
        """The lake as of a date, at a version or the newest.

        Raises:
            NoLakeVersion: nothing was loaded yet, or there is no such version.
        """
        head = versions.head(session) if lake_version is None else versions.version(session, lake_version)
        if head is None:
            raise versions.NoLakeVersion(0, 0)
        key = (as_of, head.lake_version)
        with self._lock:
            if key not in self._shelves:
                self._shelves[key] = Shelf(self._lake.reading(session, as_of=as_of, lake_version=head.lake_version))
            self._shelves.move_to_end(key)
            while len(self._shelves) > _OPEN:
                self._shelves.popitem(last=False)
            return self._shelves[key]

    def newest(self, session: Session, firm_id: str = "") -> Shelf | None:
        """The newest version as of the date of the pack that brought the firm, or of the newest pack; None if empty."""
        loaded = packs(session)
        if not loaded:
            return None
        mine = [p for p in loaded if firm_id.startswith(f"{p.source}:")] or loaded
        return self.shelf(session, mine[0].as_of)

    def names(self, session: Session) -> Mapping[str, str]:
        """The name of every firm of any pack, by id."""
        loaded = packs(session)
        return self.shelf(session, max(p.as_of for p in loaded)).names() if loaded else {}

    def ids(self, session: Session) -> tuple[str, ...]:
        """The ids of all firms, sorted; kept while the library stands."""
        names = self.names(session)
        # the names are kept with the answer, so their identity cannot pass to other ones
        return self.kept.get(("ids", id(names)), lambda: (names, tuple(sorted(names))))[1]

    def scheme(self, session: Session, as_of: date) -> Scheme | None:
        """The parameters of indicators that the bank has in force at a date; None where it published none."""
        try:
            version = self._content.version_at(session, "schemes", INDICATORS, as_of)
        except NotPublished:
            return None

        def find() -> Scheme:
            return Scheme.of(yamlfile.parse(self._content.bytes_of(version), INDICATORS))

        return self.kept.get(("scheme", version), find)

    def close(self) -> None:
        """Let go of every reading."""
        with self._lock:
            self._shelves.clear()
