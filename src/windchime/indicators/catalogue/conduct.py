"""How invoices are handled after they are issued: voids, red letters, repeats; and how tickets look."""

from functools import partial

import ibis

from windchime.indicators.definition import Definition, bought, indicator, sold
from windchime.indicators.grain import Grain, over, real, root, share, when
from windchime.indicators.invoices import LN_SCALE
from windchime.indicators.missing import FEW_INVOICES, NO_PURCHASES, NO_SALES
from windchime.indicators.text import both

CONDUCT = partial(indicator, group="conduct", direction="higher_is_riskier")
TICKET = partial(indicator, group="ticket", direction="neutral")
VOID = "lending risk indicators on invoices, no. 1 (void rate)"
RED = "lending risk indicators on invoices, no. 2 (red-letter rate)"
EDGE = "lending risk indicators on invoices, no. 3 (voids and reds around month end)"
ROUND = "lending risk indicators on invoices, no. 13 (round totals and issuing caps)"
SIZE = "amount structure of invoices: lognormal with a pile-up at the issuing caps"


def voided(t: ibis.Table) -> ibis.Value:
    """Void sales, repeated and empty rows left out."""
    return (t.direction == "sale") & (t.status == "void") & t.duplicate_of.isnull() & (t.total != 0)


def reddened(t: ibis.Table) -> ibis.Value:
    """Red letters on sales."""
    return sold(t) & (t.colour == "red")


def reversed_(t: ibis.Table) -> ibis.Value:
    """Void sales and red letters on sales."""
    return voided(t) | reddened(t)


def repeated(t: ibis.Table) -> ibis.Value:
    """Sales rows equal to an earlier one."""
    return (t.direction == "sale") & t.duplicate_of.notnull()


def empty(t: ibis.Table) -> ibis.Value:
    """Sales rows over nothing."""
    return (t.direction == "sale") & (t.total == 0)


def p_voided(t: ibis.Table) -> ibis.Value:
    """Void purchases, repeated and empty rows left out."""
    return (t.direction == "purchase") & (t.status == "void") & t.duplicate_of.isnull() & (t.total != 0)


def p_reddened(t: ibis.Table) -> ibis.Value:
    """Red letters on purchases."""
    return bought(t) & (t.colour == "red")


def of_count(g: Grain, part: str, whole: str, months: int = 12) -> ibis.Value:
    """A share of invoices where there are enough of them."""
    n = real(g.sum(whole, months))
    return when(n >= g.parameters.minimum_invoices, over(real(g.sum(part, months)), n))


def of_total(g: Grain, part: str, rest: str, months: int = 12) -> ibis.Value:
    """A part of money over that part and the rest."""
    some = real(g.sum(part, months))
    return over(some, some + real(g.sum(rest, months)))


def ln_mean(g: Grain) -> ibis.Value:
    """Mean logarithm of blue sales totals."""
    return share(g.sum("ln_sum", 12), g.sum("blue_n", 12)) / LN_SCALE


def ln_deviation(g: Grain) -> ibis.Value:
    """Standard deviation of the logarithm of blue sales totals (population form)."""
    n = real(g.sum("blue_n", 12))
    mean = ln_mean(g)
    squares = over(real(g.sum("ln_squares", 12)), n) / (LN_SCALE * LN_SCALE)
    return when(n >= g.parameters.minimum_invoices, root(squares - mean * mean))


