"""Calibration: whether probabilities come true, overall, along the scale, and in each band."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from scipy.special import expit

from windchime.risk import logistic
from windchime.risk.arrays import Floats
from windchime.risk.validation import Interval, quantile_of


@dataclass(frozen=True, slots=True)
class Calibration:
    """Expected against observed, and the calibration line  logit P(bad) = intercept + slope · logit(p).

    Slope 1 and intercept 0 are perfect; a slope below 1 says the probabilities are too extreme.
    """

    #: sum of the probabilities and number of bads
    expected: float
    observed: int
    #: None where the probabilities separate goods from bads or do not vary: no finite line exists
    slope: Interval | None
    intercept: Interval | None
    #: intercept with the slope held at 1: the average miss in log-odds (calibration in the large)
    in_the_large: Interval

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class BandRow:
    """One band: how many firms, what was expected, what came."""

    band: str
    firms: int
    bads: int
    #: sum of the probabilities
    expected: float
    #: bad rate with its interval; without firms 0 … 1
    rate: Interval


def calibration(bad: Floats, probability: Floats, *, level: float) -> Calibration:
    """The calibration line by maximum likelihood with Wald intervals."""
    logit = _logit(probability)
    z = quantile_of(level)
    intercept, slope = _line(bad, logit, z, level)
    shift, spread = _shift(bad, logit)
    large = Interval(shift, shift - z * spread, shift + z * spread, level, "wald")
    return Calibration(float(probability.sum()), int(bad.sum()), slope, intercept, large)


def _line(bad: Floats, logit: Floats, z: float, level: float) -> tuple[Interval | None, Interval | None]:
    if np.ptp(logit) == 0:
        return None, None
    try:
        coef, cov = logistic.solve(logit[:, None], bad, np.zeros((1, 1)))
    except logistic.NoConvergence:
        return None, None
    a, b = (
        Interval(float(c), float(c - z * s), float(c + z * s), level, "wald")
        for c, s in zip(coef, np.sqrt(np.diag(cov)), strict=True)
    )
    return a, b


def _logit(probability: Floats) -> Floats:
    p = np.clip(probability, 1e-9, 1 - 1e-9)
    logit: Floats = np.log(p / (1 - p))
    return logit


def _shift(bad: Floats, logit: Floats) -> tuple[float, float]:
    """Maximum-likelihood shift a of logit + a, and its standard error, by Newton's method."""
    a = 0.0
    for _step in range(100):
        p = expit(logit + a)
        information = float((p * (1 - p)).sum())
        step = float((p - bad).sum()) / information
        a -= float(np.clip(step, -2, 2))
        if abs(step) < 1e-12:
            break
    return a, float(information**-0.5)


def wilson(bads: int, firms: int, *, level: float) -> Interval:
    """Wilson's score interval of a rate (E. B. Wilson 1927)."""
    if not firms:
        return Interval(0.0, 0.0, 1.0, level, "wilson")
    z, rate = quantile_of(level), bads / firms
    middle = (rate + z * z / (2 * firms)) / (1 + z * z / firms)
    reach = z / (1 + z * z / firms) * (rate * (1 - rate) / firms + z * z / (4 * firms**2)) ** 0.5
    low, high = max(0.0, middle - reach), min(1.0, middle + reach)
    return Interval(rate, 0.0 if bads == 0 else low, 1.0 if bads == firms else high, level, "wilson")


def jeffreys(bads: int, firms: int, *, level: float) -> Interval:
    """Jeffreys' interval of a rate: Beta(bads + ½, goods + ½), closed at 0 and 1 (Brown, Cai and DasGupta 2001)."""
    from scipy.stats import beta

    if not firms:
        return Interval(0.0, 0.0, 1.0, level, "jeffreys")
    low, high = beta.ppf([(1 - level) / 2, (1 + level) / 2], bads + 0.5, firms - bads + 0.5)
    return Interval(
        bads / firms, 0.0 if bads == 0 else float(low), 1.0 if bads == firms else float(high), level, "jeffreys"
    )


def by_band(
    bad: Floats,
    probability: Floats,
    bands: Sequence[str],
    order: Sequence[str],
    *,
    level: float,
    method: Literal["wilson", "jeffreys"] = "jeffreys",
) -> tuple[BandRow, ...]:
    """Expected and observed bads of each band, in order."""
    of, names = (wilson if method == "wilson" else jeffreys), np.asarray(bands)
    rows = []
    for band in order:
        inside = names == band
        firms, bads = int(inside.sum()), int(bad[inside].sum())
        rows.append(BandRow(band, firms, bads, float(probability[inside].sum()), of(bads, firms, level=level)))
    return tuple(rows)
