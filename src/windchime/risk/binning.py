"""Optimal binning of one feature: the partition into bins with the highest information value, found exactly.

A dynamic programme over the boundaries between pre-bins; deterministic, milliseconds a feature. Missing values and
special codes are bins of their own. Weight of evidence and information value as in N. Siddiqi, Credit Risk Scorecards
(2006), with stated smoothing: every bin is joined by `pseudo_count` firms of the overall bad rate, so that

    woe = ln((goods + a·(1-r)) / (bads + a·r)) − ln((1-r) / r)        r = overall bad rate, a = pseudo_count

An empty bin has weight of evidence 0; a pure bin a finite one; a = 0 is the textbook formula. Positive speaks for good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import BadLabels, Floats, sums
from windchime.risk.partition import Limits, best_partition

#: how the bad rate may move with the value; `auto` = monotone, whichever way has the higher information value
Trend = Literal["ascending", "descending", "auto", "none"]


@dataclass(frozen=True, slots=True)
class BinningOptions:
    """What a bin must be. The figures are content (scheme `scorecard`, parameter `binning`)."""

    max_bins: int
    #: least share of all weight in a bin of ordinary values
    min_share: float
    #: least weight of goods and of bads in such a bin
    min_goods: float
    min_bads: float
    #: boundaries are looked for between at most so many pre-bins (quantiles where there are more distinct values)
    max_prebins: int
    #: smoothing, in firms
    pseudo_count: float


_Kind = tuple[Literal["interval", "special", "missing"], float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin: the half-open interval [low, high), a special code, or the missing values."""

    kind: Literal["interval", "special", "missing"]
    #: None = unbounded
    low: float | None
    high: float | None
    #: the special code; None for other bins
    code: float | None
    goods: float
    bads: float
    woe: float
    #: this bin's part of the information value
    iv: float

    @property
    def label(self) -> str:
        """The bin in figures; empty for missing values, which are named in words."""
        if self.kind == "missing":
            return ""
        if self.kind == "special":
            return f"= {self.code:g}"
        if self.low is None and self.high is None:
            return "(−∞, +∞)"
        if self.low is None:
            return f"< {self.high:.15g}"
        return f"≥ {self.low:.15g}" if self.high is None else f"[{self.low:.15g}, {self.high:.15g})"


@dataclass(frozen=True, slots=True)
class Bins:
    """The bins of one feature: intervals in rising order, then special codes, then missing."""

    feature: str
    #: the trend of the bad rate that the bins have; `none` where none was asked for or there is one interval only
    trend: Literal["ascending", "descending", "none"]
    bins: tuple[Bin, ...]

    @property
    def cuts(self) -> tuple[float, ...]:
        """Boundaries between the intervals; a value equal to a cut belongs to the right."""
        return tuple(b.low for b in self.bins if b.kind == "interval" and b.low is not None)

    @property
    def specials(self) -> tuple[float, ...]:
        """The special codes."""
        return tuple(b.code for b in self.bins if b.code is not None)

    @property
    def iv(self) -> float:
        """Information value: sum over the bins."""
        return float(sum(b.iv for b in self.bins))

    def assign(self, values: Floats) -> NDArray[np.int64]:
        """Position of each value's bin in `bins`. Every number has one, also beyond what was seen at fitting."""
        return _assign(values, self.cuts, self.specials)

    def woe(self, values: Floats) -> Floats:
        """Weight of evidence of each value."""
        table: Floats = np.array([b.woe for b in self.bins])
        return table[self.assign(values)]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"feature": self.feature, "trend": self.trend, "bins": [asdict(b) for b in self.bins]}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        return cls(body["feature"], body["trend"], tuple(Bin(**b) for b in body["bins"]))


