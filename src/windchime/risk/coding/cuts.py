"""Where the intervals of a number begin: at chosen shares of the rows, closer towards the ends, at readable numbers."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats
from windchime.risk.binning import readable

#: shares of the rows below the cuts: close towards the ends, where rules are sought
TAILS = (
    *(0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5),
    *(0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99, 0.995),
)
_GREATEST = float(np.finfo(np.float64).max)
#: of the intervals, so many may be kept for single values that many rows share
_HEAVY = 1 / 3


def rough(values: Floats, weight: Floats | None, levels: Sequence[float], most: int) -> Floats:
    """Cuts that are values met: every one begins an interval. Equal values stay together.

    Args:
        values: ordinary values only.
        weight: of each value; None = equal.
        levels: shares of the weight below the cuts, rising.
        most: intervals at most.
    """
    # no finite cut stands between the greatest number and infinity: they are one value here
    values = np.clip(values, -_GREATEST, _GREATEST)
    order = np.argsort(values, kind="stable") if weight is not None else None
    rising = values[order] if order is not None else np.sort(values)
    first = np.flatnonzero(np.r_[True, rising[1:] != rising[:-1]]) if len(rising) else np.zeros(0, np.int64)
    if len(first) <= 1:
        return np.zeros(0)
    mass = np.diff(np.r_[first, len(rising)]).astype(np.float64)
    if weight is not None and order is not None:
        mass = np.add.reduceat(weight[order], first)
    return rising[first[_starts(mass, np.asarray(levels, dtype=np.float64), most)]]


def _starts(mass: Floats, levels: Floats, most: int) -> NDArray[np.int64]:
    """Which of the distinct values begin an interval, given the weight of each."""
    if len(mass) <= most:
        return np.arange(1, len(mass))
    heaviest = np.argsort(-mass, kind="stable")[: int(most * _HEAVY)]
    heavy = np.sort(heaviest[mass[heaviest] >= mass.sum() / most])
    rest = mass.copy()
    rest[heavy] = 0
    before = np.cumsum(rest) - rest
    alone = np.r_[heavy, heavy + 1]
    while True:
        starts = np.unique(np.r_[alone, np.searchsorted(before, levels * rest.sum())])
        starts = starts[(starts > 0) & (starts < len(mass))]
        if len(starts) < most:
            return starts.astype(np.int64)
        levels = levels[1::2]


def final(least: Floats, most: Floats) -> tuple[float, ...]:
    """Readable cuts between the greatest value of each interval and the least of the next: they sort the rows alike."""
    return tuple(between(float(below), float(upto)) for below, upto in pairwise_bounds(least, most))


def pairwise_bounds(least: Floats, most: Floats) -> list[tuple[float, float]]:
    """The greatest value of each interval beside the least of the next."""
    return [(below, upto) for (_, below), (upto, _) in pairwise(zip(least.tolist(), most.tolist(), strict=True))]


def between(below: float, upto: float) -> float:
    """A finite, readable number in (below, upto]."""
    if np.isneginf(below) and np.isposinf(upto):
        return 0.0
    if np.isneginf(below):
        return upto
    if np.isposinf(upto):
        upto = max(2 * abs(below), 1.0)
        if np.isinf(upto):
            return _GREATEST
    # beyond these the search for few digits leaves the range of numbers
    return readable(below, upto) if 1e-290 < max(abs(below), abs(upto)) < 1e290 else upto
