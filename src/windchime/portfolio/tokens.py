"""A token made at the machine, by whoever shows the password and the code of the account it shall speak for."""

from collections.abc import Collection
from datetime import timedelta

from windchime.core.unit import Actor
from windchime.portfolio.access import sign_in_policy
from windchime.service.access import accounts, proving, second_factor, sessions
from windchime.service.access.policy import owed
from windchime.service.access.proving import SignInRefused
from windchime.service.bank import Bank
from windchime.service.http.enforcing import UnfinishedAccount


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
        SignInRefused: password or code is wrong, or the account is closed or pausing; it is counted as at the sign-in page.
        UnfinishedAccount: the account must settle something first.
        UnknownName, BadExpiry: as `sessions.make_token` raises them.
    """
    with bank.session() as session:
        policy = sign_in_policy(bank, session)
        checked = proving.check(session, name, password)
    with bank.unit(Actor(name, origin=origin)) as unit:
        account = proving.sign_in(unit, checked, policy)
        if account is not None and proving.confirmed(unit.session, account.name):
            if second_factor.accept(bank, unit, account.name, code):
                proving.arrive(unit, account)
            else:
                proving.fail(unit, account, policy)
                account = None
        held = account is not None and proving.confirmed(unit.session, account.name)
        owes = "" if account is None else owed(account, policy, confirmed=held)
    if account is None:
        raise SignInRefused
    if owes:
        raise UnfinishedAccount(owes)
    with bank.unit(Actor(name, origin=origin)) as unit:
        return sessions.make_token(unit, label, scopes, unit.now + timedelta(days=days))
