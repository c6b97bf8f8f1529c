"""What is measured of a firm's list, each figure with the sample it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from windchime.core.text import _

#: one row a firm and measure, where the sample is large enough for the measure to say something
MEASURES: dict[str, pl.DataType] = {
    "code": pl.String(),
    "reporting_firm_id": pl.String(),
    # a count: how many rows are; a value: the figure
    "figure": pl.Float64(),
    # how many rows (or months) it rests on
    "of": pl.Float64(),
    # of a value: its standard error, from the firm's own sample; null for a count
    "error": pl.Float64(),
}
#: count = figure of `of` rows; value = a figure with a standard error; sum = of -log10 of the rarities of other measures
Form = Literal["count", "value", "sum"]
#: how people read a figure: a share of rows; e to its power; its hyperbolic tangent, a correlation; as it is
Scale = Literal["share", "times", "correlation", "plain"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is measured of each firm, and which end of it is strange."""

    code: str
    form: Form
    #: ends that count: much (`high`), little (`low`), or both
    ends: tuple[Literal["high", "low"], ...]
    #: what figure and usual figure are shown as
    scale: Scale
    #: English sentence of a finding with places {figure}, {of}, {usual}
    msgid: str
    #: of a sum: the measures it adds up
    parts: tuple[str, ...] = ()


#: everything the population layer measures
PROFILE: tuple[Measure, ...] = (
    Measure("odd_totals", "count", ("high",), "share", _("{figure} of {of} sales have neither a whole total nor a whole amount; {usual} is usual")),
    Measure("odd_tenths", "count", ("high",), "share", _("{figure} of {of} sales end in no whole tenth of a yuan, neither total nor amount; {usual} is usual")),
    Measure("cent_off_rows", "count", ("high",), "share", _("{figure} of {of} totals are a cent beside whole yuan, as where tax is counted anew; {usual} is usual")),
    Measure("rescaled_rows", "count", ("high",), "share", _("{figure} of {of} totals are odd and become whole when all are divided by one factor; {usual} is usual")),
    Measure("rescaled_by_month", "count", ("high",), "share", _("{figure} of {of} totals are odd and become whole when those of a month are divided by one factor; {usual} is usual")),
    Measure("rescaled_recent", "count", ("high",), "share", _("{figure} of {of} totals of the last months are odd and become whole when those of a month are divided by one factor; {usual} is usual")),
    Measure("odd_against_partner", "count", ("high",), "share", _("{figure} of {of} totals are odd where all others of the partner are whole; {usual} is usual")),
    Measure("round_thousands", "count", ("high",), "share", _("{figure} of {of} totals are whole thousands; {usual} is usual")),
    Measure("void_rows", "count", ("low",), "share", _("only {figure} of {of} invoices that can be void are; {usual} is usual")),
    Measure("red_rows", "count", ("low",), "share", _("only {figure} of {of} invoices are red letters; {usual} is usual")),
    Measure("red_unlike", "count", ("high",), "share", _("{figure} of {of} red letters have no invoice of the same partner and amount; {usual} is usual")),
    Measure("void_unlike", "count", ("high",), "share", _("{figure} of {of} void invoices have no invoice of the same partner and amount; {usual} is usual")),
    Measure("weekend_rows", "count", ("high",), "share", _("{figure} of {of} sales are of a weekend; {usual} is usual")),
    Measure("month_end_rows", "count", ("high",), "share", _("{figure} of {of} sales are of the last days of a month; {usual} is usual")),
    Measure("same_day_rows", "count", ("high",), "share", _("{figure} of {of} sales share day and partner with another; {usual} is usual")),
    Measure("repeated_rows", "count", ("high",), "share", _("{figure} of {of} sales repeat partner and total of one shortly before; {usual} is usual")),
    Measure("new_partner_rows", "count", ("high",), "share", _("{figure} of {of} recent sales are for partners never seen before; {usual} is usual")),
    Measure("top_partner_rows", "count", ("high",), "share", _("{figure} of {of} sales are for one partner; {usual} is usual")),
    Measure("odd_recent", "value", ("high",), "times", _("odd totals have become more frequent in the last months: odds times {figure}; times {usual} is usual")),
    Measure("odd_latest", "value", ("high",), "times", _("odd totals have become more frequent of late: odds times {figure}; times {usual} is usual")),
    Measure("cent_off_recent", "value", ("high",), "times", _("totals a cent beside whole yuan have become more frequent in the last months: odds times {figure}; times {usual} is usual")),
    Measure("odd_beside_cancelled", "value", ("high",), "times", _("valid sales have odd totals where void and red ones do not: odds times {figure}; times {usual} is usual")),
    Measure("odd_by_month", "value", ("high",), "times", _("the share of odd totals jumps from month to month: {figure} times as much as chance; {usual} times is usual")),
    Measure("month_variation", "value", ("low",), "times", _("monthly sales hardly vary: coefficient of variation {figure}; {usual} is usual")),
    Measure("month_memory", "value", ("high",), "correlation", _("monthly sales follow the month before too closely: correlation {figure}; {usual} is usual")),
    Measure("size_variation", "value", ("low",), "times", _("invoices hardly differ in size: log totals spread by {figure}; {usual} is usual")),
    Measure("size_recent", "value", ("high",), "times", _("invoices of the last months are {figure} times as large as those before; {usual} times is usual")),
    Measure("first_digits", "value", ("high",), "plain", _("first digits stand {figure} apart from Benford's law; {usual} is usual")),
    Measure("bought_with_sold", "value", ("low",), "correlation", _("monthly purchases do not move with sales: correlation {figure}; {usual} is usual")),
    Measure(
        "digits_together",
        "sum",
        ("high",),
        "plain",
        _("several figures of the digits of totals are rare together: {figure} orders of magnitude in sum; {usual} is usual"),
        ("odd_totals", "odd_tenths", "cent_off_rows", "rescaled_rows", "rescaled_by_month", "rescaled_recent", "odd_against_partner", "odd_recent", "odd_latest", "cent_off_recent", "odd_beside_cancelled", "odd_by_month", "first_digits"),
    ),
    Measure(
        "cancelled_together",
        "sum",
        ("high",),
        "plain",
        _("several figures of void and red invoices and of repeated amounts are rare together: {figure} orders of magnitude in sum; {usual} is usual"),
        ("void_rows", "red_rows", "red_unlike", "void_unlike", "repeated_rows", "amount_again_soon", "odd_amount_again_soon"),
    ),
)  # fmt: skip


