"""Identities of staff, power and funds: what utilities and insurance say of a firm's operation."""

import ibis
from ibis import _

from windchime.data.quality.held import Held
from windchime.data.quality.identities import parts
from windchime.data.quality.peers import MAD_TO_SIGMA

#: months of each side of a comparison of quarters
QUARTER = 3


def _insured(reading: Held) -> ibis.Table:
    """Insured persons by firm and month: the largest count over the kinds of insurance."""
    t = reading.table("social_insurance")
    return t.group_by("firm_id", "source", period="month").aggregate(value=_["insured_count"].max())


def staff(reading: Held) -> ibis.Table:
    """X10: insured persons in the last month of a tax period, and the staff its return states."""
    filed = parts.filed(reading, ["staff_count"], ["cit_annual", "cit_quarter"])
    right = filed.select("firm_id", "source", period=filed["until"].truncate("M"), value=filed["value"])
    return parts.same_period(_insured(reading), right)


def funds(reading: Held) -> ibis.Table:
    """X28: provident-fund accounts, and insured persons of the same month."""
    t = reading.table("provident_fund")
    left = t.group_by("firm_id", "source", period="month").aggregate(value=_["account_count"].max())
    return parts.same_period(left, _insured(reading))


def _power(reading: Held) -> ibis.Table:
    t = reading.table("electricity").filter(_["coverage"] == "full")
    return parts.by_month(t, "firm_id", t["month"], t["usage_kwh"])


def revenue_per_kwh(reading: Held) -> ibis.Table:
    """X11: logarithm of sales per kilowatt-hour, as a robust distance from the median of the industry's section."""
    both = parts.common_months(parts.within(_power(reading), reading), parts.invoiced(reading, "sale"))
    both = both.filter(both["left"] > 0, both["right"] > 0)
    firms = reading.table("firms").group_by(firm="firm_id").aggregate(peers=_["industry_code"].substr(0, 1).min())
    rows = both.join(firms, both["firm_id"] == firms["firm"]).mutate(size=(_["right"] / _["left"]).ln())
    centre = rows.group_by(group="peers").aggregate(middle=_["size"].median())
    near = rows.join(centre, rows["peers"] == centre["group"]).drop("group")
    near = near.mutate(off=_["size"] - _["middle"])
    spread = near.group_by(group="peers").aggregate(spread=_["off"].abs().median())
    found = near.join(spread, near["peers"] == spread["group"]).filter(_["spread"] > 0)
    return found.select(
        "firm_id",
        "source",
        "period",
        left=_["off"] / (MAD_TO_SIGMA * _["spread"]),
        right=ibis.literal(0.0),
        months=_["months"],
    )


def swing(reading: Held) -> ibis.Table:
    """X12: change of electricity and of sales in logarithms: the last three months both hold, on the three before."""
    power, sales = _power(reading), parts.invoiced(reading, "sale")
    there = sales.group_by(firm="firm_id", at="month").aggregate(other=_["value"].sum())
    both = power.join(there, [power["firm_id"] == there["firm"], power["month"] == there["at"]])
    both = both.mutate(nth=both["month"].year() * 12 + both["month"].month())
    back = both["nth"].max().over(ibis.window(group_by="firm_id")) - both["nth"]
    both = both.mutate(back=back)
    back = both["back"]
    recent, before = back.between(0, QUARTER - 1), back.between(QUARTER, 2 * QUARTER - 1)
    sums = (
        both.filter(recent | before)
        .group_by("firm_id", "source")
        .aggregate(
            period=_["month"].max(),
            power_now=_["value"].sum(where=recent).cast("float64"),
            power_then=_["value"].sum(where=before).cast("float64"),
            sales_now=_["other"].sum(where=recent).cast("float64"),
            sales_then=_["other"].sum(where=before).cast("float64"),
            months=_["month"].nunique(),
        )
    )
    whole = sums.filter(*(sums[c] > 0 for c in ("power_now", "power_then", "sales_now", "sales_then")))
    return whole.select(
        "firm_id",
        "source",
        "period",
        left=(_["power_now"] / _["power_then"]).ln(),
        right=(_["sales_now"] / _["sales_then"]).ln(),
        months=_["months"],
    )


def carbon_power(reading: Held) -> ibis.Table:
    """X27: electricity of a year's carbon account, and of the meters in its months."""
    t = reading.table("carbon_emissions").filter(
        _["item"] == "electricity_kwh", _["boundary"] == "entity", _["period_months"] == parts.YEAR
    )
    newest = parts.latest(t, ["firm_id", "period_end"], ["report_version", "known_at"])
    since = (newest["period_end"].truncate("M") - ibis.interval(months=parts.YEAR - 1)).cast("date")
    periods = newest.select("firm_id", "source", since=since, until=newest["period_end"], value=newest["value"])
    found = parts.over_period(periods, _power(reading))
    return found.filter(found["months"] == parts.YEAR)
