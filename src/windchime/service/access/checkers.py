"""Which roles one person may hold, and who can check accounts: somebody always can."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.errors import Refused, UnknownName
from windchime.core.text import _
from windchime.service.access.permissions import ROLES, conflicts
from windchime.service.access.tables import Account
from windchime.service.tables import AuditRecord


class RolesApart(Refused):
    """Roles that one person must not hold together."""

    msgid = _("one person must not be {first} and {second}")

    def __init__(self, pair: Collection[str]) -> None:
        first, second = sorted(pair)
        super().__init__(first=ROLES[first].label, second=ROLES[second].label)


class LastChecker(Refused):
    """The change would leave nobody who can check accounts."""

    msgid = _("{account} is the last open account that checks accounts; give the right to another first")

    def __init__(self, account: str) -> None:
        super().__init__(account=account)


def together(roles: Collection[str]) -> None:
    """See that one person may hold these roles.

    Raises:
        RolesApart, UnknownName: they may not, or there is no such role.
    """
    for role in roles:
        if role not in ROLES:
            raise UnknownName("role", role, tuple(ROLES))
    for pair in conflicts(frozenset(roles)):
        raise RolesApart(pair)


def checks(roles: Collection[str]) -> bool:
    """Whether roles give the right to check accounts."""
    return any("account.check" in ROLES[r].grants for r in roles)


def checkers(session: Session, *, ever: bool = False) -> list[str]:
    """Names of the open accounts that can check accounts; whose password was given cannot yet.

    Args:
        session: open.
        ever: also those who could before they were given a new one: a reset does not take the second pair of eyes away.
    """
    query = select(Account).where(Account.active).order_by(Account.name)
    rows = [a for a in session.scalars(query) if checks(a.roles.split())]
    return [a.name for a in rows if not a.must_change or (ever and _was_their_own(session, a))]


def _was_their_own(session: Session, account: Account) -> bool:
    """Whether somebody has changed the password they were given, once."""
    about = select(AuditRecord.seq).where(AuditRecord.subject == f"account:{account.name}")
    return session.scalars(about.where(AuditRecord.action == "account.password").limit(1)).first() is not None


def others_check(session: Session, account: Account) -> None:
    """See that others can check accounts once this one no longer does."""
    standing = checkers(session)
    if standing == [account.name]:
        raise LastChecker(account.name)
