"""Accounts: made, given roles, signed in to, ended. A wrong password costs the same time whether the account exists or not.

Passwords are kept as Argon2id (RFC 9106, second recommended option: 64 MiB, three passes). Their rules follow NIST SP 800-63B:
a least length, no rules of composition, no forced change; guessing is held back by a pause that follows several failures.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, Refused, UnknownName
from windchime.core.text import Text, _
from windchime.core.unit import Unit, plain_name, same_person
from windchime.service.access.answering import Subject
from windchime.service.access.permissions import ROLES, conflicts
from windchime.service.access.tables import Account, LoginSession, SecondFactor


@dataclass(frozen=True, slots=True)
class SignInPolicy:
    """What a bank says of signing in; the figures are content (scheme `access`)."""

    min_password_length: int
    #: failures after which no attempt is looked at for a while
    most_failures: int
    pause: timedelta
    #: a session ends after so long without a request, and after so long in any case
    idle: timedelta
    longest: timedelta
    #: who holds one of these roles shows a second factor at every sign-in
    second_factor_roles: frozenset[str] = frozenset()
    #: attempts a minute that are looked at, from one address and at one account; 0 for no limit
    address_per_minute: int = 0
    account_per_minute: int = 0


class WeakPassword(BadCall):
    """A password that is too short, too long to be meant, or the account's own name."""

    msgid = _("a password has at least {least} characters and is not the account's name")

    def __init__(self, least: int) -> None:
        super().__init__(least=least)


class BadAccountName(BadCall):
    """A name that is empty, too long, or has characters that cannot be seen."""

    msgid = _("an account's name has 2 to 64 letters, digits, and . _ - @")

    def __init__(self) -> None:
        super().__init__()


class AccountExists(Refused):
    """The name, or one that looks the same, is taken."""

    msgid = _("there is an account {name} already, or one that looks the same")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class RolesApart(Refused):
    """Roles that one person must not hold together."""

    msgid = _("one person must not be {first} and {second}")

    def __init__(self, pair: Collection[str]) -> None:
        first, second = sorted(pair)
        super().__init__(first=ROLES[first].label, second=ROLES[second].label)


class OwnRoles(Refused):
    """Someone tried to give themselves rights."""

    msgid = _("{actor} cannot change their own account")
    hint = _("four eyes: let a second person do it")

    def __init__(self, actor: str) -> None:
        super().__init__(actor=actor)


class SignInRefused(Refused):
    """Name or password is wrong, or the account is closed or pausing: nobody is told which."""

    msgid = _("name or password is wrong, or the account is not open just now")

    def __init__(self) -> None:
        super().__init__()


def make(
    unit: Unit,
    name: str,
    label: Text | str,
    *,
    branch: str = "",
    roles: Collection[str] = (),
    password: str | None = None,
    policy: SignInPolicy,
) -> None:
    """Make an account; its password, if one is given, must be changed at the first sign-in.

    Raises:
        BadAccountName, AccountExists, WeakPassword, RolesApart, UnknownName: as named; nothing was made.
    """
    if (
        not 2 <= len(name) <= 64
        or not name.replace(".", "").replace("_", "").replace("-", "").replace("@", "").isalnum()
    ):
        raise BadAccountName
    if unit.session.scalars(select(Account).where(Account.plain_name == plain_name(name))).first():
        raise AccountExists(name)
    if password is not None:
        _examine(name, password, policy)
    account = Account(
        name=name,
        plain_name=plain_name(name),
        label=str(label),
        branch=branch,
        roles=_joined(roles),
        active=True,
        password_hash=None if password is None else _hasher().hash(password),
        must_change=password is not None,
        failures=0,
        made_by=unit.actor.name,
        made_at=unit.now,
    )
    unit.session.add(account)
    unit.session.flush()
    unit.record("account.make", f"account:{name}", after={"branch": branch, "roles": sorted(roles)})


def give_roles(unit: Unit, name: str, roles: Collection[str], *, branch: str | None = None, reason: str = "") -> None:
    """Replace somebody's roles, and their branch where one is named.

    Raises:
        OwnRoles: it is the actor's own account.
        RolesApart, UnknownName: as named.
    """
    account = find(unit.session, name)
    if same_person(unit.actor.name, name):
        raise OwnRoles(unit.actor.name)
    before = {"roles": account.roles.split(), "branch": account.branch}
    account.roles = _joined(roles)
    account.branch = account.branch if branch is None else branch
    after = {"roles": sorted(roles), "branch": account.branch}
    unit.record("account.roles", f"account:{name}", before=before, after=after, reason=reason)


def close(unit: Unit, name: str, reason: str = "") -> None:
    """End an account: its sessions and tokens end with it, its name stays taken.

    Raises:
        UnknownName: no such account.
        OwnRoles: it is the actor's own.
    """
    account = find(unit.session, name)
    if same_person(unit.actor.name, name):
        raise OwnRoles(unit.actor.name)
    account.active = False
    unit.record("account.close", f"account:{name}", reason=reason)


