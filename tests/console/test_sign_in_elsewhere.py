"""Signing in at a provider of identities: a real one on loopback, sound answers and every kind of forged one."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import select
from starlette.testclient import TestClient
from tests.accounts import ROOT, Moved
from tests.service.access.provider import CLIENT, CLIENT_SECRET, LocalProvider, served

from windchime.console import create_app
from windchime.core.settings import BadSetting, Settings
from windchime.core.unit import Actor
from windchime.portfolio.access import sign_in_policy
from windchime.service import audit
from windchime.service.access import accounts, elsewhere
from windchime.service.access.fetching import ElsewhereRefused, secure
from windchime.service.access.provider import Provider, ProviderSettings
from windchime.service.access.tables import Account, OutsideAttempt, OutsideIdentity
from windchime.service.bank import Bank

ANOTHER = RSAKey.generate_key(2048, {"kid": "first"})
PLAIN = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def local() -> Iterator[LocalProvider]:
    with served(Moved()) as found:
        yield found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def bank(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, local: LocalProvider
) -> Iterator[Bank]:
    database = None if request.param == "sqlite" else request.getfixturevalue("postgres_address")
    found = Bank.open(tmp_path_factory.mktemp("home"), uuid4().hex, clock=local.clock, database=database)
    yield found
    with found.session() as session:
        assert audit.verify(session) == []
    found.close()


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory, local: LocalProvider) -> Iterator[Bank]:
    """For what the database has no part in."""
    found = Bank.open(tmp_path_factory.mktemp("home"), clock=local.clock)
    yield found
    found.close()


@pytest.fixture
def sound(local: LocalProvider) -> Iterator[LocalProvider]:
    """The provider as it should be; whatever a test changes is put back."""
    key = local.key
    assert isinstance(local.clock, Moved)
    local.clock.at += timedelta(days=1)
    local.subject = uuid4().hex
    yield local
    local.key, local.sign = key, None
    for changed in (local.claims, local.metadata, local.answer, local.asked):
        changed.clear()


def settings(local: LocalProvider, **more: Any) -> ProviderSettings:
    return replace(ProviderSettings(local.issuer, CLIENT, CLIENT_SECRET), **more)


def an_account(bank: Bank, local: LocalProvider, *, subject: str = "", claimed: str = "") -> str:
    name = f"li-{uuid4().hex[:8]}"
    with bank.unit(ROOT) as unit:
        policy = sign_in_policy(bank, unit.session)
        accounts.make(unit, name, "李", roles=["credit_officer"], policy=policy)
        elsewhere.link(unit, name, local.issuer, subject=subject, claimed=claimed)
    return name


@cache
def _app(bank: Bank) -> FastAPI:
    return create_app(bank)


def a_client(bank: Bank, found: ProviderSettings) -> TestClient:
    """A browser; what the application has kept of the provider is forgotten."""
    app = _app(bank)
    app.state.provider = Provider(found)
    return TestClient(app, base_url=PLAIN, follow_redirects=False, raise_server_exceptions=False)


def there(client: TestClient, next_: str = "/content") -> str:
    """To the provider and back as far as our door: the address of the answer."""
    left = client.get("/sign-in/elsewhere", params={"next": next_})
    assert left.status_code == 303
    came = httpx.get(left.headers["location"], trust_env=False)
    assert came.status_code == 303
    address = str(came.headers["location"])
    assert address.startswith(PLAIN + "/sign-in/elsewhere/back?")
    return address


def test_an_identity_that_is_linked_signs_in(bank: Bank, sound: LocalProvider) -> None:
    name = an_account(bank, sound, subject=sound.subject)
    client = a_client(bank, settings(sound))
    assert "/sign-in/elsewhere" in client.get("/sign-in").text
    answer = client.get(there(client))
    assert (answer.status_code, answer.headers["location"]) == (303, "/content")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("windchime_session="))
    assert "httponly" in cookie.lower()
    assert client.get("/content").status_code == 200
    with bank.session() as session:
        assert [r.action for r in audit.records(session, subject=f"account:{name}")][-1] == "account.sign_in"
        assert not session.scalars(select(OutsideAttempt)).all()


def test_nothing_the_browser_carries_tells_verifier_or_nonce_to_the_provider_before_time(
    bank: Bank, sound: LocalProvider
) -> None:
    client = a_client(bank, settings(sound))
    left = client.get("/sign-in/elsewhere")
    asked = {k: v[0] for k, v in parse_qs(urlsplit(left.headers["location"]).query).items()}
    secret = client.cookies["windchime_elsewhere"]
    parts = {secret, asked["state"], asked["nonce"], asked["code_challenge"]}
    assert len(parts) == 4
    assert secret not in left.headers["location"]
    cookie = left.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_whoever_has_no_account_gets_none(bank: Bank, sound: LocalProvider) -> None:
    client = a_client(bank, settings(sound, claim="preferred_username"))
    sound.claims["preferred_username"] = "somebody"
    with bank.session() as session:
        before = session.scalars(select(Account.name)).all()
    assert client.get(there(client)).status_code == 403
    with bank.session() as session:
        assert session.scalars(select(Account.name)).all() == before


def test_a_closed_account_stays_closed_elsewhere_too(bank: Bank, sound: LocalProvider) -> None:
    name = an_account(bank, sound, subject=sound.subject)
    with bank.unit(ROOT) as unit:
        accounts.close(unit, name)
    client = a_client(bank, settings(sound))
    assert client.get(there(client)).status_code == 403


def test_a_claim_counts_at_the_first_sign_in_and_the_subject_from_then_on(bank: Bank, sound: LocalProvider) -> None:
    claimed = f"{uuid4().hex}@bank.example"
    name = an_account(bank, sound, claimed=claimed)
    client = a_client(bank, settings(sound, claim="email"))
    sound.claims["email"] = claimed
    assert client.get(there(client)).status_code == 403, "an address nobody has verified"
    sound.claims["email_verified"] = True
    assert client.get(there(client)).status_code == 303
    with bank.session() as session:
        row = session.get(OutsideIdentity, name)
        assert row is not None
        assert row.oidc_subject == sound.subject
    # the address goes to somebody else; the account stays with whom it was first
    first, sound.subject = sound.subject, uuid4().hex
    other = a_client(bank, settings(sound, claim="email"))
    assert other.get(there(other)).status_code == 403
    sound.subject = first
    sound.claims["email"] = "another@bank.example"
    same = a_client(bank, settings(sound, claim="email"))
    assert same.get(there(same)).status_code == 303


def _unsigned(claims: dict[str, Any]) -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none', 'kid': 'first'})}.{part(claims)}."


def _by_public_key(local: LocalProvider) -> Callable[[dict[str, Any]], str]:
    """HMAC with the public key as its secret: what a verifier that trusts `alg` takes for sound."""

    def sign(claims: dict[str, Any]) -> str:
        public = local.key.as_pem(private=False)
        _head, body, _none = _unsigned(claims).split(".")
        head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "first"}).encode()).decode().rstrip("=")
        mac = hmac.digest(public, f"{head}.{body}".encode(), "sha256")
        return f"{head}.{body}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    return sign


def _by_another_key(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "first"}, claims, ANOTHER, algorithms=["RS256"])


FORGED: dict[str, Callable[[LocalProvider], None]] = {
    "issuer": lambda p: p.claims.update(iss="https://other.example"),
    "no issuer": lambda p: p.claims.update(iss=None),
    "audience": lambda p: p.claims.update(aud="another-client"),
    "several audiences without party": lambda p: p.claims.update(aud=[CLIENT, "another"]),
    "another party": lambda p: p.claims.update(azp="another"),
    "no audience": lambda p: p.claims.update(aud=None),
    "nonce": lambda p: p.claims.update(nonce="x"),
    "no nonce": lambda p: p.claims.update(nonce=None),
    "expired": lambda p: p.claims.update(exp=int(p.clock.now().timestamp()) - 120),
    "no expiry": lambda p: p.claims.update(exp=None),
    "issued in the future": lambda p: p.claims.update(iat=int(p.clock.now().timestamp()) + 3600),
    "not yet": lambda p: p.claims.update(nbf=int(p.clock.now().timestamp()) + 3600),
    "no subject": lambda p: p.claims.update(sub=None),
    "empty subject": lambda p: p.claims.update(sub=""),
    "alg none": lambda p: setattr(p, "sign", _unsigned),
    "hmac by the public key": lambda p: setattr(p, "sign", _by_public_key(p)),
    "another key of the same name": lambda p: setattr(p, "sign", _by_another_key),
    "no token": lambda p: setattr(p, "sign", lambda _claims: ""),
    "a text": lambda p: setattr(p, "sign", lambda _claims: "a.b.c"),
    "no text": lambda p: setattr(p, "sign", lambda _claims: {"a": [1]}),
    "answer of another provider": lambda p: p.answer.update(iss="https://other.example"),
    "answer that must name its provider": lambda p: p.metadata.update(
        authorization_response_iss_parameter_supported=True
    ),
    "error": lambda p: p.answer.update(error="access_denied"),
    "no code": lambda p: p.answer.update(code=""),
    "another's code": lambda p: p.answer.update(code="0" * 32),
    "another state": lambda p: p.answer.update(state="x"),
}


@pytest.mark.parametrize("how", FORGED)
def test_what_is_forged_opens_nothing(on_sqlite: Bank, sound: LocalProvider, how: str) -> None:
    an_account(on_sqlite, sound, subject=sound.subject)
    client = a_client(on_sqlite, settings(sound))
    FORGED[how](sound)
    answer = client.get(there(client))
    assert answer.status_code == 403, how
    assert not any(c.startswith("windchime_session=") for c in answer.headers.get_list("set-cookie"))
    assert client.get("/content").status_code == 303
    with on_sqlite.session() as session:
        last = list(audit.records(session))[-1]
    assert last.action == "account.refused"
    assert sound.subject not in last.reason


def test_an_answer_counts_once_and_in_the_browser_that_asked(bank: Bank, sound: LocalProvider) -> None:
    an_account(bank, sound, subject=sound.subject)
    asking, other = a_client(bank, settings(sound)), a_client(bank, settings(sound))
    address = there(asking)
    secret = asking.cookies["windchime_elsewhere"]
    assert other.get(address).headers["location"] == "/sign-in", "a browser that has not asked"
    there(other)
    assert other.get(address).status_code == 403, "another attempt's state"
    assert asking.get(address).status_code == 303
    again = a_client(bank, settings(sound))
    again.cookies.set("windchime_elsewhere", secret)
    assert again.get(address).status_code == 403, "used"
    late = a_client(bank, settings(sound))
    address = there(late)
    assert isinstance(sound.clock, Moved)
    sound.clock.at += timedelta(minutes=11)
    assert late.get(address).status_code == 403


def test_a_provider_that_is_not_the_one_it_should_be_is_not_asked(on_sqlite: Bank, sound: LocalProvider) -> None:
    for told in (
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://other.example/token"},
        {"jwks_uri": "ftp://other.example/keys"},
        {"authorization_endpoint": None},
    ):
        sound.metadata.clear()
        sound.metadata.update(told)
        assert a_client(on_sqlite, settings(sound)).get("/sign-in/elsewhere").status_code == 502, told
    silent = replace(settings(sound), issuer="http://127.0.0.1:1")
    assert a_client(on_sqlite, silent).get("/sign-in/elsewhere").status_code == 502


def test_keys_are_kept_and_new_ones_asked_for_when_they_change(bank: Bank, sound: LocalProvider) -> None:
    an_account(bank, sound, subject=sound.subject)
    client = a_client(bank, settings(sound))
    for _n in range(3):
        assert client.get(there(client)).status_code == 303
    assert sound.asked["/keys"] == 1
    assert sound.asked["/.well-known/openid-configuration"] == 1
    sound.key = RSAKey.generate_key(2048, {"kid": "second"})
    assert client.get(there(client)).status_code == 403, "asked for a moment ago"
    assert isinstance(sound.clock, Moved)
    sound.clock.at += timedelta(minutes=1)
    assert client.get(there(client)).status_code == 303
    assert sound.asked["/keys"] == 2


def test_identities_are_linked_to_one_account_and_by_somebody_else(bank: Bank, sound: LocalProvider) -> None:
    name = an_account(bank, sound, subject=sound.subject)
    other = an_account(bank, sound, subject=uuid4().hex)
    with pytest.raises(elsewhere.IdentityTaken), bank.unit(ROOT) as unit:
        elsewhere.link(unit, other, sound.issuer, subject=sound.subject)
    for told in ({}, {"subject": "a", "claimed": "b"}):
        with pytest.raises(elsewhere.NoIdentity), bank.unit(ROOT) as unit:
            elsewhere.link(unit, name, sound.issuer, **told)
    with pytest.raises(accounts.OwnRoles), bank.unit(Actor(name.upper())) as unit:
        elsewhere.link(unit, name, sound.issuer, subject="x")


@pytest.mark.parametrize(
    ("address", "is_secure"),
    [
        ("https://id.bank.example", True), ("http://127.0.0.1:8080", True), ("http://[::1]:1/x", True), ("http://localhost", True),
        ("http://id.bank.example", False), ("http://127.0.0.1.evil.example", False), ("ftp://127.0.0.1", False), ("", False),
        ("https://", False), ("http://10.0.0.1", False), ("javascript:alert(1)", False), ("http://[::1", False),
    ],
)  # fmt: skip
def test_addresses_are_reached_over_tls_or_on_this_machine(address: str, is_secure: bool) -> None:
    assert secure(address) is is_secure


def test_settings_name_a_provider_or_none() -> None:
    assert ProviderSettings.of(Settings()) is None
    with pytest.raises(BadSetting):
        ProviderSettings.of(Settings(oidc_issuer="http://id.bank.example", oidc_client_id="a"))
    with pytest.raises(BadSetting):
        ProviderSettings.of(Settings(oidc_issuer="https://id.bank.example"))
    found = ProviderSettings.of(
        Settings(oidc_issuer="https://id.bank.example", oidc_client_id="a", oidc_client_secret="hush")
    )
    assert found is not None
    assert "hush" not in repr(found)
    assert ElsewhereRefused("x").params == {"why": "x"}
