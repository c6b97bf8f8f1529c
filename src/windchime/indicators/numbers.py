"""The number and the tax-rate grains: how a firm's sales invoices follow each other, and at which rates they are taxed."""

import ibis

from windchime.indicators.invoices import legal_rate
from windchime.indicators.parameters import Parameters


def number_steps(rows: ibis.Table) -> ibis.Table:
    """Sales invoices of the last twelve months in the order of their numbers, within a code.

    `step`: this number less the one before, null for the first; `backwards`: issued earlier than the one before.
    Fully digital invoices are left out (their numbers are given out by the tax platform, not from a firm's book), so
    are numbers that are not 1 to 18 digits, repeated rows and empty ones.
    """
    t = rows.filter(
        rows.sale
        & rows.issued
        & ~rows.digital
        & (rows.m >= 0)
        & (rows.m < 12)
        & rows.invoice_no.re_search("^[0-9]{1,18}$")
    )
    numbered = t.select("firm_id", "day", code=ibis.coalesce(t.invoice_code, ""), number=t.invoice_no.try_cast("int64"))
    order = ibis.window(group_by=["firm_id", "code"], order_by=["number", "day"])
    return numbered.select(
        "firm_id",
        step=numbered.number - numbered.number.lag().over(order),
        backwards=numbered.day < numbered.day.lag().over(order),
    )


def tax_rates(rows: ibis.Table, p: Parameters) -> ibis.Table:
    """One row a firm and legal tax rate of its blue sales of the last twelve months; `rate` null: off any legal rate.

    `amount` without tax, `n` invoices, `whole`: the amount of all rates.
    """
    used = rows.filter(rows.sale & rows.blue & (rows.m >= 0) & (rows.m < 12))
    rated = used.select("firm_id", "amount", rate=legal_rate(used, p, 12))
    folded = rated.group_by("firm_id", "rate").agg(amount=rated.amount.sum(), n=rated.count())
    return folded.mutate(whole=folded.amount.sum().over(ibis.window(group_by="firm_id")))
