"""Training: features as of one date, labels as of a later one; leakage check, nested cross-validation, both models.

Everything that looks at labels (binning, selection, tuning) happens inside each outer fold again, so that an out-of-fold
probability is what the procedure says of a firm it never saw. The models that are kept are fitted on all firms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.errors import BadInput
from windchime.core.progress import Progress, silent
from windchime.core.text import Text, _
from windchime.risk.arrays import Floats, Frame, frame, labels
from windchime.risk.findings import Finding
from windchime.risk.scorecards.challenger import Challenger
from windchime.risk.scorecards.estimator import Estimator
from windchime.risk.scorecards.features import FIRM, Feature
from windchime.risk.scorecards.leakage import find_leaks, leaking
from windchime.risk.scorecards.metrics import Metrics, measure_model
from windchime.risk.scorecards.scorecard import Scorecard
from windchime.risk.scorecards.settings import Settings
from windchime.risk.validation import out_of_fold, stratified_folds

STEP = _("fit and cross-validate models")


class TooFewOutcomes(BadInput):
    """Too few labelled firms to cross-validate."""

    msgid = _("{goods} goods and {bads} bads are too few: {folds} folds need {needed} of each")

    def __init__(self, goods: int, bads: int, folds: int) -> None:
        super().__init__(goods=goods, bads=bads, folds=folds, needed=2 * folds)


class SeveralRows(BadInput):
    """A firm that stands twice where once is meant."""

    msgid = _("firm {firm} has several rows of {what}; a training takes one row a firm")

    def __init__(self, firm: str, what: Text) -> None:
        super().__init__(firm=firm, what=what)


class LabelsBeforeFeatures(BadInput):
    """The features would know what the labels tell."""

    msgid = _("features as of {features_as_of} are later than labels as of {labels_as_of}")

    def __init__(self, features_as_of: date, labels_as_of: date) -> None:
        super().__init__(features_as_of=features_as_of.isoformat(), labels_as_of=labels_as_of.isoformat())


class SeveralDefinitions(BadInput):
    """Outcomes under several definitions of default, and none was named."""

    msgid = _("outcomes are recorded under several definitions of default; name one of {definitions}")

    def __init__(self, definitions: Sequence[str]) -> None:
        super().__init__(definitions=", ".join(definitions))


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the data of a training came from; all of it goes to the model card."""

    features_as_of: date
    labels_as_of: date
    #: name and meaning of the definition of default
    label_definition: str
    #: what was trained on, in a word: the pack's or the table's name
    data: str
    lake_version: int | None = None
    #: versions of indicators, schemes and whatever else the models depend on
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Training:
    """All that a training yields."""

    scorecard: Scorecard
    challenger: Challenger
    #: firm_id, bad, fold, and each model's out-of-fold probability (`scorecard`, `challenger`); sorted by firm
    oof: pl.DataFrame
    #: by model
    metrics: Mapping[str, Metrics]
    #: leaks that were refused
    findings: tuple[Finding, ...]
    #: features offered to the models after refusals
    features: tuple[Feature, ...]
    provenance: Provenance
    settings: Settings
    seed: int


def firm_labels(outcomes: Frame, definition: str | None = None) -> pl.DataFrame:
    """One label a firm from the table `loan_outcomes`: bad if any of its loans was; columns firm_id, bad.

    Raises:
        SeveralDefinitions: the table has several definitions and none was named.
    """
    rows = frame(outcomes)
    known = rows["definition_id"].unique().sort().to_list()
    if definition is None and len(known) > 1:
        raise SeveralDefinitions(known)
    chosen = rows if definition is None else rows.filter(pl.col("definition_id") == definition)
    return chosen.group_by(FIRM).agg(pl.col("bad").any().cast(pl.Float64)).sort(FIRM)


def defaulted_by(outcomes: Frame, day: date) -> tuple[str, ...]:
    """Firms with a default on or before a day, sorted: figures as of that day would know their label."""
    early = pl.col("event_on").is_not_null() & (pl.col("event_on") <= day)
    return tuple(frame(outcomes).filter(early)[FIRM].unique().sort())


