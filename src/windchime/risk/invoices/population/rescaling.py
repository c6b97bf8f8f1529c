"""Totals that are whole once divided by one factor: what is left of whole prices when a list is scaled.

Most firms price in whole yuan, tax included. Scaled totals are odd, but all by the same factor: divided by it they are
whole again. The factor is looked for where it must be: a total that was a whole ten yuan gives it as itself over a ten.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats
from windchime.risk.invoices.population.measure import counts
from windchime.risk.invoices.population.settings import Settings

#: totals looked at, smallest first; the largest of them that factors are taken from
_MOST, _REFERENCES = 40, 3
#: cents: a whole ten yuan, a yuan, and how far rounding moves a total
_TEN, _YUAN, _ROUNDING = 1000, 100, 2.0
#: tens in the largest reference that is tried against every ten; larger ones against every hundred, thousand …
_STEPS = 2000
#: factors that are looked for
_LEAST_FACTOR, _MOST_FACTOR = 1.05, 3.5


def measures(sales: pl.DataFrame, settings: Settings) -> Iterator[pl.DataFrame]:
    """Of each firm: rows whose totals one factor makes whole, over the whole list, month by month, and in the last months.

    Args:
        sales: as `sales.prepared` makes them.
        settings: least samples.
    """
    normal = sales.lazy().filter(pl.col("normal")).select("reporting_firm_id", "firm", "month", "age", "total", "odd")
    whole = _rescaled(normal.with_columns(pl.lit(0).alias("month")), settings)
    yield counts(whole, "rescaled_rows", "figure", "of", settings.least_rows)
    recent = pl.col("age") < settings.windows[1]
    for code, rows in (("rescaled_by_month", normal), ("rescaled_recent", normal.filter(recent))):
        yield counts(_rescaled(rows, settings), code, "figure", "of", settings.least_rows)


def _rescaled(normal: pl.LazyFrame, settings: Settings) -> pl.DataFrame:
    """Rows of groups of firm and month large enough, and how many of them one factor makes whole."""
    by = ["firm", "month"]
    groups = normal.group_by("reporting_firm_id", *by).agg(
        pl.len().alias("of"),
        pl.col("odd").sum().alias("some"),
        pl.col("total").filter("odd").unique().bottom_k(_MOST).sort().alias("totals"),
    )
    large = groups.filter(pl.col("of") >= settings.least_group).collect()
    # where most totals are whole as they stand, no factor was at work
    asked = (large["some"] * 2 > large["of"]) & (large["totals"].list.len() >= settings.least_group)
    totals = large.filter(asked)["totals"]
    ends = np.cumsum(totals.list.len().to_numpy()).astype(np.int64)
    shares = np.zeros(large.height)
    flat = totals.explode().to_numpy().astype(np.float64) if len(totals) else np.zeros(0)
    shares[asked.to_numpy()] = _beyond_chance(
        *_made_whole(flat, ends), np.diff(ends, prepend=0), settings.factor_chance
    )
    figure = (pl.col("some") * pl.col("share")).round()
    return (
        large.with_columns(pl.Series("share", shares))
        .group_by("reporting_firm_id")
        .agg(figure.sum().alias("figure"), pl.col("of").sum())
    )


def _beyond_chance(hits: Floats, tries: Floats, sizes: NDArray[np.int64], chance: float) -> Floats:
    """Shares made whole; 0 where so many would be by one of the factors tried with a probability above `chance`."""
    from scipy.stats import binom

    others = np.maximum(sizes - 1, 1)
    probability = tries * binom.sf(hits - 1, others, (2 * _ROUNDING + 1) / _YUAN)
    return np.where(probability < chance, hits / others, 0.0)


@kernel
def _made_whole(totals: Floats, ends: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Most totals of each group that one factor makes whole, its reference not counted; and the factors tried."""
    found, tries = np.zeros(len(ends)), np.zeros(len(ends))
    begin = 0
    for g in range(len(ends)):
        end = ends[g]
        best = 0
        for r in range(max(begin, end - _REFERENCES), end):
            reference = totals[r]
            step = float(_TEN)
            while reference > _STEPS * step:
                step *= 10.0
            steps = int(reference / _LEAST_FACTOR / step)
            while steps > 0 and reference <= _MOST_FACTOR * steps * step:
                scale = steps * step / reference / _YUAN
                hits = 0
                for i in range(begin, end):
                    was = totals[i] * scale
                    if abs(was - np.floor(was + 0.5)) <= _ROUNDING / _YUAN:
                        hits += 1
                # the reference itself fits
                best = max(best, hits - 1)
                tries[g] += 1
                steps -= 1
        found[g] = best
        begin = end
    return found, tries
