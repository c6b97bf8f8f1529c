"""What firms have agreed to: asked at each request that reads their data, and listed for those who look after it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from windchime.core.dates import SHANGHAI
from windchime.service.access.tables import Consent

#: in Shanghai the first day of the calendar begins before it
_FIRST = date(2, 1, 1)


@dataclass(slots=True)
class Summary:
    """A firm's consents in short."""

    #: recorded in all
    count: int = 0
    #: those in force
    purposes: set[str] = field(default_factory=set)
    #: when the first of these ends; None where none is in force
    until: date | None = None


def in_force(purpose: str, category: str, at: datetime) -> list[ColumnElement[bool]]:
    """What is true of a consent that holds at an instant for a purpose and a kind of data, as SQL conditions."""
    day = at.astimezone(SHANGHAI).date()
    return [
        Consent.purpose == purpose,
        Consent.categories.contains(f" {category} ", autoescape=True),
        Consent.valid_from <= day,
        Consent.valid_to >= day,
        Consent.revoked_at.is_(None),
    ]


def agreed(session: Session, firm_id: str, purpose: str, category: str, at: datetime) -> bool:
    """Whether a firm has agreed, as of an instant."""
    query = select(exists().where(Consent.firm_id == firm_id, *in_force(purpose, category, at)))
    return bool(session.connection().execute(query).scalar())


def agreeing(purpose: str, category: str, at: datetime) -> Select[str]:
    """The firms that have agreed, as of an instant: a query of their ids."""
    return select(Consent.firm_id).where(*in_force(purpose, category, at))


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