def train(
    features: Frame,
    outcomes: Frame,
    described: Sequence[Feature],
    provenance: Provenance,
    settings: Settings,
    *,
    seed: int = 0,
    references: Mapping[str, str] | None = None,
    names: Mapping[str, Text] | None = None,
    progress: Progress = silent,
) -> Training:
    """Fit scorecard and challenger.

    Args:
        features: firm_id and one column a feature, as of `provenance.features_as_of`. Columns that are not described are
            checked for leakage and not used.
        outcomes: firm_id and bad (see `firm_labels`), as of `provenance.labels_as_of`. Firms without features or without
            a label are left out.
        described: what is known of the columns.
        provenance: where the data came from.
        settings: figures of the scheme.
        seed: of folds and sampling.
        references: features to compare with by rank alone: column name to the sign of risk, `+` or `-`.
        names: labels of columns that are not described, for the findings of the leakage check.
        progress: told of each fitted model.

    Raises:
        SeveralRows: a firm twice among features or labels.
        LabelsBeforeFeatures: features later than labels.
        TooFewOutcomes: less than two goods or bads for each outer fold.
        NotNumbers: a described column without numbers that is not refused as a leak.
    """
    if provenance.features_as_of > provenance.labels_as_of:
        raise LabelsBeforeFeatures(provenance.features_as_of, provenance.labels_as_of)
    for what, given in ((Text("特征", "features"), features), (Text("标签", "labels"), outcomes)):
        repeated = frame(given)[FIRM].filter(frame(given)[FIRM].is_duplicated())
        if len(repeated):
            raise SeveralRows(repeated[0], what)
    rows = frame(features).join(frame(outcomes).select(FIRM, "bad").cast({"bad": pl.Float64}), on=FIRM).sort(FIRM)
    folds = settings.validation.folds
    goods, bads = int((rows["bad"] == 0).sum()), int((rows["bad"] == 1).sum())
    if min(goods, bads) < 2 * folds:
        raise TooFewOutcomes(goods, bads, folds)
    bad = labels(rows["bad"], rows.height)
    table = rows.drop("bad")
    labelled = {**(names or {}), **{f.code: f.name for f in described}}
    findings = find_leaks(table, bad, settings.leakage, settings.binning, names=labelled)
    offered = tuple(f for f in described if f.code not in leaking(findings))
    fold = stratified_folds(bad, folds, seed)
    models: dict[str, type[Estimator]] = {"scorecard": Scorecard, "challenger": Challenger}
    total, done = len(models) * (folds + 1), 0
    oof: dict[str, Floats] = {}
    fitted: dict[str, Any] = {}
    for name, model in models.items():
        progress(STEP, done, total)
        oof[name] = cross_validated(model, table, bad, fold, offered, settings=settings, seed=seed)
        fitted[name] = model(offered, settings, seed).fit(table, bad)
        done += folds + 1
    progress(STEP, done, total)
    compared = {c: float(sign + "1") * rows[c].fill_null(0).to_numpy() for c, sign in (references or {}).items()}
    metrics = {n: measure_model(bad, p, settings.scaling, settings.validation, compared) for n, p in oof.items()}
    kept = rows.select(FIRM, "bad").with_columns(
        pl.Series("fold", fold), **{n: pl.Series(n, p) for n, p in oof.items()}
    )
    return Training(
        fitted["scorecard"], fitted["challenger"], kept, metrics, findings, offered, provenance, settings, seed
    )


def cross_validated(
    model: type[Estimator],
    table: pl.DataFrame,
    bad: Floats,
    fold: NDArray[np.int64],
    features: Sequence[Feature],
    *,
    settings: Settings,
    seed: int,
) -> Floats:
    """Out-of-fold probabilities: all fitting, selection and tuning anew in each outer fold."""

    def fit_predict(train_rows: NDArray[np.int64], test_rows: NDArray[np.int64]) -> Floats:
        return model(features, settings, seed).fit(table[train_rows], bad[train_rows]).probability(table[test_rows])

    return out_of_fold(fold, fit_predict)
