"""A token made at the machine, by whoever shows the password and the code of the account it shall speak for."""

from collections.abc import Collection
from datetime import timedelta

from windchime.core.unit import Actor
from windchime.portfolio import proof
from windchime.service.access import accounts, proving, sessions
from windchime.service.bank import Bank


def wants_code(bank: Bank, name: str) -> bool:
    """Whether a code is wanted besides the password.

    Raises:
        UnknownName: no such account.
    """
    with bank.session() as session:
        return proving.confirmed(session, accounts.find(session, name).name)


def make_token(
    bank: Bank, name: str, password: str, code: str, *, label: str, scopes: Collection[str], days: int, origin: str
) -> tuple[str, str]:
    """A token of an account: its id, and the secret, which is told here and never again.

    Raises:
        SignInRefused, UnfinishedAccount: as `proof.show` raises them.
        UnknownName, BadExpiry: as `sessions.make_token` raises them.
    """
    proof.show(bank, name, password, code, origin=origin)
    with bank.unit(Actor(name, origin=origin)) as unit:
        return sessions.make_token(unit, label, scopes, unit.now + timedelta(days=days))
