"""The best partition of a row of pre-bins into consecutive bins: the dynamic programme behind `risk.binning`.

State: the last bin (from, to) and the number of bins so far; with a trend, a bin may follow only those whose smoothed
bad rate lies strictly on the right side. A peak (or valley) is a second pass that goes on from the chains of the first.
O(bins · n³) for n pre-bins in machine code, and exact.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats

#: how the bad rate may move from bin to bin; `auto` = monotone, whichever way has the higher information value;
#: `turning` = monotone or with one turn, whichever has the highest
Trend = Literal["ascending", "descending", "auto", "peak", "valley", "turning", "none"]
#: how it does move
Shape = Literal["ascending", "descending", "peak", "valley", "none"]

#: partitions whose information values differ by less are equal; the one with fewer bins is taken
TIE = 1e-12


#: the ways to try, each a row of signs: the rate rises (+1), falls (-1) or moves freely (0)
_SIGNS: dict[Trend, tuple[tuple[int, ...], ...]] = {
    "ascending": ((1,),),
    "descending": ((-1,),),
    "auto": ((1,), (-1,)),
    "peak": ((1, -1),),
    "valley": ((-1, 1),),
    "turning": ((1, -1), (-1, 1)),
    "none": ((0,),),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a partition must keep to, in weights."""

    max_bins: int
    min_weight: float
    min_goods: float
    min_bads: float


@dataclass(frozen=True, slots=True)
class _Pairs:
    """For every pair of boundaries i < j: the bin of pre-bins i … j-1."""

    value: Floats
    rate: Floats
    allowed: Floats


def best_partition(
    g: Floats, b: Floats, total: tuple[float, float], pseudo_count: float, limits: Limits, *, trend: Trend
) -> tuple[list[int], Shape]:
    """Boundaries 0 … len(g) of the best partition, and the trend it has.

    Args:
        g: weight of goods of each pre-bin, in the order of the value.
        b: the same of bads.
        total: weight of all goods and of all bads, missing values included.
        pseudo_count: smoothing, see `risk.binning`.
        limits: least content and most bins; one single bin is always allowed.
        trend: of the bad rate. A peak or valley that pays nothing is told as the monotone trend that it is.
    """
    n = len(g)
    if n < 2 or limits.max_bins < 2:
        return [0, n] if n else [0, 0], "none"
    pairs = _pairs(g, b, total, pseudo_count, limits)
    best, *others = (_search(pairs, limits.max_bins, *signs) for signs in _SIGNS[trend])
    for other in others:
        best = other if other[0] > best[0] + TIE else best
    if trend in ("ascending", "descending", "none"):
        return best[1], trend
    return best[1], _shape([float(pairs.rate[i, j]) for i, j in pairwise(best[1])])


def _shape(rates: list[float]) -> Shape:
    """How rates of at most one turn move; a single one counts as rising."""
    steps = [after > before for before, after in pairwise(rates)]
    if all(steps):
        return "ascending"
    if not any(steps):
        return "descending"
    return "peak" if steps[0] else "valley"


def _pairs(g: Floats, b: Floats, total: tuple[float, float], a: float, limits: Limits) -> _Pairs:
    goods, bads = total
    cg, cb = np.concatenate([[0.0], np.cumsum(g)]), np.concatenate([[0.0], np.cumsum(b)])
    gg, bb = cg[None, :] - cg[:, None], cb[None, :] - cb[:, None]
    rate = bads / (goods + bads)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (gg + a * (1 - rate)) / (bb + a * rate)
        value = (gg / goods - bb / bads) * (np.log(ratio) - np.log((1 - rate) / rate))
        smooth = (bb + a * rate) / (gg + bb + a)
    inside = np.triu(np.ones_like(gg, dtype=bool), 1)
    allowed = inside & (gg + bb >= limits.min_weight) & (gg >= limits.min_goods) & (bb >= limits.min_bads)
    allowed &= np.isfinite(value) & (gg + bb > 0)
    allowed[0, -1] = True
    return _Pairs(np.where(allowed & np.isfinite(value), value, -np.inf), smooth, allowed)


@kernel
def _chains(value: Floats, rate: Floats, sign: int, most: int, start: Floats) -> Floats:
    """Value of the best chain that ends with the bin i … j-1 as its k-th: (n + 1, n + 1, most + 1), -inf where none does.

    Args:
        value: of each bin, -inf where it is not allowed.
        rate: smoothed bad rate of each bin.
        sign: +1 lets the rate rise, -1 fall, 0 move freely.
        most: bins of a chain.
        start: chains that are there already, such as those of the way up to a peak.
    """
    n = value.shape[0]
    best = start.copy()
    for j in range(1, n):
        best[0, j, 1] = value[0, j]
    for i in range(1, n - 1):
        for j in range(i + 1, n):
            if value[i, j] == -np.inf:
                continue
            for h in range(i):
                if sign == 0 or sign * rate[h, i] < sign * rate[i, j]:
                    for k in range(2, most + 1):
                        best[i, j, k] = max(best[i, j, k], best[h, i, k - 1] + value[i, j])
    return best


def _search(pairs: _Pairs, most: int, *signs: int) -> tuple[float, list[int]]:
    """Value and boundaries of the best chain whose rate goes the way of each sign in turn (one or two ways)."""
    n = len(pairs.value)
    phases = [np.full((n, n, most + 1), -np.inf)]
    for sign in signs:
        phases.append(_chains(pairs.value, pairs.rate, sign, most, phases[-1]))
    ends = phases[-1][:, n - 1].max(axis=0)
    value, k = float(ends[1]), 1
    for more in range(2, most + 1):
        if ends[more] > value + TIE:
            value, k = float(ends[more]), more
    return value, _trace(phases[1:], pairs.rate, k, list(signs))


def _trace(phases: list[Floats], rate: Floats, k: int, signs: list[int]) -> list[int]:
    """Walk back from the last boundary along the states that made the best value."""
    to = len(rate) - 1
    start = int(np.argmax(phases[-1][:, to, k]))
    bounds = [to, start]
    while k > 1:
        while len(phases) > 1 and phases[-2][start, to, k] == phases[-1][start, to, k]:
            phases, signs = phases[:-1], signs[:-1]  # the chain up to here was there before the turn
        k -= 1
        open_ = phases[-1][:start, start, k]
        fits = signs[-1] * rate[:start, start] < signs[-1] * rate[start, to] if signs[-1] else np.ones(start, bool)
        start, to = int(np.argmax(np.where(fits, open_, -np.inf))), start
        bounds.append(start)
    return bounds[::-1]
