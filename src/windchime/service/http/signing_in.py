"""Signing in and out as a browser does it: name and password, then the code where there is a second factor; the session's cookie.

No answer tells which was wrong: name, password, or that the account is closed or pausing; a name that does not exist costs the
same work. Every sign-in has a secret of its own, so that whoever knew the browser's former cookie knows nothing.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from ipaddress import ip_network
from urllib.parse import urlsplit

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from windchime.core.errors import Refused
from windchime.core.text import _
from windchime.core.unit import Actor, plain_name
from windchime.service.access import elsewhere, proving, second_factor, sessions, sweeping
from windchime.service.access.accounts import find
from windchime.service.access.fetching import ElsewhereRefused
from windchime.service.access.limits import Limits
from windchime.service.access.policy import SignInPolicy
from windchime.service.access.provider import Proved
from windchime.service.access.sessions import Stage
from windchime.service.access.tables import Account
from windchime.service.bank import Bank
from windchime.service.http.visitors import cookie_name, origin_of
from windchime.service.unit import DatabaseUnit

#: of addresses a page leads on to; longer ones are no page of ours
LONGEST_PATH = 2000
#: an IPv6 customer has a network of this size, and may change addresses within it at will
NETWORK_BITS = 64


class TooManyAttempts(Refused):
    """More attempts than are looked at, from one address or at one name."""

    msgid = _("too many attempts; wait a minute")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Arrived:
    """A browser that has shown something right."""

    #: for the cookie
    secret: str
    #: `code` where the code of the second factor is still to come
    stage: Stage


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where people of one bank sign in; one an application, whose memory of attempts it keeps."""

    bank: Bank
    policy: Callable[[Session], SignInPolicy]
    limits: Limits = field(default_factory=Limits)

    def by_password(self, request: Request, name: str, password: str) -> Arrived | None:
        """Sign in by name and password; None where they do not open anything just now.

        Raises:
            TooManyAttempts: from this address, or at this name.
        """
        policy = self._rule()
        self._limit(request, plain_name(name), policy)
        with self.bank.session() as session:
            checked = proving.check(session, name, password)
        with self._unit(request, checked.name) as unit:
            account = proving.sign_in(unit, checked, policy)
            return self._let_in(unit, request, account) if account else None

    def by_code(self, request: Request, code: str) -> Arrived | None:
        """Finish a sign-in by the code of the second factor; None where it is wrong or the browser has no sign-in to finish.

        Raises:
            TooManyAttempts: from this address, or at this account.
        """
        policy, secret = self._rule(), request.cookies.get(cookie_name(request), "")
        with self.bank.session() as session:
            name = sessions.half(session, self.bank, secret, policy)
        if name is None:
            return None
        self._limit(request, plain_name(name), policy)
        with self._unit(request, name) as unit:
            account = find(unit.session, name)
            if not account.active or proving.pausing(account, unit.now):
                return None
            if not second_factor.accept(self.bank, unit, name, code):
                proving.fail(unit, account, policy)
                return None
            proving.arrive(unit, account)
            return Arrived(self._begun(unit, request, account, "full"), "full")

    def by_identity(self, request: Request, proved: Proved) -> Arrived:
        """Sign in by an identity that the provider has proved.

        Raises:
            ElsewhereRefused: no open account is that identity.
        """
        with self._unit(request, None) as unit:
            account = elsewhere.account_of(unit, proved)
            name = account.name if account and account.active and not proving.pausing(account, unit.now) else None
            if name is None:
                unit.record("account.refused", "account:?", reason="nobody's identity")
        if name is None:
            raise ElsewhereRefused("nobody's identity")
        with self._unit(request, name) as unit:
            account = find(unit.session, name)
            if not proving.confirmed(unit.session, name):
                proving.arrive(unit, account)
            return self._let_in(unit, request, account)

    def refused_elsewhere(self, request: Request, why: str) -> None:
        """Put on record that an answer of the provider was not accepted, and why."""
        with self._unit(request, None) as unit:
            unit.record("account.refused", "account:?", reason=f"elsewhere: {why}")

    def limit(self, request: Request, name: str) -> None:
        """Count an attempt at something a password or code is asked for.

        Raises:
            TooManyAttempts: there were too many.
        """
        self._limit(request, plain_name(name), self._rule())

    def is_half(self, request: Request) -> bool:
        """Whether the browser has shown a password and owes the code."""
        policy, secret = self._rule(), request.cookies.get(cookie_name(request), "")
        with self.bank.session() as session:
            return sessions.half(session, self.bank, secret, policy) is not None

    def again(self, request: Request, name: str) -> Arrived:
        """A session in place of those that a new password has ended, for the browser that has shown the old one."""
        with self._unit(request, name) as unit:
            return Arrived(self._begun(unit, request, find(unit.session, name), "full"), "full")

    def _rule(self) -> SignInPolicy:
        with self.bank.session() as session:
            return self.policy(session)

    def _limit(self, request: Request, name: str, policy: SignInPolicy) -> None:
        now, limits = self.bank.clock.now(), self.limits
        asked = (
            (f"address:{network_of(request)}", policy.address_per_minute),
            (f"name:{name[:100]}", policy.account_per_minute),
        )
        # both are counted, whichever is empty
        allowed = [limits.allow(key, rate, now) for key, rate in asked]
        if not all(allowed):
            raise TooManyAttempts

    def _let_in(self, unit: DatabaseUnit, request: Request, account: Account) -> Arrived:
        stage: Stage = "code" if proving.confirmed(unit.session, account.name) else "full"
        return Arrived(self._begun(unit, request, account, stage), stage)

    def _begun(self, unit: DatabaseUnit, request: Request, account: Account, stage: Stage) -> str:
        """A new session; the one the browser came with ends, and some that are over are forgotten."""
        sweeping.sweep(unit, self.policy(unit.session))
        if former := request.cookies.get(cookie_name(request)):
            sessions.discard(unit, former)
        return sessions.begin(unit, account, stage=stage)

    def _unit(self, request: Request, name: str | None) -> AbstractContextManager[DatabaseUnit]:
        who = (
            Actor(name, origin=origin_of(request, "session")) if name else Actor("-", "system", origin_of(request, "-"))
        )
        return self.bank.unit(who)


def remember(request: Request, response: Response, secret: str) -> None:
    """Set the session's cookie: out of reach for scripts, over TLS alone where the page is, not sent with foreign forms."""
    response.set_cookie(
        cookie_name(request),
        secret,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )


def forget(request: Request, response: Response) -> None:
    """Take the session's cookie back."""
    response.delete_cookie(
        cookie_name(request), httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/"
    )


def own_path(asked: str) -> str:
    """Where to go on to after signing in: the path asked for where it is one of ours, the first page otherwise.

    Browsers read a backslash as a slash, leave out controls, and take `//host` for another host: none of it is a path here.
    """
    plain = asked.isascii() and asked.isprintable() and " " not in asked and "\\" not in asked
    if not plain or len(asked) > LONGEST_PATH or not asked.startswith("/") or asked.startswith("//"):
        return "/"
    try:
        parts = urlsplit(asked)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path == "/sign-out" or parts.path.startswith("/sign-in"):
        return "/"
    return asked


def network_of(request: Request) -> str:
    """The address a request came from, of IPv6 the network: by it attempts are counted."""
    host = request.client.host if request.client else "-"
    try:
        return str(ip_network(f"{host}/{NETWORK_BITS}", strict=False)) if ":" in host else host
    except ValueError:
        return host
