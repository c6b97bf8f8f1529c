"""How good a score is: discrimination and calibration with intervals, stability, and honest out-of-fold predictions.

Throughout `bad` is 1.0 for bad and 0.0 for good, and a higher `risk` means worse; only its order matters for
discrimination.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, chdtri, chndtrinc

from windchime.risk.arrays import Floats

#: parts whose expected rows are fewer stand together in the test of an index, as is customary (W. G. Cochran 1954)
LEAST_EXPECTED = 5.0


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its confidence interval."""

    value: float
    low: float
    high: float
    #: confidence level, a fraction
    level: float
    #: how the interval was made: `delong`, `bootstrap`, `wilson`, `jeffreys`, `wald`
    method: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    def rounded(self, digits: int) -> "Interval":
        """The figures rounded, for publication."""
        return Interval(
            round(self.value, digits), round(self.low, digits), round(self.high, digits), self.level, self.method
        )


def quantile_of(level: float) -> float:
    """Two-sided quantile of the normal distribution: 1.96 for 0.95."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def _midranks(values: Floats) -> Floats:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    upto = np.cumsum(count)
    ranks: Floats = (upto - (count - 1) / 2)[place]
    return ranks


def placements(bad: Floats, risk: Floats) -> tuple[Floats, Floats]:
    """For each bad the share of goods ranked below it, for each good the share of bads ranked above it; ties count half.

    Both means are the AUC; their variances are DeLong's. Sun and Xu (2014) give this form by mid-ranks, O(n log n).
    """
    is_bad = bad == 1
    m, n = int(is_bad.sum()), int((~is_bad).sum())
    overall = _midranks(risk)
    v10 = (overall[is_bad] - _midranks(risk[is_bad])) / n
    v01 = 1 - (overall[~is_bad] - _midranks(risk[~is_bad])) / m
    return v10, v01


def auc(bad: Floats, risk: Floats) -> float:
    """Probability that a random bad is ranked above a random good, ties half: the area under the ROC curve."""
    return float(placements(bad, risk)[0].mean())


def weighted_auc(bad: Floats, risk: Floats, weights: Floats) -> float:
    """The AUC of firms that stand for `weights` firms each."""
    _, place = np.unique(risk, return_inverse=True)
    g, b = np.bincount(place, weights * (1 - bad)), np.bincount(place, weights * bad)
    below = np.cumsum(g) - g / 2
    return float((b * below).sum() / (b.sum() * g.sum()))


def gini(bad: Floats, risk: Floats) -> float:
    """Accuracy ratio: 2·AUC − 1."""
    return 2 * auc(bad, risk) - 1


def ks(bad: Floats, risk: Floats) -> float:
    """Kolmogorov–Smirnov: the largest distance between the distributions of goods and of bads."""
    order = np.sort(np.unique(risk))
    goods, bads = np.sort(risk[bad == 0]), np.sort(risk[bad == 1])
    f_good = np.searchsorted(goods, order, side="right") / len(goods)
    f_bad = np.searchsorted(bads, order, side="right") / len(bads)
    return float(np.abs(f_good - f_bad).max())


def _components(bad: Floats, risks: Sequence[Floats]) -> tuple[Floats, Floats]:
    found = [placements(bad, r) for r in risks]
    return np.mean([f[0] for f in found], axis=0), np.mean([f[1] for f in found], axis=0)


def _variance(v10: Floats, v01: Floats) -> float:
    return float(v10.var(ddof=1) / len(v10) + v01.var(ddof=1) / len(v01))


def auc_interval(bad: Floats, *risks: Floats, level: float) -> Interval:
    """AUC with DeLong's interval, built on the logit scale so that it stays inside (0, 1).

    Of several risks for the same firms (repeated cross-validation) it is the mean of their AUCs, with the interval that
    the mean of their structural components gives: repetitions do not make the sample larger.

    Source: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44.
    """
    v10, v01 = _components(bad, risks)
    value, spread = float(v10.mean()), _variance(v10, v01) ** 0.5
    if not 0 < value < 1 or spread == 0:
        return Interval(value, value, value, level, "delong")
    logit, reach = float(np.log(value / (1 - value))), quantile_of(level) * spread / (value * (1 - value))
    low, high = (float(1 / (1 + np.exp(-(logit + s * reach)))) for s in (-1, 1))
    return Interval(value, low, high, level, "delong")


def auc_difference(bad: Floats, risks: Sequence[Floats], references: Sequence[Floats], *, level: float) -> Interval:
    """Paired difference of (mean) AUCs on the same firms with DeLong's interval."""
    a, b = _components(bad, risks), _components(bad, references)
    v10, v01 = a[0] - b[0], a[1] - b[1]
    value, reach = float(v10.mean()), quantile_of(level) * _variance(v10, v01) ** 0.5
    return Interval(value, value - reach, value + reach, level, "delong")


