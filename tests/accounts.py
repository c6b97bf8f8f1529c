"""Accounts for tests: made, settled and signed in without the cost of a password."""

from collections.abc import Collection

from windchime.core.unit import Actor
from windchime.service.access import accounts, sessions
from windchime.service.access.accounts import SignInPolicy
from windchime.service.access.tables import SecondFactor
from windchime.service.bank import Bank

#: who makes accounts in tests
ROOT = Actor("root")


def an_account(
    bank: Bank, name: str, roles: Collection[str], policy: SignInPolicy, *, branch: str = "", factor: bool = True
) -> str:
    """An account that owes nothing: no given password, and a second factor in force (of which nobody knows the secret)."""
    with bank.unit(ROOT) as unit:
        accounts.make(unit, name, name, branch=branch, roles=roles, policy=policy)
        if factor:
            unit.session.add(
                SecondFactor(account=name, secret=b"not a box", offered=None, confirmed_at=unit.now, last_step=0)
            )
    return name


def a_session(bank: Bank, name: str) -> str:
    """The secret for the cookie of somebody who is signed in."""
    with bank.unit(Actor(name, origin="session test")) as unit:
        return sessions.begin(unit, accounts.find(unit.session, name))
