"""What a rule, or a list of rules, does to a sample: hits, bad rate, lift and odds ratio, each with its interval.

Weighted rows count with their weight in every rate, and with Kish's effective number in every interval: weights that
differ never make an interval narrower.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import exp, inf, log, sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats
from windchime.risk.validation import Interval, quantile_of

#: added to each cell of the fourfold table before odds are compared (Haldane 1956, Anscombe 1956)
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Figures:
    """One subset of rows, the hits, against all rows of a sample."""

    #: rows of the sample, and how many of them are bad
    rows: int
    all_bads: int
    #: rows that are hit, and how many of them are bad
    hits: int
    bads: int
    #: the same four in weights; equal to the counts where rows have no weights
    weight: float
    all_bad_weight: float
    hit_weight: float
    bad_weight: float
    #: amount of all rows, of all bads, of the hits, of the bads among them; None where rows have no amounts
    amount: float | None
    all_bad_amount: float | None
    hit_amount: float | None
    bad_amount: float | None
    #: hits ÷ rows, by weight (Wilson)
    hit_rate: Interval
    #: bads ÷ hits, by weight (Wilson); 0 … 1 without hits
    bad_rate: Interval
    #: bad rate of the hits ÷ bad rate of all rows (logarithm, delta method)
    lift: Interval
    #: odds of bad among the hits ÷ odds of bad among the rest, half a row added to each cell (Woolf)
    odds_ratio: Interval

    @property
    def base_rate(self) -> float:
        """Bad rate of all rows, by weight."""
        return self.all_bad_weight / self.weight if self.weight else 0.0

    @property
    def recall(self) -> float:
        """Share of all bads that are hit, by weight (召回率)."""
        return self.bad_weight / self.all_bad_weight if self.all_bad_weight else 0.0

    @property
    def amount_hit_rate(self) -> float | None:
        """Share of the amount that is hit."""
        return _share(self.hit_amount, self.amount)

    @property
    def amount_bad_rate(self) -> float | None:
        """Share of the hit amount that is bad."""
        return _share(self.bad_amount, self.hit_amount)

    @property
    def amount_lift(self) -> float | None:
        """Bad share of the hit amount ÷ bad share of all amounts."""
        return _share(self.amount_bad_rate, _share(self.all_bad_amount, self.amount))

    def as_dict(self) -> dict[str, Any]:
        """For JSON; the interval of an odds ratio or lift may have no upper bound: null."""
        return {k: _plain(v) for k, v in asdict(self).items()}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        names = ("hit_rate", "bad_rate", "lift", "odds_ratio")
        spans = {n: _interval(body[n]) for n in names}
        return cls(**{**body, **spans})


def figures(
    hit: NDArray[np.bool_],
    bad: NDArray[np.bool_],
    *,
    weight: Floats | None = None,
    amount: Floats | None = None,
    level: float,
) -> Figures:
    """The figures of the hits.

    Args:
        hit: which rows are hit.
        bad: which rows are bad.
        weight: of each row; 1 by default.
        amount: of each row, in money; none by default.
        level: of the intervals.
    """
    both = hit & bad
    counts = (len(bad), int(bad.sum()), int(hit.sum()), int(both.sum()))
    masses = counts if weight is None else (_sum(weight), *(_sum(weight[m]) for m in (bad, hit, both)))
    money = (None,) * 4 if amount is None else (_sum(amount), *(_sum(amount[m]) for m in (bad, hit, both)))
    # Kish (1965): so many unweighted rows would tell as much
    scale = 1.0 if weight is None or not weight.any() else _sum(weight) / _sum(weight * weight)
    n, all_bad, h, b = (float(m) * scale for m in masses)
    spans = (rate(h, n, level), rate(b, h, level), _lift(n, all_bad, h, b, level), _odds_ratio(n, all_bad, h, b, level))
    values: tuple[Any, ...] = (*counts, *map(float, masses), *money, *spans)
    return Figures(*values)


def rate(part: float, of: float, level: float) -> Interval:
    """A share with Wilson's score interval (E. B. Wilson 1927); the numbers may be effective ones, not whole."""
    if of <= 0:
        return Interval(0.0, 0.0, 1.0, level, "wilson")
    low, high = wilson_bounds(np.array([part]), np.array([of]), quantile_of(level))
    return Interval(part / of, float(low[0]), float(high[0]), level, "wilson")


def wilson_bounds(part: Floats, of: Floats, z: float) -> tuple[Floats, Floats]:
    """Lower and upper Wilson bounds of many shares at a normal quantile; (0, 1) where nothing was observed."""
    n = np.where(of > 0, of, 1.0)
    share = part / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * np.sqrt(np.maximum(share * (1 - share), 0) / n + z * z / (4 * n * n))
    low, high = np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0)
    return np.where(of > 0, np.where(part <= 0, 0.0, low), 0.0), np.where(of > 0, np.where(part >= of, 1.0, high), 1.0)


def _lift(n: float, all_bad: float, h: float, b: float, level: float) -> Interval:
    if not h or not all_bad:
        return Interval(0.0, 0.0, inf, level, "wald")
    # both rates come from one sample: the hits are among all rows, hence the covariance
    seen = max(b, HALF)
    variance = 1 / seen - 1 / h + 1 / all_bad - 1 / n - 2 * (1 - b / h) / all_bad
    reach = quantile_of(level) * sqrt(max(variance, 0.0))
    value = (b / h) / (all_bad / n)
    middle = log((seen / h) / (all_bad / n))
    return Interval(value, 0.0 if not b else exp(middle - reach), exp(middle + reach), level, "wald")


def _odds_ratio(n: float, all_bad: float, h: float, b: float, level: float) -> Interval:
    cells = [b + HALF, h - b + HALF, all_bad - b + HALF, n - h - all_bad + b + HALF]
    value = log(cells[0] * cells[3] / (cells[1] * cells[2]))
    reach = quantile_of(level) * sqrt(sum(1 / c for c in cells))
    return Interval(exp(value), exp(value - reach), exp(value + reach), level, "wald")


def _sum(values: Floats) -> float:
    return float(values.sum())


def _share(part: float | None, of: float | None) -> float | None:
    return part / of if part is not None and of else None


def _interval(body: Mapping[str, Any]) -> Interval:
    high = inf if body["high"] is None else body["high"]
    return Interval(body["value"], body["low"], high, body["level"], body["method"])


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return None if value == inf else value
