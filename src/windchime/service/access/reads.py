"""Who looked at personal data in clear: written, and on disk, before the value is shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall
from windchime.core.ids import uuid7
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.service.access.tables import PersonalRead
from windchime.service.bank import Bank


class NoReason(BadCall):
    """A look at personal data without a purpose."""

    msgid = _("whoever looks at personal data says for which purpose")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Look:
    """One value that is about to be shown."""

    #: the person or firm whose it is
    subject_id: str
    #: table and column; empty where it is asked for by its token alone
    field: str
    token: str


def log(bank: Bank, actor: Actor, looks: Iterable[Look], *, purpose: str, reason: str = "", firm_id: str = "") -> None:
    """Put looks on record, in a transaction of their own: nothing is shown before it has committed.

    Raises:
        NoReason: no purpose.
    """
    if not purpose.strip():
        raise NoReason
    with bank.unit(actor) as unit:
        for look in looks:
            unit.session.add(
                PersonalRead(
                    id=uuid7(unit.clock),
                    at=unit.now,
                    actor=actor.name,
                    origin=actor.origin,
                    firm_id=firm_id,
                    subject_id=look.subject_id,
                    field=look.field,
                    token=look.token,
                    purpose=purpose,
                    reason=reason,
                )
            )


def page(
    session: Session, *, words: str = "", actor: str = "", purpose: str = "", offset: int = 0, size: int = 50
) -> tuple[list[PersonalRead], int]:
    """Looks, newest first, and how many there are.

    Args:
        session: to look in.
        words: part of a name of an actor, a firm or a subject.
        actor: only by them.
        purpose: only for this.
        offset: how many are passed over.
        size: how many at most.
    """
    where: list[ColumnElement[bool]] = []
    if words:
        sought = (PersonalRead.actor, PersonalRead.firm_id, PersonalRead.subject_id, PersonalRead.field)
        where.append(or_(*(c.contains(words, autoescape=True) for c in sought)))
    if actor:
        where.append(PersonalRead.actor == actor)
    if purpose:
        where.append(PersonalRead.purpose == purpose)
    count = session.scalar(select(func.count()).select_from(PersonalRead).where(*where)) or 0
    query = select(PersonalRead).where(*where).order_by(PersonalRead.at.desc(), PersonalRead.id.desc())
    return list(session.scalars(query.offset(offset).limit(size))), count


def readers(session: Session) -> tuple[str, ...]:
    """Everybody who ever looked, by name."""
    return tuple(session.scalars(select(PersonalRead.actor).distinct().order_by(PersonalRead.actor)))