DEFINITIONS: tuple[Definition, ...] = (
    *(
        CONDUCT(
            f"void_rate_{n}m",
            *both("作废率（张数）", "Void rate by count", n),
            partial(of_count, part="void_n", whole="issued_n", months=n),
            ("作废张数 ÷ 全部开具张数", "void sales invoices ÷ all issued"),
            window=n,
            missing=FEW_INVOICES,
            source=VOID,
            recent=n <= 6,
            behind=voided,
        )
        for n in (3, 12)
    ),
    CONDUCT(
        "void_rate_24m",
        *both("作废率（张数）", "Void rate by count", 24),
        lambda g: of_count(g, "void_n", "issued_n", 24),
        ("作废张数 ÷ 全部开具张数", "void sales invoices ÷ all issued"),
        window=24,
        missing=FEW_INVOICES,
        source=VOID,
        behind=voided,
    ),
    CONDUCT(
        "void_amount_rate_12m",
        *both("作废率（金额）", "Void rate by amount", 12),
        lambda g: of_total(g, "void_total", "gross"),
        ("作废价税合计 ÷（作废 + 有效蓝字）", "void totals ÷ (void + counted blue)"),
        missing=NO_SALES,
        source=VOID,
        behind=voided,
    ),
    CONDUCT(
        "red_rate_12m",
        *both("红冲率（金额）", "Red-letter rate by amount", 12),
        lambda g: of_total(g, "red_total", "gross"),
        ("红字金额 ÷（蓝字 + 红字）", "red totals ÷ (blue + red)"),
        missing=NO_SALES,
        source=RED,
        behind=reddened,
    ),
    CONDUCT(
        "red_count_rate_12m",
        *both("红冲率（张数）", "Red-letter rate by count", 12),
        partial(of_total, part="red_n", rest="blue_n"),
        ("红字张数 ÷（蓝字 + 红字）张数", "red sales invoices ÷ (blue + red)"),
        missing=NO_SALES,
        source=RED,
        behind=reddened,
    ),
    CONDUCT(
        "red_lately_share_12m",
        "近3个月红冲占比",
        "Share of the last 3 months in red letters",
        lambda g: share(g.sum("red_total", 3), g.sum("red_total", 12)),
        ("近3个月红字金额 ÷ 12个月红字金额", "red totals of the last 3 months ÷ of 12 months"),
        missing=NO_SALES,
        source=RED,
        behind=reddened,
        recent=True,
    ),
    CONDUCT(
        "edge_reversal_share_12m",
        *both("月初月末作废红冲占比", "Share of voids and reds at month edges", 12),
        lambda g: of_count(g, "reversal_edge_n", "reversal_n"),
        (
            "月初、月末几日的作废与红字张数 ÷ 全部作废与红字",
            "voids and reds of the first and last few days of months ÷ all",
        ),
        missing=FEW_INVOICES,
        source=EDGE,
        behind=reversed_,
    ),
    CONDUCT(
        "purchase_void_rate_12m",
        *both("进项作废率", "Void rate of purchases", 12),
        lambda g: of_count(g, "p_void_n", "p_issued_n"),
        ("作废采购张数 ÷ 全部采购张数", "void purchase invoices ÷ all issued"),
        missing=FEW_INVOICES,
        source=VOID,
        behind=p_voided,
    ),
    CONDUCT(
        "purchase_red_rate_12m",
        *both("进项红冲率", "Red-letter rate of purchases", 12),
        lambda g: of_total(g, "p_red_total", "p_gross"),
        ("采购红字金额 ÷（蓝字 + 红字）", "red totals ÷ (blue + red) of purchases"),
        missing=NO_PURCHASES,
        source=RED,
        behind=p_reddened,
    ),
    CONDUCT(
        "repeated_share_12m",
        *both("重复行占比", "Share of repeated rows", 12),
        lambda g: of_count(g, "duplicate_n", "row_n"),
        ("与前行完全相同的销售行 ÷ 全部销售行", "sales rows equal to an earlier one ÷ all sales rows"),
        missing=FEW_INVOICES,
        source="lending risk indicators on invoices, no. 23 (same invoice twice)",
        behind=repeated,
    ),
    CONDUCT(
        "empty_share_12m",
        *both("零金额发票占比", "Share of invoices over nothing", 12),
        lambda g: of_count(g, "zero_n", "row_n"),
        ("价税合计为零的销售行 ÷ 全部销售行", "sales rows with total zero ÷ all sales rows"),
        missing=FEW_INVOICES,
        source="quality of invoice lists",
        behind=empty,
    ),
    TICKET(
        "ticket_mean_12m",
        *both("单张均额", "Mean ticket", 12),
        lambda g: share(g.sum("gross", 12), g.sum("blue_n", 12)),
        ("蓝字销售额 ÷ 张数", "blue sales ÷ number of invoices"),
        unit="yuan",
        missing=NO_SALES,
        source=SIZE,
    ),
    TICKET(
        "ticket_ln_mean_12m",
        *both("单张金额对数均值", "Mean log of the ticket", 12),
        ln_mean,
        ("ln 价税合计的均值", "mean of ln total"),
        unit="ln_yuan",
        missing=NO_SALES,
        source=SIZE,
    ),
    TICKET(
        "ticket_ln_sd_12m",
        *both("单张金额对数标准差", "Deviation of the log of the ticket", 12),
        ln_deviation,
        ("ln 价税合计的标准差", "standard deviation of ln total"),
        unit="ratio",
        missing=FEW_INVOICES,
        source=SIZE,
    ),
    TICKET(
        "largest_ticket_share_12m",
        *both("最大单张占比", "Share of the largest ticket", 12),
        lambda g: share(g.largest.max(where=g.within(12)), g.sum("gross", 12)),
        ("最大一张 ÷ 蓝字销售额", "largest invoice ÷ blue sales"),
        direction="higher_is_riskier",
        missing=NO_SALES,
        source=SIZE,
    ),
    TICKET(
        "round_share_12m",
        *both("整额占比", "Share of round totals", 12),
        lambda g: of_count(g, "round_n", "blue_n"),
        ("价税合计为整万元的张数 ÷ 蓝字销售张数", "blue sales invoices over whole steps of the scheme ÷ all"),
        missing=FEW_INVOICES,
        source=ROUND,
    ),
    TICKET(
        "near_cap_share_12m",
        *both("顶额占比（张数）", "Share near an issuing cap by count", 12),
        lambda g: of_count(g, "near_cap_n", "blue_n"),
        ("金额贴近开票限额的张数 ÷ 蓝字销售张数", "blue sales invoices just below an issuing cap ÷ all"),
        missing=FEW_INVOICES,
        source=ROUND,
    ),
    TICKET(
        "near_cap_amount_share_12m",
        *both("顶额占比（金额）", "Share near an issuing cap by amount", 12),
        lambda g: share(g.sum("near_cap_total", 12), g.sum("gross", 12)),
        ("贴近开票限额的金额 ÷ 蓝字销售额", "blue sales just below an issuing cap ÷ all"),
        missing=NO_SALES,
        source=ROUND,
    ),
)
