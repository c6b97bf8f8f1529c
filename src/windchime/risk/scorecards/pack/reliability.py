"""Whether probabilities come true: the curve by groups, the line, and the test of Hosmer and Lemeshow for what it is worth."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from windchime.risk.arrays import Floats
from windchime.risk.calibration import BandRow, Calibration, by_band, calibration, wilson
from windchime.risk.scorecards.settings import Scaling
from windchime.risk.validation import Interval


@dataclass(frozen=True, slots=True)
class Expected:
    """One group of firms of like probability."""

    firms: int
    bads: int
    #: mean probability
    expected: float
    observed: Interval


@dataclass(frozen=True, slots=True)
class Reliability:
    """Calibration."""

    line: Calibration
    curve: tuple[Expected, ...]
    bands: tuple[BandRow, ...]
    #: statistic, degrees of freedom and p-value; weak: it depends on the grouping, misses smooth faults in small samples and
    #: finds harmless ones in large ones
    hosmer_lemeshow: tuple[float, int, float]


def reliability(
    bad: Floats, probability: Floats, scaling: Scaling, *, groups: int, level: float, fresh: bool
) -> Reliability:
    """Calibration figures.

    Args:
        bad: labels.
        probability: of bad.
        scaling: the bands.
        groups: of the curve, of about as many firms each.
        level: of the intervals.
        fresh: whether the model never saw the firms; then the test has as many degrees of freedom as groups, else two fewer.
    """
    cuts = np.unique(np.quantile(probability, np.linspace(0, 1, groups + 1)[1:-1]))
    place = np.searchsorted(cuts, probability, side="left")
    curve = []
    for g in np.unique(place):
        inside = place == g
        n, b = int(inside.sum()), int(bad[inside].sum())
        curve.append(Expected(n, b, float(probability[inside].mean()), wilson(b, n, level=level)))
    statistic = sum(
        (c.bads - c.firms * c.expected) ** 2 / (c.firms * c.expected * (1 - c.expected))
        for c in curve
        if 0 < c.expected < 1
    )
    freedom = max(1, len(curve) - (0 if fresh else 2))
    bands = [scaling.band(float(p)) for p in probability]
    return Reliability(
        calibration(bad, probability, level=level),
        tuple(curve),
        by_band(bad, probability, bands, [name for name, _below in scaling.bands], level=level),
        (float(statistic), freedom, float(chi2.sf(statistic, freedom))),
    )
