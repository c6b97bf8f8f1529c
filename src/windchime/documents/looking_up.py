"""What reports look up in the library: names, register facts, months, partners, how many rows stand behind each indicator."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import ibis

from windchime.core.dates import Month, Window, last_complete_month
from windchime.core.money import ZERO
from windchime.core.text import Text
from windchime.data.contracts import contract
from windchime.data.contracts.contract import Column
from windchime.data.reading import Reading
from windchime.documents.inputs import Fact, Partners
from windchime.indicators import definition
from windchime.present.charts import MonthFlow, Part

#: months of the chart of sales and purchases, and of the partners' shares
FLOW_MONTHS, PARTNER_MONTHS = 36, 12
#: partners that are looked up by name; more than a chart shows
_PARTNERS = 12
#: columns of the register that a report leaves out: it has them elsewhere
_SHOWN_ELSEWHERE = {"firm_id", "name", "known_on"}


def names(reading: Reading, firms: Iterable[str]) -> dict[str, str]:
    """The names of firms as last known; firms that no register knows are left out."""
    wanted = sorted(set(firms))
    if not wanted or not reading.has("firms"):
        return {}
    t = reading.table("firms")
    rows = t.filter(t.firm_id.isin(wanted)).order_by([t.firm_id, t.known_at]).select("firm_id", "name").to_pyarrow()
    return {r["firm_id"]: r["name"] for r in rows.to_pylist()}


def register(reading: Reading, firm_id: str) -> tuple[str, tuple[Fact, ...]]:
    """A firm's name and the facts of its newest row in the register; its id for a name where it has no row."""
    if not reading.has("firms"):
        return firm_id, ()
    t = reading.table("firms")
    rows = t.filter(t.firm_id == firm_id).order_by(t.known_at.desc()).limit(1).to_pyarrow().to_pylist()
    if not rows:
        return firm_id, ()
    (row,) = rows
    shown = [c for c in contract("firms").columns if c.name not in _SHOWN_ELSEWHERE and row[c.name] is not None]
    return row["name"], tuple(Fact(c.label, _value(c, row[c.name]), row["source_file"], row["row_no"]) for c in shown)


def _value(column: Column, value: Any) -> str | Text:
    return column.values.get(value, str(value)) if column.values else str(value)


def flows(reading: Reading, firm_id: str, months: int = FLOW_MONTHS) -> tuple[tuple[MonthFlow, ...], int]:
    """Net sales and purchases of the last whole months, from the first with an invoice on, and the rows behind them."""
    t = _inside(reading, firm_id, months)
    if t is None:
        return (), 0
    by_month = t.group_by(month=t.issue_date.truncate("M"), direction=t.direction).agg(
        amount=t.amount.sum(), rows=t.count()
    )
    found = by_month.to_pyarrow().to_pylist()
    amounts = {(Month.of(r["month"]), r["direction"]): r["amount"] for r in found}
    if not amounts:
        return (), 0
    first, last = min(m for m, _direction in amounts), last_complete_month(reading.as_of)
    every = [first + i for i in range(last - first + 1)]
    made = tuple(MonthFlow(m, amounts.get((m, "sale"), ZERO), amounts.get((m, "purchase"), ZERO)) for m in every)
    return made, sum(r["rows"] for r in found)


def partners(reading: Reading, firm_id: str, direction: str, months: int = PARTNER_MONTHS) -> Partners | None:
    """Whom a firm sells to (`sale`) or buys from (`purchase`); None without an invoice that counts in the window."""
    t = _inside(reading, firm_id, months)
    if t is None:
        return None
    other = t.buyer_id if direction == "sale" else t.seller_id
    by_partner = t.filter(t.direction == direction).group_by(partner=other).agg(amount=t.amount.sum(), rows=t.count())
    found = by_partner.to_pyarrow().to_pylist()
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


def _inside(reading: Reading, firm_id: str, months: int) -> ibis.Table | None:
    if not reading.has("invoices"):
        return None
    first, after = Window(months).bounds(reading.as_of)
    t = reading.table("invoices")
    return t.filter(t.reporting_firm_id == firm_id, t.countable, t.issue_date >= first, t.issue_date < after)


def rows_behind_each(reading: Reading, firm_id: str, codes: Iterable[str]) -> dict[str, int]:
    """How many invoice rows each indicator of a firm was measured from, in one query."""
    wanted = list(codes)
    if not wanted or not reading.has("invoices"):
        return {}
    t = reading.table("invoices")
    t = t.filter(t.reporting_firm_id == firm_id)

    def behind(code: str) -> ibis.Value:
        found = definition(code)
        months = found.indicator.window_months
        if months is None:
            return found.behind(t)
        first, after = Window(months).bounds(reading.as_of)
        return found.behind(t) & (t.issue_date >= first) & (t.issue_date < after)

    counted = t.aggregate(**{code: behind(code).ifelse(1, 0).sum() for code in wanted}).to_pyarrow().to_pylist()[0]
    return {code: int(n or 0) for code, n in counted.items()}
