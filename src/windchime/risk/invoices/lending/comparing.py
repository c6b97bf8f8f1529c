"""Invoiced sales beside what the firm filed for tax and what its accounts received: how far they stand apart."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from windchime.core.dates import Window
from windchime.core.money import CENT
from windchime.risk.invoices.lending.settings import Settings

#: sales filed by period, without tax: first day, last day, cents
FILED: dict[str, pl.DataType] = {"period_from": pl.Date(), "period_to": pl.Date(), "cents": pl.Int64()}
_SIX = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two tellings of the same months."""

    #: `filings` (without tax) or `receipts` (with tax)
    against: str
    #: whole months that both tell, of the window
    months: int
    #: yuan: invoiced, and as the other tells it
    invoiced: Decimal
    told: Decimal
    #: invoiced less told, as a part of what is told; None where nothing is told
    divergence: Decimal | None
    #: growth on the same months a year before; None where either side does not tell them
    growth_invoiced: Decimal | None
    growth_told: Decimal | None
    #: whether divergence or the difference of growths is beyond the scheme's bound
    marked: bool


def with_filings(sales: pl.DataFrame, filed: pl.DataFrame, settings: Settings) -> Comparison | None:
    """Against tax filings, over the periods that lie in the window; None where none does.

    Args:
        sales: in the form `SALES`; every countable row, whether it counts for lending or not.
        filed: in the form `FILED`, one row a period.
        settings: window and bound.
    """
    first, after = Window(settings.year).bounds(settings.as_of)
    months = filed.select(
        pl.date_ranges(pl.col("period_from").dt.month_start(), "period_to", "1mo").alias("month"), "cents"
    )
    # a quarter's filing is spread over its months; only their sum is used
    spread = months.with_columns(pl.col("cents") / pl.col("month").list.len()).explode("month")
    by_month = spread.group_by("month").agg(pl.col("cents").sum())
    return _compared("filings", _monthly(sales, "amount"), by_month, first, after, settings)


def with_receipts(sales: pl.DataFrame, payments: pl.DataFrame, since: date, settings: Settings) -> Comparison | None:
    """Against receipts from buyers, over the whole months from the first day they are known; None where there is none.

    Args:
        sales: in the form `SALES`.
        payments: in the form `PAYMENTS`.
        since: first day from which receipts are known.
        settings: window and bound.
    """
    first, after = Window(settings.year).bounds(settings.as_of)
    known = pl.date_range(since, after, "1mo", closed="left", eager=True).dt.month_start().unique()
    known = known.filter(known >= since)
    received = payments.group_by(month=pl.col("day").dt.month_start()).agg(pl.col("cents").sum())
    by_month = pl.DataFrame({"month": known}).join(received, "month", "left").fill_null(0)
    return _compared("receipts", _monthly(sales, "total"), by_month, first, after, settings)


def _monthly(sales: pl.DataFrame, column: str) -> pl.DataFrame:
    return sales.group_by(month=pl.col("day").dt.month_start()).agg(cents=pl.col(column).sum())


def _compared(
    against: str, invoiced: pl.DataFrame, told: pl.DataFrame, first: date, after: date, settings: Settings
) -> Comparison | None:
    both = told.join(invoiced, "month", "left", suffix="_invoiced").with_columns(pl.col("cents_invoiced").fill_null(0))
    inside = both.filter(pl.col("month") >= first, pl.col("month") < after)
    if inside.is_empty():
        return None
    year_ago = inside["month"].dt.offset_by("-12mo")
    before = both.filter(pl.col("month").is_in(year_ago.implode()))
    here, there = _yuan(inside["cents_invoiced"]), _yuan(inside["cents"])
    divergence = _part(here - there, there)
    growth_here = growth_there = None
    if before.height == inside.height:
        was_here, was_there = _yuan(before["cents_invoiced"]), _yuan(before["cents"])
        growth_here, growth_there = _part(here - was_here, was_here), _part(there - was_there, was_there)
    apart = [abs(divergence)] if divergence is not None else []
    if growth_here is not None and growth_there is not None:
        apart.append(abs(growth_here - growth_there))
    marked = any(a > settings.divergence for a in apart)
    return Comparison(against, inside.height, here, there, divergence, growth_here, growth_there, marked)


def _yuan(cents: pl.Series) -> Decimal:
    return Decimal(round(float(cents.cast(pl.Float64).sum()))) * CENT


def _part(value: Decimal, of: Decimal) -> Decimal | None:
    return (value / of).quantize(_SIX) if of > 0 else None
