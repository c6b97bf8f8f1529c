"""What reports look up in the library: names, register facts, months, partners, how many rows stand behind each indicator."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import ibis

from windchime.core.dates import Month, Window, last_complete_month
from windchime.core.money import ZERO
from windchime.core.text import Text
from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.data.showing import facts
from windchime.documents.inputs import Fact, Partners
from windchime.indicators import definition
from windchime.indicators.plan import FIRM, named
from windchime.present.charts import MonthFlow, Part

#: months of the chart of sales and purchases, and of the partners' shares
FLOW_MONTHS, PARTNER_MONTHS = 36, 12
#: partners that are looked up by name; more than a chart shows
_PARTNERS = 12
#: columns of the register that a report leaves out: it has them elsewhere
_SHOWN_ELSEWHERE = frozenset({"firm_id", "name", "known_on"})


def names(reading: Reading, firms: Iterable[str]) -> dict[str, str]:
    """The names of firms as last known; firms that no register knows are left out."""
    wanted = sorted(set(firms))
    if not wanted or not reading.has("firms"):
        return {}
    known = _sql(_names, reading.as_of, firm=False)
    text = f"SELECT * FROM ({known}) WHERE firm_id IN (SELECT unnest($firms)) ORDER BY firm_id, known_at"  # noqa: S608 - compiled by us
    rows = reading.con.con.sql(text, params={"firms": wanted}).to_arrow_table()
    return {r["firm_id"]: r["name"] for r in rows.to_pylist()}


def register(reading: Reading, firm_id: str) -> tuple[str, tuple[Fact, ...]]:
    """A firm's name and the facts of its newest row in the register; its id for a name where it has no row."""
    rows = _rows(reading, "firms", _register, firm_id)
    if not rows:
        return firm_id, ()
    (row,) = rows
    known = facts(contract("firms"), row, _SHOWN_ELSEWHERE)
    return row["name"], tuple(Fact(c.label, text, row["source_file"], row["row_no"]) for c, text in known)


def flows(reading: Reading, firm_id: str, months: int = FLOW_MONTHS) -> tuple[tuple[MonthFlow, ...], int]:
    """Net sales and purchases of the last whole months, from the first with an invoice on, and the rows behind them."""
    found = _rows(reading, "invoices", _flows, firm_id, months)
    if not found:
        return (), 0
    amounts = {(Month.of(r["month"]), r["direction"]): r["amount"] for r in found}
    first, last = min(m for m, _direction in amounts), last_complete_month(reading.as_of)
    every = [first + i for i in range(last - first + 1)]
    made = tuple(MonthFlow(m, amounts.get((m, "sale"), ZERO), amounts.get((m, "purchase"), ZERO)) for m in every)
    return made, sum(r["rows"] for r in found)


def partners(reading: Reading, firm_id: str, direction: str, months: int = PARTNER_MONTHS) -> Partners | None:
    """Whom a firm sells to (`sale`) or buys from (`purchase`); None without an invoice that counts in the window."""
    found = _rows(reading, "invoices", _partners, firm_id, months, direction)
    if not found:
        return None
    largest = sorted(found, key=lambda r: (-r["amount"], r["partner"]))[:_PARTNERS]
    known = names(reading, [r["partner"] for r in largest])
    return Partners(
        largest=tuple(Part(Text.of(known.get(r["partner"], r["partner"])), r["amount"]) for r in largest),
        whole=sum((r["amount"] for r in found), Decimal(0)),
        partners=len(found),
        rows=sum(r["rows"] for r in found),
        window_months=months,
    )


def rows_behind_each(reading: Reading, firm_id: str, codes: Iterable[str]) -> dict[str, int]:
    """How many invoice rows each indicator of a firm was measured from, in one query."""
    wanted = tuple(codes)
    found = _rows(reading, "invoices", _counts, firm_id, *wanted) if wanted else []
    return {code: int(n or 0) for row in found for code, n in row.items()}


# Each question is written over a reading without rows and compiled once; the firm is bound when it is asked.


def _rows(
    reading: Reading, table: str, question: Callable[..., ibis.Table], firm_id: str, *args: Any
) -> list[dict[str, Any]]:
    if not reading.has(table):
        return []
    text = _sql(question, reading.as_of, *args)
    found: list[dict[str, Any]] = reading.con.con.sql(text, params={"firm": firm_id}).to_arrow_table().to_pylist()
    return found


@lru_cache(maxsize=64)
def _sql(question: Callable[..., ibis.Table], as_of: date, *args: Any, firm: bool = True) -> str:
    asked = question(named(as_of, FIRM if firm else None), *args)
    return str(ibis.to_sql(asked, dialect="duckdb")).replace(f"'{FIRM}'", "$firm")


def _names(reading: Reading) -> ibis.Table:
    return reading.table("firms").select("firm_id", "name", "known_at")


def _register(reading: Reading) -> ibis.Table:
    t = reading.table("firms")
    return t.order_by(t.known_at.desc()).limit(1)


def _flows(reading: Reading, months: int) -> ibis.Table:
    t = _counted(reading, months)
    return t.group_by(month=t.issue_date.truncate("M"), direction=t.direction).agg(
        amount=t.amount.sum(), rows=t.count()
    )


def _partners(reading: Reading, months: int, direction: str) -> ibis.Table:
    t = _counted(reading, months)
    mine = t.filter(t.direction == direction)
    other = mine.buyer_id if direction == "sale" else mine.seller_id
    return mine.group_by(partner=other).agg(amount=mine.amount.sum(), rows=mine.count())


def _counted(reading: Reading, months: int) -> ibis.Table:
    first, after = Window(months).bounds(reading.as_of)
    t = reading.table("invoices")
    return t.filter(t.countable, t.issue_date >= first, t.issue_date < after)


def _counts(reading: Reading, *codes: str) -> ibis.Table:
    t = reading.table("invoices")

    def behind(code: str) -> ibis.Value:
        found = definition(code)
        months = found.indicator.window_months
        if months is None:
            return found.behind(t)
        first, after = Window(months).bounds(reading.as_of)
        return found.behind(t) & (t.issue_date >= first) & (t.issue_date < after)

    return t.aggregate(**{code: behind(code).ifelse(1, 0).sum() for code in codes})
