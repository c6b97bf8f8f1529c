"""How often people override what the policy decides, which way, and why: a figure that a bank's supervisor asks for."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from windchime.core.intervals import wilson
from windchime.decision import log
from windchime.decision.document import VERDICTS
from windchime.decision.overriding import overridden
from windchime.decision.tables import Decision, DecisionOverride


@dataclass(frozen=True, slots=True)
class OverrideRate:
    """Overrides among decisions."""

    decisions: int
    overridden: int
    #: share of the decisions with its 95 % interval (Wilson); None where nothing was decided
    rate: float | None
    interval: tuple[float, float] | None
    #: overrides that are better for the firm than the policy's verdict, those that are worse, and those that keep the verdict
    #: and change limit, rate or term
    better: int
    worse: int
    terms_only: int
    #: overrides by code of their reasons; one can have several
    reasons: Mapping[str, int]


def overridden_count(session: Session, wanted: log.Filter) -> int:
    """How many of the decisions that a filter asks for are overridden."""
    query = select(func.count(func.distinct(DecisionOverride.decision_id)))
    return (
        session.scalar(query.join(Decision, Decision.id == DecisionOverride.decision_id).where(*wanted.conditions()))
        or 0
    )


def override_rate(session: Session, wanted: log.Filter | None = None) -> OverrideRate:
    """The override rate of the decisions that a filter asks for; of the book (`Filter(latest=True)`) by default."""
    where = (wanted or log.Filter(latest=True)).conditions()
    rows = session.execute(select(Decision.id, Decision.verdict).where(*where))
    verdicts = {r.id: r.verdict for r in rows}
    replaced = {i: t for i, t in overridden(session).items() if i in verdicts}
    moved = [VERDICTS.index(t.verdict) - VERDICTS.index(verdicts[i]) for i, t in replaced.items()]
    total, count = len(verdicts), len(replaced)
    return OverrideRate(
        decisions=total,
        overridden=count,
        rate=count / total if total else None,
        interval=wilson(count, total) if total else None,
        better=sum(m < 0 for m in moved),
        worse=sum(m > 0 for m in moved),
        terms_only=sum(m == 0 for m in moved),
        reasons=dict(sorted(Counter(c for t in replaced.values() for c in t.reason_codes).items())),
    )
