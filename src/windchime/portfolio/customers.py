"""Whose customer a firm is, as a change that wants four eyes: proposed by management, checked by compliance."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from windchime.core.text import Lang, Text
from windchime.core.unit import Actor, Unit
from windchime.portfolio import known_firms
from windchime.service.access import customers
from windchime.service.access.customers import Belonging
from windchime.service.bank import Bank
from windchime.service.proposals.forms import Form, Words, formed
from windchime.service.proposals.kinds import Change, Kind

#: beginning of a subject
SUBJECT = "firm:"
FIELDS: Mapping[str, Text] = {
    "branch": Text("机构", "Branch"),
    "manager": Text("客户经理", "Relationship manager"),
    "applicant": Text("企业用户", "The firm's own user"),
}


class Wanted(Form):
    """Whose customer a firm shall be; an empty text for nobody."""

    branch: Words
    manager: Words
    applicant: Words


def subject(firm_id: str) -> str:
    """How proposals and audit records name a firm."""
    return f"{SUBJECT}{firm_id}"


def assign(bank: Bank, actor: Actor, wanted: Belonging, reason: str = "") -> bool:
    """Say at once whose customer a firm is, as the operator of the machine does; whether that changed anything.

    Raises:
        NoSuchFirm: the library does not know the firm.
        NoBranch, NamesNothing, NotTheirRole, OwnManager: as `customers.examine` raises them.
    """
    with bank.session() as session:
        customers.examine(session, wanted)
        known_firms.demand(bank, session, wanted.firm_id)
    with bank.unit(actor) as unit:
        return customers.assign(unit, wanted, reason)


def _before(_bank: Bank, session: Session, about: str, _after: Any) -> Any:
    found = customers.belonging(session, about.removeprefix(SUBJECT))
    return None if found is None else found.as_dict()


def _examine(bank: Bank, session: Session, change: Change) -> None:
    wanted = _wanted(change)
    customers.examine(session, wanted)
    known_firms.demand(bank, session, wanted.firm_id)


def _effect(_bank: Bank, unit: Unit, change: Change) -> None:
    customers.assign(unit, _wanted(change), change.reason)


def _wanted(change: Change) -> Belonging:
    after = change.after if isinstance(change.after, dict) else {}
    told = {name: str(after.get(name, "")).strip() for name in FIELDS}
    return Belonging(change.subject.removeprefix(SUBJECT), **told)


def _summary(_bank: Bank, _session: Session, change: Change, lang: Lang) -> str:
    wanted = _wanted(change)
    to = " · ".join(filter(None, (wanted.branch, wanted.manager, wanted.applicant)))
    return f"{ASSIGN.label[lang]} {wanted.firm_id} → {to}"


ASSIGN = Kind(
    "customer.assign",
    Text("分配客户", "assign customer"),
    "customer.assign",
    "customer.assign.check",
    before=_before,
    effect=_effect,
    examine=formed(Wanted, _examine, about=SUBJECT),
    fields=FIELDS,
    summary=_summary,
    page=lambda about: f"/customers?firm={quote(about.removeprefix(SUBJECT), safe='')}",
)
