"""What pages ask of the lake, as SQL compiled once a date: every statement reads the rows of one firm, never all invoices."""

from datetime import date
from functools import lru_cache

import duckdb
import ibis

from windchime.core.dates import Window
from windchime.data.contracts import contract, contracts
from windchime.data.reading import Reading, unbound
from windchime.indicators import definition
from windchime.indicators.plan import FIRM

#: months of the chart of sales and purchases, and of the partners' shares; as in reports
FLOW_MONTHS, PARTNER_MONTHS = 36, 12
#: source rows shown behind a figure
BEHIND_ROWS = 20


def _reading(as_of: date, *, one: bool = True) -> Reading:
    return unbound(as_of, contracts(), firm=FIRM if one else None)


def parsed(expression: ibis.Table) -> duckdb.Statement:
    """A question as a statement; the firm it asks about is its parameter `firm`, where it asks about one."""
    text = str(ibis.to_sql(expression, dialect="duckdb")).replace(f"'{FIRM}'", "$firm")
    return duckdb.extract_statements(text)[0]


@lru_cache(maxsize=16)
def register(as_of: date) -> duckdb.Statement:
    """Of every firm the newest row of the register, by the columns of its contract, sorted by id."""
    t = _reading(as_of, one=False).table("firms")
    order = [ibis.desc(t[c]) for c in ("known_at", "load_id", "source_file", "row_no")]
    newest = t.mutate(__nth=ibis.row_number().over(ibis.window(group_by=t.firm_id, order_by=order)))
    columns = [c.name for c in contract("firms").columns]
    return parsed(newest.filter(newest["__nth"] == 0).select(*columns).order_by("firm_id"))


@lru_cache(maxsize=16)
def flows(as_of: date) -> duckdb.Statement:
    """Net sales and purchases by month: month, direction, amount, rows."""
    t = _counted(as_of, FLOW_MONTHS)
    return parsed(
        t.group_by(month=t.issue_date.truncate("M"), direction=t.direction).agg(amount=t.amount.sum(), rows=t.count())
    )


@lru_cache(maxsize=16)
def partners(as_of: date) -> duckdb.Statement:
    """Whom the firm sells to and buys from: direction, partner, amount, rows; largest first."""
    t = _counted(as_of, PARTNER_MONTHS)
    other = (t.direction == "sale").ifelse(t.buyer_id, t.seller_id)
    found = t.group_by(direction=t.direction, partner=other).agg(amount=t.amount.sum(), rows=t.count())
    return parsed(found.order_by(found.direction, found.amount.desc(), found.partner))


def _counted(as_of: date, months: int) -> ibis.Table:
    first, after = Window(months).bounds(as_of)
    t = _reading(as_of).table("invoices")
    return t.filter(t.countable, t.issue_date >= first, t.issue_date < after)


@lru_cache(maxsize=16)
def notes(as_of: date) -> duckdb.Statement:
    """What is odd about the firm's invoices, counted over its whole history."""
    t = _reading(as_of).table("invoices")
    return parsed(
        t.aggregate(
            rows=t.count(),
            void=(t.status == "void").ifelse(1, 0).sum(),
            red=(t.colour == "red").ifelse(1, 0).sum(),
            duplicate=t.duplicate_of.notnull().ifelse(1, 0).sum(),
            zero_total=(t.total == 0).ifelse(1, 0).sum(),
            first=t.issue_date.min(),
            last=t.issue_date.max(),
        )
    )


@lru_cache(maxsize=16)
def loans(as_of: date) -> duckdb.Statement:
    """The firm's loans, newest first."""
    t = _reading(as_of).table("loans")
    return parsed(t.order_by(t.drawn_on.desc(), t.loan_id))


@lru_cache(maxsize=16)
def outcomes(as_of: date) -> duckdb.Statement:
    """What is known of how the firm's loans went."""
    t = _reading(as_of).table("loan_outcomes")
    return parsed(t.order_by(t.observed_to))


@lru_cache(maxsize=512)
def behind(as_of: date, code: str) -> duckdb.Statement:
    """The invoice rows one figure was measured from, largest total first, each with how many there are.

    Raises:
        UnknownName: no such indicator.
    """
    found, t = definition(code), _reading(as_of).table("invoices")
    rows = t.filter(found.behind(t))
    if (months := found.indicator.window_months) is not None:
        first, after = Window(months).bounds(as_of)
        rows = rows.filter(rows.issue_date >= first, rows.issue_date < after)
    rows = rows.mutate(of=rows.count().over(ibis.window()))
    return parsed(rows.order_by([rows.total.abs().desc(), rows.source_file, rows.row_no]).limit(BEHIND_ROWS))
