"""Which legal rate explains the tax of an invoice: none, one, or several where the amount is too small to tell."""

from functools import reduce
from operator import or_

import polars as pl

from windchime.indicators.parameters import TaxRate
from windchime.risk.invoices.settings import Settings


def explaining(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """What explains the tax of each row of a ledger.

    A red letter bears the rate of its original, so any rate that began before its day is in force for it.

    Returns:
        `rate` (float; the first rate in force that explains the tax, null where none does), `rates` (how many do),
        `ever` (whether a rate explains it that was in force on some day), `percent` (the whole percent the tax is of the
        amount to within a fen or so, null where it is none or the amount too small).
    """
    amount, tax = pl.col("amount").cast(pl.Float64), pl.col("tax").cast(pl.Float64)
    stated = settings.stated
    percent = (tax * 100 / amount).round(0)
    whole = ((amount * percent / 100 - tax).abs() <= stated.tolerance + _TINY) & (amount.abs() >= stated.smallest)
    # many lines that are rounded one by one are off by more than a few
    allowed = pl.max_horizontal(pl.lit(settings.tax_tolerance), amount.abs() * settings.tax_relative) + _TINY
    distinct = {float(r.rate) for r in settings.rates}
    marks = rows.select(
        "day",
        "red",
        *(((amount * r - tax).abs() <= allowed).alias(_mark(r)) for r in distinct),
        percent=pl.when(whole & percent.is_between(0, stated.largest_percent)).then(percent),
    )
    holds = [(float(r.rate), pl.col(_mark(float(r.rate))) & _in_force(r)) for r in settings.rates]
    return marks.select(
        rate=pl.coalesce(pl.when(h).then(pl.lit(r)) for r, h in holds),
        rates=pl.sum_horizontal(h.cast(pl.UInt8) for _r, h in holds),
        ever=reduce(or_, (pl.col(_mark(r)) for r in sorted(distinct))),
        percent="percent",
    )


#: half of a millionth of a fen: floats that should be equal are
_TINY = 5e-7


def _mark(rate: float) -> str:
    return f"explained_by_{rate}"


def _in_force(rate: TaxRate) -> pl.Expr:
    began = pl.col("day") >= rate.begin
    return began if rate.until is None else began & ((pl.col("day") <= rate.until) | pl.col("red").fill_null(False))
