"""The invoice grain: one row an invoice, with what the later steps need and nothing else."""

from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_

import ibis

from windchime.core.dates import Window, last_complete_month
from windchime.indicators.parameters import Parameters, TaxRate

#: scale of logarithms when they are added up: whole millionths, so that sums are exact
LN_SCALE = 1_000_000


def money(value: Decimal) -> ibis.Value:
    """An exact literal in yuan."""
    return ibis.literal(value, type="decimal(18, 2)")


def month_index(day: ibis.Value, as_of: date) -> ibis.Value:
    """Months before the last complete one: 0 is that month, -1 the month still running at the as-of date."""
    end = last_complete_month(as_of)
    month = day.year().cast("int64") * 12 + day.month().cast("int64")
    return ibis.literal(end.year * 12 + end.month, type="int64") - month


def any_of(conditions: list[ibis.Value]) -> ibis.Value:
    """Whether at least one condition holds; false where there is none."""
    return reduce(or_, conditions) if conditions else ibis.literal(False)


def invoice_rows(invoices: ibis.Table, p: Parameters) -> ibis.Table:
    """Invoices as a reading gives them, as one row each of: who, with whom, when, how much, of which standing."""
    t, sale = invoices, invoices.direction == "sale"
    issued = t.duplicate_of.isnull() & (t.total != 0)
    blue = t.countable & (t.colour == "blue")
    return t.select(
        firm_id=t.reporting_firm_id,
        sale=sale,
        counterparty=ibis.ifelse(sale, t.buyer_id, t.seller_id),
        m=month_index(t.issue_date, p.as_of),
        day=t.issue_date,
        duplicate=t.duplicate_of.notnull(),
        # an invoice that was issued: neither a repeated row nor an empty one, whatever became of it
        issued=issued,
        void=issued & (t.status == "void"),
        # what counts, as the contract declares it; blue and red are its two parts
        countable=t.countable,
        blue=blue,
        red=t.countable & (t.colour == "red"),
        amount=t.amount,
        tax=t.tax,
        total=t.total,
        invoice_code=t.invoice_code,
        invoice_no=t.invoice_no,
        digital=t.kind.isin(["digital_special", "digital_general"]),
    )


def near_cap(rows: ibis.Table, p: Parameters) -> ibis.Value:
    """Whether the amount without tax stands just below one of the issuing caps."""
    return any_of([(rows.amount >= money(cap * p.near_cap)) & (rows.amount <= money(cap)) for cap in p.caps])


def at_month_edge(day: ibis.Value, p: Parameters) -> ibis.Value:
    """Whether a day is one of the first or last few of its month."""
    edge = p.month_edge_days
    return (day.day() <= edge) | ((day + ibis.interval(days=edge)).day() <= edge)


def in_festival(day: ibis.Value, p: Parameters, months: int) -> ibis.Value:
    """Whether a day lies in a rest around a Spring Festival of the last `months` months."""
    first, after = Window(months).bounds(p.as_of)
    rests = [(begin, end) for begin, end in p.festivals if end >= first and begin < after]
    return any_of([day.between(ibis.date(begin), ibis.date(end)) for begin, end in rests])


def scaled_ln(total: ibis.Value) -> ibis.Value:
    """Natural logarithm of a positive total in whole millionths; null otherwise."""
    positive = ibis.ifelse(total > 0, total.cast("float64"), ibis.null("float64"))
    return (positive.ln() * float(LN_SCALE)).round().cast("int64")


def legal_rate(rows: ibis.Table, p: Parameters, months: int) -> ibis.Value:
    """The first rate of the scheme that was legal on the issue date and explains the tax; null where none does.

    For rows of the last `months` months: what changed outside them is left out of the expression.
    """
    first, after = Window(months).bounds(p.as_of)

    def explains(rate: Decimal) -> ibis.Value:
        exact = rows.amount * ibis.literal(rate, type="decimal(18, 4)")
        return (exact - rows.tax).abs() <= money(p.tax_tolerance)

    def holds(rate: TaxRate) -> ibis.Value:
        found = explains(rate.rate)
        if rate.begin > first:
            found = found & (rows.day >= ibis.date(rate.begin))
        if rate.until is not None and rate.until < after:
            found = found & (rows.day <= ibis.date(rate.until))
        return found

    known = [r for r in p.tax_rates if r.begin < after and (r.until is None or r.until >= first)]
    return ibis.cases(*((holds(r), ibis.literal(r.rate, type="decimal(18, 4)")) for r in known))
