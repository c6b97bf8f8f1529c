"""The indicators once more, in pandas and numpy over dense arrays of firms and months: what the measured ones are held against.

Nothing of `windchime.indicators` enters; money is whole fen, parameters are written out as the shipped scheme has them.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

CAPS = (10_000, 100_000, 1_000_000, 10_000_000)
FESTIVALS = (
    "2014-01-31",
    "2015-02-19",
    "2016-02-08",
    "2017-01-28",
    "2018-02-16",
    "2019-02-05",
    "2020-01-25",
    "2021-02-12",
    "2022-02-01",
    "2023-01-22",
    "2024-02-10",
    "2025-01-29",
    "2026-02-17",
    "2027-02-06",
    "2028-01-26",
    "2029-02-13",
    "2030-02-03",
)
RATES = (
    (1700, "1994-01-01", "2018-04-30"),
    (1600, "2018-05-01", "2019-03-31"),
    (1300, "1994-01-01", "2017-06-30"),
    (1300, "2019-04-01", ""),
    (1100, "2012-01-01", "2018-04-30"),
    (1000, "2018-05-01", "2019-03-31"),
    (900, "2019-04-01", ""),
    (600, "1994-01-01", ""),
    (500, "2016-05-01", ""),
    (300, "2009-01-01", ""),
    (150, "2016-05-01", ""),
    (100, "2020-03-01", ""),
    (0, "1994-01-01", ""),
)


def frame(invoices: pa.Table) -> pd.DataFrame:
    """Invoice rows in pandas, money in fen."""
    t = invoices.select(
        [
            "reporting_firm_id",
            "direction",
            "seller_id",
            "buyer_id",
            "invoice_code",
            "invoice_no",
            "kind",
            "status",
            "colour",
            "issue_date",
            "duplicate_of",
            "known_at",
            "supersedes",
        ]
    ).to_pandas()
    for column in ("amount", "tax", "total"):
        t[column] = np.rint(invoices[column].cast(pa.float64()).to_numpy() * 100).astype("int64")
    t["day"] = pd.to_datetime(t.pop("issue_date"))
    renamed: pd.DataFrame = t.rename(columns={"reporting_firm_id": "firm"})
    return renamed


def over(part: "np.ndarray", whole: "np.ndarray") -> Any:
    """Part over whole where the whole is positive."""
    whole = np.asarray(whole, float)
    return np.where(whole > 0, np.asarray(part, float) / np.where(whole > 0, whole, 1.0), np.nan)


def oracle(t: pd.DataFrame, firms: Iterable[str], as_of: date) -> pd.DataFrame:  # noqa: PLR0912 - a list of formulas
    """Every indicator, unrounded: firms by code; NaN is absent."""
    ids = pd.Index(sorted(firms), name="firm")
    at = pd.Timestamp(as_of)
    t = t[t.day <= at].copy()
    end = at if (at + pd.Timedelta(days=1)).day == 1 else at.replace(day=1) - pd.Timedelta(days=1)
    t["m"] = (end.year * 12 + end.month) - (t.day.dt.year * 12 + t.day.dt.month)
    sale = t.direction == "sale"
    t["cp"] = np.where(sale, t.buyer_id, t.seller_id)
    once = t.duplicate_of.isna() & (t.total != 0)
    counted = once & (t.status == "normal")
    blue, red, void = counted & (t.colour == "blue"), counted & (t.colour == "red"), once & (t.status == "void")
    dom, next_dom = t.day.dt.day, (t.day + pd.Timedelta(days=5)).dt.day
    edge = (dom <= 5) | (next_dom <= 5)
    rest = np.zeros(len(t), bool)
    for f in pd.to_datetime(list(FESTIVALS)):
        rest |= t.day.between(f - pd.Timedelta(days=7), f + pd.Timedelta(days=10)).to_numpy()
    cap = np.zeros(len(t), bool)
    for limit in CAPS:
        cap |= t.amount.between(limit * 90, limit * 100).to_numpy()

    def dense(mask: "pd.Series[bool]", values: "pd.Series[float] | int" = 1, months: int = 24) -> Any:
        kept = t[mask]
        v = pd.Series(1, index=kept.index) if isinstance(values, int) else values[mask]
        wide = v.groupby([kept.firm, kept.m]).sum().unstack()  # noqa: PD010 - of a series
        return wide.reindex(index=ids, columns=range(months)).fillna(0).to_numpy(float)

    def w(x: "np.ndarray", n: int, skip: int = 0) -> Any:
        return x[:, skip : skip + n].sum(1)

    s, p = dense(sale & counted, t.total), dense(~sale & counted, t.total)
    out: dict[str, np.ndarray] = {}
    n, pn = dense(sale & blue), dense(~sale & blue)
    whole = t[sale & counted & (t.m >= 0)].groupby("firm").total.sum().reindex(ids).fillna(0).to_numpy(float)

    def known(mask: "pd.Series[bool]") -> Any:
        return (t[mask & (t.m >= 0)].groupby("firm").m.max().reindex(ids) + 1).to_numpy(float)

    k, pk = known(sale & blue), known(~sale & blue)
    month = np.arange(24)[None, :]
    alive = month < np.nan_to_num(k)[:, None]
    active = n > 0
    for months in (3, 6, 12, 24):
        out[f"sales_{months}m"] = w(s, months) / 100
    out["purchases_12m"] = w(p, 12) / 100
    for code, v in (
        ("ln_sales_6m", w(s, 6)),
        ("ln_sales_12m", w(s, 12)),
        ("ln_sales_24m", w(s, 24)),
        ("ln_sales_7_18m", w(s, 12, 6)),
        ("ln_purchases_12m", w(p, 12)),
        ("ln_sales_whole", whole),
        ("ln_sales_a_month", whole / np.where(k > 0, k, np.nan)),
    ):
        out[code] = np.log1p(np.where(np.isnan(v), np.nan, np.maximum(v, 0)) / 100)
    out["months_known"], out["purchase_months_known"] = k, pk
    for code, mask in (("days_since_last_sale", sale & blue), ("days_since_last_purchase", ~sale & blue)):
        out[code] = (at - t[mask].groupby("firm").day.max().reindex(ids)).dt.days.to_numpy(float)
    out["sale_invoices_12m"], out["purchase_invoices_12m"] = w(n, 12), w(pn, 12)
    out["sale_invoices_per_active_month_12m"] = over(w(n, 12), w(active, 12))

    def grown(x: "np.ndarray", size: int, back: int, history: "np.ndarray") -> Any:
        return np.where(history >= back + size, over(w(x, size), w(x, size, back)) - 1, np.nan)

    out["sales_growth_12m"], out["sales_growth_6m"] = grown(s, 12, 12, k), grown(s, 6, 6, k)
    out["sales_growth_3m_yoy"], out["purchases_growth_12m"] = grown(s, 3, 12, k), grown(p, 12, 12, pk)
    out["sales_surge_3m"] = np.where(k >= 12, over(w(s, 3) / 3, w(s, 9, 3) / 9), np.nan)
    out["sales_break_6m"] = np.where(k >= 24, over(w(s, 6) / 6, w(s, 18, 6) / 18), np.nan)
    for months in (12, 24):
        time = np.arange(months)[::-1]
        slope = np.polyfit(time, s[:, :months].T / 100, 1)[0] if len(ids) else np.zeros(0)
        mean = s[:, :months].mean(1) / 100
        out[f"sales_trend_{months}m"] = np.where(
            (k >= months) & (mean > 0), slope / np.where(mean > 0, mean, 1), np.nan
        )
    three = np.stack([s[:, m] + s[:, m + 1] + s[:, m + 2] for m in range(22)], 1)
    falls = np.full((len(ids), 12), np.nan)
    for m in range(12):
        peak = three[:, m + 1 :].max(1)
        falls[:, m] = np.where(
            peak > 0, np.clip(1 - np.maximum(three[:, m], 0) / np.where(peak > 0, peak, 1), 0, None), np.nan
        )
    out["sales_fall_12m"] = pd.DataFrame(falls).max(axis=1).to_numpy(float)
    out["buying_leads_selling_6m"] = grown(p, 6, 6, pk) - grown(s, 6, 6, k)

    ever = ~np.isnan(k)
    for months in (12, 24):
        out[f"gap_months_{months}m"] = np.where(ever, (alive & ~active)[:, :months].sum(1), np.nan)
        longest = np.zeros(len(ids))
        for row in range(len(ids)):
            run = 0
            for m in range(months):
                run = run + 1 if alive[row, m] and not active[row, m] else 0
                longest[row] = max(longest[row], run)
        out[f"longest_gap_{months}m"] = np.where(ever, longest, np.nan)
    out["gap_months_7_18m"] = np.where(k > 6, (alive & ~active)[:, 6:18].sum(1), np.nan)

    def variation(x: "np.ndarray", months: int, history: "np.ndarray") -> Any:
        size = np.minimum(np.nan_to_num(history), months)
        found = np.full(len(ids), np.nan)
        for row in range(len(ids)):
            # a red letter may stand before the first blue sale: all months of the window are summed
            v, c = x[row, :months], size[row]
            if c >= 3 and v.sum() > 0:
                found[row] = np.sqrt(max((v * v).sum() / c - (v.sum() / c) ** 2, 0)) / (v.sum() / c)
        return found

    out["sales_variation_12m"], out["sales_variation_24m"] = variation(s, 12, k), variation(s, 24, k)
    out["purchases_variation_12m"] = variation(p, 12, pk)
    out["best_month_share_12m"] = over(s[:, :12].max(1), w(s, 12))
    x, y = s[:, :12] / 100, s[:, 12:] / 100
    dx, dy = x - x.mean(1, keepdims=True), y - y.mean(1, keepdims=True)
    spread = np.sqrt((dx**2).sum(1) * (dy**2).sum(1))
    corr = np.where(spread > 1e-9, np.maximum((dx * dy).sum(1), 0) / np.where(spread > 1e-9, spread, 1), np.nan)
    out["seasonality_24m"] = np.where(k >= 24, corr, np.nan)
    gross = dense(sale & blue, t.total)
    days = pd.date_range(end=end, start=(end.to_period("M") - 23).to_timestamp())
    idle = sum(
        days.to_series().between(f - pd.Timedelta(days=7), f + pd.Timedelta(days=10)).sum()
        for f in pd.to_datetime(list(FESTIVALS))
    )
    level = over(w(dense(sale & blue & rest, t.total), 24), w(gross, 24))
    out["festival_level_24m"] = np.where(k >= 24, level * (len(days) / idle if idle else np.nan), np.nan)

    def of(part: "np.ndarray", total: "np.ndarray", months: int = 12, fewest: int = 3) -> Any:
        return np.where(w(total, months) >= fewest, over(w(part, months), w(total, months)), np.nan)

    out["weekend_share_12m"] = of(dense(sale & blue & (t.day.dt.dayofweek >= 5)), n)
    out["month_end_share_12m"] = over(w(dense(sale & blue & (dom > 15) & edge, t.total), 12), w(gross, 12))
    voids, issued = dense(sale & void), dense(sale & once)
    for months in (3, 12, 24):
        out[f"void_rate_{months}m"] = of(voids, issued, months)
    void_total, red_total = dense(sale & void, t.total.abs()), dense(sale & red, -t.total)
    out["void_amount_rate_12m"] = over(w(void_total, 12), w(void_total, 12) + w(gross, 12))
    out["red_rate_12m"] = over(w(red_total, 12), w(red_total, 12) + w(gross, 12))
    reds = dense(sale & red)
    out["red_count_rate_12m"] = over(w(reds, 12), w(reds, 12) + w(n, 12))
    out["red_lately_share_12m"] = over(w(red_total, 3), w(red_total, 12))
    out["edge_reversal_share_12m"] = of(dense(sale & (void | red) & edge), dense(sale & (void | red)))
    out["purchase_void_rate_12m"] = of(dense(~sale & void), dense(~sale & once))
    p_red, p_gross = dense(~sale & red, -t.total), dense(~sale & blue, t.total)
    out["purchase_red_rate_12m"] = over(w(p_red, 12), w(p_red, 12) + w(p_gross, 12))
    rows = dense(sale)
    out["repeated_share_12m"] = of(dense(sale & t.duplicate_of.notna()), rows)
    out["empty_share_12m"] = of(dense(sale & (t.total == 0)), rows)
    out["ticket_mean_12m"] = over(w(gross, 12), w(n, 12)) / 100
    tickets = t[sale & blue & t.m.between(0, 11)]
    ln = np.log(tickets.total / 100).groupby(tickets.firm)
    out["ticket_ln_mean_12m"] = ln.mean().reindex(ids).to_numpy(float)
    out["ticket_ln_sd_12m"] = np.where(w(n, 12) >= 3, ln.std(ddof=0).reindex(ids).to_numpy(float), np.nan)
    out["largest_ticket_share_12m"] = over(
        tickets.groupby("firm").total.max().reindex(ids).fillna(0).to_numpy(float), w(gross, 12)
    )
    out["round_share_12m"] = of(dense(sale & blue & (t.total % 1_000_000 == 0)), n)
    out["near_cap_share_12m"] = of(dense(sale & blue & cap), n)
    out["near_cap_amount_share_12m"] = over(w(dense(sale & blue & cap, t.total), 12), w(gross, 12))

    out["purchases_to_sales_12m"], out["purchases_to_sales_24m"] = over(w(p, 12), w(s, 12)), over(w(p, 24), w(s, 24))
    out["inverted_months_12m"] = np.where(ever, (alive & (p > s))[:, :12].sum(1), np.nan)
    sa, pa_ = dense(sale & counted, t.amount), dense(~sale & counted, t.amount)
    st, pt = dense(sale & counted, t.tax), dense(~sale & counted, t.tax)
    margin = over(w(sa, 12) - w(pa_, 12), w(sa, 12))
    out["margin_12m"] = margin
    out["margin_change_24m"] = np.where(k >= 24, margin - over(w(sa, 12, 12) - w(pa_, 12, 12), w(sa, 12, 12)), np.nan)
    out["sales_tax_rate_12m"], out["purchases_tax_rate_12m"] = over(w(st, 12), w(sa, 12)), over(w(pt, 12), w(pa_, 12))
    out["tax_burden_12m"] = over(w(st, 12) - w(pt, 12), w(sa, 12))
    rate = pd.Series(-1, index=tickets.index)
    for points, begin, until in reversed(RATES):
        legal = (tickets.day >= begin) & ((tickets.day <= until) if until else True)
        rate[legal & ((tickets.amount * points - tickets.tax * 10_000).abs() <= 60_000)] = points
    by_rate = tickets.amount.groupby([tickets.firm, rate.rename("rate")]).sum().unstack().reindex(ids)  # noqa: PD010 - of a series
    legal_rates = by_rate.drop(columns=-1, errors="ignore")
    total_amount = tickets.groupby("firm").amount.sum().reindex(ids).fillna(0).to_numpy(float)
    some = w(n, 12) >= 3
    off = by_rate[-1].fillna(0).to_numpy(float) if -1 in by_rate else np.zeros(len(ids))
    off_seen = by_rate[-1].notna().to_numpy() if -1 in by_rate else np.zeros(len(ids), bool)
    out["off_rate_share_12m"] = np.where(some, over(off, total_amount), np.nan)
    out["off_rate_share_12m"] = np.where(
        off_seen | ~some, out["off_rate_share_12m"], np.where(total_amount > 0, 0.0, np.nan)
    )
    main = legal_rates.max(axis=1).to_numpy(float) if legal_rates.shape[1] else np.full(len(ids), np.nan)
    out["main_rate_share_12m"] = np.where(some, over(main, total_amount), np.nan)
    count = legal_rates.gt(pd.Series(total_amount * 0.01, index=ids), axis=0).sum(axis=1).to_numpy(float)
    out["rate_count_12m"] = np.where(w(n, 12) > 0, count, np.nan)

    pairs = t[counted & (t.m >= 0)]
    key = [pairs.firm, pairs.direction, pairs.cp]
    cp = pd.DataFrame(
        {
            "total": pairs.total.where(pairs.m < 12, 0).groupby(key).sum().clip(lower=0),
            "before": pairs.total.where(pairs.m.between(12, 23), 0).groupby(key).sum().clip(lower=0),
            "lately": pairs.total.where(pairs.m < 3, 0).groupby(key).sum().clip(lower=0),
            "n": ((pairs.m < 12) & (pairs.colour == "blue")).groupby(key).sum(),
            "n_before": (pairs.m.between(12, 23) & (pairs.colour == "blue")).groupby(key).sum(),
            "first": pairs.m.where(pairs.colour == "blue").groupby(key).max(),
        }
    ).reset_index()
    cp["other"] = cp.groupby(["firm", "cp"]).total.transform("sum") - cp.total
    for kind, direction in (("buyer", "sale"), ("seller", "purchase")):
        c = cp[cp.direction == direction]

        def fold(values: "pd.Series[Any]", c: pd.DataFrame = c) -> Any:
            return values.groupby(c.firm).sum().reindex(ids).fillna(0).to_numpy(float)

        total, before = fold(c.total), fold(c.before)
        out[f"{kind}s_12m"] = fold(c.n > 0)
        for top in (1, 5):
            largest = c.sort_values("total", ascending=False).groupby("firm").head(top)
            out[f"top{top}_{kind}_share_12m"] = over(fold(largest.total, largest), total)
        out[f"{kind}_hhi_12m"] = over(fold(c.total.astype(float) ** 2), total**2)
        out[f"new_{kind}_share_3m"] = over(fold(c.lately.where(c["first"] < 3, 0)), fold(c.lately))
        out[f"{kind}_kept_share_24m"] = np.where(before > 0, over(fold(c.before.where(c.n > 0, 0)), before), np.nan)
        main5 = c.sort_values(["before", "cp"], ascending=[False, True]).groupby("firm").head(5)
        out[f"main_{kind}s_kept_24m"] = over(fold(main5.before.where(main5.n > 0, 0), main5), fold(main5.before, main5))
        out[f"{kind}s_growth_12m"] = over(fold(c.n > 0) - fold(c.n_before > 0), fold(c.n_before > 0))
        b = t[blue & (t.direction == direction) & t.m.between(0, 12)][["firm", "cp", "m"]].drop_duplicates()
        back = b[b.m >= 1].merge(b.assign(m=b.m + 1), how="left", indicator=True)
        hit = (back["_merge"] == "both").groupby(back.firm).mean().reindex(ids).to_numpy(float)
        out[f"{kind}_return_12m"] = hit
        if kind == "buyer":
            out["single_buyer_share_12m"] = over(fold(c.n == 1), fold(c.n > 0))
            out["invoices_per_buyer_12m"] = over(fold(c.n), fold(c.n > 0))
            out["two_way_share_12m"] = over(fold(c.total.where(c.other > 0, 0)), total)

    batch = t[counted & t.m.between(0, 11)].groupby(["firm", "direction", "cp", "day"], as_index=False).total.sum()
    batch = batch[batch.total > 0]
    sold, bought = batch[batch.direction == "sale"].reset_index(), batch[batch.direction == "purchase"]
    both = sold.merge(bought, on=["firm", "cp"], suffixes=("", "_p"))
    alike = (
        ((both.day - both.day_p).dt.days.abs() <= 30)
        & (both.total_p * 100 >= both.total * 80)
        & (both.total_p * 100 <= both.total * 125)
    )
    hits = both[alike].drop_duplicates("index")
    out["mutual_share_12m"] = over(
        hits.groupby("firm").total.sum().reindex(ids).fillna(0).to_numpy(float),
        sold.groupby("firm").total.sum().reindex(ids).fillna(0).to_numpy(float),
    )

    numbered = t[
        sale
        & once
        & ~t.kind.str.startswith("digital")
        & t.m.between(0, 11)
        & t.invoice_no.str.fullmatch(r"[0-9]{1,18}")
    ].copy()
    numbered["number"], numbered["code"] = numbered.invoice_no.astype("int64"), numbered.invoice_code.fillna("")
    numbered = numbered.sort_values(["firm", "code", "number", "day"])
    book = numbered.groupby(["firm", "code"])
    step, back_days = book.number.diff(), book.day.diff().dt.days
    by = numbered.firm

    def steps(mask: "pd.Series[Any]") -> Any:
        return mask.groupby(by).sum().reindex(ids).fillna(0).to_numpy(float)

    taken = steps(step.notna())
    left_out = steps((step - 1).where((step > 1) & (step <= 10), 0))
    for code, part in (("run", step == 1), ("repeat", step == 0), ("backwards", (step == 1) & (back_days < 0))):
        out[f"number_{code}_share_12m"] = np.where(taken >= 3, over(steps(part), taken), np.nan)
    out["number_skipped_share_12m"] = np.where(taken >= 3, over(left_out, taken + left_out), np.nan)
    return pd.DataFrame(out, index=ids)