def optimal_bins(
    feature: str,
    values: Floats,
    bad: Floats,
    options: BinningOptions,
    *,
    trend: Trend = "auto",
    specials: Sequence[float] = (),
    weights: Floats | None = None,
) -> Bins:
    """The bins with the highest information value under the options, with cuts at readable numbers.

    Args:
        feature: name the bins bear.
        values: one number a firm; NaN = missing. Infinite values are ordinary ones.
        bad: 1.0 for bad, 0.0 for good.
        options: what a bin must be. One single interval is always allowed.
        trend: how the bad rate may move from bin to bin; strictly.
        specials: codes that are not quantities (`-9999` = no record): each gets its bin.
        weights: weight of each firm; default 1.

    Raises:
        BadLabels: no goods or no bads.
    """
    w = np.ones_like(bad) if weights is None else weights
    goods, bads = float((w * (1 - bad)).sum()), float((w * bad).sum())
    if not goods or not bads:
        raise BadLabels(int((bad == 0).sum()), int((bad == 1).sum()), len(values))
    usual = ~(np.isnan(values) | np.isin(values, specials))
    distinct, place = np.unique(values[usual], return_inverse=True)
    group = _prebins(sums(place, w[usual]), options.max_prebins)
    pre_goods = sums(group[place], (w * (1 - bad))[usual])
    pre_bads = sums(group[place], (w * bad)[usual])
    limits = Limits(options.max_bins, options.min_share * float(w.sum()), options.min_goods, options.min_bads)
    found, way = best_partition(pre_goods, pre_bads, (goods, bads), options.pseudo_count, limits, trend=trend)
    first_of = np.searchsorted(group, np.array(found[1:-1], dtype=np.int64))
    cuts = tuple(readable(float(distinct[i - 1]), float(distinct[i])) for i in first_of)
    kinds = _kinds(cuts, specials)
    index = _assign(values, cuts, specials)
    g = sums(index, w * (1 - bad), len(kinds))
    b = sums(index, w * bad, len(kinds))
    woe = smoothed_woe(g, b, goods, bads, options.pseudo_count)
    iv = (g / goods - b / bads) * woe
    bins = tuple(
        Bin(*kind, goods=float(gi), bads=float(bi), woe=float(wi), iv=float(vi))
        for kind, gi, bi, wi, vi in zip(kinds, g, b, woe, iv, strict=True)
    )
    return Bins(feature, way if cuts else "none", bins)


def smoothed_woe(g: Floats, b: Floats, goods: float, bads: float, pseudo_count: float) -> Floats:
    """Weight of evidence of bins with `g` goods and `b` bads out of all `goods` and `bads`; empty bins have 0.

    With `pseudo_count` 0 a bin without goods or bads has an infinite value.
    """
    rate = bads / (goods + bads)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (g + pseudo_count * (1 - rate)) / (b + pseudo_count * rate)
        woe: Floats = np.log(ratio) - np.log((1 - rate) / rate)
    return np.where(g + b == 0, 0.0, woe)


def readable(below: float, upto: float) -> float:
    """The number with the fewest digits in (below, upto], the one nearest to the middle where several have as few.

    Cutting there sorts the firms seen exactly as any other cut between the two would.
    """
    if not (np.isfinite(below) and np.isfinite(upto)):
        return upto
    middle = below / 2 + upto / 2
    exponent = int(np.ceil(np.log10(max(abs(below), abs(upto), upto - below))))
    for power in range(exponent, exponent - 19, -1):
        step = 10.0**power
        for multiple in (np.round(middle / step), np.floor(upto / step), np.ceil(below / step)):
            candidate = float(f"{multiple:.0f}e{power}") + 0.0  # no minus zero
            if below < candidate <= upto:
                return candidate
    return upto


def _prebins(weight: Floats, most: int) -> NDArray[np.int64]:
    """Group number of each distinct value: itself, or its quantile group where there are too many."""
    if len(weight) <= most:
        return np.arange(len(weight))
    middle = np.cumsum(weight) - weight / 2
    group = np.minimum((middle / weight.sum() * most).astype(np.int64), most - 1)
    return np.unique(group, return_inverse=True)[1].astype(np.int64)


def _assign(values: Floats, cuts: Sequence[float], specials: Sequence[float]) -> NDArray[np.int64]:
    index = np.searchsorted(np.asarray(cuts, dtype=np.float64), values, side="right").astype(np.int64)
    for k, code in enumerate(specials):
        index[values == code] = len(cuts) + 1 + k
    index[np.isnan(values)] = len(cuts) + 1 + len(specials)
    return index


def _kinds(cuts: Sequence[float], specials: Sequence[float]) -> list[_Kind]:
    edges: list[float | None] = [None, *cuts, None]
    return [
        *(("interval", low, high, None) for low, high in pairwise(edges)),
        *(("special", None, None, float(code)) for code in specials),
        ("missing", None, None, None),
    ]
