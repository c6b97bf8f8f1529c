"""How steadily a firm sells: gaps, variation, seasons, days."""

from functools import partial

import ibis

from windchime.indicators.catalogue.size import known_months
from windchime.indicators.definition import Definition, bought, indicator
from windchime.indicators.grain import Grain, over, real, root, share, when
from windchime.indicators.missing import FEW_INVOICES, FEW_MONTHS, NEVER_SOLD, NO_SALES
from windchime.indicators.text import both

RHYTHM = partial(indicator, group="rhythm", direction="higher_is_riskier")
GAPS = "lending risk indicators on invoices, no. 8 (months without sales)"
STEADY = "lending risk indicators on invoices, no. 9 (continuity)"
SEASON = "common practice; month factors and the Spring Festival trough of Chinese small firms"


def gaps(g: Grain, months: int, skip: int = 0) -> ibis.Value:
    """Months of a window without a blue sale; null before the first sale."""
    return g.sum("gap", months, skip)


def longest_gap(g: Grain, months: int) -> ibis.Value:
    """Longest run of months without sales that begins inside a window, seen from its near end."""
    return g.gap_run.max(where=g.within(months))


def variation(g: Grain, column: str, months: int, side: str = "known") -> ibis.Value:
    """Standard deviation over mean of a monthly sum, over the known months of a window (population form)."""
    n = real(g.count_where(g.within(months) & (g.m < g[side])))
    total = real(g.sum(column, months))
    squares = real(g.sum_where(g[column] * g[column], g.within(months)))
    return when(n >= g.parameters.minimum_months, over(root(n * squares - total * total), total))


def seasonality(g: Grain) -> ibis.Value:
    """Correlation of the last twelve monthly sales with the twelve before; at least 0, null without 24 months."""
    x, y, inside = g.sales, g.year_ago, g.within(12)
    sx, sy, xx, yy, xy = (real(g.sum_where(v, inside)) for v in (x, y, x * x, y * y, x * y))
    spread = root(12.0 * xx - sx * sx) * root(12.0 * yy - sy * sy)
    return when(known_months(g) >= 24, over(ibis.greatest(12.0 * xy - sx * sy, 0.0), spread))


def festival(g: Grain) -> ibis.Value:
    """Daily sales around the Spring Festivals of the last two years over the mean of all their days."""
    days, rest = g.parameters.window_days(24), g.parameters.festival_days(24)
    weight = days / rest if rest else None
    level = share(g.sum("festival_total", 24), g.sum("gross", 24))
    return when(known_months(g) >= 24, level * ibis.literal(weight, type="float64"))


def odd_days(g: Grain, column: str) -> ibis.Value:
    """Share of the blue sales invoices of twelve months."""
    n = real(g.sum("blue_n", 12))
    return when(n >= g.parameters.minimum_invoices, over(real(g.sum(column, 12)), n))


DEFINITIONS: tuple[Definition, ...] = (
    *(
        RHYTHM(
            f"gap_months_{n}m",
            *both("无销售月数", "Months without sales", n),
            partial(gaps, months=n),
            (
                "窗口内首次销售以来没有蓝字销售的月数",
                "months of the window since the first sale that have no blue sale",
            ),
            unit="months",
            window=n,
            missing=NEVER_SOLD,
            source=GAPS,
        )
        for n in (12, 24)
    ),
    *(
        RHYTHM(
            f"longest_gap_{n}m",
            *both("最长断月", "Longest gap", n),
            partial(longest_gap, months=n),
            ("窗口内连续无销售的最长月数", "longest run of months without sales in the window"),
            unit="months",
            window=n,
            missing=NEVER_SOLD,
            source=GAPS,
        )
        for n in (12, 24)
    ),
    RHYTHM(
        "gap_months_7_18m",
        "无销售月数（第7–18个月）",
        "Months without sales (months 7 to 18 back)",
        lambda g: gaps(g, 12, 6),
        (
            "第7至18个月内首次销售以来没有蓝字销售的月数",
            "months 7 to 18 back, since the first sale, that have no blue sale",
        ),
        unit="months",
        window=18,
        missing=NEVER_SOLD,
        source=GAPS,
    ),
    *(
        RHYTHM(
            f"sales_variation_{n}m",
            *both("月销售额变异系数", "Coefficient of variation of monthly sales", n),
            partial(variation, column="sales", months=n),
            (
                "月销售额标准差 ÷ 均值（首次销售以来的月份）",
                "standard deviation ÷ mean of monthly sales, months since the first sale",
            ),
            unit="ratio",
            window=n,
            missing=FEW_MONTHS,
            source=STEADY,
        )
        for n in (12, 24)
    ),
    RHYTHM(
        "purchases_variation_12m",
        *both("月采购额变异系数", "Coefficient of variation of monthly purchases", 12),
        lambda g: variation(g, "purchases", 12, "p_known"),
        (
            "月采购额标准差 ÷ 均值（首次采购以来的月份）",
            "standard deviation ÷ mean of monthly purchases, months since the first purchase",
        ),
        unit="ratio",
        missing=FEW_MONTHS,
        source=STEADY,
        behind=bought,
    ),
    RHYTHM(
        "best_month_share_12m",
        *both("最高月销售占比", "Share of the best month in sales", 12),
        lambda g: share(g.sales.max(where=g.within(12)), g.sum("sales", 12)),
        ("最高月销售额 ÷ 12个月销售额", "sales of the best month ÷ sales of 12 months"),
        missing=NO_SALES,
        source=STEADY,
    ),
    RHYTHM(
        "seasonality_24m",
        "季节性强度（24个月）",
        "Strength of season (24 months)",
        seasonality,
        (
            "近12个月与前12个月月销售额的相关系数，负值计 0",
            "correlation of the last 12 monthly sales with the 12 before, negative as 0",
        ),
        window=24,
        missing=FEW_MONTHS,
        source=SEASON,
        direction="neutral",
    ),
    RHYTHM(
        "festival_level_24m",
        "春节前后销售水平（24个月）",
        "Sales around the Spring Festival (24 months)",
        festival,
        ("春节窗口日均蓝字销售 ÷ 全部日均", "daily blue sales in the festival windows ÷ daily blue sales of all days"),
        unit="ratio",
        window=24,
        missing=FEW_MONTHS,
        source=SEASON,
        direction="neutral",
    ),
    RHYTHM(
        "weekend_share_12m",
        *both("周末开票占比", "Share of invoices issued at weekends", 12),
        lambda g: odd_days(g, "weekend_n"),
        ("周六周日蓝字销售张数 ÷ 蓝字销售张数", "blue sales invoices of Saturdays and Sundays ÷ all"),
        missing=FEW_INVOICES,
        source="lending risk indicators on invoices, no. 14 (unusual times)",
        direction="neutral",
    ),
    RHYTHM(
        "month_end_share_12m",
        *both("月末销售占比", "Share of sales at month ends", 12),
        lambda g: share(g.sum("month_end_total", 12), g.sum("gross", 12)),
        ("月末几日蓝字销售额 ÷ 蓝字销售额", "blue sales of the last few days of months ÷ all"),
        missing=NO_SALES,
        source="lending risk indicators on invoices, no. 3 (around month end)",
        direction="neutral",
    ),
)
