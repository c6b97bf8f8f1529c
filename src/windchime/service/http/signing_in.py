"""Signing in and out as a browser does it: name and password, then the code where there is a second factor; its cookies.

No answer tells which was wrong: name, password, or that the account is closed or pausing; a name that does not exist costs the
same work. Every sign-in has a secret of its own, so that whoever knew the browser's former cookie knows nothing. A browser that
has signed in is known by a second cookie (`access.devices`): what strangers try at the account is not counted against it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from ipaddress import ip_network

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from windchime.core.errors import Refused
from windchime.core.text import _
from windchime.core.unit import Actor, plain_name
from windchime.service.access import devices, elsewhere, proving, second_factor, sessions, sweeping
from windchime.service.access.accounts import called, find
from windchime.service.access.devices import Remembered
from windchime.service.access.fetching import ElsewhereRefused
from windchime.service.access.limits import Limits
from windchime.service.access.policy import SignInPolicy
from windchime.service.access.provider import Proved
from windchime.service.access.sessions import Stage
from windchime.service.access.tables import Account
from windchime.service.bank import Bank
from windchime.service.http.visitors import cookie_name, device_cookie_name, origin_of
from windchime.service.unit import DatabaseUnit

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
    #: by what the browser is known from here on; None where it goes on as it is
    device: Remembered | None = None


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
        device = self._known(request, name, policy)
        self._limit(request, name, policy, device)
        with self.bank.session() as session:
            checked = proving.check(session, name, password)
        with self._unit(request, checked.name) as unit:
            account = proving.sign_in(unit, checked, policy, device)
            return self._let_in(unit, request, account, policy) if account else None

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
        device = self._known(request, name, policy)
        self._limit(request, name, policy, device)
        with self._unit(request, name) as unit:
            account = find(unit.session, name)
            if not account.active or proving.waits(unit.session, account, device, unit.now):
                return None
            if not second_factor.accept(self.bank, unit, name, code):
                proving.fail(unit, account, policy, device)
                return None
            proving.arrive(unit, account, device)
            return self._arrived(unit, request, account, policy)

    def by_identity(self, request: Request, proved: Proved) -> Arrived:
        """Sign in by an identity that the provider has proved; a pause is not asked for, as nothing was guessed.

        The browser is not remembered: on its way back from the provider it does not show by what it is known.

        Raises:
            ElsewhereRefused: no open account is that identity.
        """
        with self._unit(request, None) as unit:
            account = elsewhere.account_of(unit, proved)
            name = account.name if account and account.active else None
            if name is None:
                unit.record("account.refused", "account:?", reason="nobody's identity")
        if name is None:
            raise ElsewhereRefused("nobody's identity")
        with self._unit(request, name) as unit:
            stage: Stage = "code" if proving.confirmed(unit.session, name) else "full"
            if stage == "full":
                unit.record("account.sign_in", f"account:{name}")
            return Arrived(self._begun(unit, request, find(unit.session, name), stage), stage)

    def refused_elsewhere(self, request: Request, why: str) -> None:
        """Put on record that an answer of the provider was not accepted, and why."""
        with self._unit(request, None) as unit:
            unit.record("account.refused", "account:?", reason=f"elsewhere: {why}")

    def limit(self, request: Request, name: str) -> None:
        """Count an attempt at something a password or code is asked for.

        Raises:
            TooManyAttempts: there were too many.
        """
        policy = self._rule()
        self._limit(request, name, policy, self._known(request, name, policy))

    def device(self, request: Request, name: str) -> bytes | None:
        """Under which known browser of an account an attempt counts (`proving.fail`); None for that of any stranger."""
        return self._known(request, name, self._rule())

    def is_half(self, request: Request) -> bool:
        """Whether the browser has shown a password and owes the code."""
        policy, secret = self._rule(), request.cookies.get(cookie_name(request), "")
        with self.bank.session() as session:
            return sessions.half(session, self.bank, secret, policy) is not None

    def again(self, request: Request, name: str) -> Arrived:
        """A session in place of those that a new password has ended, for the browser that has shown the old one."""
        policy = self._rule()
        with self._unit(request, name) as unit:
            return self._arrived(unit, request, find(unit.session, name), policy)

    def _rule(self) -> SignInPolicy:
        with self.bank.session() as session:
            return self.policy(session)

    def _known(self, request: Request, name: str, policy: SignInPolicy) -> bytes | None:
        """Which known browser of an account asks; None for a stranger, and for one that pauses and so counts as one."""
        cookie, now = request.cookies.get(device_cookie_name(request), ""), self.bank.clock.now()
        if not cookie:
            return None
        with self.bank.session() as session:
            account = called(session, name)
            device = devices.known(self.bank, account, cookie, policy, now)
            return device if account and devices.counting(session, account, device, now) is not account else None

    def _limit(self, request: Request, name: str, policy: SignInPolicy, device: bytes | None) -> None:
        now, limits, network = self.bank.clock.now(), self.limits, network_of(request)
        one, all_ = (
            (f"known:{device.hex()}", f"known from:{network}")
            if device
            else (f"name:{plain_name(name)[:100]}", f"address:{network}")
        )
        asked = ((all_, policy.address_per_minute), (one, policy.account_per_minute))
        # both are counted, whichever is empty
        allowed = [limits.allow(key, rate, now) for key, rate in asked]
        if not all(allowed):
            raise TooManyAttempts

    def _let_in(self, unit: DatabaseUnit, request: Request, account: Account, policy: SignInPolicy) -> Arrived:
        if proving.confirmed(unit.session, account.name):
            return Arrived(self._begun(unit, request, account, "code"), "code")
        return self._arrived(unit, request, account, policy)

    def _arrived(self, unit: DatabaseUnit, request: Request, account: Account, policy: SignInPolicy) -> Arrived:
        cookie = request.cookies.get(device_cookie_name(request), "")
        device = devices.remember(self.bank, account, cookie, policy, unit.now)
        return Arrived(self._begun(unit, request, account, "full"), "full", device)

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


def remember(request: Request, response: Response, found: Arrived) -> None:
    """Set the cookies: out of reach for scripts, over TLS alone where the page is, not sent with foreign forms.

    That of the session ends with the browser; that by which the browser is known lasts, and no foreign link sends it either.
    """
    secure = request.url.scheme == "https"
    response.set_cookie(cookie_name(request), found.secret, httponly=True, samesite="lax", secure=secure, path="/")
    if found.device is not None:
        response.set_cookie(
            device_cookie_name(request),
            found.device.value,
            max_age=int(found.device.lasts.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=secure,
            path="/",
        )


def forget(request: Request, response: Response) -> None:
    """Take the session's cookie back."""
    response.delete_cookie(
        cookie_name(request), httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/"
    )


def network_of(request: Request) -> str:
    """The address a request came from, of IPv6 the network: by it attempts are counted."""
    host = request.client.host if request.client else "-"
    try:
        return str(ip_network(f"{host}/{NETWORK_BITS}", strict=False)) if ":" in host else host
    except ValueError:
        return host
