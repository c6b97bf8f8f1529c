"""Lines of invoices: their arithmetic, their sum, their rates, and names that suit their class of goods."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from windchime.core.text import _
from windchime.risk.invoices.checks.asking import Ask, Asked, set_check, single_check
from windchime.risk.invoices.checks.check import Check
from windchime.risk.invoices.ledger import Ledger, number_key
from windchime.risk.invoices.settings import Settings

_OF = ("invoice_no", "lines.amount")
PRICE_DISAGREES = single_check(
    "line_price_disagrees",
    _("{count} of {of} invoices with lines have a quantity times price that is not the amount"),
    *_OF,
    "lines.quantity",
    "lines.unit_price",
)
TAX_DISAGREES = single_check(
    "line_tax_disagrees",
    _("{count} of {of} invoices with lines have a line whose tax is not its amount at its rate"),
    *_OF,
    "lines.tax",
    "lines.tax_rate",
)
SUM_DISAGREES = single_check(
    "lines_disagree_with_head", _("{count} of {of} invoices with lines have lines that do not add up to the head"), *_OF
)
LINE_RATE_ILLEGAL = single_check(
    "line_rate_not_in_force",
    _("{count} of {of} invoices with lines have a line at a rate that was not in force on their date"),
    *_OF,
    "lines.tax_rate",
)
CLASS_RATE = single_check(
    "line_rate_unlike_class",
    _("{count} of {of} invoices with lines have a line at a rate that its class of goods does not have"),
    *_OF,
    "lines.tax_rate",
    "lines.tax_class_short",
)
ITEM_DISAGREES = single_check(
    "item_disagrees_with_class",
    _("{count} of {of} invoices with lines name an item of another class than is printed before it or beside it"),
    *_OF,
    "lines.item_name",
    "lines.tax_class_short",
)
ITEM_ELSEWHERE = set_check(
    "item_of_another_class",
    _("{count} of {of} invoices with lines name an item that elsewhere in the list is of another class"),
    *_OF,
    "lines.item_name",
    "lines.tax_class_short",
)
ITEM_VAGUE = single_check(
    "item_is_vague", _("{count} of {of} invoices with lines name their items vaguely"), *_OF, "lines.item_name"
)
CHECKS = (
    PRICE_DISAGREES,
    TAX_DISAGREES,
    SUM_DISAGREES,
    LINE_RATE_ILLEGAL,
    CLASS_RATE,
    ITEM_DISAGREES,
    ITEM_ELSEWHERE,
    ITEM_VAGUE,
)
#: `*class*name`, as items are printed
_PRINTED = r"^\*([^*]+)\*(.*)$"
_KEY = ["firm", "sale", "stem", "number"]
#: what a line is found to be, each column true, false or null where it cannot be told
_MARKS = ("price", "tax_off", "illegal", "class_off", "item", "elsewhere", "vague")


@dataclass(frozen=True, slots=True)
class Lines:
    """What the lines say of their invoices."""

    #: one row an invoice that has lines: `firm`, `row`, whether any line is marked, and how far the sums are off
    frame: pl.DataFrame
    #: `row` of invoices whose lines add up to the head, each at a rate in force
    explained: pl.Series


def read(ledger: Ledger, settings: Settings) -> Lines | None:
    """What the lines say; None where none are told."""
    if not ledger.lines.height:
        return None
    lines = _keyed(ledger)
    heads = ledger.rows.select("firm", "row", *_KEY[1:], "amount", "tax", "day", "red")
    heads = heads.join(lines.select(_KEY).unique(), on=_KEY, how="semi", nulls_equal=True)
    lines = lines.join(heads, on=_KEY, nulls_equal=True, suffix="_head").with_columns(**_marks(settings))
    lines = _elsewhere(lines, settings)
    whole = lines.group_by("row").agg(
        pl.col("firm").first(),
        # one line that is so makes the invoice so; where no line can be told, nothing is said
        *(pl.when(pl.col(m).count() > 0).then(pl.col(m).any()).alias(m) for m in _MARKS),
        pl.len().alias("lines"),
        pl.col("line_no").filter(pl.any_horizontal(_MARKS)).min(),
        amount_off=pl.col("amount").sum() - pl.col("amount_head").first(),
        tax_sum_off=pl.col("tax").sum() - pl.col("tax_head").first(),
        complete=pl.col("amount").is_not_null().all() & pl.col("tax").is_not_null().all(),
        rated=pl.col("illegal").is_not_null().all() & ~pl.col("illegal").any(),
    )
    agree = pl.col("complete") & pl.col("rated") & ~pl.col("tax_off").fill_null(False) & ~_sums_off(settings)
    return Lines(whole, whole.filter(agree.fill_null(False))["row"])


def asked(lines: Lines, settings: Settings) -> Iterator[Asked]:
    """All checks of lines."""
    line = pl.col("line_no")

    def any_line(check: Check, mark: str) -> Ask:
        return Ask(check, pl.col(mark).is_not_null(), pl.col(mark), detail=line)

    yield Asked(
        lines.frame,
        (
            any_line(PRICE_DISAGREES, "price"),
            any_line(TAX_DISAGREES, "tax_off"),
            Ask(
                SUM_DISAGREES,
                pl.col("complete"),
                _sums_off(settings),
                figure=pl.max_horizontal(pl.col("amount_off").abs(), pl.col("tax_sum_off").abs()) / 100,
                bound=pl.col("lines") * settings.lines.head / 100,
            ),
            any_line(LINE_RATE_ILLEGAL, "illegal"),
            any_line(CLASS_RATE, "class_off"),
            any_line(ITEM_DISAGREES, "item"),
            any_line(ITEM_ELSEWHERE, "elsewhere"),
            any_line(ITEM_VAGUE, "vague"),
        ),
    )


def _sums_off(settings: Settings) -> pl.Expr:
    allowed = pl.col("lines") * settings.lines.head
    return (pl.col("amount_off").abs() > allowed) | (pl.col("tax_sum_off").abs() > allowed)


def _keyed(ledger: Ledger) -> pl.DataFrame:
    """The lines with the key of their invoice as the ledger counts it; lines of firms that are not in it fall away."""
    firms = pl.DataFrame({"reporting_firm_id": ledger.firms}).with_row_index("firm")
    codes = pl.DataFrame({"invoice_code": ledger.codes}).with_row_index("code_number")
    # an invoice that is listed twice may have its lines twice
    joined = (
        ledger.lines.unique(maintain_order=True)
        .join(firms, on="reporting_firm_id")
        .join(codes, on="invoice_code", how="left")
    )
    return joined.with_columns(sale=pl.col("direction") == "sale", **number_key("invoice_no", pl.col("code_number")))


def _marks(settings: Settings) -> dict[str, pl.Expr]:
    """What each line is found to be."""
    amount, tax, rate = (pl.col(c).cast(pl.Float64) for c in ("amount", "tax", "tax_rate"))
    allowed, short = settings.lines, pl.col("tax_class_short")
    in_force = reduce(
        or_,
        (
            ((rate - float(r.rate)).abs() < _SAME)
            & (pl.col("day") >= r.begin)
            & (pl.lit(r.until is None) | pl.col("red").fill_null(False) | (pl.col("day") <= (r.until or r.begin)))
            for r in settings.rates
        ),
    )
    suits = pl.any_horizontal(
        short.is_in([c for c, rates in settings.class_rates.items() if r in rates]) & ((rate - r).abs() < _SAME)
        for r in sorted({r for rates in settings.class_rates.values() for r in rates})
    )
    general = rate > _LEVY
    item = pl.col("item_name")
    return {
        "price": (pl.col("quantity") * pl.col("unit_price") * 100 - amount).abs()
        > allowed.price + allowed.relative * amount.abs(),
        "tax_off": (amount * rate - tax).abs() > allowed.tax + _SAME,
        "illegal": ~in_force,
        "class_off": pl.when(short.is_in(list(settings.class_rates))).then(general & ~suits),
        "item": item.str.extract(_PRINTED, 1) != short,
        "vague": item.str.contains_any(list(settings.vague_items)),
        "bare": item.str.extract(_PRINTED, 2).fill_null(item),
    }


#: rates nearer than this are one
_SAME = 1e-7
#: the highest levy rate; what is above it is a general rate, which goes by the class of goods
_LEVY = 0.05 + _SAME


def _elsewhere(lines: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Marks items whose name is nearly always of another class in the firm's list."""
    own = settings.own_habit
    named = lines.group_by("firm", "bare", "tax_class_short").agg(same=pl.len())
    named = named.with_columns(of=pl.col("same").sum().over("firm", "bare"))
    told = named.with_columns(
        elsewhere=pl.when((pl.col("of") >= own.least) & pl.col("tax_class_short").is_not_null()).then(
            pl.col("same") / pl.col("of") < own.share
        )
    )
    return lines.join(
        told.select("firm", "bare", "tax_class_short", "elsewhere"),
        on=["firm", "bare", "tax_class_short"],
        how="left",
        nulls_equal=True,
    )
