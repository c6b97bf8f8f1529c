"""Changes of accounts as kinds of the four eyes: made, given roles, closed, given a password, freed of a lost factor, linked.

A bank begins with nobody who could check. Until two people can, whoever works at the machine itself changes accounts at once and
types the passwords; from then on they propose like everybody else, and who proposes never knows a password: it is drawn at the
approval and told to the checker once.
"""

from collections.abc import Callable, Mapping
from secrets import token_urlsafe
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, UnknownName
from windchime.core.text import Lang, Text, _
from windchime.core.unit import Actor, Unit, same_person
from windchime.portfolio.access import sign_in_policy
from windchime.service.access import accounts, elsewhere, proving, second_factor
from windchime.service.access.accounts import OwnRoles
from windchime.service.access.passwords import hashed
from windchime.service.access.permissions import ROLES
from windchime.service.access.tables import OutsideIdentity
from windchime.service.bank import Bank
from windchime.service.proposals.forms import Form, Named, No, Words, Yes, formed
from windchime.service.proposals.kinds import Change, Kind

#: what a checker is told once, by name
Told = Mapping[str, str] | None
#: name of a password that was drawn
PASSWORD = "password"  # noqa: S105 - its name
Name = Literal["account.make", "account.roles", "account.close", "account.password", "account.factor", "account.link"]
#: people who must be able to check before changes at the machine itself are proposals too
ENOUGH = 2
#: random bytes of a password that is drawn
DRAWN = 18
#: beginning of a subject
SUBJECT = "account:"
FIELDS: Mapping[str, Text] = {
    "label": Text("姓名", "Name"),
    "branch": Text("机构", "Branch"),
    "roles": Text("角色", "Roles"),
    "given": Text(
        "批准时生成初始密码（只向复核人显示一次）", "Password drawn at the approval (told to the checker once)"
    ),
    "open": Text("账户有效", "Account open"),
    "second_factor": Text("第二因素", "Second factor"),
    "issuer": Text("身份提供方", "Provider of identities"),
    "subject": Text("提供方主体标识", "Subject at the provider"),
    "claimed": Text("首次登录时的声明值", "Value of the claim at the first sign-in"),
}


class NoGivenPassword(BadCall):
    """A change that takes effect at once gives a password, and none was typed."""

    msgid = _("no password was typed for {account}, and the change would take effect at once")

    def __init__(self, account: str) -> None:
        super().__init__(account=account)


def _once(roles: list[str]) -> list[str]:
    if len(set(roles)) != len(roles):
        raise ValueError
    return roles


class Roles(Form):
    """The roles an account shall have, and its branch."""

    roles: Annotated[list[Named], Field(max_length=len(ROLES)), AfterValidator(_once)]
    branch: Words


class Made(Roles):
    """A new account; `given`: with a password that is drawn at the approval, otherwise they sign in elsewhere."""

    label: Named
    given: bool


class Closed(Form):
    """An account that shall end."""

    open: No


class Given(Form):
    """A password shall be drawn."""

    given: Yes


class Freed(Form):
    """A second factor that shall go."""

    second_factor: No


class Linked(Form):
    """Who an account shall be elsewhere."""

    issuer: Words
    subject: Words
    claimed: Words


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
    accounts.together(change.after["roles"])
    if not accounts.checks(change.after["roles"]):
        accounts.others_check(session, accounts.find(session, change.named))


def _closable(bank: Bank, session: Session, change: Change) -> None:
    _others(bank, session, change)
    accounts.others_check(session, accounts.find(session, change.named))


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
_GIVING = {"account.make": _make, "account.password": _password}
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
_BY_NAME = {k.name: k for k in KINDS}


def change(
    bank: Bank,
    actor: Actor,
    kind: Name,
    account: str,
    after: Mapping[str, Any],
    *,
    reason: str,
    password: str | None = None,
    at_machine: bool = False,
    scopes: frozenset[str] | None = None,
) -> str | None:
    """Propose a change of an account; gives the proposal's id, None where it took effect at once.

    Args:
        bank: whose.
        actor: who asks.
        kind: of the change.
        account: name of the account.
        after: what shall stand, as `FIELDS` calls it.
        reason: why.
        password: as typed, for a change that takes effect at once and gives one; a proposal forgets it.
        at_machine: whether the actor works at the machine itself: then it takes effect at once until two people can check.
        scopes: of the token the actor came with; None for a person's session.

    Raises:
        UnknownName: no such kind, account or role.
        NoGivenPassword, WeakPassword, RolesApart, OwnRoles, LastChecker, AccountExists, BadAccountName, IdentityTaken: as named.
        And what `service.proposals.life.propose` raises.
    """
    from windchime.portfolio.four_eyes import expires_at
    from windchime.service.proposals import life

    if kind not in _BY_NAME:
        raise UnknownName("kind of proposal", kind, tuple(_BY_NAME))
    its, wanted, subject, kept = _BY_NAME[kind], dict(after), f"{SUBJECT}{account}", None
    if kind in _GIVING:
        wanted.setdefault("given", password is not None or kind == "account.password")
    if password is not None and at_machine:
        with bank.session() as session:
            least = sign_in_policy(bank, session).min_password_length
        # outside the transaction: a slow hash holds nobody up
        kept = hashed(account, password, least)
    with bank.unit(actor) as unit:
        if at_machine and _begins(unit.session):
            before = its.before(bank, unit.session, subject, wanted)
            at_once = Change("", kind, subject, before, wanted, reason, actor.name)
            its.examine(bank, unit.session, at_once)
            if kind not in _GIVING:
                its.effect(bank, unit, at_once)
            elif wanted["given"] and kept is None:
                raise NoGivenPassword(account)
            else:
                _GIVING[kind](bank, unit, at_once, kept)
            return None
        until = expires_at(bank, unit.session, unit.now)
        return life.propose(bank, unit, its, subject, wanted, reason=reason, expires_at=until, scopes=scopes)


def begins(bank: Bank) -> bool:
    """Whether changes at the machine still take effect at once, with passwords that are typed."""
    with bank.session() as session:
        return _begins(session)


def _begins(session: Session) -> bool:
    return len(accounts.checkers(session, ever=True)) < ENOUGH


def _named(subject: str) -> str:
    return subject.partition(":")[2]
