"""Who asks: a browser by its session, a program by its token, or the one user of a machine where no account exists yet."""

from dataclasses import dataclass
from typing import Literal

from fastapi import Request
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from windchime.core.unit import Actor
from windchime.service.access import sessions
from windchime.service.access.accounts import SignInPolicy
from windchime.service.access.answering import Subject
from windchime.service.access.tables import Account
from windchime.service.bank import Bank
from windchime.service.banks import plain_host
from windchime.service.http.reaching import LOCAL_NAMES, through_proxy

#: over TLS the prefix makes browsers refuse a cookie that another host, or a page without TLS, has set (RFC 6265bis §4.1.3)
SECURE_COOKIE = "__Host-windchime_session"
PLAIN_COOKIE = "windchime_session"
#: of a browser that has signed in before; it opens nothing (`access.devices`)
SECURE_DEVICE = "__Host-windchime_device"
PLAIN_DEVICE = "windchime_device"
#: scheme of the Authorization header
BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, and how they proved it."""

    #: `local`: no account exists, and this machine was asked under one of its own names
    by: Literal["session", "token", "local"]
    actor: Actor
    #: None for a local visitor, to whom all is open
    subject: Subject | None


def cookie_name(request: Request) -> str:
    """Name of the session's cookie: another one over TLS than without."""
    return SECURE_COOKIE if request.url.scheme == "https" else PLAIN_COOKIE


def device_cookie_name(request: Request) -> str:
    """Name of the cookie by which a browser is known."""
    return SECURE_DEVICE if request.url.scheme == "https" else PLAIN_DEVICE


def visitor(
    request: Request, session: Session, bank: Bank, policy: SignInPolicy, *, local: Actor | None
) -> tuple[Visitor | None, bool]:
    """Who asks, None for a stranger; and whether their session is to be touched once this one is closed.

    Args:
        request: with a bearer token, or the cookie of a session; never both ways at once: a token goes first.
        session: of the bank's database.
        bank: whose accounts.
        policy: how long sessions last.
        local: who acts where the bank has no account yet, and is asked under a name of this machine; None where strangers
            could reach this address. Under another name, with a proxy's headers, or in HTTP/1.0, a proxy that nobody told us
            of may have led a stranger here.
    """
    given = request.headers.get("authorization", "")
    token = given[len(BEARER) :].strip() if given.lower().startswith(BEARER) else ""
    secret = request.cookies.get(cookie_name(request), "")
    subject, stale = None, False
    if token:
        subject = sessions.of_token(session, bank.name, token, bank.clock.now(), policy)
    elif secret:
        subject, stale = sessions.current(session, bank, secret, policy)
    # a cookie may be left of another bank of this machine (cookies know no ports); whoever sends a token is no user of it
    if subject is None and not token and local is not None and _of_this_machine(request) and not any_account(session):
        return Visitor("local", Actor(local.name, local.kind, origin_of(request, "local")), None), False
    if subject is None:
        return None, False
    by: Literal["session", "token"] = "token" if token else "session"
    return Visitor(by, Actor(subject.account, "person", origin_of(request, by)), subject), stale


def touch(request: Request, bank: Bank, found: Visitor) -> None:
    """A visitor's session was used: it idles from now."""
    with bank.unit(found.actor) as unit:
        sessions.touch(unit, request.cookies.get(cookie_name(request), ""))


def any_account(session: Session) -> bool:
    """Whether the bank has accounts: from the first one on, nobody comes in without."""
    return bool(session.scalar(select(exists().where(Account.name.is_not(None)))))


def _of_this_machine(request: Request) -> bool:
    return plain_host(request.headers.get("host", "")) in LOCAL_NAMES and not through_proxy(request)


def origin_of(request: Request, by: str) -> str:
    """Where a change came from, for the audit chain."""
    return f"{by} {request.client.host if request.client else '-'}"
