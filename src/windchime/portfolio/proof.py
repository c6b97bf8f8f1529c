"""Who somebody at the machine is, shown as at the sign-in page: the password of an open account, and its code if it has one."""

from sqlalchemy import exists, select

from windchime.core.errors import Refused
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.portfolio.access import sign_in_policy
from windchime.service.access import accounts, proving, second_factor
from windchime.service.access.policy import owed
from windchime.service.access.proving import SignInRefused
from windchime.service.access.tables import Account
from windchime.service.bank import Bank
from windchime.service.http.enforcing import UnfinishedAccount
from windchime.service.proposals.asking import asker, refusal
from windchime.service.proposals.errors import MayNot


class NoOpenAccount(Refused):
    """Somebody without an open account checks, in a bank that has accounts."""

    msgid = _("{actor} has no open account and can check nothing")
    hint = _("name the account with --actor; its password and code are asked for")

    def __init__(self, actor: str) -> None:
        super().__init__(actor=actor)


def has_accounts(bank: Bank) -> bool:
    """Whether the bank has accounts; until then whoever is at the machine is believed."""
    with bank.session() as session:
        return bool(session.scalar(select(exists().where(Account.name.is_not(None)))))


def open_account(bank: Bank, name: str) -> tuple[str, bool]:
    """The account's own name, and whether it has a second factor.

    Raises:
        NoOpenAccount: nobody of this name has an open one.
    """
    with bank.session() as session:
        found = accounts.called(session, name)
        if found is None or not found.active:
            raise NoOpenAccount(name)
        return found.name, proving.confirmed(session, found.name)


def show(bank: Bank, name: str, password: str, code: str, *, origin: str) -> None:
    """See that somebody is who they say; a failure is counted as at the sign-in page.

    Raises:
        SignInRefused: password or code is wrong, or the account is closed or pausing.
        UnfinishedAccount: the account must settle something first.
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


def let(bank: Bank, actor: Actor, permission: str) -> None:
    """See that somebody's account has a permission now, over anything at all; every permission is had where there are no accounts.

    Raises:
        MayNot: it has not.
    """
    with bank.session() as session:
        why = refusal(asker(session, bank, actor), permission, None)
    if why is not None:
        raise MayNot(actor.name, why)
