"""Whether somebody may propose or check: asked of the account as it is in this transaction, not as it was a page ago."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from windchime.core.errors import Refused
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.service.access.accounts import subject
from windchime.service.access.answering import Answer, Resource, Subject, answer
from windchime.service.access.tables import Account
from windchime.service.bank import Bank

#: whoever has this may close a proposal that is damaged in the database, whoever made it
CLOSE = "proposal.close"


class TokenChecks(Refused):
    """A program came to check, with the token of a person who may."""

    msgid = _("a proposal is checked by a person who is signed in, not with a token")

    def __init__(self) -> None:
        super().__init__()


def asker(session: Session, bank: Bank, actor: Actor, scopes: frozenset[str] | None = None) -> Subject | None:
    """Who asks, as rules see them now; None where the bank has no account yet, and all is open to this machine.

    Args:
        session: of the bank's database.
        bank: whose accounts.
        actor: who acts; one without an account has no role.
        scopes: of the token they came with; None for a person's session.
    """
    if not session.scalar(select(exists().where(Account.name.is_not(None)))):
        return None
    account = session.get(Account, actor.name)
    if account is None:
        return Subject(actor.name, bank.name, frozenset())
    return subject(account, bank.name, scopes)


def refusal(who: Subject | None, permission: str, resource: Resource | None) -> Answer | None:
    """Why somebody may not; None where they may."""
    if who is None:
        return None
    found = answer(who, permission, resource)
    return None if found.allowed else found
