"""With whom a firm deals: concentration, new and lost partners, partners on both sides."""

from functools import partial

import ibis

from windchime.indicators.definition import Behind, Definition, Value, bought, indicator, sold, traded
from windchime.indicators.grain import Grain, net, over, real, share
from windchime.indicators.missing import NO_BASE, NO_PURCHASES, NO_SALES, ONE_SIDED
from windchime.indicators.text import both

DOWN = "lending risk indicators on invoices, no. 4 (concentration of buyers)"
UP = "lending risk indicators on invoices, no. 5 (concentration of sellers)"
NEW = "lending risk indicators on invoices, no. 6 (new customers)"
KEPT = "customer retention, as in the practice of trade credit"
MUTUAL = "lending risk indicators on invoices, no. 12 (mutual invoicing)"


def top(g: Grain, side: ibis.Value, n: int) -> ibis.Value:
    """Share of the n largest counterparties."""
    return share(g.sum_where(g.total, side & (g["rank"] < n)), g.sum_where(g.total, side))


def herfindahl(g: Grain, side: ibis.Value) -> ibis.Value:
    """Sum of the squared shares: 1 is a single counterparty."""
    whole = real(g.sum_where(g.total, side))
    return over(real(g.sum_where(g.total * g.total, side)), whole * whole)


def kept_value(g: Grain, side: ibis.Value, n: int | None = None) -> ibis.Value:
    """Share of last year's business with counterparties (all, or the n largest) that did business this year as well."""
    mine = side if n is None else side & (g["rank_before"] < n)
    return share(g.sum_where(g.before, mine & (g.n > 0)), g.sum_where(g.before, mine))


def fresh(g: Grain, side: ibis.Value) -> ibis.Value:
    """Share of the last three months' business with counterparties first seen in them."""
    return share(g.sum_where(g.lately, side & (g.first < 3)), g.sum_where(g.lately, side))


def dealing(g: Grain, side: ibis.Value) -> ibis.Value:
    """Counterparties with a blue invoice in the last twelve months."""
    return g.count_where(side & (g.n > 0))


def more(now: ibis.Value, then: ibis.Value) -> ibis.Value:
    """Growth of a number of counterparties."""
    return over(net(now, then), real(then))


