"""What sales leave after purchases, and how they are taxed."""

from functools import partial

import ibis

from windchime.indicators.catalogue.size import known_months
from windchime.indicators.definition import Definition, bought, indicator, traded
from windchime.indicators.grain import Grain, net, over, real, share, when
from windchime.indicators.invoices import money
from windchime.indicators.missing import FEW_INVOICES, FEW_MONTHS, NO_PURCHASES, NO_SALES
from windchime.indicators.text import both

TAX = partial(indicator, group="tax", direction="neutral")
INVERSION = "lending risk indicators on invoices, no. 10 (purchases against sales)"
RATES = "lending risk indicators on invoices, no. 15 (unusual tax rates)"
BURDEN = "value-added tax: output tax less input tax"


def inverted(g: Grain) -> ibis.Value:
    """Months of twelve in which purchases exceed sales; null where no sale was ever recorded."""
    return g.sum("inverted", 12)


def margin(g: Grain, skip: int = 0) -> ibis.Value:
    """One less purchases over sales, both without tax."""
    sales = g.sum("sales_amount", 12, skip)
    return over(net(sales, g.sum("purchases_amount", 12, skip)), real(sales))


def of_rates(g: Grain, where: ibis.Value) -> ibis.Value:
    """Share of the blue sales of twelve months at some of the rates."""
    enough = g.n.sum() >= g.parameters.minimum_invoices
    return when(enough, share(g.sum_where(g.amount, where), g.amount.sum()))


def rate_count(g: Grain) -> ibis.Value:
    """Legal rates with more than a minor share of the blue sales of twelve months."""
    return g.count_where(g.rate.notnull() & (g.amount > g.whole * money(g.parameters.minor_rate_share)))


DEFINITIONS: tuple[Definition, ...] = (
    TAX(
        "purchases_to_sales_12m",
        *both("进销比", "Purchases over sales", 12),
        lambda g: share(g.sum("purchases", 12), g.sum("sales", 12)),
        ("采购额 ÷ 销售额（含税）", "purchases ÷ sales, with tax"),
        unit="ratio",
        missing=NO_SALES,
        source=INVERSION,
        behind=traded,
    ),
    TAX(
        "purchases_to_sales_24m",
        *both("进销比", "Purchases over sales", 24),
        lambda g: share(g.sum("purchases", 24), g.sum("sales", 24)),
        ("采购额 ÷ 销售额（含税）", "purchases ÷ sales, with tax"),
        unit="ratio",
        window=24,
        missing=NO_SALES,
        source=INVERSION,
        behind=traded,
    ),
    TAX(
        "inverted_months_12m",
        *both("进销倒挂月数", "Months in which purchases exceed sales", 12),
        inverted,
        ("首次销售以来采购额大于销售额的月数", "months since the first sale with purchases above sales"),
        unit="months",
        missing=NO_SALES,
        source=INVERSION,
        direction="higher_is_riskier",
        behind=traded,
    ),
    TAX(
        "margin_12m",
        *both("毛利代理", "Margin proxy", 12),
        margin,
        (
            "1 − 采购额 ÷ 销售额（不含税）；工资、租金等无进项票",
            "1 − purchases ÷ sales without tax; wages and rent bring no invoice",
        ),
        unit="ratio",
        missing=NO_SALES,
        source=INVERSION,
        behind=traded,
    ),
    TAX(
        "margin_change_24m",
        "毛利代理变动（24个月）",
        "Change of the margin proxy (24 months)",
        lambda g: when(known_months(g) >= 24, margin(g) - margin(g, 12)),
        ("近12个月毛利代理 − 前12个月", "margin proxy of the last 12 months less that of the 12 before"),
        unit="ratio",
        window=24,
        missing=FEW_MONTHS,
        source=INVERSION,
        direction="lower_is_riskier",
        behind=traded,
    ),
    TAX(
        "sales_tax_rate_12m",
        *both("销项有效税率", "Effective tax rate of sales", 12),
        lambda g: share(g.sum("sales_tax", 12), g.sum("sales_amount", 12)),
        ("销项税额 ÷ 不含税销售额", "output tax ÷ sales without tax"),
        missing=NO_SALES,
        source=RATES,
    ),
    TAX(
        "purchases_tax_rate_12m",
        *both("进项有效税率", "Effective tax rate of purchases", 12),
        lambda g: share(g.sum("purchases_tax", 12), g.sum("purchases_amount", 12)),
        ("进项税额 ÷ 不含税采购额", "input tax ÷ purchases without tax"),
        missing=NO_PURCHASES,
        source=RATES,
        behind=bought,
    ),
    TAX(
        "tax_burden_12m",
        *both("税负率", "Tax burden", 12),
        lambda g: over(net(g.sum("sales_tax", 12), g.sum("purchases_tax", 12)), real(g.sum("sales_amount", 12))),
        ("（销项税额 − 进项税额）÷ 不含税销售额", "(output tax − input tax) ÷ sales without tax"),
        unit="ratio",
        missing=NO_SALES,
        source=BURDEN,
        behind=traded,
    ),
    TAX(
        "off_rate_share_12m",
        *both("非法定税率占比", "Share of sales off any legal rate", 12),
        lambda g: of_rates(g, g.rate.isnull()),
        (
            "税额与开票日任一法定税率均不符的蓝字销售 ÷ 全部",
            "blue sales whose tax agrees with no rate legal on the issue date ÷ all",
        ),
        over="rates",
        missing=FEW_INVOICES,
        source=RATES,
        direction="higher_is_riskier",
    ),
    TAX(
        "main_rate_share_12m",
        *both("主税率占比", "Share of the main tax rate", 12),
        lambda g: when(
            g.n.sum() >= g.parameters.minimum_invoices, share(g.amount.max(where=g.rate.notnull()), g.amount.sum())
        ),
        ("占比最大的法定税率的蓝字销售 ÷ 全部", "blue sales at the most used legal rate ÷ all"),
        over="rates",
        missing=FEW_INVOICES,
        source=RATES,
    ),
    TAX(
        "rate_count_12m",
        *both("税率个数", "Number of tax rates", 12),
        rate_count,
        ("占蓝字销售超过最小占比的法定税率个数", "legal rates with more than a minor share of blue sales"),
        over="rates",
        unit="count",
        missing=NO_SALES,
        source=RATES,
    ),
)
