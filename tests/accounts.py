"""Accounts for tests: made, settled and signed in without the cost of a password."""

import hmac
from base64 import b32decode
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from windchime.core.clock import Clock
from windchime.core.unit import Actor
from windchime.service.access import accounts, passwords, sessions
from windchime.service.access.policy import SignInPolicy
from windchime.service.access.tables import ApiToken, SecondFactor
from windchime.service.bank import Bank

#: who makes accounts in tests
ROOT = Actor("root")


def an_account(
    bank: Bank, name: str, roles: Collection[str], policy: SignInPolicy, *, branch: str = "", factor: bool = True
) -> str:
    """An account that owes nothing: no given password, and a second factor in force (of which nobody knows the secret)."""
    with bank.unit(ROOT) as unit:
        accounts.make(unit, name, name, branch=branch, roles=roles, policy=policy)
        if factor:
            unit.session.add(
                SecondFactor(account=name, secret=b"not a box", offered=None, confirmed_at=unit.now, last_step=0)
            )
    return name


def a_session(bank: Bank, name: str) -> str:
    """The secret for the cookie of somebody who is signed in."""
    with bank.unit(Actor(name, origin="session test")) as unit:
        return sessions.begin(unit, accounts.find(unit.session, name))


def a_token(bank: Bank, name: str, scopes: Collection[str]) -> str:
    """The secret of a token with these scopes, more than its owner's roles give too: roles are taken from those who have tokens."""
    with bank.unit(Actor(name)) as unit:
        token_id, secret = sessions.make_token(unit, "tests", (), unit.now + timedelta(days=30))
        unit.session.get_one(ApiToken, token_id).scopes = " ".join(sorted(scopes))
    return secret


def paper(signed: str) -> str:
    """The hash of a document that a firm signed."""
    return sha256(signed.encode()).hexdigest()


class Moved(Clock):
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 5, 4, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same algorithm at its cheapest, for tests that sign in often."""
    monkeypatch.setattr(passwords, "_hasher", cache(lambda: PasswordHasher.from_parameters(CHEAPEST)))
    monkeypatch.setattr(passwords, "_nobodys", cache(lambda: passwords._hasher().hash("nobody's")))


def code_of(secret: str, clock: Clock) -> str:
    """What an authenticator app shows: RFC 6238 from HMAC alone, not by the library that checks it."""
    key = b32decode(secret.replace(" ", ""))
    drawn = hmac.digest(key, (int(clock.now().timestamp()) // 30).to_bytes(8, "big"), "sha1")
    at = drawn[-1] & 15
    return f"{(int.from_bytes(drawn[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
