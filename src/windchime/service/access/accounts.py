"""Accounts: made, given roles, given a password by somebody else, ended."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from windchime.core.errors import Refused, UnknownName
from windchime.core.text import Text, _
from windchime.core.unit import Unit, plain_name, same_person
from windchime.service.access.answering import Subject
from windchime.service.access.checkers import checks, others_check, together
from windchime.service.access.names import examine_name
from windchime.service.access.passwords import hashed
from windchime.service.access.policy import SignInPolicy as SignInPolicy  # noqa: PLC0414 - known by this name here too
from windchime.service.access.tables import Account, ApiToken, LoginSession


class AccountExists(Refused):
    """The name, or one that looks the same, is taken."""

    msgid = _("there is an account {name} already, or one that looks the same")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class OwnRoles(Refused):
    """Someone tried to give themselves rights."""

    msgid = _("{actor} cannot change their own account")
    hint = _("four eyes: let a second person do it")

    def __init__(self, actor: str) -> None:
        super().__init__(actor=actor)


def make(
    unit: Unit,
    name: str,
    label: Text | str,
    *,
    branch: str = "",
    roles: Collection[str] = (),
    password: str | None = None,
    kept: str | None = None,
    policy: SignInPolicy,
) -> None:
    """Make an account; its password, if one is given, must be changed at the first sign-in.

    Args:
        unit: the transaction.
        name: by which they sign in.
        label: what people call them.
        branch: where they work; empty for none.
        roles: theirs.
        password: given to them; None for an account that signs in elsewhere.
        kept: the hash of a given password, in place of the password itself.
        policy: what a password must be.

    Raises:
        BadAccountName, AccountExists, WeakPassword, RolesApart, UnknownName: as named; nothing was made.
    """
    examine(unit.session, name, roles)
    kept = hashed(name, password, policy.min_password_length) if password is not None else kept
    account = Account(
        name=name,
        plain_name=plain_name(name),
        label=str(label),
        branch=branch,
        roles=" ".join(sorted(roles)),
        active=True,
        password_hash=kept,
        must_change=kept is not None,
        failures=0,
        made_by=unit.actor.name,
        made_at=unit.now,
    )
    unit.session.add(account)
    unit.session.flush()
    unit.record("account.make", f"account:{name}", after={"branch": branch, "roles": sorted(roles)})
    _told(unit, "made")


def examine(session: Session, name: str, roles: Collection[str]) -> None:
    """See that an account could be made.

    Raises:
        BadAccountName, AccountExists, RolesApart, UnknownName: it could not.
    """
    examine_name(name)
    if called(session, name) is not None:
        raise AccountExists(name)
    together(roles)


def give_roles(unit: Unit, name: str, roles: Collection[str], *, branch: str | None = None, reason: str = "") -> None:
    """Replace somebody's roles, and their branch where one is named.

    Raises:
        OwnRoles: it is the actor's own account.
        LastChecker: nobody would be left who checks accounts.
        RolesApart, UnknownName: as named.
    """
    account = _others(unit, name)
    together(roles)
    if not checks(roles):
        others_check(unit.session, account)
    before = {"roles": account.roles.split(), "branch": account.branch}
    account.roles = " ".join(sorted(roles))
    account.branch = account.branch if branch is None else branch
    after = {"roles": sorted(roles), "branch": account.branch}
    unit.record("account.roles", f"account:{name}", before=before, after=after, reason=reason)
    _told(unit, "roles")


def close(unit: Unit, name: str, reason: str = "") -> None:
    """End an account: its sessions and tokens end with it, its name stays taken.

    Raises:
        UnknownName: no such account.
        OwnRoles: it is the actor's own.
        LastChecker: nobody would be left who checks accounts.
    """
    account = _others(unit, name)
    others_check(unit.session, account)
    account.active = False
    unit.record("account.close", f"account:{name}", reason=reason)
    _told(unit, "closed")


def give_password(unit: Unit, name: str, kept: str, reason: str = "") -> None:
    """Replace somebody's forgotten password; they must change it, and all their sessions and tokens end.

    Args:
        unit: the transaction.
        name: whose.
        kept: hash of the new one.
        reason: why.

    Raises:
        UnknownName: no such account.
        OwnRoles: it is the actor's own, who changes it by the old one.
    """
    account = _others(unit, name)
    account.password_hash, account.must_change = kept, True
    account.failures, account.locked_until = 0, None
    open_ = update(LoginSession).where(LoginSession.account == name, LoginSession.ended_at.is_(None))
    unit.session.execute(open_.values(ended_at=unit.now))
    theirs = update(ApiToken).where(ApiToken.account == name, ApiToken.revoked_at.is_(None))
    unit.session.execute(theirs.values(revoked_at=unit.now))
    unit.record("account.given_password", f"account:{name}", reason=reason)


def _told(unit: Unit, change: str) -> None:
    """To other systems, without the name, which may be an e-mail address: the audit record has it."""
    unit.emit("account.changed", "account:*", {"change": change})


def called(session: Session, name: str) -> Account | None:
    """The account of a name, however it is typed; None where there is none."""
    return session.scalars(select(Account).where(Account.plain_name == plain_name(name))).first()


def find(session: Session, name: str) -> Account:
    """The account.

    Raises:
        UnknownName: there is none.
    """
    found = session.get(Account, name)
    if found is None:
        raise UnknownName("account", name, ())
    return found


def subject(
    account: Account | Row[*tuple[Any, ...]],
    bank: str,
    scopes: frozenset[str] | None = None,
    *,
    owes_factor: bool = False,
) -> Subject:
    """Who asks, as rules see them.

    Whose password somebody else gave has no role until they have changed it, nor has who must show a second factor and
    has none (`owes_factor`).
    """
    must = "password" if account.must_change else "second_factor" if owes_factor else ""
    roles = frozenset(() if must else account.roles.split())
    return Subject(account.name, bank, roles, account.branch, scopes, account.active, must)


def _others(unit: Unit, name: str) -> Account:
    """An account that is not the actor's own."""
    account = find(unit.session, name)
    if same_person(unit.actor.name, name):
        raise OwnRoles(unit.actor.name)
    return account
