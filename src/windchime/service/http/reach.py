"""What lists may show: the firms that are somebody's to see, found by one query and the rule that opens single records."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from windchime.service.access.answering import Subject, reach_of
from windchime.service.access.consented import agreeing
from windchime.service.access.permissions import PERMISSIONS, Reach
from windchime.service.access.purposes import Purposes
from windchime.service.access.tables import Consent, Customer

Item = TypeVar("Item")


@dataclass(frozen=True)
class Visible:
    """Firms that somebody may see."""

    #: as a query, for conditions inside the database; None for all
    query: Select[str] | None = None
    #: in which it is asked
    session: Session | None = field(default=None, repr=False)

    @cached_property
    def firms(self) -> frozenset[str] | None:
        """Their ids; None for all there are. Read when they are first wanted: lists of the database need the query alone."""
        if self.query is None:
            return None
        assert self.session is not None, "who may not see all is asked in a session"
        return frozenset(self.session.connection().execute(self.query).scalars())

    def read(self) -> "Visible":
        """The same with the ids read now: for whoever asks after the session has ended."""
        len(self.firms or ())
        return self

    def __contains__(self, firm_id: object) -> bool:
        return self.firms is None or firm_id in self.firms

    @property
    def all(self) -> bool:
        """Whether it is every firm of the bank, and so the bank's figures as a whole."""
        return self.query is None

    def of(self, firms: Iterable[str]) -> list[str]:
        """Those of some firms that are among them, in their order."""
        return [f for f in firms if f in self]


#: every firm of the bank
ALL = Visible()


def visible(session: Session, subject: Subject | None, permission: str) -> Visible:
    """The firms over which somebody has a permission: those for which `answering.answer` allows it.

    Args:
        session: of the bank that is asked.
        subject: who asks; None for the local visitor of a bank without accounts, who sees all.
        permission: its name.
    """
    if subject is None:
        return ALL
    reach = reach_of(subject, permission)
    if reach is Reach.BANK:
        return ALL
    return Visible(select(Customer.firm_id).where(_mine(subject, reach)), session)


def readable(
    session: Session, subject: Subject | None, permission: str, purposes: Purposes, asked: str, now: datetime
) -> Visible:
    """The firms whose data somebody may read: those they may see that have agreed to the purpose, where it wants that.

    Args:
        session: of the bank that is asked.
        subject: who asks; None for the local visitor of a bank without accounts.
        permission: one that reads a firm's data.
        purposes: the bank's.
        asked: the purpose the request names; empty for the asker's own.
        now: the instant at which consents must hold.

    Raises:
        NotYourPurpose: the asker has no such purpose.
    """
    if subject is None:
        return ALL
    purpose = purposes.chosen(subject, permission, None, asked)
    if not purpose.needs_consent:
        return visible(session, subject, permission)
    query = agreeing(purpose.name, PERMISSIONS[permission].category, now)
    if (reach := reach_of(subject, permission)) is not Reach.BANK:
        query = query.where(Consent.firm_id.in_(select(Customer.firm_id).where(_mine(subject, reach))))
    return Visible(query, session)


def _mine(subject: Subject, reach: Reach | None) -> ColumnElement[bool]:
    if reach is None:
        return false()
    own = (Customer.manager == subject.account) | (Customer.applicant == subject.account)
    at_branch = reach is Reach.BRANCH and bool(subject.branch)
    return or_(own, Customer.branch == subject.branch) if at_branch else own
