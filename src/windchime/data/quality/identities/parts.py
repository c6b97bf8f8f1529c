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
from windchime.data.reading import Reading

#: months of the windows, ending with the last complete month
YEAR = 12


def year(reading: Reading) -> tuple[date, date]:
    """First and last day of the twelve whole months before the as-of date."""
    first, after = Window(YEAR).bounds(reading.as_of)
    return first, after - timedelta(days=1)


def by_month(t: ibis.Table, firm: str, day: ibis.Value, value: ibis.Value) -> ibis.Table:
    """Sums by firm, source and month."""
    rows = t.select(firm_id=t[firm], source=t["source"], month=day.truncate("M"), value=value)
    return rows.group_by("firm_id", "source", "month").aggregate(value=_["value"].sum())


def within(rows: ibis.Table, reading: Reading) -> ibis.Table:
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
        left=_["value"].max().cast("float64"), right=_["other"].sum().cast("float64"), months=_["at"].nunique()
    )


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


def filed(reading: Reading, items: Sequence[str], kinds: Sequence[str]) -> ibis.Table:
    """Figures of tax returns, last version of each, summed over items: `since`, `until`, `value`."""
    t = reading.table("tax_filings")
    t = t.filter(t["item"].isin(items), t["tax_kind"].isin(kinds))
    last = latest(t, ["firm_id", "tax_kind", "period_from", "period_to", "item"], ["filing_version", "known_at"])
    return last.group_by("firm_id", "source", since="period_from", until="period_to").aggregate(value=_["value"].sum())


def filed_in_year(reading: Reading, items: Sequence[str], kinds: Sequence[str], monthly: ibis.Table) -> ibis.Table:
    """Returns of the last twelve whole months against the other side's months inside them, summed over the year."""
    first, last = year(reading)
    periods = filed(reading, items, kinds)
    periods = periods.filter(periods["since"] >= first, periods["until"] <= last)
    each = over_period(periods, monthly)
    return each.group_by("firm_id", "source").aggregate(
        period=_["period"].max(), left=_["left"].sum(), right=_["right"].sum(), months=_["months"].sum()
    )


def stated(reading: Reading, *items: str, months: int = YEAR) -> ibis.Table:
    """Figures of the parent company's statements, last version of each, summed over items: `period`, `value`, `prior`."""
    t = reading.table("statements")
    t = t.filter(
        t["item"].isin(items), t["period_months"] == months, t["scope"] == "parent", t["version_kind"] != "management"
    )
    last = latest(t, ["firm_id", "period_end", "item"], ["known_at", "report_version"])
    return last.group_by("firm_id", "source", period="period_end").aggregate(
        value=_["value"].sum(), prior=_["value_prior"].sum()
    )


def invoiced(reading: Reading, direction: str, column: str = "amount", where: Any = True) -> ibis.Table:
    """Countable invoices of one direction by month."""
    t = reading.table("invoices")
    t = t.filter(t["countable"], t["direction"] == direction, where)
    return by_month(t, "reporting_firm_id", t["issue_date"], t[column])


def flows(reading: Reading, direction: str, *categories: str) -> ibis.Table:
    """Booked entries of some categories in one direction: not reversals, not between own accounts."""
    t = reading.table("bank_transactions")
    return t.filter(
        t["status"] == "booked",
        t["direction"] == direction,
        t["category"].isin(categories),
        ~t["is_internal"].fill_null(False),
        ~t["is_reversal"].fill_null(False),
    )


def booked_on(t: ibis.Table) -> ibis.Value:
    """Day in Shanghai on which an entry was booked."""
    found: ibis.Value = t["happened_at"]
    return found


def flow_months(reading: Reading, direction: str, *categories: str) -> ibis.Table:
    """Such entries by month."""
    t = flows(reading, direction, *categories)
    return by_month(t, "firm_id", booked_on(t), t["amount"])