def bootstrap(
    bad: Floats, statistic: Callable[[NDArray[np.int64]], float], *, draws: int, seed: int, level: float
) -> Interval:
    """Percentile interval of a statistic of row positions, firms drawn with replacement within goods and within bads."""
    rng = np.random.default_rng(seed)
    goods, bads = np.flatnonzero(bad == 0), np.flatnonzero(bad == 1)
    found = [
        statistic(np.concatenate([rng.choice(goods, len(goods)), rng.choice(bads, len(bads))])) for _ in range(draws)
    ]
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Interval(statistic(np.arange(len(bad))), float(low), float(high), level, "bootstrap")


def auc_bootstrap(bad: Floats, risk: Floats, *, draws: int, seed: int, level: float) -> Interval:
    """AUC with a stratified bootstrap interval."""
    return bootstrap(bad, lambda i: auc(bad[i], risk[i]), draws=draws, seed=seed, level=level)


def auc_difference_bootstrap(
    bad: Floats, risks: Sequence[Floats], references: Sequence[Floats], *, draws: int, seed: int, level: float
) -> Interval:
    """Paired difference of (mean) AUCs with a stratified bootstrap interval."""

    def difference(i: NDArray[np.int64]) -> float:
        mean = [float(np.mean([auc(bad[i], r[i]) for r in group])) for group in (risks, references)]
        return mean[0] - mean[1]

    return bootstrap(bad, difference, draws=draws, seed=seed, level=level)


def brier(bad: Floats, probability: Floats) -> float:
    """Mean squared distance between probability and outcome; 0 is perfect."""
    return float(np.mean((probability - bad) ** 2))


def log_loss(bad: Floats, probability: Floats) -> float:
    """Mean negative log-likelihood, probabilities held within 1e-12 of 0 and 1."""
    p = np.clip(probability, 1e-12, 1 - 1e-12)
    return float(-np.mean(bad * np.log(p) + (1 - bad) * np.log(1 - p)))


def psi(expected: Sequence[float] | Floats, actual: Sequence[float] | Floats, *, empty: float = 1e-4) -> float:
    """Population stability index of two distributions over the same bins, from counts.

    Args:
        expected: counts of the development sample.
        actual: counts of the sample compared.
        empty: share put in place of an empty bin's.
    """
    e, a = np.asarray(expected, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    e, a = np.maximum(e / e.sum(), empty), np.maximum(a / a.sum(), empty)
    return float(((a - e) * np.log(a / e)).sum())


def psi_test(before: Floats, after: Floats, level: float) -> tuple[float, float, float]:
    """Critical value of the stability index, p-value of "nothing moved", and lower bound of the populations' index.

    By chance the index is about (1/n + 1/m) times a chi-squared variable of (parts − 1) degrees of freedom (B. Yurdakul
    2018). Parts that expect few rows, on either side, count as one; half a row joins each, which keeps logarithms finite.

    Args:
        before: rows of each part then.
        after: rows of each part now.
        level: of significance, one-sided; 0, 1, 0 are given where there is one part alone, or no rows.
    """
    e, a = _pooled(before, after)
    freedom = len(e) - 1
    if freedom < 1:
        return 0.0, 1.0, 0.0
    scale = 1 / e.sum() + 1 / a.sum()
    one, other = (e + 0.5) / (e + 0.5).sum(), (a + 0.5) / (a + 0.5).sum()
    statistic = float(((other - one) * np.log(other / one)).sum() / scale)
    critical = float(chdtri(freedom, level))
    low = 0.0 if statistic <= critical else float(chndtrinc(statistic, freedom, 1 - level))
    return float(critical * scale), float(chdtrc(freedom, statistic)), float(low * scale)


def _pooled(e: Floats, a: Floats) -> tuple[Floats, Floats]:
    if not (e.sum() and a.sum()):
        return np.zeros(1), np.zeros(1)
    share = (e + a) / (e.sum() + a.sum())
    few = share * min(e.sum(), a.sum()) < LEAST_EXPECTED
    if few.sum() < 2:
        return e[share > 0], a[share > 0]
    return np.append(e[~few], e[few].sum()), np.append(a[~few], a[few].sum())


def stratified_folds(bad: Floats, folds: int, seed: int) -> NDArray[np.int64]:
    """Fold of each row, 0 … folds-1: goods and bads shuffled by the seed and dealt out in turn, so that sizes differ by one."""
    rng = np.random.default_rng(seed)
    fold = np.empty(len(bad), dtype=np.int64)
    dealt = 0
    for label in (0.0, 1.0):
        rows = rng.permutation(np.flatnonzero(bad == label))
        fold[rows] = (np.arange(len(rows)) + dealt) % folds
        dealt += len(rows)
    return fold


def out_of_fold(
    fold: NDArray[np.int64], fit_predict: Callable[[NDArray[np.int64], NDArray[np.int64]], Floats]
) -> Floats:
    """Predictions for every row by a model that never saw it: `fit_predict(train_rows, test_rows)` for each fold."""
    found = np.full(len(fold), np.nan)
    for k in np.unique(fold):
        rows = np.flatnonzero(fold == k)
        found[rows] = fit_predict(np.flatnonzero(fold != k), rows)
    return found
