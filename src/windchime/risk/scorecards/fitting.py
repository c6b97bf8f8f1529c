"""How a card is fitted: bins, honest weights of evidence, selection, a regression drawn to equal weights, whole points.

The choices suit samples with few bads and were made beforehand:

* The regression sees each firm's weight of evidence from bins that were made without that firm (cross-fitting), so that a
  feature which only binned well is not believed.
* Coefficients are drawn to one another rather than to zero: with few bads equal weights are hard to beat
  (R. Dawes 1979, American Psychologist 34). Inner cross-validation chooses how hard.
* No coefficient is negative: points never run against the bin's own bad rate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windchime.risk import logistic
from windchime.risk.arrays import Floats
from windchime.risk.binning import Bins, optimal_bins
from windchime.risk.scorecards.card import Card, CardFeature
from windchime.risk.scorecards.features import TRENDS, Feature
from windchime.risk.scorecards.settings import Selection, Settings
from windchime.risk.validation import auc, stratified_folds


@dataclass(frozen=True, slots=True)
class _Candidate:
    feature: Feature
    bins: Bins
    #: cross-fitted weight of evidence of each firm
    woe: Floats
    #: share of inner folds with the same trend
    agreement: float
    #: of the cross-fitted weight of evidence alone
    auc: float


def fit_card(
    columns: Mapping[str, Floats], bad: Floats, features: Sequence[Feature], settings: Settings, seed: int
) -> Card:
    """Fit a card. Without any feature worth taking it is a card with base points only."""
    fold = stratified_folds(bad, inner_folds(bad, settings.selection.inner_folds), seed)
    whole = {
        f.code: optimal_bins(f.code, columns[f.code], bad, settings.binning, trend=TRENDS[f.direction])
        for f in features
    }
    strong = [f for f in features if whole[f.code].iv >= settings.selection.min_iv]
    candidates = [_candidate(f, whole[f.code], columns[f.code], bad, fold, settings=settings) for f in strong]
    chosen = select(candidates, settings.selection)
    penalty = choose_penalty(chosen, bad, fold, settings.selection)
    chosen, coefficients, intercept = _signed(chosen, bad, penalty, settings.selection)
    scaling = settings.scaling
    entries = tuple(
        _entry(c, columns[c.feature.code], b, scaling.factor) for c, b in zip(chosen, coefficients, strict=True)
    )
    base = round(scaling.offset + scaling.factor * intercept)
    return Card(entries, base, scaling, int((bad == 0).sum()), int(bad.sum()), float(penalty))


def inner_folds(bad: Floats, wanted: int) -> int:
    """As many folds as wanted, fewer where there are not so many goods or bads."""
    return int(max(2, min(wanted, bad.sum(), (1 - bad).sum())))


def _candidate(
    feature: Feature, whole: Bins, values: Floats, bad: Floats, fold: NDArray[np.int64], *, settings: Settings
) -> _Candidate:
    trend = TRENDS[feature.direction]
    woe, same = np.zeros_like(bad), 0
    for k in np.unique(fold):
        out = fold == k
        bins = optimal_bins(feature.code, values[~out], bad[~out], settings.binning, trend=trend)
        woe[out] = bins.woe(values[out])
        same += bins.trend == whole.trend
    return _Candidate(feature, whole, woe, same / len(np.unique(fold)), auc(bad, -woe))


def select(candidates: Sequence[_Candidate], limits: Selection) -> list[_Candidate]:
    """Those worth taking, best cross-fitted AUC first, none too like an earlier one."""
    worthy = [
        c
        for c in candidates
        if c.bins.iv >= limits.min_iv
        and c.auc >= limits.min_auc
        and c.agreement >= limits.min_trend_agreement
        and np.ptp(c.woe) > 0
    ]
    taken: list[_Candidate] = []
    for c in sorted(worthy, key=lambda c: -c.auc):
        if len(taken) == limits.max_features:
            break
        if all(abs(float(np.corrcoef(c.woe, t.woe)[0, 1])) <= limits.max_correlation for t in taken):
            taken.append(c)
    return taken


def penalty_matrix(k: int, equal: float, ridge: float) -> Floats:
    """Penalty `equal` on the spread of the coefficients around their mean, `ridge` on the coefficients themselves."""
    matrix: Floats = equal * (np.eye(k) - np.full((k, k), 1 / max(k, 1))) + ridge * np.eye(k)
    return matrix


def choose_penalty(chosen: Sequence[_Candidate], bad: Floats, fold: NDArray[np.int64], limits: Selection) -> float:
    """The strongest pull to equal weights whose inner log-loss lies within one standard error of the best."""
    penalties = sorted(limits.equal_weight_penalties)
    if len(chosen) < 2 or len(penalties) == 1:
        return penalties[-1]
    x = np.column_stack([c.woe for c in chosen])
    losses = np.array([_losses(x, bad, fold, p, limits.ridge) for p in penalties])
    best = int(losses.mean(axis=1).argmin())
    error = losses[best].std(ddof=1) / len(losses[best]) ** 0.5
    return max(p for p, row in zip(penalties, losses, strict=True) if row.mean() <= losses[best].mean() + error)


def _losses(x: Floats, bad: Floats, fold: NDArray[np.int64], equal: float, ridge: float) -> list[float]:
    found = []
    for k in np.unique(fold):
        out = fold == k
        beta = logistic.fit(x[~out], 1 - bad[~out], penalty_matrix(x.shape[1], equal, ridge))
        eta = beta[0] + x[out] @ beta[1:]
        found.append(float(np.mean(np.logaddexp(0, eta) - (1 - bad[out]) * eta)))
    return found


def _signed(
    chosen: list[_Candidate], bad: Floats, penalty: float, limits: Selection
) -> tuple[list[_Candidate], Floats, float]:
    """Fit for good; the feature with the most negative coefficient leaves until none is negative."""
    while True:
        k = len(chosen)
        x = np.column_stack([c.woe for c in chosen]) if k else np.zeros((len(bad), 0))
        beta = logistic.fit(x, 1 - bad, penalty_matrix(k, penalty, limits.ridge))
        if not k or beta[1:].min() > 0:
            return chosen, beta[1:], float(beta[0])
        worst = int(beta[1:].argmin())
        chosen = [c for i, c in enumerate(chosen) if i != worst]


def _entry(c: _Candidate, values: Floats, coefficient: float, factor: float) -> CardFeature:
    points = tuple(round(factor * float(coefficient) * b.woe) for b in c.bins.bins)
    average = round(float(np.mean(np.array(points)[c.bins.assign(values)])))
    return CardFeature(c.feature, c.bins, float(coefficient), points, average)
