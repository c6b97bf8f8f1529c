"""Parts of the identities: figures by firm and month, by firm and period, the latest version of a filing or statement.

A side is a table with `firm_id`, `source`, a time and `value`. Two sides together make the table that is judged: `firm_id`,
`source` (of the first side), `period`, `left`, `right` and `months`: how many months, or cases, both sides hold.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import ibis
from ibis import _

from windchime.core.dates import Window
from windchime.data.quality.held import Held

#: months of the windows, ending with the last complete month
YEAR = 12


def year(reading: Held) -> tuple[date, date]:
    """First and last day of the twelve whole months before the as-of date."""
    first, after = Window(YEAR).bounds(reading.as_of)
    return first, after - timedelta(days=1)


def by_month(t: ibis.Table, firm: str, day: ibis.Value, value: ibis.Value) -> ibis.Table:
    """Sums by firm, source and month."""
    rows = t.select(firm_id=t[firm], source=t["source"], month=day.truncate("M"), value=value)
    return rows.group_by("firm_id", "source", "month").aggregate(value=_["value"].sum())


def within(rows: ibis.Table, reading: Held) -> ibis.Table:
    """The months of the last twelve whole ones."""
    first, last = year(reading)
    return rows.filter(_["month"].between(first, last))


def common_months(left: ibis.Table, right: ibis.Table) -> ibis.Table:
    """Both sides summed over the months that both hold."""
    there = right.group_by(firm="firm_id", at="month").aggregate(other=_["value"].sum())
    both = left.join(there, [left["firm_id"] == there["firm"], left["month"] == there["at"]])
    return both.group_by("firm_id", "source").aggregate(
        period=_["month"].max(),
        left=_["value"].sum().cast("float64"),
        right=_["other"].sum().cast("float64"),
        months=_["month"].nunique(),
    )


def over_period(periods: ibis.Table, monthly: ibis.Table) -> ibis.Table:
    """Each period of the left side with the sum of the other side's months inside it.

    Args:
        periods: `firm_id`, `source`, `since`, `until` (dates, both inside) and `value`.
        monthly: a side by month.
    """
    return _last_step(_over_period(periods, monthly))


def _over_period(periods: ibis.Table, monthly: ibis.Table) -> ibis.Table:
    there = monthly.group_by(firm="firm_id", at="month").aggregate(other=_["value"].sum())
    both = periods.join(
        there,
        [
            periods["firm_id"] == there["firm"],
            there["at"] >= periods["since"].truncate("M"),
            there["at"] <= periods["until"],
        ],
    )
    return both.group_by("firm_id", "source", period="until").aggregate(
        left=_["value"].max(), right=_["other"].sum(), months=_["at"].nunique()
    )


def _last_step(exact: ibis.Table) -> ibis.Table:
    """Sides of exact sums as floats."""
    return exact.mutate(left=exact["left"].cast("float64"), right=exact["right"].cast("float64"))


def same_period(left: ibis.Table, right: ibis.Table) -> ibis.Table:
    """Both sides at the same period end: `firm_id`, `source`, `period`, `value` each."""
    there = right.group_by(firm="firm_id", at="period").aggregate(other=_["value"].max())
    both = left.join(there, [left["firm_id"] == there["firm"], left["period"] == there["at"]])
    return both.select(
        "firm_id",
        "source",
        "period",
        left=_["value"].cast("float64"),
        right=_["other"].cast("float64"),
        months=ibis.literal(1),
    )


def latest(t: ibis.Table, key: Sequence[str], order: Sequence[str]) -> ibis.Table:
    """Of the rows of one key, the last by `order`."""
    window = ibis.window(group_by=[t[k] for k in key], order_by=[ibis.desc(t[o]) for o in order])
    return t.mutate(__nth=ibis.row_number().over(window)).filter(_["__nth"] == 0).drop("__nth")


def filed(reading: Held, items: Sequence[str], kinds: Sequence[str]) -> ibis.Table:
    """Figures of tax returns, last version of each, summed over items: `since`, `until`, `value`."""
    last = reading.kept("last_filings", lambda: _last_filings(reading))
    mine = last.filter(last["item"].isin(items), last["tax_kind"].isin(kinds))
    return mine.group_by("firm_id", "source", since="period_from", until="period_to").aggregate(value=_["value"].sum())


def _last_filings(reading: Held) -> ibis.Table:
    key = ["firm_id", "tax_kind", "period_from", "period_to", "item"]
    return latest(reading.table("tax_filings"), key, ["filing_version", "known_at"]).select(*key, "source", "value")


def filed_in_year(reading: Held, items: Sequence[str], kinds: Sequence[str], monthly: ibis.Table) -> ibis.Table:
    """Returns of the last twelve whole months against the other side's months inside them, summed over the year."""
    first, last = year(reading)
    periods = filed(reading, items, kinds)
    periods = periods.filter(periods["since"] >= first, periods["until"] <= last)
    each = _over_period(periods, monthly)
    return _last_step(
        each.group_by("firm_id", "source").aggregate(
            period=_["period"].max(), left=_["left"].sum(), right=_["right"].sum(), months=_["months"].sum()
        )
    )


