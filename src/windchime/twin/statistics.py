"""Statistics the checks are made of: quantiles, detrending, correlation, AUC, tail exponent, each with its sample size."""

import numpy as np
from scipy.special import zeta

from windchime.twin.calibration import Bools, Floats, Ints

#: a figure, None where it cannot be measured, and how many values stand behind it
Figure = tuple[float | None, int]


def quantile(values: Floats | Ints, share: float) -> Figure:
    """A quantile of the finite values."""
    values = values[np.isfinite(values)]
    return (round(float(np.quantile(values, share)), 6), len(values)) if len(values) else (None, 0)


def mean(values: Floats | Bools) -> Figure:
    """Mean, or share of true ones."""
    return (round(float(np.mean(values)), 6), len(values)) if len(values) else (None, 0)


def auc(value: Floats, bad: Bools) -> Figure:
    """P(value of a failed firm > value of a good one), ties half; n is the number of failed firms."""
    use = np.isfinite(value)
    value, bad = value[use], bad[use]
    if not bad.any() or bad.all():
        return None, int(bad.sum())
    _same, rank_of, many = np.unique(value, return_inverse=True, return_counts=True)
    rank = (np.cumsum(many) - (many - 1) / 2.0)[rank_of]
    good, failed = int((~bad).sum()), int(bad.sum())
    return round(float((rank[bad].sum() - failed * (failed + 1) / 2) / (failed * good)), 6), failed


def detrended(values: Floats, active: Bools) -> Floats:
    """Ln of monthly values, month effects and each firm's trend taken out; NaN in empty months."""
    logs = np.where(active, np.log(np.maximum(values, 1)), np.nan)
    t = np.arange(logs.shape[1]) - (logs.shape[1] - 1) / 2
    with np.errstate(invalid="ignore"):
        logs = logs - np.nanmean(logs, axis=1, keepdims=True)
        logs = logs - np.nanmean(logs, axis=0, keepdims=True)
        slope = np.nansum(logs * t, axis=1) / np.nansum(np.where(np.isnan(logs), 0, t**2), axis=1)
    return np.asarray(logs - slope[:, None] * t)


def correlations(a: Floats, b: Floats) -> Floats:
    """Correlation of the rows of two matrices where both have values."""
    both = np.isfinite(a) & np.isfinite(b)
    a, b = np.where(both, a, 0.0), np.where(both, b, 0.0)
    n = both.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        am, bm = a.sum(axis=1) / n, b.sum(axis=1) / n
        a, b = np.where(both, a - am[:, None], 0), np.where(both, b - bm[:, None], 0)
        found = (a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    return np.where(n >= 12, found, np.nan)


def first_digit(fen: Ints) -> Ints:
    """The leading digit of positive amounts."""
    return np.asarray(fen // 10 ** np.floor(np.log10(np.maximum(fen, 1)) + 1e-12).astype(np.int64), dtype=np.int64)


def zeta_exponent(many: Ints) -> float | None:
    """Maximum likelihood of a discrete power law from 1 on, to 0.01."""
    if not len(many):
        return None
    grid = np.arange(1.2, 6.0, 0.01)
    return round(float(grid[np.argmin(grid * np.log(many).mean() + np.log(zeta(grid)))]), 2)
