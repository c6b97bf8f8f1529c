"""The best partition of a row of pre-bins into consecutive bins: the dynamic programme behind `risk.binning`.

State: the last bin (from, to) and the number of bins so far; with a trend, a bin may follow only those whose smoothed
bad rate lies strictly on the right side. For each boundary the earlier bins are sorted by rate, so that a running maximum
answers "the best chain that ends with a lower rate": O(bins · n² · log n) for n pre-bins, and exact.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from windchime.risk.arrays import Floats

#: partitions whose information values differ by less are equal; the one with fewer bins is taken
TIE = 1e-12


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
    g: Floats, b: Floats, total: tuple[float, float], pseudo_count: float, limits: Limits, *, trend: str
) -> tuple[list[int], Literal["ascending", "descending", "none"]]:
    """Boundaries 0 … len(g) of the best partition, and the trend it has.

    Args:
        g: weight of goods of each pre-bin, in the order of the value.
        b: the same of bads.
        total: weight of all goods and of all bads, missing values included.
        pseudo_count: smoothing, see `risk.binning`.
        limits: least content and most bins; one single bin is always allowed.
        trend: `ascending`, `descending`, `auto` or `none`, of the bad rate.
    """
    n = len(g)
    if n < 2 or limits.max_bins < 2:
        return [0, n] if n else [0, 0], "none"
    pairs = _pairs(g, b, total, pseudo_count, limits)
    if trend == "auto":
        up, down = _search(pairs, limits.max_bins, 1), _search(pairs, limits.max_bins, -1)
        return (down[1], "descending") if down[0] > up[0] + TIE else (up[1], "ascending")
    if trend == "ascending":
        return _search(pairs, limits.max_bins, 1)[1], "ascending"
    if trend == "descending":
        return _search(pairs, limits.max_bins, -1)[1], "descending"
    return _search(pairs, limits.max_bins, 0)[1], "none"


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


def _search(pairs: _Pairs, max_bins: int, sign: int) -> tuple[float, list[int]]:
    """Value and boundaries of the best chain; sign +1 lets the rate rise, -1 fall, 0 move freely."""
    last = len(pairs.value) - 1
    rate = sign * pairs.rate if sign else pairs.rate
    best = np.full((max_bins + 1, last + 1, last + 1), -np.inf)
    best[1, 0, :] = pairs.value[0, :]
    for m in range(1, last):
        before = best[1:max_bins, :m, m]
        order = np.argsort(rate[:m, m], kind="stable") if sign else np.arange(m)
        running = np.maximum.accumulate(before[:, order], axis=1)
        after = rate[m, m + 1 :]
        reach = np.searchsorted(rate[:m, m][order], after, side="left") if sign else np.full(len(after), m)
        reached = np.where(reach > 0, running[:, np.maximum(reach, 1) - 1], -np.inf)
        best[2:, m, m + 1 :] = pairs.value[m, m + 1 :] + reached
    ends = best[:, :, last].max(axis=1)
    value, k = float(ends[1]), 1
    for more in range(2, max_bins + 1):
        if ends[more] > value + TIE:
            value, k = float(ends[more]), more
    return value, _trace(best, rate, k, sign)


def _trace(best: Floats, rate: Floats, k: int, sign: int) -> list[int]:
    """Walk back from the last boundary along the states that made the best value."""
    to = best.shape[1] - 1
    start = int(np.argmax(best[k, :, to]))
    bounds = [to, start]
    while k > 1:
        k -= 1
        open_ = best[k, :start, start]
        fits = rate[:start, start] < rate[start, to] if sign else np.ones(start, dtype=bool)
        start, to = int(np.argmax(np.where(fits, open_, -np.inf))), start
        bounds.append(start)
    return bounds[::-1]
