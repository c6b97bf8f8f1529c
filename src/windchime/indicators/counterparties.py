"""The counterparty grains: pair and month, pair, and mutual invoicing between a firm and one counterparty."""

import ibis

from windchime.indicators.fold import fold
from windchime.indicators.invoices import money
from windchime.indicators.parameters import Parameters

PAIR = ["firm_id", "sale", "counterparty"]


def pair_months(rows: ibis.Table) -> ibis.Table:
    """One row a firm, direction, counterparty and whole month with business: `total` (net), `n` (blue invoices)."""
    used = rows.filter(rows.countable & (rows.m >= 0))
    return fold(used, [*PAIR, "m"], {"total": used.total.sum(), "n": used.count(where=used.blue)})


def returning(months: ibis.Table) -> ibis.Table:
    """Pair-months of the last thirteen months with `kept`: the pair did business again in the month after."""
    recent = months.filter((months.m <= 12) & (months.n > 0)).select([*PAIR, "m"])
    after = recent.m.lag().over(ibis.window(group_by=PAIR, order_by="m"))
    return recent.mutate(kept=ibis.coalesce(after == recent.m - 1, False))


def pairs(months: ibis.Table) -> ibis.Table:
    """One row a firm, direction and counterparty.

    `total`, `before`, `lately`: positive part of the net total of the last twelve months, of the twelve before, of the
    last three; `n`, `n_before`: blue invoices; `first`: `m` of the first month ever; `rank`, `rank_before`: 0 is the
    largest; `other_way`: `total` of the same counterparty in the other direction.
    """
    t = months

    def net(begin: int, end: int) -> ibis.Value:
        found = ibis.coalesce(t.total.sum(where=(t.m >= begin) & (t.m < end)), 0)
        return ibis.ifelse(found > 0, found, 0).cast("decimal(38, 2)")

    one = fold(
        t,
        PAIR,
        {
            "total": net(0, 12),
            "before": net(12, 24),
            "lately": net(0, 3),
            "n": ibis.coalesce(t.n.sum(where=t.m < 12), 0),
            "n_before": ibis.coalesce(t.n.sum(where=(t.m >= 12) & (t.m < 24)), 0),
            "first": t.m.max(where=t.n > 0),
        },
    )
    side = ["firm_id", "sale"]
    both = ibis.window(group_by=["firm_id", "counterparty"])
    return one.mutate(
        rank=ibis.row_number().over(ibis.window(group_by=side, order_by=[one.total.desc(), one.counterparty])),
        rank_before=ibis.row_number().over(ibis.window(group_by=side, order_by=[one.before.desc(), one.counterparty])),
        other_way=one.total.sum().over(both) - one.total,
    )


def mutual(rows: ibis.Table, p: Parameters) -> ibis.Table:
    """Day batches of sales of the last twelve months: `total`, and `matched` if the same counterparty sold back alike.

    Alike: a day batch of purchases within `mutual_days` whose total is `mutual_low` to `mutual_high` of the sale's.
    Each sale stands once with its `total`, and once more with `matched` if it has a counterpart.
    """
    used = rows.filter(rows.countable & (rows.m >= 0) & (rows.m < 12))
    batches = used.group_by([*PAIR, "day"]).agg(total=used.total.sum())
    batches = batches.filter(batches.total > 0)
    sold = batches.filter(batches.sale)
    bought = batches.filter(~batches.sale).view()
    apart = sold.day.delta(bought.day, unit="day")
    alike = sold.semi_join(
        bought,
        [
            sold.firm_id == bought.firm_id,
            sold.counterparty == bought.counterparty,
            apart.between(-p.mutual_days, p.mutual_days),
            bought.total.between(sold.total * money(p.mutual_low), sold.total * money(p.mutual_high)),
        ],
    )
    nothing = ibis.literal(0).cast("decimal(38, 2)")
    return sold.select("firm_id", "total", matched=nothing).union(
        alike.select("firm_id", total=nothing, matched=alike.total)
    )
