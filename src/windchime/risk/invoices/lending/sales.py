"""The truth of sales: what is invoiced, less what does not count, by month and for the year, with how far it may be wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

import polars as pl

from windchime.core.dates import Month, last_complete_month
from windchime.core.money import CENT
from windchime.risk.invoices.lending.rows import QUESTIONED
from windchime.risk.invoices.lending.settings import Settings


@dataclass(frozen=True, slots=True)
class MonthOfSales:
    """Sales of one whole month, in yuan."""

    month: Month
    #: blue invoices that count, before anything is taken off
    gross: Decimal
    #: red letters, a negative amount
    red: Decimal
    #: what is taken off by reason, a negative amount: blue invoices of the reason less their red letters
    left_out: Mapping[str, Decimal]
    #: what is beyond doubt, and what stands with the part of the questioned rows that is taken to stand
    sure: Decimal
    likely: Decimal


@dataclass(frozen=True, slots=True)
class SalesTruth:
    """Sales of the window in yuan: `gross` + `red` + all that is `left_out` = `low`, to the cent."""

    #: oldest first; as many as are shown, those of the window last
    months: tuple[MonthOfSales, ...]
    #: whole months of the window
    window: int
    gross: Decimal
    red: Decimal
    left_out: Mapping[str, Decimal]
    #: questioned rows out, partly in, wholly in
    low: Decimal
    estimate: Decimal
    high: Decimal
    #: what the coming year may bring if months go on as they went, questioned rows out below and in above; None below two months
    coming: tuple[Decimal, Decimal] | None
    #: months of the window with sales
    active: int


def sales_truth(sales: pl.DataFrame, settings: Settings) -> SalesTruth:
    """The estimate for one firm.

    Args:
        sales: in the form `SALES`.
        settings: windows, the part of questioned rows that stands, the confidence of the interval.
    """
    end = last_complete_month(settings.as_of)
    shown = [end + (back - settings.shown + 1) for back in range(settings.shown)]
    index = pl.col("day").dt.year().cast(pl.Int32) * 12 + pl.col("day").dt.month().cast(pl.Int32)
    blue = pl.col("total") > 0
    sums = (
        sales.with_columns(reason=pl.col("reason").fill_null(""), month=index)
        .group_by("month", "reason")
        .agg(
            gross=pl.col("total").filter(blue).sum(),
            red=pl.col("total").filter(~blue).sum(),
            net=pl.col("total").sum(),
        )
    )
    by_month: dict[int, list[tuple[str, int, int, int]]] = {}
    for month, reason, gross, red, net in sums.sort("month", "reason").iter_rows():
        by_month.setdefault(month, []).append((reason, gross, red, net))
    months = tuple(_month(m, by_month.get(m.year * 12 + m.month, []), settings) for m in shown)
    year = months[-settings.year :]
    reasons = sorted({r for m in year for r in m.left_out})
    left_out = {r: sum((m.left_out.get(r, Decimal(0)) for m in year), Decimal("0.00")) for r in reasons}
    sure, likely = (
        sum((v for v in values), Decimal("0.00")) for values in zip(*((m.sure, m.likely) for m in year), strict=True)
    )
    high = sure - left_out.get(QUESTIONED, Decimal(0))
    return SalesTruth(
        months=months,
        window=settings.year,
        gross=sum((m.gross for m in year), Decimal("0.00")),
        red=sum((m.red for m in year), Decimal("0.00")),
        left_out=left_out,
        low=sure,
        estimate=likely,
        high=high,
        coming=_coming(year, sure, high, settings.confidence),
        active=sum(m.gross > 0 for m in year),
    )


def _yuan(cents: int) -> Decimal:
    return Decimal(cents) * CENT


def _month(month: Month, sums: list[tuple[str, int, int, int]], settings: Settings) -> MonthOfSales:
    left_out = {reason: -_yuan(net) for reason, _gross, _red, net in sums if reason}
    gross = _yuan(sum(g for _r, g, _red, _n in sums))
    sure = _yuan(sum(n for reason, _g, _red, n in sums if not reason))
    stands = (-left_out.get(QUESTIONED, Decimal(0)) * settings.questioned_stands).quantize(CENT)
    return MonthOfSales(month, gross, _yuan(sum(r for _r, _g, r, _n in sums)), left_out, sure, sure + stands)


def _coming(
    year: tuple[MonthOfSales, ...], low: Decimal, high: Decimal, confidence: float
) -> tuple[Decimal, Decimal] | None:
    """Prediction interval of as many months again, months taken as draws of one distribution; never below zero."""
    from scipy.stats import t

    count = len(year)
    if count < 2:
        return None
    values = [float(m.likely) for m in year]
    mean = sum(values) / count
    deviation = sqrt(sum((v - mean) ** 2 for v in values) / (count - 1))
    # the sum of `count` new months, less the estimate of it from `count` old ones: variance 2 · count · s²
    reach = Decimal(float(t.ppf(0.5 + confidence / 2, count - 1)) * deviation * sqrt(2 * count)).quantize(CENT)
    return max(low - reach, Decimal("0.00")), max(high + reach, Decimal("0.00"))


def recent(truth: SalesTruth, months: int) -> Decimal:
    """Sales beyond doubt of the last months, in yuan."""
    return sum((m.sure for m in truth.months[-months:]), Decimal("0.00"))
