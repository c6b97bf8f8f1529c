"""Identities of bank entries with invoices, taxes, loans, statements and cash-flow reports."""

import ibis
from ibis import _

from windchime.data.quality.held import Held
from windchime.data.quality.identities import parts


def receipts(reading: Held) -> ibis.Table:
    """X4: operating inflow, and sale invoices with tax."""
    left = parts.within(parts.flow_months(reading, "in", "sale"), reading)
    return parts.common_months(left, parts.invoiced(reading, "sale", "total"))


def payments(reading: Held) -> ibis.Table:
    """X5: purchase outflow, and purchase invoices with tax."""
    left = parts.within(parts.flow_months(reading, "out", "purchase"), reading)
    return parts.common_months(left, parts.invoiced(reading, "purchase", "total"))


def taxes_paid(reading: Held, days: int) -> ibis.Table:
    """X13: taxes paid without an outflow of the same amount within some days; `left` counts them."""
    t = reading.table("tax_filings")
    paid = t.filter(t["item"] == "tax_paid", t["paid_on"].notnull(), t["value"] > 0)
    wanted = paid.select("firm_id", "source", day="paid_on", amount="value")
    return _without_entry(wanted, parts.flows(reading, "out", "tax"), days, reading)


def drawdowns(reading: Held, days: int) -> ibis.Table:
    """X14: loans drawn without an inflow of the same amount within some days; entrusted payments go to others."""
    t = reading.table("loans")
    drawn = t.filter(t["payment_mode"].fill_null("self") == "self")
    wanted = drawn.select("firm_id", "source", day="drawn_on", amount="principal")
    return _without_entry(wanted, parts.flows(reading, "in", "loan_in"), days, reading)


def _without_entry(wanted: ibis.Table, entries: ibis.Table, days: int, reading: Held) -> ibis.Table:
    """Payments that no entry answers, of those inside the time that the firm's entries cover."""
    whole = reading.table("bank_transactions")
    covered = whole.group_by(firm="firm_id").aggregate(since=_["happened_at"].min(), until=_["happened_at"].max())
    inside = wanted.join(covered, wanted["firm_id"] == covered["firm"])
    inside = inside.filter(inside["day"].between(inside["since"], inside["until"] - ibis.interval(days=days)))
    entry = entries.select(holder="firm_id", on="happened_at", value="amount").distinct()
    answered = inside.left_join(
        entry,
        [
            inside["firm_id"] == entry["holder"],
            inside["amount"] == entry["value"],
            entry["on"] >= inside["day"],
            entry["on"] <= inside["day"] + ibis.interval(days=days),
        ],
    )
    each = answered.group_by("firm_id", "source", "day", "amount").aggregate(entries=_["holder"].count())
    return (
        each.group_by("firm_id", "source")
        .aggregate(
            period=_["day"].max(),
            left=(_["entries"] == 0).sum().cast("float64"),
            months=_.count(),
        )
        .mutate(right=ibis.literal(0.0))
    )


def interest(reading: Held) -> ibis.Table:
    """X15: interest paid in the year of a statement, and its interest expense."""
    expense = parts.stated(reading, "is_interest_expense")
    since = (expense["period"].truncate("M") - ibis.interval(months=parts.YEAR - 1)).cast("date")
    periods = expense.select("firm_id", "source", since=since, until=expense["period"], value=expense["value"])
    found = parts.over_period(periods, parts.flow_months(reading, "out", "interest"))
    return found.rename(left="right", right="left")


def cash(reading: Held) -> ibis.Table:
    """X18: cash of a statement, and the closing balances of the accounts at its end."""
    stated = parts.stated(reading, "bs_cash")
    t = reading.table("bank_transactions").filter(_["balance_after"].notnull())
    entries = t.select(
        holder="firm_id", account="account_id", on="happened_at", at="booked_at", seq="seq", left_over="balance_after"
    )
    both = stated.join(entries, [stated["firm_id"] == entries["holder"], entries["on"] <= stated["period"]])
    closing = parts.latest(both, ["firm_id", "period", "account"], ["at", "seq"])
    return closing.group_by("firm_id", "source", "period").aggregate(
        left=_["value"].max().cast("float64"), right=_["left_over"].sum().cast("float64"), months=_.count()
    )


def report_months(reading: Held) -> ibis.Table:
    """X29: a month's inflow in a cash-flow report by category, and the booked inflow of the statements of account."""
    t = reading.table("cashflow_report_rows")
    t = t.filter(t["block"] == "category", t["direction"] == "in")
    newest = parts.latest(t, ["firm_id", "month", "category"], ["known_at", "report_id"])
    left = parts.by_month(newest, "firm_id", newest["month"], newest["amount"])
    entries = reading.table("bank_transactions")
    entries = entries.filter(entries["status"] == "booked", entries["direction"] == "in")
    right = parts.by_month(entries, "firm_id", parts.booked_on(entries), entries["amount"])
    return parts.same_period(left.rename(period="month"), right.rename(period="month"))
