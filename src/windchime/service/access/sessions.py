"""Sessions and API tokens: a secret of 256 bits is handed out once; its hash alone is kept."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, Refused, UnknownName
from windchime.core.ids import uuid7
from windchime.core.text import Text, _
from windchime.core.unit import Unit
from windchime.service.access.accounts import find, subject
from windchime.service.access.answering import Subject
from windchime.service.access.permissions import PERMISSIONS, granted
from windchime.service.access.policy import SignInPolicy, owed
from windchime.service.access.tables import Account, ApiToken, LoginSession, SecondFactor
from windchime.service.bank import Bank

BYTES = 32
#: a session's last use is known to within this long
TOUCH = timedelta(minutes=1)
#: how long a browser that has shown the password may take to show the code
HALF = timedelta(minutes=5)
#: `code`: the password was right, the code of the second factor is still to come
Stage = Literal["full", "code"]
#: read with each session or token, in one question
_STANDING = (
    Account.name,
    Account.active,
    Account.must_change,
    Account.roles,
    Account.branch,
    SecondFactor.confirmed_at,
)
#: asked at every request: put together once, and answered by plain rows
_BY_COOKIE = (
    select(LoginSession.stage, LoginSession.made_at, LoginSession.seen_at, LoginSession.ended_at, *_STANDING)
    .join(Account, Account.name == LoginSession.account)
    .outerjoin(SecondFactor)
    .where(LoginSession.token_hash == bindparam("hash"))
)
_BY_TOKEN = (
    select(ApiToken.expires_at, ApiToken.revoked_at, ApiToken.scopes, *_STANDING)
    .join(Account, Account.name == ApiToken.account)
    .outerjoin(SecondFactor)
    .where(ApiToken.token_hash == bindparam("hash"))
)
#: how a token is known for what it is, to scanners of leaked secrets too
PREFIX = "wct_"


class BadExpiry(BadCall):
    """A token that would have expired, or would outlive the longest time."""

    msgid = _("a token expires after now and within {days} days")

    def __init__(self, days: int) -> None:
        super().__init__(days=days)


class BeyondRoles(Refused):
    """A token for what its owner may not do."""

    msgid = _("a token does no more than its owner, and your roles do not give: {scopes}")
    hint = _("leave them out; roles are proposed by administrators and checked by management")

    def __init__(self, scopes: Collection[str]) -> None:
        told = [(name, PERMISSIONS[name].label) for name in sorted(scopes)]
        zh, en = "、".join(f"{t.zh}（{n}）" for n, t in told), ", ".join(f"{t.en} ({n})" for n, t in told)
        super().__init__(scopes=Text(zh, en))


#: tokens are renewed at least once a year
MOST_DAYS = 366


def begin(unit: Unit, account: Account, *, stage: Stage = "full") -> str:
    """Open a session; gives the secret for the cookie, which nobody knew before.

    Args:
        unit: whose actor's origin the session bears.
        account: whose.
        stage: `code` for one that speaks for nobody until the second factor was shown (`second`).
    """
    secret = secrets.token_urlsafe(BYTES)
    unit.session.add(
        LoginSession(
            token_hash=_hash(secret),
            account=account.name,
            made_at=unit.now,
            seen_at=unit.now,
            ended_at=None,
            stage=stage,
            origin=unit.actor.origin,
        )
    )
    return secret


def current(session: Session, bank: Bank, secret: str, policy: SignInPolicy) -> tuple[Subject | None, bool]:
    """Who a cookie speaks for, None where it has ended, idled too long, or its account is closed; and whether to `touch` it."""
    found = session.connection().execute(_BY_COOKIE, {"hash": _hash(secret)}).first()
    now = bank.clock.now()
    if found is None or found.stage != "full" or _over(found, now, policy):
        return None, False
    return _speaker(found, bank.name, policy), now - found.seen_at > min(TOUCH, policy.idle / 10)


def half(session: Session, bank: Bank, secret: str, policy: SignInPolicy) -> str | None:
    """The account whose password a browser has shown and whose code it still owes; None for any other secret."""
    row = session.get(LoginSession, _hash(secret))
    now = bank.clock.now()
    if row is None or row.stage != "code" or _over(row, now, policy) or now - row.made_at > HALF:
        return None
    return row.account


def opened(session: Session, name: str, now: datetime, policy: SignInPolicy) -> list[LoginSession]:
    """The open sessions of an account, the one used last first."""
    rows = session.scalars(
        select(LoginSession)
        .where(LoginSession.account == name, LoginSession.ended_at.is_(None), LoginSession.stage == "full")
        .order_by(LoginSession.seen_at.desc(), LoginSession.token_hash)
    )
    return [r for r in rows if not _over(r, now, policy)]


def id_of(row: LoginSession) -> str:
    """What a page calls a session by: it opens nothing."""
    return sha256(b"session id" + row.token_hash).hexdigest()[:16]


def is_of(row: LoginSession, secret: str) -> bool:
    """Whether a session is the one that a cookie opens."""
    return secrets.compare_digest(row.token_hash, _hash(secret))


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


def discard(unit: Unit, secret: str) -> None:
    """End the session a browser had before it signed in anew; it is nobody's sign-out."""
    row = unit.session.get(LoginSession, _hash(secret))
    if row is not None and row.ended_at is None:
        row.ended_at = unit.now


