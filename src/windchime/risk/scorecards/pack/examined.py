"""One model examined on one sample: all figures of the pack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from windchime.risk.arrays import Floats, Frame, frame, labels
from windchime.risk.scorecards.features import Feature
from windchime.risk.scorecards.pack.fairness import Treatment, treatment
from windchime.risk.scorecards.pack.ranking import Ranking, ranking
from windchime.risk.scorecards.pack.reliability import Reliability, reliability
from windchime.risk.scorecards.pack.sensitivity import Sensitivity, sensitivity
from windchime.risk.scorecards.pack.through_time import ThroughTime, through_time
from windchime.risk.scorecards.sample import vintages
from windchime.risk.scorecards.scorecard import Scorecard
from windchime.risk.scorecards.settings import Scaling, Settings
from windchime.risk.scorecards.store import Model
from windchime.risk.scorecards.workbench import Workbench
from windchime.risk.validation import Interval, auc_difference, auc_interval, brier

#: `out_of_time`: firms of a later date; `out_of_sample`: other firms, before all outcomes learnt from were known;
#: `out_of_fold`: each firm by a model that did not see it; `held_out`: other firms, as the caller says; `in_sample`: the
#: firms the model learnt from
How = Literal["out_of_time", "out_of_sample", "out_of_fold", "held_out", "in_sample"]


@dataclass(frozen=True, slots=True)
class Rival:
    """Another model on the same firms."""

    name: str
    auc: Interval
    #: the examined model minus the other, paired
    difference: Interval
    brier: float


@dataclass(frozen=True, slots=True)
class Examined:
    """All figures."""

    #: `scorecard` or `challenger`, and its version
    model: str
    version: str
    features: tuple[Feature, ...]
    how: How
    firms: int
    bads: int
    #: whether the bads are so few that words must say so
    small: bool
    level: float
    ranking: Ranking
    reliability: Reliability
    #: None where neither vintages nor a development sample were told
    time: ThroughTime | None
    sensitivity: tuple[Sensitivity, ...]
    treatment: Treatment
    rivals: tuple[Rival, ...]
    #: settings that the words name
    shock: float
    perturbed: float


def examine(
    model: Model,
    X: Frame,  # noqa: N803 - scikit-learn's name
    y: Any,
    *,
    how: How,
    time: Any = None,
    probability: Floats | None = None,
    development: Frame | None = None,
    rivals: Mapping[str, Model | Floats] | None = None,
    attributes: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    workbench: Workbench | None = None,
    seed: int = 0,
) -> Examined:
    """Examine a model.

    Args:
        model: a fitted scorecard or challenger.
        X: features, one row a firm.
        y: labels, 1 = bad.
        how: what makes the figures honest, or that they are not.
        time: the vintage of each row.
        probability: default probabilities to judge instead of the model's own, such as out-of-fold ones.
        development: features of the sample the model was made from; the first vintage serves where it is not given.
        rivals: other models, or their probabilities, by name.
        attributes: values of attributes to examine for fairness, by column; only those the bank declared lawful are.
        settings: figures of the scheme `scorecard`.
        workbench: its figures for this pack.
        seed: of the perturbation.

    Raises:
        BadLabels, BadTimes, UnknownName, NotNumbers: as `Scorecard.fit`.
    """
    rows = frame(X)
    bad = labels(y, rows.height)
    settings, bench = settings or Settings.shipped(), workbench or Workbench.shipped()
    p = model.probability(rows) if probability is None else np.asarray(probability, dtype=np.float64)
    body: dict[str, Any] = model.card.as_dict() if isinstance(model, Scorecard) else model.as_dict()
    scaling, level = Scaling.of(body["scaling"]), settings.validation.level
    features = _features(model)
    worst = scaling.bands[-1][0]
    return Examined(
        model=body["model"],
        version=model.version,
        features=features,
        how=how,
        firms=len(bad),
        bads=int(bad.sum()),
        small=int(bad.sum()) < settings.validation.small_sample_bads,
        level=level,
        ranking=ranking(bad, p, groups=bench.pack.groups, level=level),
        reliability=reliability(bad, p, scaling, groups=bench.pack.groups, level=level, fresh=how != "in_sample"),
        time=through_time(
            model,
            rows,
            bad,
            p,
            vintage=vintages(time, rows.height),
            development=None if development is None else frame(development),
            validation=settings.validation,
            workbench=bench,
        ),
        sensitivity=sensitivity(
            model, features, rows, bad, scaling, shock=bench.pack.shock, share=bench.pack.perturbed, seed=seed
        ),
        treatment=treatment(
            bad, [scaling.band(float(v)) != worst for v in p], attributes or {}, bench.fairness, level=level
        ),
        rivals=tuple(_rival(n, r, rows, bad, p, level) for n, r in (rivals or {}).items()),
        shock=bench.pack.shock,
        perturbed=bench.pack.perturbed,
    )


def _features(model: Model) -> tuple[Feature, ...]:
    if isinstance(model, Scorecard):
        return tuple(f.feature for f in model.card.features)
    return tuple(f for f, _share in model.gain_shares())


def _rival(name: str, given: Model | Floats, rows: pl.DataFrame, bad: Floats, p: Floats, level: float) -> Rival:
    q = np.asarray(given, dtype=np.float64) if isinstance(given, np.ndarray) else given.probability(rows)
    return Rival(name, auc_interval(bad, q, level=level), auc_difference(bad, [p], [q], level=level), brier(bad, q))
