"""Identities of statements with capital, borrowings, research, subsidies; of pledges with stakes; of bureau and loans."""

import ibis
from ibis import _

from windchime.data.quality.held import Held
from windchime.data.quality.identities import parts


def borrowings(reading: Held, days: int) -> ibis.Table:
    """X17: borrowings of a statement, and the total balance of the bureau report first after its end, within some days."""
    stated = parts.stated(reading, "bs_short_debt", "bs_long_debt", "bs_current_portion")
    t = reading.table("bureau_summaries")
    reports = t.select(firm="firm_id", on="happened_at", total="total_balance")
    near = [
        stated["firm_id"] == reports["firm"],
        reports["on"] >= stated["period"],
        reports["on"] <= stated["period"] + ibis.interval(days=days),
    ]
    both = stated.join(reports, near)
    return both.group_by("firm_id", "source", "period").aggregate(
        left=_["value"].max().cast("float64"), right=_["total"].argmin(_["on"]).cast("float64"), months=_.count()
    )


def own_balance(reading: Held) -> ibis.Table:
    """X16: balance with this bank in the newest bureau report, and that of its own loans unchanged since."""
    t = reading.table("bureau_summaries")
    newest = parts.latest(t.filter(t["own_bank_balance"].notnull()), ["firm_id"], ["report_at"])
    loans = reading.table("loans").filter(_["lender_id"].isnull(), _["balance"].notnull())
    owed = loans.group_by(firm="firm_id").aggregate(other=_["balance"].sum(), since=_["happened_at"].max())
    both = newest.join(owed, newest["firm_id"] == owed["firm"])
    both = both.filter(both["since"] <= both["happened_at"])
    return both.select(
        "firm_id",
        "source",
        period=both["happened_at"],
        left=both["own_bank_balance"].cast("float64"),
        right=both["other"].cast("float64"),
        months=ibis.literal(1),
    )


def equity_roll(reading: Held) -> ibis.Table:
    """X19: equity at the end, and at the beginning plus profit, contributions and other income; distributions reduce it."""
    equity = parts.stated(reading, "bs_total_equity")
    gains = parts.stated(reading, "is_net_profit", "is_oci_total").select(firm="firm_id", at="period", gain="value")
    held = reading.table("shareholdings").filter(_["paid_on"].notnull(), _["paid_amount"].notnull())
    paid = held.select(of="firm_id", paid_on="paid_on", paid="paid_amount")
    both = equity.join(gains, [equity["firm_id"] == gains["firm"], equity["period"] == gains["at"]])
    both = both.filter(both["value"].notnull(), both["prior"].notnull()).drop("firm", "at")
    since = both["period"] - ibis.interval(months=parts.YEAR)
    with_paid = both.left_join(
        paid, [both["firm_id"] == paid["of"], paid["paid_on"] > since, paid["paid_on"] <= both["period"]]
    )
    return (
        with_paid.group_by("firm_id", "source", "period")
        .aggregate(
            left=_["value"].max().cast("float64"),
            right=(_["prior"].max() + _["gain"].max() + _["paid"].sum().fill_null(0)).cast("float64"),
        )
        .mutate(months=ibis.literal(1))
    )


def paid_in(reading: Held) -> ibis.Table:
    """X20: paid-in capital of the newest statement, and what its current shareholders have paid in by then."""
    stated = parts.stated(reading, "bs_paid_in_capital")
    newest = parts.latest(stated, ["firm_id"], ["period"])
    held = reading.table("shareholdings").filter(_["paid_amount"].notnull(), _["basis"] == "registry")
    stakes = held.select(of="firm_id", begun="valid_from", ended="valid_to", paid="paid_amount")
    both = newest.join(
        stakes,
        [
            newest["firm_id"] == stakes["of"],
            stakes["begun"] <= newest["period"],
            stakes["ended"].isnull() | (stakes["ended"] > newest["period"]),
        ],
    )
    return (
        both.group_by("firm_id", "source", "period")
        .aggregate(
            left=_["value"].max().cast("float64"),
            right=_["paid"].sum().cast("float64"),
        )
        .mutate(months=ibis.literal(1))
    )


def pledged_shares(reading: Held) -> ibis.Table:
    """X22: shares of a firm that one holder has pledged, and the shares it holds."""
    t = reading.table("pledges")
    active = t.filter(
        t["kind"] == "equity", t["status"] == "active", t["share"].notnull(), t["object_firm_id"].notnull()
    )
    pledged = active.group_by("source", firm_id="pledgor_id", object="object_firm_id").aggregate(
        period=_["registered_on"].max(), left=_["share"].sum().cast("float64")
    )
    held = reading.table("shareholdings").filter(_["valid_to"].isnull(), _["basis"] == "registry", _["share"].notnull())
    stakes = held.group_by(investee="firm_id", holder="holder_id").aggregate(right=_["share"].sum().cast("float64"))
    both = pledged.join(stakes, [pledged["object"] == stakes["investee"], pledged["firm_id"] == stakes["holder"]])
    return both.select("firm_id", "source", "period", "left", "right", months=ibis.literal(1))


def research(reading: Held) -> ibis.Table:
    """X25: research expenses of the statement, and of the super-deduction return."""
    t = reading.table("rnd_spending").filter(_["item"] == "total", _["period_months"] == parts.YEAR)

    def of(basis: str) -> ibis.Table:
        mine = t.filter(t["basis"] == basis)
        return mine.select("firm_id", "source", period=mine["period_end"], value=mine["value"])

    return parts.same_period(of("statement"), of("super_deduction").view())


def subsidies(reading: Held) -> ibis.Table:
    """X26: subsidies paid in the year of a statement, and its other and non-operating income; deferred ones apart."""
    t = reading.table("subsidies").filter(_["accounting"].fill_null("income") == "income")
    income = parts.stated(reading, "is_other_income", "is_nonop_income")
    since = (income["period"].truncate("M") - ibis.interval(months=parts.YEAR - 1)).cast("date")
    periods = income.select("firm_id", "source", since=since, until=income["period"], value=income["value"])
    found = parts.over_period(periods, parts.by_month(t, "firm_id", t["paid_on"], t["paid_amount"]))
    return found.rename(left="right", right="left")


def guarantees(reading: Held) -> ibis.Table:
    """X30: active guarantees a firm has given, and the related liability in its newest bureau report."""
    t = reading.table("guarantees").filter(_["status"] == "active")
    given = t.group_by("source", firm_id="guarantor_id").aggregate(
        period=_["signed_on"].max(), left=_["covered_balance"].fill_null(0).sum().cast("float64")
    )
    reports = reading.table("bureau_summaries").filter(_["guarantee_balance"].notnull())
    newest = parts.latest(reports, ["firm_id"], ["report_at"]).select(
        firm="firm_id", on="happened_at", right=_["guarantee_balance"].cast("float64")
    )
    both = given.join(newest, [given["firm_id"] == newest["firm"], given["period"] <= newest["on"]])
    return both.select("firm_id", "source", "period", "left", "right", months=ibis.literal(1))
