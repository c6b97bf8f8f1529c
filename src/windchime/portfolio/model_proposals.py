"""Another standing of a model, proposed: published, promoted over the published version, or no longer beside it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from sqlalchemy.orm import Session

from windchime.core.errors import UnknownName
from windchime.core.unit import Actor
from windchime.portfolio import four_eyes
from windchime.risk.scorecards import proposals
from windchime.risk.scorecards.store import ModelStore, find, standing
from windchime.risk.scorecards.tables import ModelVersion
from windchime.service.bank import Bank
from windchime.service.proposals.kinds import Kind

Step = Literal["publish", "promote", "dismiss"]
STEPS: Mapping[str, Kind] = {"publish": proposals.PUBLISH, "promote": proposals.PROMOTE, "dismiss": proposals.DISMISS}


def steps_open(session: Session, row: ModelVersion) -> tuple[Step, ...]:
    """What can be proposed of a version as it stands now."""
    if standing(session, row.version) is not None:
        return "promote", "dismiss"
    return ("publish",) if row.state in ("draft", "validated") else ()


def propose(
    bank: Bank,
    actor: Actor,
    version: str,
    step: str,
    *,
    features_as_of: date | None = None,
    labels_as_of: date | None = None,
    reason: str,
    scopes: frozenset[str] | None = None,
) -> str:
    """Propose another standing of a version; gives the proposal's id.

    Args:
        bank: whose.
        actor: who proposes.
        version: which, or the beginning of it.
        step: `publish`, `promote` or `dismiss`; a promotion is compared with the version in use first, and keeps the comparison.
        features_as_of: date of the features of that comparison; the newest pack's by default.
        labels_as_of: date of its outcomes; the newest pack's by default.
        reason: why.
        scopes: of the token the actor came with.

    Raises:
        UnknownName: no such version or step.
        And what `compare_in` and `service.proposals.life.propose` raise.
    """
    if step not in STEPS:
        raise UnknownName("step", step[:20], tuple(STEPS))
    with bank.session() as session:
        row = find(session, version)
    after = _after(bank, row, step, features_as_of, labels_as_of)
    return four_eyes.propose(bank, actor, STEPS[step].name, proposals.subject(row), after, reason=reason, scopes=scopes)


def _after(bank: Bank, row: ModelVersion, step: str, features: date | None, labels: date | None) -> dict[str, Any]:
    if step == "dismiss":
        return proposals.DISMISSAL
    if step == "publish":
        return proposals.publication(row)
    from windchime.risk.scorecards.bank_comparison import compare_in

    comparison = compare_in(bank, row.version, features_as_of=features, labels_as_of=labels)
    return proposals.promotion(ModelStore(bank.models_dir), comparison)
