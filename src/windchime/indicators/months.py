"""The firm-month grain: sums of a month, dense over two years, with what a month knows of its neighbours."""

import ibis

from windchime.indicators.fold import fold
from windchime.indicators.invoices import at_month_edge, in_festival, money, near_cap, scaled_ln
from windchime.indicators.parameters import Parameters

#: months that stand in this grain even without an invoice
DENSE_MONTHS = 24


def monthly_sums(rows: ibis.Table, p: Parameters) -> dict[str, ibis.Value]:
    """Exact sums of one firm and month, by column of the grain; sales and purchases net of red letters."""
    t = rows
    sold, bought = t.sale & t.blue, ~t.sale & t.blue
    reversal = t.sale & (t.void | t.red)
    ln = scaled_ln(t.total)

    def n(where: ibis.Value) -> ibis.Value:
        return t.count(where=where)

    def add(column: ibis.Value, where: ibis.Value) -> ibis.Value:
        return ibis.coalesce(column.sum(where=where), 0)

    return {
        "row_n": n(t.sale),
        "duplicate_n": n(t.sale & t.duplicate),
        "zero_n": n(t.sale & (t.total == 0)),
        "issued_n": n(t.sale & t.issued),
        "void_n": n(t.sale & t.void),
        "void_total": add(t.total.abs(), t.sale & t.void),
        "red_n": n(t.sale & t.red),
        "red_total": add(-t.total, t.sale & t.red),
        "reversal_n": n(reversal),
        "reversal_edge_n": n(reversal & at_month_edge(t.day, p)),
        "blue_n": n(sold),
        "gross": add(t.total, sold),
        "sales": add(t.total, t.sale & t.countable),
        "sales_amount": add(t.amount, t.sale & t.countable),
        "sales_tax": add(t.tax, t.sale & t.countable),
        "largest": t.total.max(where=sold),
        "ln_sum": add(ln, sold),
        "ln_squares": add((ln * ln).cast("decimal(38, 0)"), sold),
        "weekend_n": n(sold & (t.day.day_of_week.index() >= 5)),
        "round_n": n(sold & (t.total % money(p.round_step) == 0)),
        "near_cap_n": n(sold & near_cap(t, p)),
        "near_cap_total": add(t.total, sold & near_cap(t, p)),
        "month_end_total": add(t.total, sold & at_month_edge(t.day, p) & (t.day.day() > 15)),
        "festival_total": add(t.total, sold & in_festival(t.day, p, DENSE_MONTHS)),
        "last_sale": t.day.max(where=sold),
        "p_issued_n": n(~t.sale & t.issued),
        "p_void_n": n(~t.sale & t.void),
        "p_red_total": add(-t.total, ~t.sale & t.red),
        "p_blue_n": n(bought),
        "p_gross": add(t.total, bought),
        "purchases": add(t.total, ~t.sale & t.countable),
        "purchases_amount": add(t.amount, ~t.sale & t.countable),
        "purchases_tax": add(t.tax, ~t.sale & t.countable),
        "last_purchase": t.day.max(where=bought),
    }


def firm_months(rows: ibis.Table, firms: ibis.Table, p: Parameters) -> ibis.Table:
    """One row a firm and month; the last `DENSE_MONTHS` months of every firm of `firms`, older and running ones if any.

    Besides the sums: `active` (a blue sale), `known` and `p_known` (months from the first complete one with a sale, a
    purchase, to the last; null without), and of the months since that first sale, null before it: `gap` (1 without a
    sale), `gap_run` (months without a sale up to this one, counted from the nearer end), `inverted` (1 where purchases
    exceed sales). `three`: sales of the three months ending here; `peak`: largest `three` of an earlier month;
    `year_ago`: sales twelve months before.
    """
    used = rows.select([c for c in rows.columns if c not in ("counterparty", "invoice_code", "invoice_no", "digital")])
    calendar = ibis.range(0, DENSE_MONTHS).unnest().name("m").as_table()
    calendar = calendar.select(m=calendar.m.cast("int64"))
    empty = firms.cross_join(calendar).select(
        **{
            c: firms.firm_id if c == "firm_id" else calendar.m if c == "m" else ibis.null(used[c].type())
            for c in used.columns
        }
    )
    sums = used.union(empty)
    sums = fold(sums, ["firm_id", "m"], monthly_sums(sums, p))
    firm = ibis.window(group_by="firm_id")
    older = ibis.window(group_by="firm_id", order_by="m", range=(0, 2))
    newer = ibis.window(group_by="firm_id", order_by="m", range=(None, 0))
    a_year = ibis.window(group_by="firm_id", order_by="m", range=(12, 12))
    sold, bought = sums.blue_n > 0, sums.p_blue_n > 0
    seen = sums.mutate(
        active=sold,
        first=ibis.ifelse(sold & (sums.m >= 0), sums.m, None).max().over(firm),
        p_first=ibis.ifelse(bought & (sums.m >= 0), sums.m, None).max().over(firm),
        newer=ibis.coalesce(ibis.ifelse(sold, sums.m, None).max().over(newer), -1),
        three=sums.sales.sum().over(older),
        year_ago=sums.sales.sum().over(a_year),
    )
    earlier = ibis.window(group_by="firm_id", order_by="m", range=(1, DENSE_MONTHS))
    alive, idle = seen.m <= seen.first, ibis.ifelse(seen.active, 0, 1)
    return seen.mutate(
        known=seen.first + 1,
        p_known=seen.p_first + 1,
        gap=ibis.ifelse(alive, idle, None),
        gap_run=ibis.ifelse(alive, idle * (seen.m - seen.newer), None),
        inverted=ibis.ifelse(alive, (seen.purchases > seen.sales).cast("int64"), None),
        # a sum of three months is whole only if its oldest month is dense
        peak=ibis.ifelse(seen.m <= DENSE_MONTHS - 3, seen.three, None).max().over(earlier),
    )