def stated(reading: Held, *items: str) -> ibis.Table:
    """Figures of the parent company's yearly statements, last version of each, over items: `period`, `value`, `prior`."""
    last = reading.kept("last_statements", lambda: _last_statements(reading))
    mine = last.filter(last["item"].isin(items))
    return mine.group_by("firm_id", "source", period="period_end").aggregate(
        value=_["value"].sum(), prior=_["value_prior"].sum()
    )


def _last_statements(reading: Held) -> ibis.Table:
    t = reading.table("statements")
    yearly = t.filter(t["period_months"] == YEAR, t["scope"] == "parent", t["version_kind"] != "management")
    key = ["firm_id", "period_end", "item"]
    return latest(yearly, key, ["known_at", "report_version"]).select(*key, "source", "value", "value_prior")


def invoiced(reading: Held, direction: str, column: str = "amount", where: Any = True) -> ibis.Table:
    """Countable invoices of one direction by month."""
    months = reading.kept("invoice_months", lambda: _invoice_months(reading))
    mine = months.filter(months["direction"] == direction, where)
    return mine.group_by("firm_id", "source", "month").aggregate(value=_[column].sum())


def _invoice_months(reading: Held) -> ibis.Table:
    t = reading.table("invoices")
    counted = t.filter(t["countable"])
    by = ("source", "direction", "deduction_status")
    return counted.group_by(*by, firm_id="reporting_firm_id", month=_["issue_date"].truncate("M")).aggregate(
        **{c: _[c].sum() for c in ("amount", "tax", "total")}
    )


def entries(reading: Held) -> ibis.Table:
    """Booked entries of the accounts: not reversals, not between own accounts."""
    t = reading.table("bank_transactions")
    return t.filter(t["status"] == "booked", ~t["is_internal"].fill_null(False), ~t["is_reversal"].fill_null(False))


def flows(reading: Held, direction: str, *categories: str) -> ibis.Table:
    """Such entries of some categories in one direction."""
    t = entries(reading)
    return t.filter(t["direction"] == direction, t["category"].isin(categories))


def booked_on(t: ibis.Table) -> ibis.Value:
    """Day in Shanghai on which an entry was booked."""
    found: ibis.Value = t["happened_at"]
    return found


def flow_months(reading: Held, direction: str, *categories: str) -> ibis.Table:
    """Such entries by month."""
    months = reading.kept("entry_months", lambda: _entry_months(reading))
    mine = months.filter(months["direction"] == direction, months["category"].isin(categories))
    return mine.group_by("firm_id", "source", "month").aggregate(value=_["amount"].sum())


def _entry_months(reading: Held) -> ibis.Table:
    t = entries(reading)
    by = ("firm_id", "source", "direction", "category")
    return t.group_by(*by, month=booked_on(t).truncate("M")).aggregate(amount=_["amount"].sum())
