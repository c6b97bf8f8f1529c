"""Training on a bank's own lake: indicators as of one date, outcomes as known at a later one, both models as drafts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from windchime import indicators
from windchime.content.scheme import Scheme
from windchime.content.store import ContentStore
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.contracts import contract
from windchime.data.lake import Lake
from windchime.risk.findings import Finding
from windchime.risk.scorecards.bank_sample import INDICATORS, measured_in, outcomes_in
from windchime.risk.scorecards.features import FIRM, described
from windchime.risk.scorecards.settings import Settings
from windchime.risk.scorecards.store import ModelStore
from windchime.risk.scorecards.training import Provenance, Training, defaulted_by, firm_labels, train
from windchime.service.bank import Bank

EARLY = _(
    "{firms} firms had defaulted by {day}, when the features were measured, and are left out: these would know the label"
)


@dataclass(frozen=True, slots=True)
class BankTraining:
    """A training whose models stand as drafts in the bank's store."""

    training: Training
    #: version (hash) by model: `scorecard`, `challenger`
    versions: Mapping[str, str]
    lake_version: int
    features_as_of: date
    labels_as_of: date


def train_in(
    bank: Bank,
    actor: Actor,
    *,
    features_as_of: date | None = None,
    labels_as_of: date | None = None,
    definition: str | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> BankTraining:
    """Train on what the lake holds and keep scorecard and challenger as drafts.

    Args:
        bank: whose lake, content and models.
        actor: the author of the drafts; someone else publishes them.
        features_as_of: nothing known later reaches a feature; the newest pack's date by default.
        labels_as_of: outcomes as known at this date; the newest pack's by default.
        definition: of default; the only one the outcomes have by default.
        seed: of folds and sampling.
        progress: told of each fitted model.

    The bank's own rating, where the lake has one, is offered to the leakage check and to no model. Firms that had defaulted by
    the date of the features are left out, and a finding says how many.

    Raises:
        NoLakeVersion: nothing was loaded yet.
        NotPublished: the scheme `scorecard` is not.
        SeveralDefinitions: the outcomes have several definitions of default and none was named.
        TooFewOutcomes: too few goods or bads to judge a model.
    """
    lake, content = Lake(bank.lake_dir), ContentStore(bank.content_dir)
    with bank.session() as session:
        pack = lake.pack(session)
        features_at, labels_at = features_as_of or pack.features_as_of, labels_as_of or pack.labels_as_of
        document = content.published(session, "schemes", "scorecard", features_at)
        settings = Settings.of(Scheme.of(document.body), features_at)
        progress(_("measuring indicators"), 0, 0)
        found = measured_in(bank, session, features_at)
        version, measured = found.lake_version, found.table.join(found.ratings, on=FIRM, how="left")
        outcomes = outcomes_in(bank, session, labels_at, version)
    known = sorted(set(outcomes["definition_id"].to_pylist()))
    provenance = Provenance(
        features_at,
        labels_at,
        label_definition=definition or ", ".join(known),
        data=pack.source,
        lake_version=version,
        versions={
            "indicators": indicators.version(found.scheme),
            "schemes/scorecard": document.version,
            f"schemes/{INDICATORS}": found.scheme_version,
        },
    )
    features = described(indicators.indicators())
    labelled, early = firm_labels(outcomes, definition), defaulted_by(outcomes, features_at)
    training = train(
        measured,
        labelled.filter(~pl.col(FIRM).is_in(early)),
        features,
        provenance,
        settings,
        seed=seed,
        names={"rating": contract("ratings")["rating"].label},
        progress=progress,
    )
    if early:
        finding = Finding(
            "defaulted_before_features", "watch", EARLY, {"firms": len(early), "day": features_at.isoformat()}
        )
        training = replace(training, findings=(*training.findings, finding))
    with bank.unit(actor) as unit:
        kept = ModelStore(bank.models_dir).save(unit, training)
    return BankTraining(training, kept, version, features_at, labels_at)
