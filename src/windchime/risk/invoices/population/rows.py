"""Measures that count rows: digits, void and red, days, repeats, partners; and how they changed."""

from collections.abc import Iterator

import polars as pl

from windchime.risk.invoices.population.measure import contrast, counts
from windchime.risk.invoices.population.settings import Settings


def measures(sales: pl.DataFrame, settings: Settings) -> Iterator[pl.DataFrame]:
    """Of each firm.

    Args:
        sales: as `sales.prepared` makes them.
        settings: windows and least samples.
    """
    least, (late, recent) = settings.least_rows, settings.windows
    found = _counted(sales, settings).join(_partners(sales, settings), on="reporting_firm_id", how="left")
    for code, figure, of in (
        ("odd_totals", "odd", "normal"),
        ("odd_tenths", "odd_tenths", "normal"),
        ("cent_off_rows", "cent_off", "normal"),
        ("odd_against_partner", "odd_against", "whole_partner"),
        ("round_thousands", "thousands", "normal"),
        ("void_rows", "void", "voidable"),
        ("red_rows", "red", "valid"),
        ("red_unlike", "red_unlike", "red"),
        ("void_unlike", "void_unlike", "void"),
        ("weekend_rows", "weekend", "normal"),
        ("month_end_rows", "month_end", "normal"),
        ("same_day_rows", "same_day", "normal"),
        ("repeated_rows", "repeats", "normal"),
        ("new_partner_rows", "new_partner", f"normal_{late}"),
        ("top_partner_rows", "top_partner", "normal"),
    ):
        yield counts(found, code, figure, of, settings.least_cancelled if of in ("red", "void") else least)
    for code, months in (("odd_latest", late), ("odd_recent", recent)):
        here, there = (f"odd_{months}", f"normal_{months}"), (f"odd_before_{months}", f"normal_before_{months}")
        yield contrast(found, code, here, there, settings.least_cancelled)
    here, there = (f"cent_off_{recent}", f"normal_{recent}"), (f"cent_off_before_{recent}", f"normal_before_{recent}")
    yield contrast(found, "cent_off_recent", here, there, settings.least_cancelled)
    yield contrast(
        found, "odd_beside_cancelled", ("odd", "normal"), ("odd_cancelled", "cancelled"), settings.least_cancelled
    )


def _counted(sales: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    normal, red, void = (pl.col(c) for c in ("normal", "red", "void"))
    cancelled = (void | red) & (pl.col("total") != 0)
    days_left = (pl.col("day").dt.month_end() - pl.col("day")).dt.total_days()
    whole = {
        "normal": normal,
        "odd": normal & pl.col("odd"),
        "cent_off": normal & pl.col("cent_off"),
        "odd_tenths": normal & pl.col("odd_tenths"),
        "thousands": normal & (pl.col("total") % 100_000 == 0),
        "voidable": pl.col("voidable") & ~red,
        "void": pl.col("voidable") & ~red & void,
        "valid": ~void,
        "red": red & ~void,
        "red_unlike": red & ~void & ~pl.col("like"),
        "void_unlike": pl.col("voidable") & ~red & void & ~pl.col("like"),
        "weekend": normal & (pl.col("day").dt.weekday() >= 6),
        "month_end": normal & (days_left < settings.month_end_days),
        "repeats": pl.col("repeats"),
        "cancelled": cancelled,
        "odd_cancelled": cancelled & pl.col("odd"),
    }
    for months in settings.windows:
        inside = pl.col("age") < months
        whole |= {
            f"normal_{months}": normal & inside,
            f"odd_{months}": normal & inside & pl.col("odd"),
            f"cent_off_{months}": normal & inside & pl.col("cent_off"),
            f"cent_off_before_{months}": normal & ~inside & pl.col("cent_off"),
            f"normal_before_{months}": normal & ~inside,
            f"odd_before_{months}": normal & ~inside & pl.col("odd"),
        }
    return sales.group_by("reporting_firm_id").agg(e.sum().alias(name) for name, e in whole.items())


def _partners(sales: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Rows of the largest partner, of partners new in the last months, and rows that share day and partner."""
    late, normal = settings.windows[0], sales.lazy().filter(pl.col("normal"))
    partners = normal.group_by("reporting_firm_id", "partner").agg(
        pl.len().alias("rows"),
        pl.col("odd").sum(),
        pl.col("age").max().alias("first"),
        (pl.col("age") < late).sum().alias("late"),
    )
    whole = (pl.col("rows") >= settings.least_cancelled) & (pl.col("odd") <= (0.1 * pl.col("rows")).clip(1))
    days = normal.group_by("reporting_firm_id", "partner", "day").agg(pl.len().alias("rows"))
    return (
        partners.group_by("reporting_firm_id")
        .agg(
            pl.col("rows").max().alias("top_partner"),
            pl.col("rows").filter(whole).sum().alias("whole_partner"),
            pl.col("odd").filter(whole).sum().alias("odd_against"),
            pl.col("late").filter(pl.col("first") < late).sum().alias("new_partner"),
        )
        .join(
            days.group_by("reporting_firm_id").agg(
                pl.col("rows").filter(pl.col("rows") > 1).sum().alias("same_day"),
            ),
            on="reporting_firm_id",
            how="left",
        )
        .collect()
    )
