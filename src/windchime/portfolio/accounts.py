"""Changes of accounts as they are asked for: proposed like every change that wants four eyes, or made at once while a bank begins.

A bank begins with nobody who could check. Until two people can, whoever works at the machine itself changes accounts at once and
types the passwords; from then on they propose like everybody else.
"""

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, UnknownName
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.portfolio.access import sign_in_policy
from windchime.portfolio.account_kinds import GIVING, KINDS, SUBJECT
from windchime.service.access import checkers
from windchime.service.access.passwords import hashed
from windchime.service.bank import Bank
from windchime.service.proposals.kinds import Change

Name = Literal["account.make", "account.roles", "account.close", "account.password", "account.factor", "account.link"]
#: people who must be able to check before changes at the machine itself are proposals too
ENOUGH = 2
_BY_NAME = {k.name: k for k in KINDS}


class NoGivenPassword(BadCall):
    """A change that takes effect at once gives a password, and none was typed."""

    msgid = _("no password was typed for {account}, and the change would take effect at once")

    def __init__(self, account: str) -> None:
        super().__init__(account=account)


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
    if kind in GIVING:
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
            if kind not in GIVING:
                its.effect(bank, unit, at_once)
            elif wanted["given"] and kept is None:
                raise NoGivenPassword(account)
            else:
                GIVING[kind](bank, unit, at_once, kept)
            return None
        until = expires_at(bank, unit.session, unit.now)
        return life.propose(bank, unit, its, subject, wanted, reason=reason, expires_at=until, scopes=scopes)


def begins(bank: Bank) -> bool:
    """Whether changes at the machine still take effect at once, with passwords that are typed."""
    with bank.session() as session:
        return _begins(session)


def _begins(session: Session) -> bool:
    return len(checkers.checkers(session, ever=True)) < ENOUGH
