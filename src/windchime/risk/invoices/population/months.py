"""Measures of the course of months and of the sizes of invoices."""

from collections.abc import Iterator
from math import log10

import polars as pl

from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.population.measure import values
from windchime.risk.invoices.population.settings import Settings

_LOG = pl.col("total").log()


def measures(sales: pl.DataFrame, listing: Listing, settings: Settings) -> Iterator[pl.DataFrame]:
    """Of each firm.

    Args:
        sales: as `sales.prepared` makes them.
        listing: for its purchases.
        settings: windows and least samples.
    """
    normal = sales.filter(pl.col("normal"))
    months = normal.group_by("reporting_firm_id", "month").agg(
        pl.len().alias("rows"), pl.col("odd").sum(), pl.col("total").sum().cast(pl.Float64)
    )
    yield from _course(months, settings)
    yield from _sizes(normal, settings)
    if "purchase" in listing.invoices["direction"].unique():
        yield from _purchases(months, listing, settings)


def _course(months: pl.DataFrame, settings: Settings) -> Iterator[pl.DataFrame]:
    least = settings.least_months
    firms = months.sort("reporting_firm_id", "month").group_by("reporting_firm_id", maintain_order=True)
    follow = pl.col("month").diff() == 1
    pairs = follow.sum().cast(pl.Float64)
    found = firms.agg(
        pl.len().cast(pl.Float64).alias("months"),
        (pl.col("total").std() / pl.col("total").mean()).log().alias("variation"),
        pairs.alias("pairs"),
        pl.corr(_LOG.filter(follow), _LOG.shift().filter(follow)).clip(-0.999, 0.999).arctanh().alias("memory"),
    )
    yield values(
        found,
        "month_variation",
        pl.col("variation"),
        (1 / (2 * (pl.col("months") - 1))).sqrt(),
        pl.col("months"),
        least,
    )
    yield values(found, "month_memory", pl.col("memory"), 1 / (pl.col("pairs") - 3).sqrt(), pl.col("pairs"), least)
    share = pl.col("odd").sum().over("reporting_firm_id") / pl.col("rows").sum().over("reporting_firm_id")
    expected = pl.col("rows") * share
    apart = (pl.col("odd") - expected) ** 2 / (expected * (1 - share))
    jumps = (
        months.with_columns(apart.alias("apart"))
        .filter(pl.col("apart").is_finite())
        .group_by("reporting_firm_id")
        .agg(
            (pl.col("apart").sum() / (pl.len() - 1)).log().alias("figure"),
            (pl.len() - 1).cast(pl.Float64).alias("of"),
        )
    )
    yield values(jumps, "odd_by_month", pl.col("figure"), (2 / pl.col("of")).sqrt(), pl.col("of"), least)


def _sizes(normal: pl.DataFrame, settings: Settings) -> Iterator[pl.DataFrame]:
    recent = pl.col("age") < settings.windows[1]
    digit = 10 ** (pl.col("total").cast(pl.Float64).log10() % 1)
    found = normal.group_by("reporting_firm_id").agg(
        pl.len().cast(pl.Float64).alias("rows"),
        _LOG.std().alias("spread"),
        _LOG.filter(recent).median().alias("now"),
        _LOG.filter(~recent).median().alias("then"),
        pl.min_horizontal(recent.sum(), (~recent).sum()).cast(pl.Float64).alias("side"),
        (1 / recent.sum() + 1 / (~recent).sum()).sqrt().alias("halves"),
        *((digit.floor() == d).mean().alias(f"first_{d}") for d in range(1, 10)),
    )
    rows, least = pl.col("rows"), settings.least_rows
    yield values(found, "size_variation", pl.col("spread").log(), 1 / (2 * rows).sqrt(), rows, least)
    # the error of a median is a quarter above that of a mean
    error = 1.2533 * pl.col("spread") * pl.col("halves")
    yield values(found, "size_recent", pl.col("now") - pl.col("then"), error, pl.col("side"), least)
    benford = {d: log10(1 + 1 / d) for d in range(1, 10)}
    square = pl.sum_horizontal((pl.col(f"first_{d}") - p) ** 2 for d, p in benford.items())
    chance = 1 - sum(p * p for p in benford.values())
    distance = (square - chance / rows).clip(lower_bound=0).sqrt()
    yield values(found, "first_digits", distance, (0.5 / rows).sqrt(), rows, settings.least_digits)


def _purchases(months: pl.DataFrame, listing: Listing, settings: Settings) -> Iterator[pl.DataFrame]:
    day = pl.col("issue_date")
    bought = (
        listing.invoices.lazy()
        .filter((pl.col("direction") == "purchase") & (pl.col("status") != "void") & (pl.col("total") > 0))
        .group_by(
            pl.col("reporting_firm_id").cast(pl.Categorical), (day.dt.year() * 12 + day.dt.month()).alias("month")
        )
        .agg(pl.col("total").sum().cast(pl.Float64).alias("bought"))
        .collect()
    )
    both = months.join(bought, on=["reporting_firm_id", "month"], how="inner")
    found = both.group_by("reporting_firm_id").agg(
        pl.len().cast(pl.Float64).alias("months"),
        pl.corr(_LOG, pl.col("bought").log()).clip(-0.999, 0.999).arctanh().alias("together"),
    )
    number, least = pl.col("months"), settings.least_months
    yield values(found, "bought_with_sold", pl.col("together"), 1 / (number - 3).sqrt(), number, least)
