"""Goods and bads of one feature by pre-bin: all that optimal binning needs to know of the data, read in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats, sums

#: a column as models read it: numbers (NaN = missing), or texts (None = missing)
Values = Floats | NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Histogram:
    """Weights of goods and bads by pre-bin of ordinary values, by special code, and of missing values."""

    #: (pre-bins, 2) goods and bads, in the order of the value; of categories in no order that means anything
    counts: Floats
    #: last value before and first value behind each boundary between pre-bins; empty for categories
    below: Floats
    upto: Floats
    #: special codes and (codes, 2) their goods and bads
    specials: tuple[float, ...]
    special_counts: Floats
    #: (2,) goods and bads
    missing: Floats
    #: for categories: the name of each pre-bin, and (2,) goods and bads of the rare ones that stand together; else None
    categories: tuple[str, ...] | None = None
    other: Floats | None = None

    @property
    def total(self) -> Floats:
        """(2,) all goods and bads."""
        parts = (self.counts.sum(axis=0), self.special_counts.sum(axis=0), self.missing)
        found: Floats = np.sum([*parts, *([] if self.other is None else [self.other])], axis=0)
        return found


def is_text(values: Values) -> bool:
    """Whether the column holds categories."""
    return values.dtype == object


def of_numbers(values: Floats, bad: Floats, weights: Floats, *, specials: Sequence[float], most: int) -> Histogram:
    """The histogram of numbers: a pre-bin for each distinct value, or so many quantiles where there are more.

    Args:
        values: NaN = missing; infinite values are ordinary ones.
        bad: share of bad of each firm, usually 1.0 or 0.0.
        weights: of each firm.
        specials: codes that are not quantities.
        most: pre-bins.
    """
    codes = np.asarray(specials, dtype=np.float64)
    usual = ~np.isnan(values)
    if len(codes):
        usual &= ~np.isin(values, codes)
    distinct, weight = _distinct(values[usual], weights[usual])
    first = np.flatnonzero(np.diff(prebins(weight, most))) + 1
    upto = distinct[first]
    found = tally(values, bad, weights, upto, codes)
    k, s = len(upto) + (len(distinct) > 0), len(codes)
    return Histogram(found[:k], distinct[first - 1], upto, tuple(map(float, codes)), found[-s - 1 : -1], found[-1])


def of_categories(values: NDArray[np.object_], bad: Floats, weights: Floats, *, least: float, most: int) -> Histogram:
    """The histogram of texts: a pre-bin for each category of at least so much weight, the largest where there are too many."""
    place, names = encoded(values)
    inside = place >= 0
    g = sums(place[inside], (weights * (1 - bad))[inside], len(names))
    b = sums(place[inside], (weights * bad)[inside], len(names))
    largest = np.lexsort((np.arange(len(names)), -(g + b)))[:most]
    kept = np.sort(largest[(g + b)[largest] >= least])
    counts = np.column_stack([g, b])
    gone = ~inside
    missing = np.array([(weights * (1 - bad))[gone].sum(), (weights * bad)[gone].sum()])
    other = counts.sum(axis=0) - counts[kept].sum(axis=0) if len(kept) < len(names) else np.zeros(2)
    named = tuple(names[i] for i in kept)
    return Histogram(counts[kept], np.zeros(0), np.zeros(0), (), np.zeros((0, 2)), missing, named, other)


def encoded(values: NDArray[np.object_]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Place of each text among the sorted names, -1 for missing."""
    texts = pl.Series(values.tolist(), dtype=pl.String)  # of an array, the first value would decide the type
    names = texts.drop_nulls().unique().sort()
    if names.is_empty():
        return np.full(len(texts), -1, dtype=np.int64), ()
    place = texts.replace_strict(names, pl.Series(range(len(names)), dtype=pl.Int64), default=-1, return_dtype=pl.Int64)
    return place.fill_null(-1).to_numpy(), tuple(names)


def prebins(weight: Floats, most: int) -> NDArray[np.int64]:
    """Group number of each distinct value: itself, or its quantile group where there are too many."""
    if len(weight) <= most:
        return np.arange(len(weight))
    middle = np.cumsum(weight) - weight / 2
    group = np.minimum((middle / weight.sum() * most).astype(np.int64), most - 1)
    return np.unique(group, return_inverse=True)[1].astype(np.int64)


def _distinct(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Distinct values in order, and the weight of each."""
    if not len(values):
        return values, weights
    even = bool((weights == weights[0]).all())
    order = None if even else np.argsort(values, kind="stable")
    ranked = np.sort(values) if order is None else values[order]
    starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    if order is None:
        return ranked[starts], np.diff(np.append(starts, len(ranked))) * weights[0]
    return ranked[starts], np.add.reduceat(weights[order], starts)


@kernel
def tally(values: Floats, bad: Floats, weights: Floats, cuts: Floats, specials: Floats) -> Floats:
    """Goods and bads in one pass: (cuts + 1 + specials + 1, 2), the last row of missing values.

    A value equal to a cut belongs to the right of it.
    """
    c, s = len(cuts), len(specials)
    found = np.zeros((c + s + 2, 2))
    for i in range(len(values)):
        v = values[i]
        at = -1
        if np.isnan(v):
            at = c + s + 1
        else:
            for k in range(s):
                if v == specials[k]:
                    at = c + 1 + k
            if at < 0:
                low, high = 0, c
                while low < high:
                    middle = (low + high) >> 1
                    if v < cuts[middle]:
                        high = middle
                    else:
                        low = middle + 1
                at = low
        found[at, 0] += weights[i] * (1 - bad[i])
        found[at, 1] += weights[i] * bad[i]
    return found