def end_one(unit: Unit, name: str, session_id: str) -> None:
    """End one session of an account, by what a page calls it; one that is not there has ended already."""
    rows = unit.session.scalars(
        select(LoginSession).where(LoginSession.account == name, LoginSession.ended_at.is_(None))
    )
    for row in (r for r in rows if id_of(r) == session_id):
        row.ended_at = unit.now
        unit.record("account.end_sessions", f"account:{name}", after={"sessions": 1})


def end_all(unit: Unit, name: str, *, but: str = "") -> int:
    """End every session of an account, after a lost device or a new password; gives their number.

    Args:
        unit: the transaction.
        name: of the account.
        but: secret of the one session that stays; empty for none.
    """
    every = unit.session.scalars(
        select(LoginSession).where(LoginSession.account == name, LoginSession.ended_at.is_(None))
    ).all()
    rows = [r for r in every if not (but and is_of(r, but))]
    for row in rows:
        row.ended_at = unit.now
    unit.record("account.end_sessions", f"account:{name}", after={"sessions": len(rows)})
    return len(rows)


def make_token(unit: Unit, label: str, scopes: Collection[str], expires_at: datetime) -> tuple[str, str]:
    """A token for a program of the actor's own: its id, and the secret, which is told here and never again.

    Nobody makes a token for somebody else: it would speak in their name. At each use it has what its owner's roles give then.

    Raises:
        UnknownName: the actor has no account, or a scope is no permission.
        BeyondRoles: a scope is none of what the owner's roles give.
        BadExpiry: in the past, or more than a year away.
    """
    account = find(unit.session, unit.actor.name)
    for scope in scopes:
        if scope not in PERMISSIONS:
            raise UnknownName("permission", scope, tuple(PERMISSIONS))
    if beyond := set(scopes) - granted(account.roles.split()):
        raise BeyondRoles(beyond)
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


def tokens(session: Session, name: str) -> list[ApiToken]:
    """The tokens an account ever made, the newest first."""
    return list(session.scalars(select(ApiToken).where(ApiToken.account == name).order_by(ApiToken.id.desc())))


def revoke(unit: Unit, token_id: str, reason: str = "", *, owner: str = "") -> None:
    """End a token at once.

    Args:
        unit: the transaction.
        token_id: which.
        reason: why.
        owner: account whose it must be; empty for anybody's.

    Raises:
        UnknownName: there is none, or it is another's.
    """
    row = unit.session.get(ApiToken, token_id)
    if row is None or (owner and row.account != owner):
        raise UnknownName("token", token_id, ())
    row.revoked_at = row.revoked_at or unit.now
    unit.record("token.revoke", f"token:{token_id}", reason=reason)


def of_token(session: Session, bank: str, secret: str, now: datetime, policy: SignInPolicy) -> Subject | None:
    """Who a program's token speaks for; None where it is unknown, revoked, expired, or its owner's account closed."""
    found = session.connection().execute(_BY_TOKEN, {"hash": _hash(secret)}).first()
    if found is None or found.revoked_at is not None or found.expires_at <= now:
        return None
    return _speaker(found, bank, policy, frozenset(found.scopes.split()))


def _speaker(
    found: Row[*tuple[Any, ...]], bank: str, policy: SignInPolicy, scopes: frozenset[str] | None = None
) -> Subject | None:
    if not found.active:
        return None
    owes = owed(found, policy, confirmed=found.confirmed_at is not None) == "second_factor"
    return subject(found, bank, scopes, owes_factor=owes)


def _over(row: LoginSession | Row[*tuple[Any, ...]], now: datetime, policy: SignInPolicy) -> bool:
    return row.ended_at is not None or now - row.seen_at > policy.idle or now - row.made_at > policy.longest


def _hash(secret: str) -> bytes:
    """A secret of 256 random bits needs no slow hash: there is nothing to guess."""
    return sha256(secret.encode()).digest()
