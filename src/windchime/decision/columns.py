"""Decisions by their columns alone, as single requests ask for them: statements put together once, no object made."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from windchime.decision.tables import Decision
from windchime.service.database import plain


@dataclass(frozen=True, slots=True)
class InShort:
    """A decision in a line."""

    decision_id: str
    product: str
    verdict: str
    #: band of the deciding model
    band: str
    as_of: date


_C = Decision.__table__.c
_LATEST = (
    select(_C.id, _C.product, _C.verdict, _C.band, _C.as_of)
    .where(_C.firm_id == bindparam("firm_id"))
    .order_by(_C.seq.desc())
    .limit(1)
)
_ONE = select(Decision.__table__).where(_C.id == bindparam("id"))
_FIRM = select(_C.firm_id).where(_C.id == bindparam("id"))


def latest_in_short(session: Session, firm_id: str) -> InShort | None:
    """The decision about a firm written last, under any product, without its document."""
    found = plain(session, _LATEST, firm_id=firm_id).first()
    return InShort(*found) if found else None


def row_of(session: Session, decision_id: str) -> Row[Any] | None:
    """One decision by its whole id, its columns as they are; None where there is no such decision."""
    return plain(session, _ONE, id=decision_id).first()


def firm_of(session: Session, decision_id: str) -> str | None:
    """The firm that a decision is about, by its whole id; None where there is no such decision."""
    found: str | None = plain(session, _FIRM, id=decision_id).scalar()
    return found
