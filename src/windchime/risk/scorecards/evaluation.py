"""Discrimination on few firms, measured as honestly as they allow.

For each seed the firms are dealt into outer folds; binning, selection and tuning happen inside each fold anew; the
out-of-fold probabilities of all folds are pooled and one AUC is taken over them. (Pooling asks more than averaging fold
by fold: folds must also agree on the level.) The figure is the mean over seeds. The headline is its paired difference to
ranking by one reference figure, with intervals by DeLong on the mean structural components and by bootstrap over firms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.risk import logistic
from windchime.risk.arrays import Floats
from windchime.risk.scorecards.challenger import Challenger
from windchime.risk.scorecards.estimator import Estimator
from windchime.risk.scorecards.features import Feature
from windchime.risk.scorecards.scorecard import Scorecard
from windchime.risk.scorecards.settings import Settings
from windchime.risk.scorecards.training import cross_validated
from windchime.risk.validation import (
    Interval,
    auc,
    auc_difference,
    auc_difference_bootstrap,
    auc_interval,
    out_of_fold,
    stratified_folds,
)

STEP = _("evaluate models")
MODELS: dict[str, type[Estimator]] = {"scorecard": Scorecard, "challenger": Challenger}


@dataclass(frozen=True, slots=True)
class Discrimination:
    """How well one procedure ranks firms it never saw."""

    model: str
    #: whether features of the last six months were offered
    with_recent: bool
    #: number of features offered
    features: int
    #: pooled out-of-fold AUC of each seed
    by_seed: tuple[float, ...]
    #: their mean, with DeLong's interval
    auc: Interval
    #: mean AUC inside folds, over folds and seeds: what is lost to it is lost by folds that disagree on the level
    within_folds: float
    #: minus the AUC of ranking by the reference figure alone: DeLong, and bootstrap over firms
    against_reference: Interval
    against_reference_bootstrap: Interval
    #: minus the pooled out-of-fold AUC of a regression on the reference figure alone, same folds
    against_one_variable: Interval


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that was measured."""

    firms: int
    bads: int
    seeds: tuple[int, ...]
    #: ranking by the reference figure as it is, nothing fitted
    reference: Interval
    #: the regression on the reference figure alone, out of fold
    one_variable: Interval
    models: tuple[Discrimination, ...]


def evaluate(
    table: pl.DataFrame,
    bad: Floats,
    features: Sequence[Feature],
    reference: Floats,
    settings: Settings,
    *,
    seeds: Sequence[int] = range(5),
    models: Mapping[str, type[Estimator]] | None = None,
    progress: Progress = silent,
) -> Evaluation:
    """Measure both models with and without features of the last six months.

    Args:
        table: one row a firm, a column a feature.
        bad: labels.
        features: what is known of the columns; features that leak are to be left out by the caller.
        reference: the figure to compare with, such as log sales; higher = safer, no missing values.
        settings: figures of the scheme.
        seeds: of the outer folds; the same seed serves the model's inner folds.
        models: default both.
        progress: told of each finished cross-validation.
    """
    folds = {s: stratified_folds(bad, settings.validation.folds, s) for s in seeds}
    single = [_one_variable(reference, bad, f) for f in folds.values()]
    level, draws = settings.validation.level, settings.validation.draws
    chosen = models or MODELS
    sets = {True: tuple(features), False: tuple(f for f in features if not f.recent)}
    total, done, found = len(chosen) * len(sets) * len(folds), 0, []
    for name, model in chosen.items():
        for with_recent, offered in sets.items():
            oof = []
            for seed, fold in folds.items():
                progress(STEP, done, total)
                oof.append(cross_validated(model, table, bad, fold, offered, settings=settings, seed=seed))
                done += 1
            found.append(
                Discrimination(
                    model=name,
                    with_recent=with_recent,
                    features=len(offered),
                    by_seed=tuple(auc(bad, p) for p in oof),
                    auc=auc_interval(bad, *oof, level=level),
                    within_folds=_within(bad, oof, list(folds.values())),
                    against_reference=auc_difference(bad, oof, [-reference], level=level),
                    against_reference_bootstrap=auc_difference_bootstrap(
                        bad, oof, [-reference], draws=draws, seed=0, level=level
                    ),
                    against_one_variable=auc_difference(bad, oof, single, level=level),
                )
            )
    progress(STEP, total, total)
    return Evaluation(
        firms=len(bad),
        bads=int(bad.sum()),
        seeds=tuple(seeds),
        reference=auc_interval(bad, -reference, level=level),
        one_variable=auc_interval(bad, *single, level=level),
        models=tuple(found),
    )


def _within(bad: Floats, oof: Sequence[Floats], folds: Sequence[NDArray[np.int64]]) -> float:
    each = [auc(bad[f == k], p[f == k]) for p, f in zip(oof, folds, strict=True) for k in np.unique(f)]
    return float(np.mean(each))


def _one_variable(reference: Floats, bad: Floats, fold: NDArray[np.int64]) -> Floats:
    """Out-of-fold linear predictor of a plain logistic regression on the standardised reference."""

    def fit_predict(train: NDArray[np.int64], test: NDArray[np.int64]) -> Floats:
        mean, spread = reference[train].mean(), reference[train].std()
        beta = logistic.fit(((reference[train] - mean) / spread)[:, None], bad[train], np.zeros((1, 1)))
        predictor: Floats = beta[0] + beta[1] * (reference[test] - mean) / spread
        return predictor

    return out_of_fold(fold, fit_predict)