def change_password(unit: Unit, checked: "Checked", new: str, policy: SignInPolicy) -> None:
    """Replace one's own password, its old one checked; every session of the account ends.

    Raises:
        SignInRefused: the old password is wrong.
        WeakPassword: the new one is.
    """
    account = _of(unit.session, checked)
    if account is None or not checked.right:
        raise SignInRefused
    _examine(account.name, new, policy)
    account.password_hash, account.must_change = _hasher().hash(new), False
    open_ = update(LoginSession).where(LoginSession.account == account.name, LoginSession.ended_at.is_(None))
    unit.session.execute(open_.values(ended_at=unit.now))
    unit.record("account.password", f"account:{account.name}")


@dataclass(frozen=True, slots=True)
class Checked:
    """A name and password that were looked at. It is made outside any write transaction: a slow hash holds nobody up."""

    #: as it was typed
    name: str
    right: bool
    #: the hash it was held against: a password that was changed meanwhile was not checked
    known: str | None


def check(session: Session, name: str, password: str) -> Checked:
    """Hold a password against its hash; as slow for a name that does not exist."""
    account = session.scalars(select(Account).where(Account.plain_name == plain_name(name))).first()
    return Checked(name, _matches(account, password), account.password_hash if account else None)


def sign_in(unit: Unit, checked: Checked, policy: SignInPolicy) -> Account | None:
    """The account, where name and password are right; None otherwise, with the failure counted.

    Where the account has a second factor nobody has arrived yet: failures stay counted until its code was shown too.
    It does not raise, so that the count is kept by the transaction; callers refuse with `SignInRefused`.
    """
    account = _of(unit.session, checked)
    if account is None or pausing(account, unit.now):
        return None
    if checked.right and account.active:
        if not confirmed(unit.session, account.name):
            arrive(unit, account)
        return account
    fail(unit, account, policy)
    return None


def arrive(unit: Unit, account: Account) -> None:
    """All that was wanted was shown: failures are forgotten, and the audit chain knows who came from where."""
    account.failures, account.locked_until = 0, None
    unit.record("account.sign_in", f"account:{account.name}")


def fail(unit: Unit, account: Account, policy: SignInPolicy) -> None:
    """Something shown was wrong, password or code: it counts towards a pause of the account."""
    account.failures += 1
    if account.failures >= policy.most_failures:
        account.failures, account.locked_until = 0, unit.now + policy.pause
        unit.record("account.pause", f"account:{account.name}", after={"until": account.locked_until})


def pausing(account: Account, now: datetime) -> bool:
    """Whether no attempt at an account is looked at just now."""
    return account.locked_until is not None and account.locked_until > now


def confirmed(session: Session, name: str) -> bool:
    """Whether an account has a second factor in force."""
    row = session.get(SecondFactor, name)
    return row is not None and row.confirmed_at is not None


def _of(session: Session, checked: Checked) -> Account | None:
    found = session.scalars(select(Account).where(Account.plain_name == plain_name(checked.name))).first()
    return found if found is not None and found.password_hash == checked.known else None


def find(session: Session, name: str) -> Account:
    """The account.

    Raises:
        UnknownName: there is none.
    """
    found = session.get(Account, name)
    if found is None:
        raise UnknownName("account", name, ())
    return found


def subject(account: Account, bank: str, scopes: frozenset[str] | None = None, *, owes_factor: bool = False) -> Subject:
    """Who asks, as rules see them.

    Whose password somebody else gave has no role until they have changed it, nor has who must show a second factor and
    has none (`owes_factor`).
    """
    must = "password" if account.must_change else "second_factor" if owes_factor else ""
    roles = frozenset(() if must else account.roles.split())
    return Subject(account.name, bank, roles, account.branch, scopes, account.active, must)


def _joined(roles: Collection[str]) -> str:
    for role in roles:
        if role not in ROLES:
            raise UnknownName("role", role, tuple(ROLES))
    for pair in conflicts(frozenset(roles)):
        raise RolesApart(pair)
    return " ".join(sorted(roles))


def _examine(name: str, password: str, policy: SignInPolicy) -> None:
    # beyond a thousand characters a password is no memory but a load on the machine
    if not policy.min_password_length <= len(password) <= 1000 or same_person(name, password):
        raise WeakPassword(policy.min_password_length)


def _matches(account: Account | None, password: str) -> bool:
    known = account.password_hash if account else None
    try:
        _hasher().verify(known or _nobodys(), password[:1000])
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _nobodys() -> str:
    """A hash that is verified where there is none, so that it takes as long."""
    return _hasher().hash("nobody's")