def _side(kind: str, zh: str, en: str, source: str, behind: Behind) -> tuple[Definition, ...]:
    one = partial(
        indicator, group=f"{kind}s", over="pairs", behind=behind, missing=NO_SALES if kind == "buyer" else NO_PURCHASES
    )

    def side(g: Grain) -> ibis.Value:
        return g.sale if kind == "buyer" else ~g.sale

    def largest(n: int) -> Value:
        return lambda g: top(g, side(g), n)

    again = partial(indicator, group=f"{kind}s", over="returning", behind=behind, missing=NO_BASE)
    return (
        one(
            f"{kind}s_12m",
            *both(f"{zh}家数", f"Number of {en}s", 12),
            lambda g: dealing(g, side(g)),
            ("有蓝字发票的对手家数", "counterparties with a blue invoice"),
            unit="count",
            source=source,
            direction="lower_is_riskier",
            absent=0,
        ),
        *(
            one(
                f"top{n}_{kind}_share_12m",
                *both(f"前{n}大{zh}占比", f"Share of the top {n} {en}s" if n > 1 else f"Share of the top {en}", 12),
                largest(n),
                (
                    f"净额最大的{n}家 ÷ 全部（净额为负的计 0）",
                    f"net totals of the {n} largest ÷ all, negative ones as 0",
                ),
                source=source,
                direction="higher_is_riskier",
            )
            for n in (1, 5)
        ),
        one(
            f"{kind}_hhi_12m",
            *both(f"{zh}赫芬达尔指数", f"Herfindahl index of {en}s", 12),
            lambda g: herfindahl(g, side(g)),
            ("Σ 占比²", "Σ share²"),
            source=source,
            direction="higher_is_riskier",
        ),
        one(
            f"new_{kind}_share_3m",
            f"新{zh}占比（近3个月）",
            f"Share of new {en}s (last 3 months)",
            lambda g: fresh(g, side(g)),
            (
                "首次往来在近3个月内的对手的金额 ÷ 近3个月全部",
                "totals of counterparties first seen in the last 3 months ÷ all of them",
            ),
            window=3,
            source=NEW,
            direction="higher_is_riskier",
            recent=True,
        ),
        one(
            f"{kind}_kept_share_24m",
            *both(f"{zh}年度留存（金额）", f"{en.capitalize()}s kept from year to year by value", 24),
            lambda g: kept_value(g, side(g)),
            (
                "前12个月金额中近12个月仍有往来的对手的占比",
                "share of the earlier 12 months' totals with counterparties of the last 12 months",
            ),
            window=24,
            source=KEPT,
            direction="lower_is_riskier",
        ),
        one(
            f"main_{kind}s_kept_24m",
            *both(f"前5大{zh}留存", f"Main five {en}s kept", 24),
            lambda g: kept_value(g, side(g), 5),
            (
                "前12个月前5大对手金额中近12个月仍有往来的占比",
                "of the earlier 12 months' five largest, the share by value still dealing in the last 12",
            ),
            window=24,
            source=KEPT,
            direction="lower_is_riskier",
        ),
        one(
            f"{kind}s_growth_12m",
            *both(f"{zh}家数同比", f"Growth of the number of {en}s", 24),
            lambda g: more(dealing(g, side(g)), g.count_where(side(g) & (g.n_before > 0))),
            ("近12个月家数 ÷ 前12个月 − 1", "counterparties of the last 12 months ÷ of the 12 before − 1"),
            window=24,
            unit="ratio",
            source=KEPT,
            direction="lower_is_riskier",
        ),
        again(
            f"{kind}_return_12m",
            *both(f"{zh}次月留存", f"{en.capitalize()}s back the next month", 12),
            lambda g: share(g.count_where(side(g) & (g.m >= 1) & g.kept), g.count_where(side(g) & (g.m >= 1))),
            (
                "当月对手中下月仍有蓝字发票的占比（次月在窗口内）",
                "of the counterparties of a month, the share with a blue invoice in the next one, which lies in the window",
            ),
            window=13,
            source=KEPT,
            direction="lower_is_riskier",
        ),
    )


DEFINITIONS: tuple[Definition, ...] = (
    *_side("buyer", "下游客户", "buyer", DOWN, sold),
    *_side("seller", "上游供应商", "seller", UP, bought),
    indicator(
        "single_buyer_share_12m",
        *both("一次性客户占比", "Share of buyers with one invoice", 12),
        lambda g: share(g.count_where(g.sale & (g.n == 1)), dealing(g, g.sale)),
        ("只有一张蓝字发票的客户 ÷ 客户家数", "buyers with one blue invoice ÷ buyers"),
        group="buyers",
        over="pairs",
        missing=NO_SALES,
        source=KEPT,
    ),
    indicator(
        "invoices_per_buyer_12m",
        *both("每客户发票张数", "Invoices a buyer", 12),
        lambda g: share(g.sum_where(g.n, g.sale), dealing(g, g.sale)),
        ("蓝字销售张数 ÷ 客户家数", "blue sales invoices ÷ buyers"),
        group="buyers",
        over="pairs",
        unit="ratio",
        missing=NO_SALES,
        source=KEPT,
    ),
    indicator(
        "two_way_share_12m",
        *both("双向往来占比", "Share of sales to own suppliers", 12),
        lambda g: share(g.sum_where(g.total, g.sale & (g.other_way > 0)), g.sum_where(g.total, g.sale)),
        ("同时也是供应商的客户的销售额 ÷ 销售额", "sales to buyers that also sell to the firm ÷ sales"),
        group="circularity",
        over="pairs",
        missing=ONE_SIDED,
        source=MUTUAL,
        direction="higher_is_riskier",
        behind=traded,
    ),
    indicator(
        "mutual_share_12m",
        *both("对开占比", "Share of mutual invoicing", 12),
        lambda g: share(g.matched.sum(), g.total.sum()),
        (
            "同一对手在规定天数内反向开出相近金额的销售 ÷ 有正销售的日批",
            "sales that the same counterparty answered within the days and the ratio of the scheme ÷ all day batches of sales",
        ),
        group="circularity",
        over="mutual",
        missing=ONE_SIDED,
        source=MUTUAL,
        direction="higher_is_riskier",
        behind=traded,
    ),
)
