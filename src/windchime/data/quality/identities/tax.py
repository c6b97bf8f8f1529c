"""Identities of tax returns and invoices."""

import ibis
from ibis import _

from windchime.data.quality.held import Held
from windchime.data.quality.identities import parts

VAT = ("vat_general", "vat_small")
SALES = ("sales_taxable", "sales_simple", "sales_exempt", "sales_export")


def sales_filed(reading: Held) -> ibis.Table:
    """X1: VAT sales filed, and sale invoices without tax."""
    return parts.filed_in_year(reading, SALES, VAT, parts.invoiced(reading, "sale"))


def output_tax(reading: Held) -> ibis.Table:
    """X2: output tax filed, and the tax of sale invoices."""
    return parts.filed_in_year(reading, ["output_tax"], VAT, parts.invoiced(reading, "sale", "tax"))


def input_tax(reading: Held) -> ibis.Table:
    """X3: input tax filed, and the tax of purchase invoices that were selected for deduction."""
    selected = _["deduction_status"] == "selected"
    return parts.filed_in_year(reading, ["input_tax"], VAT, parts.invoiced(reading, "purchase", "tax", selected))


def revenue_invoiced(reading: Held) -> ibis.Table:
    """X6: revenue of a year's statement, and the invoices of that year without tax."""
    years = parts.stated(reading, "is_revenue")
    months = parts.YEAR - 1
    since = (years["period"].truncate("M") - ibis.interval(months=months)).cast("date")
    periods = years.select("firm_id", "source", since=since, until=years["period"], value=years["value"])
    return parts.over_period(periods, parts.invoiced(reading, "sale"))


def revenue_filed(reading: Held) -> ibis.Table:
    """X7: revenue of a year's statement, and of the annual income-tax return."""
    filed = parts.filed(reading, ["revenue"], ["cit_annual"])
    return parts.same_period(parts.stated(reading, "is_revenue"), filed.rename(period="until"))


def exports(reading: Held) -> ibis.Table:
    """X24: export sales filed, and exports released by customs."""
    t = reading.table("customs_trade")
    t = t.filter(t["direction"] == "export", t["status"].fill_null("released") != "cancelled")
    return parts.filed_in_year(reading, ["sales_export"], VAT, parts.by_month(t, "firm_id", t["month"], t["amount"]))


def copies(reading: Held) -> ibis.Table:
    """X23: invoices of which both copies are there and disagree on amount, tax, date or status; `left` counts them."""
    t = reading.table("invoices").filter(_["duplicate_of"].isnull())
    key = ["seller_id", "buyer_id", "invoice_code", "invoice_no"]
    facts = ["amount", "tax", "issue_date", "status"]
    once = t.group_by("copy", *key).aggregate(
        n=_.count(), firm_id=_["reporting_firm_id"].min(), source=_["source"].min(), **{f: _[f].min() for f in facts}
    )
    once = once.filter(once["n"] == 1)
    sold, bought = once.filter(once["copy"] == "seller"), once.filter(once["copy"] == "buyer").view()
    same = [sold[k].identical_to(bought[k]) if k == "invoice_code" else sold[k] == bought[k] for k in key]
    both = sold.join(bought, same, rname="{name}_b")
    differs = ibis.or_(*(both[f] != both[f"{f}_b"] for f in facts))
    return (
        both.group_by("firm_id", "source")
        .aggregate(
            period=_["issue_date"].max(),
            left=differs.sum().cast("float64"),
            months=_.count(),
        )
        .mutate(right=ibis.literal(0.0))
    )


def before_founding(reading: Held) -> ibis.Table:
    """X32: countable invoices of a firm before it was established; `left` counts them."""
    t = reading.table("invoices")
    firms = reading.table("firms").group_by(firm="firm_id").aggregate(founded=_["established_on"].min())
    both = t.filter(t["countable"]).join(firms, t["reporting_firm_id"] == firms["firm"])
    both = both.filter(both["founded"].notnull())
    return (
        both.group_by("source", firm_id="reporting_firm_id")
        .aggregate(
            period=_["issue_date"].min(),
            left=(both["issue_date"] < both["founded"]).sum().cast("float64"),
            months=_.count(),
        )
        .mutate(right=ibis.literal(0.0))
    )
