"""Whose customer a firm is: its branch, the relationship manager who looks after it, the account it applies by."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, Refused
from windchime.core.text import _
from windchime.core.unit import Unit, same_person
from windchime.service.access.answering import Resource
from windchime.service.access.names import NamesNothing
from windchime.service.access.tables import Account, Customer


class NoBranch(BadCall):
    """A firm or branch that is not named."""

    msgid = _("a customer belongs to a branch: name the firm and its branch")

    def __init__(self) -> None:
        super().__init__()


class NotTheirRole(Refused):
    """An account that has not the role this wants, or is closed."""

    msgid = _("the account {account} is closed or is no {role}")
    hint = _("give it the role first, or name another")

    def __init__(self, account: str, role: str) -> None:
        from windchime.service.access.permissions import ROLES

        super().__init__(account=account, role=ROLES[role].label)


class OwnManager(Refused):
    """One person for both sides."""

    msgid = _("nobody looks after a firm for which they apply")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Belonging:
    """Whose customer a firm is, or shall be."""

    firm_id: str
    branch: str
    #: account of the relationship manager; empty for none
    manager: str = ""
    #: account of the firm's own user; empty for none
    applicant: str = ""

    def as_dict(self) -> dict[str, str]:
        """For the audit chain and proposals."""
        return {"branch": self.branch, "manager": self.manager, "applicant": self.applicant}


#: asked at every request about a firm: put together once, and answered by plain rows
_BELONGING = select(Customer.branch, Customer.manager, Customer.applicant).where(
    Customer.firm_id == bindparam("firm_id")
)


def resource_of(session: Session, bank: str, firm_id: str) -> Resource:
    """What rules may know of a firm; one that nobody was given belongs to no branch: the whole bank's reach alone sees it."""
    row = session.connection().execute(_BELONGING, {"firm_id": firm_id}).first()
    return Resource(bank, row.branch, frozenset({row.manager, row.applicant} - {""})) if row else Resource(bank)


def belonging(session: Session, firm_id: str) -> Belonging | None:
    """Whose customer a firm is; None where nobody was given it."""
    row = session.get(Customer, firm_id)
    return Belonging(row.firm_id, row.branch, row.manager, row.applicant) if row else None


def examine(session: Session, wanted: Belonging) -> None:
    """See that a firm can be given so.

    Raises:
        NoBranch: no firm or no branch named.
        NamesNothing: no such account.
        NotTheirRole: the manager is no relationship manager, or the applicant no applicant, or their account is closed.
        OwnManager: manager and applicant are one person.
    """
    if not wanted.firm_id.strip() or not wanted.branch.strip():
        raise NoBranch
    for name, role in ((wanted.manager, "relationship_manager"), (wanted.applicant, "applicant")):
        if not name:
            continue
        account = session.get(Account, name)
        if account is None:
            raise NamesNothing("account", name[:64], ())
        if not account.active or role not in account.roles.split():
            raise NotTheirRole(name, role)
    if wanted.manager and same_person(wanted.manager, wanted.applicant):
        raise OwnManager


def assign(unit: Unit, wanted: Belonging, reason: str = "") -> bool:
    """Say whose customer a firm is from now on; whether that changed anything.

    Raises:
        NoBranch, NamesNothing, NotTheirRole, OwnManager: see `examine`; nothing was changed.
    """
    examine(unit.session, wanted)
    before = belonging(unit.session, wanted.firm_id)
    if before == wanted:
        return False
    unit.session.merge(Customer(firm_id=wanted.firm_id, **wanted.as_dict()))
    unit.session.flush()
    told = None if before is None else before.as_dict()
    unit.record("customer.assign", f"firm:{wanted.firm_id}", before=told, after=wanted.as_dict(), reason=reason)
    return True


def firms(session: Session) -> frozenset[str]:
    """Every firm that was given to a branch."""
    return frozenset(session.scalars(select(Customer.firm_id)))


def listed(session: Session, *, branch: str = "", manager: str = "") -> list[Belonging]:
    """Whose customers firms are, by firm; all, or those of a branch or manager."""
    query = select(Customer).order_by(Customer.firm_id)
    query = query.where(Customer.branch == branch) if branch else query
    query = query.where(Customer.manager == manager) if manager else query
    return [Belonging(r.firm_id, r.branch, r.manager, r.applicant) for r in session.scalars(query)]
