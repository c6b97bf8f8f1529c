"""Who signs in elsewhere: attempts that are awaited back once, and which account an identity of the provider is.

Nobody gets an account by signing in: an administrator proposes which identity is which account, and a second person checks it.
"""

import secrets
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, Refused
from windchime.core.text import _
from windchime.core.unit import Unit, same_person
from windchime.service.access.accounts import OwnRoles, find
from windchime.service.access.fetching import ElsewhereRefused
from windchime.service.access.provider import Proved
from windchime.service.access.tables import Account, OutsideAttempt, OutsideIdentity

#: how long somebody may take at the provider
WAITS = timedelta(minutes=10)
BYTES = 32


class IdentityTaken(Refused):
    """The identity is another account's."""

    msgid = _("this identity belongs to another account already")

    def __init__(self) -> None:
        super().__init__()


class NoIdentity(BadCall):
    """Neither the provider's subject nor the value of the claim was told, or both."""

    msgid = _("name either the subject at the provider or the value of the claim")

    def __init__(self) -> None:
        super().__init__()


def begin(unit: Unit, leads_to: str) -> str:
    """Await an answer; gives the secret for the browser's cookie. Attempts nobody came back from are forgotten."""
    unit.session.execute(delete(OutsideAttempt).where(OutsideAttempt.made_at < unit.now - WAITS))
    secret = secrets.token_urlsafe(BYTES)
    unit.session.add(OutsideAttempt(attempt_hash=_hash(secret), made_at=unit.now, leads_to=leads_to))
    return secret


def take(unit: Unit, secret: str) -> str:
    """End an attempt, so that no second answer counts; gives where it leads to.

    Raises:
        ElsewhereRefused: it is not awaited, any more or at all.
    """
    row = unit.session.get(OutsideAttempt, _hash(secret))
    if row is None or unit.now - row.made_at > WAITS:
        raise ElsewhereRefused("not awaited")
    unit.session.delete(row)
    return row.leads_to


def account_of(unit: Unit, proved: Proved) -> Account | None:
    """The account of an identity; one that is known by its claim alone is bound to the subject from here on."""
    mine = select(OutsideIdentity).where(OutsideIdentity.issuer == proved.issuer)
    row = unit.session.scalars(mine.where(OutsideIdentity.oidc_subject == proved.subject)).first()
    if row is None and proved.claimed:
        waiting = mine.where(OutsideIdentity.oidc_subject.is_(None), OutsideIdentity.claimed == proved.claimed)
        row = unit.session.scalars(waiting).one_or_none()
        if row is not None:
            row.oidc_subject = proved.subject
            unit.record("account.first_elsewhere", f"account:{row.account}", after={"issuer": proved.issuer})
    return find(unit.session, row.account) if row is not None else None


def link(unit: Unit, name: str, issuer: str, *, subject: str = "", claimed: str = "", reason: str = "") -> None:
    """Say who an account is at a provider, in place of who it was there.

    Args:
        unit: the transaction.
        name: of the account.
        issuer: of the provider.
        subject: its own, lasting name of the person; empty where the claim is told.
        claimed: what the configured claim says of them at the first sign-in; empty where the subject is told.
        reason: why.

    Raises:
        UnknownName: no such account.
        OwnRoles: it is the actor's own.
        NoIdentity: neither or both are told.
        IdentityTaken: it is another account's.
    """
    account = find(unit.session, name)
    if same_person(unit.actor.name, name):
        raise OwnRoles(unit.actor.name)
    free(unit.session, name, issuer, subject=subject, claimed=claimed)
    row = unit.session.get(OutsideIdentity, account.name)
    before = None if row is None else told(row)
    if row is None:
        row = OutsideIdentity(account=account.name, issuer=issuer, linked_at=unit.now)
        unit.session.add(row)
    row.issuer, row.oidc_subject, row.claimed, row.linked_at = issuer, subject or None, claimed or None, unit.now
    unit.session.flush()
    unit.record("account.link", f"account:{name}", before=before, after=told(row), reason=reason)


def free(session: Session, name: str, issuer: str, *, subject: str, claimed: str) -> None:
    """See that an identity could become an account's.

    Raises:
        NoIdentity, IdentityTaken: as named.
    """
    if bool(subject) == bool(claimed):
        raise NoIdentity
    same = OutsideIdentity.oidc_subject == subject if subject else OutsideIdentity.claimed == claimed
    others = select(OutsideIdentity).where(OutsideIdentity.issuer == issuer, same, OutsideIdentity.account != name)
    if session.scalars(others).first() is not None:
        raise IdentityTaken


def told(row: OutsideIdentity) -> dict[str, str]:
    """An identity as a proposal and the audit chain tell it."""
    return {"issuer": row.issuer, "subject": row.oidc_subject or "", "claimed": row.claimed or ""}


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
