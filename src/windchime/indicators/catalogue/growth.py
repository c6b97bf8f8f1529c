"""Where a firm's business is going: growth, trend, breaks and falls."""

from functools import partial

import ibis

from windchime.indicators.catalogue.size import known_months
from windchime.indicators.definition import Definition, bought, indicator
from windchime.indicators.grain import Grain, net, over, real, share, when
from windchime.indicators.missing import FEW_MONTHS, NO_BASE, NO_PURCHASES

GROWTH = partial(indicator, group="growth", unit="ratio", direction="lower_is_riskier")
SURGE = "lending risk indicators on invoices, no. 7 (surge)"
COMMON = "common practice of cash-flow lending"


def change(g: Grain, column: str, months: int, *, back: int, side: str = "known") -> ibis.Value:
    """Change of a sum against the window `back` months earlier; null unless history covers both and the base is positive."""
    base = g.sum(column, months, back)
    return when(known_months(g, side) >= back + months, over(net(g.sum(column, months), base), real(base)))


def slope(g: Grain, months: int) -> ibis.Value:
    """Least-squares slope of monthly sales over a window as a share of their mean; months without sales are zero."""
    total = real(g.sum("sales", months))
    products = real(g.sum_where((months - 1 - g.m) * g.sales, g.within(months)))
    centre, spread = (months - 1) / 2, months * (months * months - 1) / 12
    return when(known_months(g) >= months, over((products - centre * total) * (months / spread), total))


def fall(g: Grain) -> ibis.Value:
    """Largest fall of the three-month sum in the last twelve months from a peak before it, 0 to 1."""
    left = over(ibis.greatest(real(g.three), 0.0), real(g.peak))
    return ibis.greatest(1.0 - left, 0.0).max(where=g.within(12) & (g.peak > 0))


DEFINITIONS: tuple[Definition, ...] = (
    GROWTH(
        "sales_growth_12m",
        "销售同比增长（12个月）",
        "Sales growth year on year (12 months)",
        lambda g: change(g, "sales", 12, back=12),
        ("近12个月销售额 ÷ 前12个月 − 1", "last 12 months ÷ the 12 before − 1"),
        window=24,
        missing=NO_BASE,
        source=COMMON,
    ),
    GROWTH(
        "sales_growth_6m",
        "销售环比增长（6个月）",
        "Sales growth, half on half (6 months)",
        lambda g: change(g, "sales", 6, back=6),
        ("近6个月销售额 ÷ 前6个月 − 1", "last 6 months ÷ the 6 before − 1"),
        window=12,
        missing=NO_BASE,
        source=COMMON,
        recent=True,
    ),
    GROWTH(
        "sales_growth_3m_yoy",
        "近3个月销售同比增长",
        "Sales growth of the last 3 months year on year",
        lambda g: change(g, "sales", 3, back=12),
        ("近3个月销售额 ÷ 上年同期 − 1", "last 3 months ÷ the same months a year before − 1"),
        window=15,
        missing=NO_BASE,
        source=COMMON,
        recent=True,
    ),
    GROWTH(
        "purchases_growth_12m",
        "采购同比增长（12个月）",
        "Purchases growth year on year (12 months)",
        lambda g: change(g, "purchases", 12, back=12, side="p_known"),
        ("近12个月采购额 ÷ 前12个月 − 1", "last 12 months ÷ the 12 before − 1"),
        window=24,
        missing=NO_PURCHASES,
        source=COMMON,
        direction="neutral",
        behind=bought,
    ),
    GROWTH(
        "sales_surge_3m",
        "销售突增（3个月对前9个月）",
        "Sales surge (3 months against the 9 before)",
        lambda g: when(known_months(g) >= 12, 3.0 * share(g.sum("sales", 3), g.sum("sales", 9, 3))),
        ("近3个月月均 ÷ 前9个月月均", "monthly mean of the last 3 ÷ that of the 9 before"),
        missing=NO_BASE,
        source=SURGE,
        direction="higher_is_riskier",
        recent=True,
    ),
    *(
        GROWTH(
            f"sales_trend_{n}m",
            f"销售趋势（{n}个月）",
            f"Sales trend ({n} months)",
            partial(slope, months=n),
            ("月销售额对时间的最小二乘斜率 ÷ 月均销售额", "least-squares slope of monthly sales ÷ their mean"),
            window=n,
            missing=FEW_MONTHS,
            source=COMMON,
        )
        for n in (12, 24)
    ),
    GROWTH(
        "sales_break_6m",
        "趋势突变（6个月对此前18个月）",
        "Break of trend (6 months against the 18 before)",
        lambda g: when(known_months(g) >= 24, 3.0 * share(g.sum("sales", 6), g.sum("sales", 18, 6))),
        ("近6个月月均 ÷ 此前18个月月均", "monthly mean of the last 6 ÷ that of the 18 before"),
        window=24,
        missing=NO_BASE,
        source=COMMON,
        recent=True,
    ),
    GROWTH(
        "sales_fall_12m",
        "销售最大回落（3个月滚动）",
        "Largest fall of sales (rolling 3 months)",
        fall,
        (
            "近12个月中：1 − 三个月滚动销售额 ÷ 此前两年内的峰值，取最大",
            "in the last 12 months: largest 1 − rolling 3-month sales ÷ its earlier peak within two years",
        ),
        unit="fraction",
        window=24,
        missing=NO_BASE,
        source=COMMON,
        direction="higher_is_riskier",
    ),
    GROWTH(
        "buying_leads_selling_6m",
        "采购先行差（6个月）",
        "Purchases running ahead of sales (6 months)",
        lambda g: change(g, "purchases", 6, back=6, side="p_known") - change(g, "sales", 6, back=6),
        ("近6个月采购环比 − 销售环比", "half-on-half growth of purchases less that of sales"),
        missing=NO_BASE,
        source=COMMON,
        direction="neutral",
        recent=True,
    ),
)
