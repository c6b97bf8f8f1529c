"""Changes of accounts as kinds of the four eyes: made, given roles, closed, given a password, freed of a lost factor, linked.

Who proposes never knows a password: it is drawn at the approval and told to the checker once.
"""

from collections.abc import Callable, Mapping
from secrets import token_urlsafe
from typing import Any

from sqlalchemy.orm import Session

from windchime.core.text import Lang, Text
from windchime.core.unit import Unit, same_person
from windchime.portfolio.access import sign_in_policy
from windchime.portfolio.account_forms import FIELDS, Closed, Freed, Given, Linked, Made, Roles
from windchime.service.access import accounts, checkers, elsewhere, proving, second_factor
from windchime.service.access.accounts import OwnRoles
from windchime.service.access.passwords import hashed
from windchime.service.access.permissions import ROLES
from windchime.service.access.tables import OutsideIdentity
from windchime.service.bank import Bank
from windchime.service.proposals.forms import Form, formed
from windchime.service.proposals.kinds import Change, Kind

#: what a checker is told once, by name
Told = Mapping[str, str] | None
#: name of a password that was drawn
PASSWORD = "password"  # noqa: S105 - its name
#: random bytes of a password that is drawn
DRAWN = 18
#: beginning of a subject
SUBJECT = "account:"


def _stands_roles(_bank: Bank, session: Session, subject: str, _after: Any) -> Any:
    account = accounts.find(session, _named(subject))
    return {"roles": account.roles.split(), "branch": account.branch}


def _stands_open(_bank: Bank, session: Session, subject: str, _after: Any) -> Any:
    return {"open": accounts.find(session, _named(subject)).active}


def _stands_given(_bank: Bank, session: Session, subject: str, _after: Any) -> Any:
    accounts.find(session, _named(subject))
    return {"given": False}


def _stands_factor(_bank: Bank, session: Session, subject: str, _after: Any) -> Any:
    return {"second_factor": proving.confirmed(session, accounts.find(session, _named(subject)).name)}


def _stands_link(_bank: Bank, session: Session, subject: str, _after: Any) -> Any:
    row = session.get(OutsideIdentity, accounts.find(session, _named(subject)).name)
    return None if row is None else elsewhere.told(row)


def _make(bank: Bank, unit: Unit, change: Change, kept: str | None) -> None:
    after, policy = change.after, sign_in_policy(bank, unit.session)
    accounts.make(
        unit, change.named, after["label"], branch=after["branch"], roles=after["roles"], kept=kept, policy=policy
    )


def _roles(_bank: Bank, unit: Unit, change: Change) -> None:
    after = change.after
    accounts.give_roles(unit, change.named, after["roles"], branch=after["branch"], reason=change.reason)


def _close(_bank: Bank, unit: Unit, change: Change) -> None:
    accounts.close(unit, change.named, change.reason)


def _password(_bank: Bank, unit: Unit, change: Change, kept: str | None) -> None:
    assert kept is not None
    accounts.give_password(unit, change.named, kept, change.reason)


def _drawing(give: Callable[[Bank, Unit, Change, str | None], None]) -> Callable[[Bank, Unit, Change], Told]:
    """The effect that draws the password, keeps its hash alone, and gives back what the checker is told once."""

    def effect(bank: Bank, unit: Unit, change: Change) -> Told:
        if not change.after["given"]:
            give(bank, unit, change, None)
            return None
        least = sign_in_policy(bank, unit.session).min_password_length
        drawn = token_urlsafe(max(DRAWN, least))
        give(bank, unit, change, hashed(change.named, drawn, least))
        return {PASSWORD: drawn}

    return effect


def _factor(_bank: Bank, unit: Unit, change: Change) -> None:
    second_factor.take_away(unit, change.named, change.reason)


def _link(_bank: Bank, unit: Unit, change: Change) -> None:
    after = change.after
    elsewhere.link(
        unit,
        change.named,
        after["issuer"],
        subject=after["subject"],
        claimed=after["claimed"],
        reason=change.reason,
    )


def _makeable(_bank: Bank, session: Session, change: Change) -> None:
    accounts.examine(session, change.named, change.after["roles"])


def _others(_bank: Bank, _session: Session, change: Change) -> None:
    """Nobody proposes a change of their own rights."""
    if same_person(change.maker, change.named):
        raise OwnRoles(change.maker)


def _possible_roles(bank: Bank, session: Session, change: Change) -> None:
    _others(bank, session, change)
    checkers.together(change.after["roles"])
    if not checkers.checks(change.after["roles"]):
        checkers.others_check(session, accounts.find(session, change.named))


def _closable(bank: Bank, session: Session, change: Change) -> None:
    _others(bank, session, change)
    checkers.others_check(session, accounts.find(session, change.named))


def _linkable(bank: Bank, session: Session, change: Change) -> None:
    _others(bank, session, change)
    after = change.after
    elsewhere.free(session, change.named, after["issuer"], subject=after["subject"], claimed=after["claimed"])


def _summary(_bank: Bank, _session: Session, change: Change, lang: Lang) -> str:
    roles = [ROLES[r].label[lang] for r in (change.after or {}).get("roles", ()) if r in ROLES]
    said = f"{LABELS[change.kind][lang]} {change.named}"
    return said + (f"（{'、'.join(roles)}）" if lang == "zh" else f" ({', '.join(roles)})") if roles else said


#: kind → label, form of what shall stand, what stands now, effect, what is examined when it is proposed
_Row = tuple[
    Text,
    type[Form],
    Callable[[Bank, Session, str, Any], Any],
    Callable[[Bank, Unit, Change], Told],
    Callable[[Bank, Session, Change], None],
]
#: kinds that give a password
GIVING = {"account.make": _make, "account.password": _password}
_ROWS: dict[str, _Row] = {
    "account.make": (Text("开立账户", "make account"), Made, lambda *_told: None, _drawing(_make), _makeable),
    "account.roles": (Text("变更角色", "change roles of"), Roles, _stands_roles, _roles, _possible_roles),
    "account.close": (Text("关闭账户", "close account"), Closed, _stands_open, _close, _closable),
    "account.password": (
        Text("重设密码", "give a new password to"),
        Given,
        _stands_given,
        _drawing(_password),
        _others,
    ),
    "account.factor": (Text("解除第二因素", "take the second factor from"), Freed, _stands_factor, _factor, _others),
    "account.link": (Text("关联外部身份", "link an identity elsewhere to"), Linked, _stands_link, _link, _linkable),
}
LABELS = {name: row[0] for name, row in _ROWS.items()}
KINDS = tuple(
    Kind(
        name,
        label,
        "account.propose",
        "account.check",
        before=before,
        effect=effect,
        examine=formed(form, examine, about=SUBJECT),
        fields=FIELDS,
        summary=_summary,
        page=lambda subject: f"/accounts?account={_named(subject)}",
    )
    for name, (label, form, before, effect, examine) in _ROWS.items()
)


def _named(subject: str) -> str:
    return subject.partition(":")[2]
