"""How a card is fitted: bins, honest weights of evidence, selection, a regression drawn to equal weights, whole points.

The choices suit samples with few bads and were made beforehand:

* The regression sees each firm's weight of evidence from bins that were made without that firm (cross-fitting), so that a
  feature which only binned well is not believed.
* Coefficients are drawn to one another rather than to zero: with few bads equal weights are hard to beat
  (R. Dawes 1979, American Psychologist 34). Inner cross-validation chooses how hard.
* No coefficient is negative: points never run against the bin's own bad rate.
* Where vintages are told, a feature whose bins change their order between them is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windchime.risk import logistic
from windchime.risk.arrays import Floats
from windchime.risk.binning import Bins, Trend, optimal_bins
from windchime.risk.binning.histogram import Values
from windchime.risk.findings import Finding
from windchime.risk.scorecards.card import Card, CardFeature
from windchime.risk.scorecards.features import Feature
from windchime.risk.scorecards.left_out import ALIKE, ENOUGH, NEGATIVE, NOT_ALONE, TURNS, UNSURE, WEAK, left_out
from windchime.risk.scorecards.sample import Sample
from windchime.risk.scorecards.settings import NoStability, Selection, Settings
from windchime.risk.scorecards.turning import turn
from windchime.risk.validation import auc, stratified_folds, weighted_auc


@dataclass(frozen=True, slots=True)
class Fitted:
    """A card, and why the other features are not on it."""

    card: Card
    left_out: tuple[Finding, ...]


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
    columns: Mapping[str, Values],
    sample: Sample,
    features: Sequence[Feature],
    settings: Settings,
    *,
    seed: int,
    trends: Mapping[str, Trend],
) -> Fitted:
    """Fit a card. Without any feature worth taking it is a card with base points only.

    Args:
        columns: by code.
        sample: labels and what goes with them.
        features: what is known of the columns.
        settings: figures of the scheme.
        seed: of the inner folds.
        trends: how the bad rate may move, by code.

    Raises:
        NoStability: vintages are told and the scheme does not say when one speaks against the others.
    """
    bad, limits = sample.bad, settings.selection
    fold = stratified_folds(bad, inner_folds(bad, limits.inner_folds), seed)
    left: list[Finding] = []
    whole = {f.code: _bins(f, columns[f.code], sample, settings, trends) for f in features}
    strong = []
    for f in features:
        if whole[f.code].iv >= limits.min_iv:
            strong.append(f)
        else:
            left.append(left_out(f, WEAK, whole[f.code].iv, iv=f"{whole[f.code].iv:.3f}", limit=f"{limits.min_iv:g}"))
    candidates = [
        _candidate(f, whole[f.code], columns[f.code], sample, fold, settings=settings, trends=trends) for f in strong
    ]
    steady = [c for c in candidates if not _turns(c, columns[c.feature.code], sample, settings, left)]
    chosen = select(steady, limits, sample.weights, left)
    penalty = choose_penalty(chosen, sample, fold, limits)
    chosen, coefficients, intercept = _signed(chosen, sample, penalty, limits, left)
    scaling = settings.scaling
    entries = tuple(
        _entry(c, columns[c.feature.code], b, scaling.factor, sample.weights)
        for c, b in zip(chosen, coefficients, strict=True)
    )
    base = round(scaling.offset + scaling.factor * intercept)
    card = Card(entries, base, scaling, int((bad == 0).sum()), int(bad.sum()), float(penalty))
    return Fitted(card, tuple(left))


def inner_folds(bad: Floats, wanted: int) -> int:
    """As many folds as wanted, fewer where there are not so many goods or bads."""
    return int(max(2, min(wanted, bad.sum(), (1 - bad).sum())))


def _bins(feature: Feature, values: Values, sample: Sample, settings: Settings, trends: Mapping[str, Trend]) -> Bins:
    code = feature.code
    return optimal_bins(
        code,
        values,
        sample.bad,
        settings.binning,
        trend=trends[code],
        specials=sample.specials.get(code, ()),
        weights=sample.weights,
    )


def _candidate(
    feature: Feature,
    whole: Bins,
    values: Values,
    sample: Sample,
    fold: NDArray[np.int64],
    *,
    settings: Settings,
    trends: Mapping[str, Trend],
) -> _Candidate:
    woe, same = np.zeros_like(sample.bad), 0
    for k in np.unique(fold):
        out = fold == k
        bins = _bins(feature, values[~out], sample.part(~out), settings, trends)
        woe[out] = bins.woe(values[out])
        same += bins.trend == whole.trend
    alone = auc(sample.bad, -woe) if sample.weights is None else weighted_auc(sample.bad, -woe, sample.weights)
    return _Candidate(feature, whole, woe, same / len(np.unique(fold)), alone)


def _turns(c: _Candidate, values: Values, sample: Sample, settings: Settings, left: list[Finding]) -> bool:
    if sample.vintage is None:
        return False
    if settings.stability is None:
        raise NoStability
    found = turn(c.bins, values, sample, settings.stability)
    if found is not None:
        left.append(left_out(c.feature, TURNS, found.p, vintage=found.vintage, p=f"{found.p:.1e}"))
    return found is not None


def _worthy(c: _Candidate, limits: Selection, left: list[Finding]) -> bool:
    if c.auc < limits.min_auc or np.ptp(c.woe) == 0:
        left.append(left_out(c.feature, NOT_ALONE, c.auc, auc=f"{c.auc:.3f}", limit=f"{limits.min_auc:g}"))
        return False
    if c.agreement < limits.min_trend_agreement:
        share, limit = f"{c.agreement:.0%}", f"{limits.min_trend_agreement:.0%}"
        left.append(left_out(c.feature, UNSURE, c.agreement, share=share, limit=limit))
        return False
    return True


def select(
    candidates: Sequence[_Candidate], limits: Selection, weights: Floats | None, left: list[Finding]
) -> list[_Candidate]:
    """Those worth taking, best cross-fitted AUC first, none too like an earlier one; `left` is told of the others."""
    worthy = [c for c in candidates if _worthy(c, limits, left)]
    taken: list[_Candidate] = []
    for c in sorted(worthy, key=lambda c: -c.auc):
        if len(taken) == limits.max_features:
            left.append(left_out(c.feature, ENOUGH, c.auc, limit=limits.max_features))
            continue
        likeness = [(abs(_correlation(c.woe, t.woe, weights)), t) for t in taken]
        if all(r <= limits.max_correlation for r, _t in likeness):
            taken.append(c)
            continue
        r, other = max(likeness, key=lambda pair: pair[0])
        said = {"other": other.feature.name, "correlation": f"{r:.2f}", "limit": f"{limits.max_correlation:g}"}
        left.append(left_out(c.feature, ALIKE, r, **said))
    return taken


def _correlation(one: Floats, other: Floats, weights: Floats | None) -> float:
    if weights is None:
        return float(np.corrcoef(one, other)[0, 1])
    covariance = np.cov(one, other, aweights=weights)
    return float(covariance[0, 1] / (covariance[0, 0] * covariance[1, 1]) ** 0.5)


def penalty_matrix(k: int, equal: float, ridge: float) -> Floats:
    """Penalty `equal` on the spread of the coefficients around their mean, `ridge` on the coefficients themselves."""
    matrix: Floats = equal * (np.eye(k) - np.full((k, k), 1 / max(k, 1))) + ridge * np.eye(k)
    return matrix


def choose_penalty(chosen: Sequence[_Candidate], sample: Sample, fold: NDArray[np.int64], limits: Selection) -> float:
    """The strongest pull to equal weights whose inner log-loss lies within one standard error of the best."""
    penalties = sorted(limits.equal_weight_penalties)
    if len(chosen) < 2 or len(penalties) == 1:
        return penalties[-1]
    x = np.column_stack([c.woe for c in chosen])
    losses = np.array([_losses(x, sample, fold, p, limits.ridge) for p in penalties])
    best = int(losses.mean(axis=1).argmin())
    error = losses[best].std(ddof=1) / len(losses[best]) ** 0.5
    return max(p for p, row in zip(penalties, losses, strict=True) if row.mean() <= losses[best].mean() + error)


def _losses(x: Floats, sample: Sample, fold: NDArray[np.int64], equal: float, ridge: float) -> list[float]:
    found, bad = [], sample.bad
    for k in np.unique(fold):
        out = fold == k
        matrix = penalty_matrix(x.shape[1], equal, ridge)
        beta = logistic.fit(x[~out], 1 - bad[~out], matrix, sample.part(~out).weights)
        eta = beta[0] + x[out] @ beta[1:]
        loss = np.logaddexp(0, eta) - (1 - bad[out]) * eta
        found.append(float(np.mean(loss) if sample.weights is None else np.average(loss, weights=sample.weights[out])))
    return found


def _signed(
    chosen: list[_Candidate], sample: Sample, penalty: float, limits: Selection, left: list[Finding]
) -> tuple[list[_Candidate], Floats, float]:
    """Fit for good; the feature with the most negative coefficient leaves until none is negative."""
    while True:
        k = len(chosen)
        x = np.column_stack([c.woe for c in chosen]) if k else np.zeros((len(sample.bad), 0))
        beta = logistic.fit(x, 1 - sample.bad, penalty_matrix(k, penalty, limits.ridge), sample.weights)
        if not k or beta[1:].min() > 0:
            return chosen, beta[1:], float(beta[0])
        worst = int(beta[1:].argmin())
        left.append(left_out(chosen[worst].feature, NEGATIVE, float(beta[1 + worst])))
        chosen = [c for i, c in enumerate(chosen) if i != worst]


def _entry(c: _Candidate, values: Values, coefficient: float, factor: float, weights: Floats | None) -> CardFeature:
    points = tuple(round(factor * float(coefficient) * b.woe) for b in c.bins.bins)
    average = round(float(np.average(np.array(points)[c.bins.assign(values)], weights=weights)))
    return CardFeature(c.feature, c.bins, float(coefficient), points, average)
