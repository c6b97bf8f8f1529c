"""Decisions by their columns alone, as single requests ask for them: statements put together once, no object made."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from windchime.decision.tables import Decision


@dataclass(frozen=True, slots=True)
class InShort:
    """A decision in a line."""

    decision_id: str
    product: str
    verdict: str
    #: band of the deciding model
    band: str
    as_of: date


_LATEST = (
    select(Decision.id, Decision.product, Decision.verdict, Decision.band, Decision.as_of)
    .where(Decision.firm_id == bindparam("firm_id"))
    .order_by(Decision.seq.desc())
    .limit(1)
)
_ONE = select(Decision.__table__).where(Decision.__table__.c.id == bindparam("id"))


def latest_in_short(session: Session, firm_id: str) -> InShort | None:
    """The decision about a firm written last, under any product, without its document."""
    found = session.execute(_LATEST, {"firm_id": firm_id}).first()
    return InShort(*found) if found else None


def row_of(session: Session, decision_id: str) -> Row[Any] | None:
    """One decision by its whole id, its columns as they are; None where there is no such decision."""
    return session.execute(_ONE, {"id": decision_id}).first()
