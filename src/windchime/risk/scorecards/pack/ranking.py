"""How well a model ranks: ROC, gains and lift by groups of risk."""

from dataclasses import dataclass

import numpy as np

from windchime.risk.arrays import Floats
from windchime.risk.calibration import wilson
from windchime.risk.validation import Interval, auc_interval, brier, ks, log_loss

#: points of a drawn curve
DRAWN = 101


@dataclass(frozen=True, slots=True)
class GainsRow:
    """One group of firms, the riskiest first."""

    firms: int
    bads: int
    rate: Interval
    #: bad rate over that of all
    lift: float
    #: share of all firms and of all bads up to and with this group
    firms_upto: float
    bads_upto: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Discrimination and overall accuracy."""

    auc: Interval
    ks: float
    brier: float
    #: of saying the overall bad rate for everyone
    brier_of_base_rate: float
    log_loss: float
    gains: tuple[GainsRow, ...]
    #: share of goods and share of bads at falling risk, from (0, 0) to (1, 1)
    roc: tuple[tuple[float, float], ...]
    #: share of firms and share of bads at falling risk
    captured: tuple[tuple[float, float], ...]

    @property
    def gini(self) -> Interval:
        """Accuracy ratio 2·AUC − 1."""
        a = self.auc
        return Interval(2 * a.value - 1, 2 * a.low - 1, 2 * a.high - 1, a.level, a.method)


def ranking(bad: Floats, probability: Floats, *, groups: int, level: float) -> Ranking:
    """Rank figures; ties are kept whole in curves and groups."""
    rate = float(bad.mean())
    order = np.argsort(-probability, kind="stable")
    ranked, p = bad[order], probability[order]
    last = np.flatnonzero(np.append(p[1:] != p[:-1], True))  # last firm of each distinct probability
    bads, firms = np.cumsum(ranked)[last], (last + 1).astype(np.float64)
    x_bad, x_all = np.append(0.0, bads / bads[-1]), np.append(0.0, firms / len(bad))
    x_good = np.append(0.0, (firms - bads) / (len(bad) - bads[-1]))
    return Ranking(
        auc_interval(bad, probability, level=level),
        ks(bad, probability),
        brier(bad, probability),
        rate * (1 - rate),
        log_loss(bad, probability),
        _gains(bads, firms, groups, rate, level),
        _drawn(x_good, x_bad),
        _drawn(x_all, x_bad),
    )


def _gains(bads: Floats, firms: Floats, groups: int, rate: float, level: float) -> tuple[GainsRow, ...]:
    whole = firms[-1]
    ends = np.unique(
        np.minimum(np.searchsorted(firms, np.arange(1, groups + 1) * whole / groups - 1e-9), len(firms) - 1)
    )
    found, n0, b0 = [], 0, 0
    for at in ends:
        n, b = int(firms[at]), int(bads[at])
        here = wilson(b - b0, n - n0, level=level)
        found.append(GainsRow(n - n0, b - b0, here, here.value / rate, float(n / whole), float(b / bads[-1])))
        n0, b0 = n, b
    return tuple(found)


def _drawn(x: Floats, y: Floats) -> tuple[tuple[float, float], ...]:
    if len(x) > DRAWN:
        grid = np.linspace(0, 1, DRAWN)
        return tuple(zip(grid.tolist(), np.interp(grid, x, y).tolist(), strict=True))
    return tuple(zip(x.tolist(), y.tolist(), strict=True))
