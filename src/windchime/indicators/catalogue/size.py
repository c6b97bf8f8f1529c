"""How large a firm's invoiced business is, and how long it is known."""

from functools import partial

import ibis

from windchime.indicators.definition import Definition, bought, indicator, sold
from windchime.indicators.grain import Grain, log1, real, share, when
from windchime.indicators.missing import NEVER, NEVER_BOUGHT, NEVER_SOLD, NO_SALES

DOMAIN = "invoices as a measure of clean sales: normal less red letters, voids and repeated rows left out"
SIZE = partial(indicator, group="size", source=DOMAIN, direction="lower_is_riskier")
ALWAYS = 1200


def known_months(g: Grain, side: str = "known") -> ibis.Value:
    """Months from the first complete one with business to the last; null where there was none."""
    return g[side].max()


def days_since(g: Grain, column: str) -> ibis.Value:
    """Days from the last invoice to the as-of date, the running month included."""
    return ibis.date(g.parameters.as_of).delta(getattr(g, column).max(), unit="day")


def _total(column: str, months: int, zh: str, en: str) -> Definition:
    return SIZE(
        f"{column}_{months}m",
        f"{zh}（{months}个月）",
        f"{en} ({months} months)",
        lambda g: real(g.sum(column, months)),
        (f"Σ {zh}净额（含税）", f"Σ net {en.lower()} with tax"),
        unit="yuan",
        window=months,
        missing=NEVER,
        recent=months <= 6,
        behind=bought if column == "purchases" else sold,
    )


def _log(column: str, months: int, zh: str, en: str, skip: int = 0) -> Definition:
    tail = f"_{skip + 1}_{skip + months}m" if skip else f"_{months}m"
    zh_when = f"第{skip + 1}–{skip + months}个月" if skip else f"{months}个月"
    en_when = f"months {skip + 1} to {skip + months} back" if skip else f"{months} months"
    return SIZE(
        f"ln_{column}{tail}",
        f"{zh}对数（{zh_when}）",
        f"Log of {en.lower()} ({en_when})",
        lambda g: log1(g.sum(column, months, skip)),
        (f"ln(1 + Σ {zh})", f"ln(1 + Σ {en.lower()})"),
        unit="ln_yuan",
        window=months + skip,
        missing=NEVER,
        recent=months + skip <= 6,
        behind=bought if column == "purchases" else sold,
    )


DEFINITIONS: tuple[Definition, ...] = (
    *(_total("sales", months, "销售额", "Sales") for months in (3, 6, 12, 24)),
    *(_total("purchases", months, "采购额", "Purchases") for months in (12,)),
    *(_log("sales", months, "销售额", "Sales") for months in (6, 12, 24)),
    _log("sales", 12, "销售额", "Sales", skip=6),
    _log("purchases", 12, "采购额", "Purchases"),
    SIZE(
        "ln_sales_whole",
        "销售额对数（全部历史）",
        "Log of sales (whole history)",
        lambda g: log1(g.sum("sales", ALWAYS)),
        ("ln(1 + 全部完整月份 Σ 销售额)", "ln(1 + Σ sales of all complete months)"),
        unit="ln_yuan",
        window=None,
        missing=NEVER,
    ),
    SIZE(
        "ln_sales_a_month",
        "月均销售额对数（全部历史）",
        "Log of sales a month (whole history)",
        lambda g: when(known_months(g) > 0, log1(real(g.sum("sales", ALWAYS)) / real(known_months(g)))),
        (
            "ln(1 + 全部销售额 ÷ 首月至最后完整月的月数)",
            "ln(1 + all sales ÷ months from the first to the last complete one)",
        ),
        unit="ln_yuan",
        window=None,
        missing=NEVER_SOLD,
    ),
    SIZE(
        "months_known",
        "销售历史月数",
        "Months of sales history",
        known_months,
        ("首个有销售的月份至最后完整月的月数", "months from the first one with a sale to the last complete one"),
        unit="months",
        window=None,
        missing=NEVER_SOLD,
    ),
    SIZE(
        "purchase_months_known",
        "采购历史月数",
        "Months of purchase history",
        lambda g: known_months(g, "p_known"),
        ("首个有采购的月份至最后完整月的月数", "months from the first one with a purchase to the last complete one"),
        unit="months",
        window=None,
        missing=NEVER_BOUGHT,
        behind=bought,
    ),
    SIZE(
        "days_since_last_sale",
        "距最近销售天数",
        "Days since the last sale",
        lambda g: days_since(g, "last_sale"),
        (
            "观察时点 − 最近一张蓝字销售发票日期（含当月）",
            "as-of date less the date of the last blue sale, running month included",
        ),
        unit="days",
        window=None,
        missing=NEVER_SOLD,
        direction="higher_is_riskier",
        recent=True,
    ),
    SIZE(
        "days_since_last_purchase",
        "距最近采购天数",
        "Days since the last purchase",
        lambda g: days_since(g, "last_purchase"),
        (
            "观察时点 − 最近一张蓝字采购发票日期（含当月）",
            "as-of date less the date of the last blue purchase, running month included",
        ),
        unit="days",
        window=None,
        missing=NEVER_BOUGHT,
        direction="higher_is_riskier",
        recent=True,
        behind=bought,
    ),
    SIZE(
        "sale_invoices_12m",
        "销售发票张数（12个月）",
        "Sales invoices (12 months)",
        lambda g: g.sum("blue_n", 12),
        ("有效蓝字销售发票张数", "number of counted blue sales invoices"),
        unit="count",
        missing=NEVER,
    ),
    SIZE(
        "purchase_invoices_12m",
        "采购发票张数（12个月）",
        "Purchase invoices (12 months)",
        lambda g: g.sum("p_blue_n", 12),
        ("有效蓝字采购发票张数", "number of counted blue purchase invoices"),
        unit="count",
        missing=NEVER,
        behind=bought,
    ),
    SIZE(
        "sale_invoices_per_active_month_12m",
        "活跃月月均销售发票张数",
        "Sales invoices an active month",
        lambda g: share(g.sum("blue_n", 12), g.count_where(g.within(12) & g.active)),
        ("销售发票张数 ÷ 有销售的月数", "sales invoices ÷ months with a sale"),
        unit="ratio",
        digits=2,
        missing=NO_SALES,
    ),
)
