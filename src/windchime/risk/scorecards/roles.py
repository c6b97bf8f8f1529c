"""Champion and challengers: who decides, who is scored beside without say, and how one takes the other's place.

The published version of a model is its champion. A validated version can be appointed to stand beside it: it scores the
same firms and decides nothing. It is promoted by a second person, on a comparison that is kept with the promotion.
"""

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical
from windchime.core.errors import Refused
from windchime.core.ids import uuid7
from windchime.core.text import _
from windchime.core.unit import Unit
from windchime.risk.arrays import Floats
from windchime.risk.scorecards.metrics import DIGITS
from windchime.risk.scorecards.states import WrongState
from windchime.risk.scorecards.store import ModelStore, champion, find, publish, standing
from windchime.risk.scorecards.tables import ModelRole, ModelVersion
from windchime.risk.validation import Interval, auc_difference, auc_interval, brier, ks


class NotBeside(Refused):
    """A version that is no challenger."""

    msgid = _("{model} {version} does not stand beside the published version")
    hint = _("appoint it first: windchime model challenge VERSION")

    def __init__(self, row: ModelVersion) -> None:
        super().__init__(model=row.model, version=row.version[:12])


class BesideAlready(Refused):
    """A version that is a challenger already."""

    msgid = _("{model} {version} stands beside the published version already")

    def __init__(self, row: ModelVersion) -> None:
        super().__init__(model=row.model, version=row.version[:12])


class OtherComparison(Refused):
    """A promotion resting on a comparison of other versions."""

    msgid = _(
        "the comparison is of {champion} and {challenger}; to promote {version} it must be of it and the published version"
    )

    def __init__(self, comparison: "Comparison", version: str) -> None:
        super().__init__(champion=comparison.champion[:12], challenger=comparison.challenger[:12], version=version[:12])


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions on the same firms, which neither learnt from."""

    champion: str
    challenger: str
    firms: int
    bads: int
    #: what makes each honest, champion and challenger: see `bank_sample.How`
    how: tuple[str, str]
    champion_auc: Interval
    challenger_auc: Interval
    #: challenger minus champion, paired
    difference: Interval
    champion_ks: float
    challenger_ks: float
    champion_brier: float
    challenger_brier: float
    #: expected bads of both; observed are `bads`
    champion_expected: float
    challenger_expected: float
    #: when features and labels are of, and from which lake; empty where the caller brought the data
    data: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """For JSON, rounded for publication."""
        body = {k: round(v, DIGITS) if isinstance(v, float) else v for k, v in asdict(self).items()}
        spans = {
            k: getattr(self, k).rounded(DIGITS).as_dict() for k in ("champion_auc", "challenger_auc", "difference")
        }
        return {**body, "how": list(self.how), **spans}

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        spans = {k: Interval(**body[k]) for k in ("champion_auc", "challenger_auc", "difference")}
        return cls(**{**body, **spans, "how": tuple(body["how"])})


def compare(
    bad: Floats,
    champion_risk: Floats,
    challenger_risk: Floats,
    *,
    versions: tuple[str, str],
    how: tuple[str, str] = ("out_of_time", "out_of_time"),
    level: float,
    data: dict[str, Any] | None = None,
) -> Comparison:
    """Compare default probabilities of two versions for the same firms.

    Args:
        bad: labels.
        champion_risk: probabilities of the published version.
        challenger_risk: of the other.
        versions: champion and challenger.
        how: what makes each honest.
        level: of the intervals.
        data: where the firms come from.
    """
    one, other = champion_risk, challenger_risk
    return Comparison(
        *versions, len(bad), int(bad.sum()), how,
        auc_interval(bad, one, level=level), auc_interval(bad, other, level=level),
        auc_difference(bad, [other], [one], level=level),
        ks(bad, one), ks(bad, other), brier(bad, one), brier(bad, other),
        float(np.sum(one)), float(np.sum(other)), dict(data or {}),
    )  # fmt: skip


def appoint(unit: Unit, version: str, *, reason: str = "") -> None:
    """Let a validated version be scored beside the published one.

    Raises:
        WrongState: it is not validated.
        BesideAlready: it is there.
    """
    row = find(unit.session, version)
    if row.state != "validated":
        raise WrongState(row, "appoint", "validated")
    if standing(unit.session, row.version) is not None:
        raise BesideAlready(row)
    unit.session.add(
        ModelRole(
            role_id=uuid7(unit.clock),
            version=row.version,
            model=row.model,
            appointed_by=unit.actor.name,
            appointed_at=unit.now,
            reason=reason,
        )
    )
    unit.record("model.appoint", f"{row.model}:{row.version}", after={"role": "challenger"}, reason=reason)
    unit.session.flush()


def dismiss(unit: Unit, version: str, *, reason: str = "") -> None:
    """Let a challenger stand down.

    Raises:
        NotBeside: it is none.
    """
    row = find(unit.session, version)
    _end(unit, row, "dismissed", None)
    unit.record(
        "model.dismiss",
        f"{row.model}:{row.version}",
        before={"role": "challenger"},
        after={"role": None},
        reason=reason,
    )


def promote(unit: Unit, store: ModelStore, version: str, comparison: Comparison, *, reason: str = "") -> str:
    """Let a challenger take the published version's place; the comparison is kept, its hash returned.

    Raises:
        NotBeside: it is no challenger.
        OtherComparison: the comparison is of other versions.
        OwnModel: the one who made it is the one who promotes it.
        NotAPerson: a program promotes.
    """
    row = find(unit.session, version)
    before = champion(unit.session, row.model)
    if (comparison.champion, comparison.challenger) != (before.version if before else "", row.version):
        raise OtherComparison(comparison, row.version)
    kept = store.keep(canonical(comparison.as_dict()))
    _end(unit, row, "promoted", kept)
    publish(unit, row.version, reason=reason)
    unit.record(
        "model.promote",
        f"{row.model}:{row.version}",
        before={"champion": comparison.champion},
        after={"champion": row.version, "comparison": kept},
        reason=reason,
    )
    unit.emit("model.promoted", f"model:{row.model}", {"model": row.model, "version": row.version})
    return kept


def beside(session: Session, model: str) -> list[str]:
    """Versions that stand beside the published one now, in the order of their appointment."""
    query = select(ModelRole).filter_by(model=model, outcome=None).order_by(ModelRole.appointed_at, ModelRole.role_id)
    return [r.version for r in session.scalars(query)]


def _end(unit: Unit, row: ModelVersion, outcome: str, comparison: str | None) -> None:
    role = standing(unit.session, row.version)
    if role is None:
        raise NotBeside(row)
    role.ended_by, role.ended_at, role.outcome, role.comparison = unit.actor.name, unit.now, outcome, comparison
