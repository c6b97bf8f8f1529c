"""Sessions and API tokens: a secret of 256 bits is handed out once; its hash alone is kept."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, UnknownName
from windchime.core.ids import uuid7
from windchime.core.text import _
from windchime.core.unit import Unit
from windchime.service.access.accounts import SignInPolicy, find, subject
from windchime.service.access.answering import Subject
from windchime.service.access.permissions import PERMISSIONS
from windchime.service.access.tables import Account, ApiToken, LoginSession
from windchime.service.bank import Bank

BYTES = 32
#: a session's last use is known to within this long
TOUCH = timedelta(minutes=1)
#: how a token is known for what it is, to scanners of leaked secrets too
PREFIX = "wct_"


class BadExpiry(BadCall):
    """A token that would have expired, or would outlive the longest time."""

    msgid = _("a token expires after now and within {days} days")

    def __init__(self, days: int) -> None:
        super().__init__(days=days)


#: tokens are renewed at least once a year
MOST_DAYS = 366


def begin(unit: Unit, account: Account) -> str:
    """Open a session; gives the secret for the cookie."""
    secret = secrets.token_urlsafe(BYTES)
    unit.session.add(
        LoginSession(token_hash=_hash(secret), account=account.name, made_at=unit.now, seen_at=unit.now, ended_at=None)
    )
    return secret


def current(session: Session, bank: Bank, secret: str, policy: SignInPolicy) -> tuple[Subject | None, bool]:
    """Who a cookie speaks for, None where it has ended, idled too long, or its account is closed; and whether to `touch` it."""
    now, row = bank.clock.now(), session.get(LoginSession, _hash(secret))
    if row is None or row.ended_at is not None:
        return None, False
    if now - row.seen_at > policy.idle or now - row.made_at > policy.longest:
        return None, False
    account = find(session, row.account)
    if not account.active:
        return None, False
    return subject(account, bank.name), now - row.seen_at > min(TOUCH, policy.idle / 10)


def touch(unit: Unit, secret: str) -> None:
    """A session was used: it idles from now. Done once in a while, so that reading needs no write."""
    row = unit.session.get(LoginSession, _hash(secret))
    if row is not None and row.ended_at is None:
        row.seen_at = unit.now


def end(unit: Unit, secret: str) -> None:
    """Sign out; a session that is not there is signed out already."""
    row = unit.session.get(LoginSession, _hash(secret))
    if row is not None and row.ended_at is None:
        row.ended_at = unit.now
        unit.record("account.sign_out", f"account:{row.account}")


def end_all(unit: Unit, name: str) -> int:
    """End every session of an account, after a lost device or a new password; gives their number."""
    rows = unit.session.scalars(
        select(LoginSession).where(LoginSession.account == name, LoginSession.ended_at.is_(None))
    ).all()
    for row in rows:
        row.ended_at = unit.now
    unit.record("account.end_sessions", f"account:{name}", after={"sessions": len(rows)})
    return len(rows)


def make_token(unit: Unit, label: str, scopes: Collection[str], expires_at: datetime) -> tuple[str, str]:
    """A token for a program of the actor's own: its id, and the secret, which is told here and never again.

    Nobody makes a token for somebody else: it would speak in their name.

    Raises:
        UnknownName: the actor has no account, or a scope is no permission.
        BadExpiry: in the past, or more than a year away.
    """
    account = find(unit.session, unit.actor.name)
    for scope in scopes:
        if scope not in PERMISSIONS:
            raise UnknownName("permission", scope, tuple(PERMISSIONS))
    if not 0 < (expires_at - unit.now).total_seconds() <= MOST_DAYS * 86_400:
        raise BadExpiry(MOST_DAYS)
    token_id, secret = uuid7(unit.clock), PREFIX + secrets.token_urlsafe(BYTES)
    unit.session.add(
        ApiToken(
            id=token_id,
            token_hash=_hash(secret),
            account=account.name,
            label=label,
            scopes=" ".join(sorted(scopes)),
            made_at=unit.now,
            expires_at=expires_at,
            revoked_at=None,
        )
    )
    after = {"account": account.name, "scopes": sorted(scopes), "expires_at": expires_at}
    unit.record("token.make", f"token:{token_id}", after=after)
    return token_id, secret


def revoke(unit: Unit, token_id: str, reason: str = "") -> None:
    """End a token at once.

    Raises:
        UnknownName: there is none.
    """
    row = unit.session.get(ApiToken, token_id)
    if row is None:
        raise UnknownName("token", token_id, ())
    row.revoked_at = row.revoked_at or unit.now
    unit.record("token.revoke", f"token:{token_id}", reason=reason)


def of_token(session: Session, bank: str, secret: str, now: datetime) -> Subject | None:
    """Who a program's token speaks for; None where it is unknown, revoked, expired, or its owner's account closed."""
    row = session.scalars(select(ApiToken).where(ApiToken.token_hash == _hash(secret))).first()
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    account = find(session, row.account)
    return subject(account, bank, frozenset(row.scopes.split())) if account.active else None


def _hash(secret: str) -> bytes:
    """A secret of 256 random bits needs no slow hash: there is nothing to guess."""
    return sha256(secret.encode()).digest()