def stacked(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Measures of several modules as one frame in the common form; rows without a figure left out."""
    whole = [
        p.select(pl.col(c).cast(k) if c in p.columns else pl.lit(None, k).alias(c) for c, k in MEASURES.items())
        for p in parts
    ]
    found = pl.concat([pl.DataFrame(schema=MEASURES), *whole])
    found = found.filter(pl.col("figure").is_finite() & (pl.col("error").is_null() | pl.col("error").is_finite()))
    # floats added up by several threads differ in their last digits: the same list must give the same measures
    return found.with_columns(pl.col("figure", "error").round_sig_figs(9))


def counts(frame: pl.DataFrame, code: str, figure: str, of: str, least: int) -> pl.DataFrame:
    """A measure of the form `count` from columns of a frame by firm."""
    return frame.filter(pl.col(of) >= least).select(
        pl.lit(code).alias("code"), "reporting_firm_id", pl.col(figure).alias("figure"), pl.col(of).alias("of")
    )


def values(frame: pl.DataFrame, code: str, figure: pl.Expr, error: pl.Expr, of: pl.Expr, least: int) -> pl.DataFrame:
    """A measure of the form `value` from expressions over a frame by firm."""
    return frame.filter(of >= least).select(
        pl.lit(code).alias("code"),
        "reporting_firm_id",
        figure.alias("figure"),
        of.alias("of"),
        error.alias("error"),
    )


def contrast(frame: pl.DataFrame, code: str, here: tuple[str, str], there: tuple[str, str], least: int) -> pl.DataFrame:
    """How much more often something is so here than there: difference of log-odds, with Haldane's half counts.

    Args:
        frame: by firm.
        code: of the measure.
        here: columns with how many are so, of how many.
        there: the same of the rows compared with.
        least: rows that either side must have.
    """
    (k1, n1), (k2, n2) = ((pl.col(k) + 0.5, pl.col(n) + 1.0) for k, n in (here, there))
    logit = (k1 / (n1 - k1)).log() - (k2 / (n2 - k2)).log()
    error = (1 / k1 + 1 / (n1 - k1) + 1 / k2 + 1 / (n2 - k2)).sqrt()
    return values(frame, code, logit, error, pl.min_horizontal(here[1], there[1]).cast(pl.Float64), least)
