"""Whether a feature says the same in every vintage: the order of its bins by weight of evidence, tested in each."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from windchime.risk.arrays import Floats, sums
from windchime.risk.binning.bins import Bins
from windchime.risk.binning.histogram import Values
from windchime.risk.scorecards.sample import Sample
from windchime.risk.scorecards.settings import Stability


@dataclass(frozen=True, slots=True)
class Turn:
    """The vintage that speaks most clearly against the order of all."""

    vintage: str
    #: of the test in that vintage, all tests of the feature allowed for
    p: float


def turn(bins: Bins, values: Values, sample: Sample, limits: Stability) -> Turn | None:
    """The turn of a feature, None where no vintage shows one.

    In each vintage with bads enough the bad rate must fall as the weight of evidence of all vintages rises. Tested against
    it are the order as a whole (trend test of Cochran 1954 and Armitage 1955) and each pair of neighbours (two rates), one-sided;
    Bonferroni over all of them. Firms are counted, not weighed.
    """
    vintage = np.asarray(sample.vintage)
    place, woe = bins.assign(values), np.array([b.woe for b in bins.bins])
    found: list[tuple[float, str]] = []
    for name in np.unique(vintage):
        inside = vintage == name
        b = sums(place[inside], sample.bad[inside], len(woe))
        n = sums(place[inside], np.ones(int(inside.sum())), len(woe))
        if min(b.sum(), (n - b).sum()) >= limits.min_bads:
            found += [(p, str(name)) for p in _against(n, b, woe)]
    if not found:
        return None
    p, name = min(found)
    p = min(1.0, p * len(found))
    return Turn(name, p) if p < limits.significance else None


def _against(n: Floats, b: Floats, woe: Floats) -> list[float]:
    """One-sided p-values that more weight of evidence goes with more bads."""
    seen = np.flatnonzero(n > 0)
    order = seen[np.argsort(woe[seen], kind="stable")]
    n, b, woe = n[order], b[order], woe[order]
    rate = b.sum() / n.sum()
    spread = rate * (1 - rate) * ((n * woe**2).sum() - (n * woe).sum() ** 2 / n.sum())
    scores = [float((woe * (b - n * rate)).sum() / spread**0.5)] if spread > 0 else []
    pooled = (b[1:] + b[:-1]) / (n[1:] + n[:-1])
    error = np.sqrt(pooled * (1 - pooled) * (1 / n[1:] + 1 / n[:-1]))
    step = b[1:] / n[1:] - b[:-1] / n[:-1]
    scores += [float(s / e) for s, e, apart in zip(step, error, np.diff(woe), strict=True) if e > 0 and apart > 0]
    return [float(p) for p in ndtr(np.negative(scores))]
