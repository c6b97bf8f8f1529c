"""What firms have agreed to: asked at each request that reads their data, and listed for those who look after it."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, Date, Select, String, bindparam, func, literal, or_, select
from sqlalchemy.orm import Session

from windchime.core.dates import SHANGHAI
from windchime.service.access.tables import Consent

#: in Shanghai the first day of the calendar begins before it
_FIRST = date(2, 1, 1)
#: before what LIKE would not take as itself
_ESCAPE = "/"


@dataclass(slots=True)
class Summary:
    """A firm's consents in short."""

    #: recorded in all
    count: int = 0
    #: those in force
    purposes: set[str] = field(default_factory=set)
    #: when the first of these ends; None where none is in force
    until: date | None = None


def _in_force(
    purpose: ColumnElement[str], category: ColumnElement[str], day: ColumnElement[date]
) -> list[ColumnElement[bool]]:
    """What is true of a consent that holds on a day (in Shanghai) for a purpose and a kind of data (`_pattern`), as SQL conditions."""
    return [
        Consent.purpose == purpose,
        Consent.categories.contains(category, escape=_ESCAPE),
        Consent.valid_from <= day,
        Consent.valid_to >= day,
        Consent.revoked_at.is_(None),
    ]


def _pattern(category: str) -> str:
    """A kind of data as it stands among others, each between blanks; what means something to LIKE means itself."""
    return f" {re.sub(f'[%_{_ESCAPE}]', lambda found: _ESCAPE + found[0], category)} "


#: asked at every request that reads a firm's data: put together once
_AGREED = (
    select(Consent.id)
    .where(
        Consent.firm_id == bindparam("firm_id"),
        *_in_force(
            bindparam("purpose", type_=String), bindparam("category", type_=String), bindparam("day", type_=Date)
        ),
    )
    .limit(1)
)


def agreed(session: Session, firm_id: str, purpose: str, category: str, at: datetime) -> bool:
    """Whether a firm has agreed, as of an instant."""
    asked = {
        "firm_id": firm_id,
        "purpose": purpose,
        "category": _pattern(category),
        "day": at.astimezone(SHANGHAI).date(),
    }
    return session.connection().execute(_AGREED, asked).first() is not None


def agreeing(purpose: str, category: str, at: datetime) -> Select[str]:
    """The firms that have agreed, as of an instant: a query of their ids."""
    day = at.astimezone(SHANGHAI).date()
    return select(Consent.firm_id).where(*_in_force(literal(purpose), literal(_pattern(category)), literal(day)))


def of_firm(session: Session, firm_id: str) -> list[Consent]:
    """All consents of a firm, newest first."""
    return recorded(session, Sought(firm_id=firm_id))


def summaries(session: Session, at: datetime, firms: Select[str] | None = None) -> dict[str, Summary]:
    """By firm what it has agreed to, as of an instant; all, or those of some firms (a query of their ids)."""
    day = at.astimezone(SHANGHAI).date()
    query = select(Consent.firm_id, Consent.purpose, Consent.valid_from, Consent.valid_to, Consent.revoked_at.is_(None))
    found: dict[str, Summary] = {}
    for firm, purpose, first, last, stands in session.execute(
        query if firms is None else query.where(Consent.firm_id.in_(firms))
    ):
        mine = found.setdefault(firm, Summary())
        mine.count += 1
        if stands and first <= day <= last:
            mine.purposes.add(purpose)
            mine.until = min(last, mine.until or last)
    return found


def holds(consent: Consent, at: datetime) -> bool:
    """Whether a consent is in force at an instant."""
    return consent.revoked_at is None and consent.valid_from <= at.astimezone(SHANGHAI).date() <= consent.valid_to


@dataclass(frozen=True, slots=True)
class Sought:
    """Which consents a list shows; what is empty is not asked."""

    #: part of the id of a firm, of the name of who recorded it, or of the hash of its document
    words: str = ""
    firm_id: str = ""
    recorded_by: str = ""
    #: name in the catalogue of purposes
    purpose: str = ""
    #: capacity in which it was given
    given_by: str = ""
    #: first and last day on which it was recorded, in Shanghai; None for any
    since: date | None = None
    until: date | None = None
    #: firms that may be shown, a query of their ids; None for all
    within: Select[str] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        equal = (
            (Consent.firm_id, self.firm_id),
            (Consent.recorded_by, self.recorded_by),
            (Consent.purpose, self.purpose),
            (Consent.given_by, self.given_by),
        )
        found = [column == value for column, value in equal if value]
        if self.words:
            columns = (Consent.firm_id, Consent.recorded_by, Consent.document)
            found.append(or_(*(c.contains(self.words, autoescape=True) for c in columns)))
        if self.since:
            found.append(Consent.recorded_at >= datetime.combine(max(self.since, _FIRST), time.min, SHANGHAI))
        if self.until:
            found.append(Consent.recorded_at <= datetime.combine(max(self.until, _FIRST), time.max, SHANGHAI))
        return found if self.within is None else [*found, Consent.firm_id.in_(self.within)]


def recorded(
    session: Session, sought: Sought, *, before: str | None = None, offset: int = 0, size: int | None = None
) -> list[Consent]:
    """Consents that are sought, the one recorded last first.

    Args:
        session: to look in.
        sought: which.
        before: id of the one after which the list goes on; None at its beginning.
        offset: how many are passed over.
        size: how many at most; None for all.
    """
    query = select(Consent).where(*sought.conditions()).order_by(Consent.id.desc())
    query = query if before is None else query.where(Consent.id < before)
    return list(session.scalars(query.offset(offset).limit(size)))


def count(session: Session, sought: Sought) -> int:
    """How many consents are sought."""
    return session.scalar(select(func.count()).select_from(Consent).where(*sought.conditions())) or 0


def recorders(session: Session, within: Select[str] | None = None) -> tuple[str, ...]:
    """Everybody who recorded a consent, of all firms or of some (a query of their ids), by name."""
    query = select(Consent.recorded_by).where(*Sought(within=within).conditions()).distinct()
    return tuple(session.scalars(query.order_by(Consent.recorded_by)))
