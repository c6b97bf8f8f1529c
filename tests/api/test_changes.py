"""A change happens once for each key, and not at all where the record is another one by now."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from tests.accounts import cheap_hashes, paper
from tests.api.helpers import HOST, OWN, Shop, a_code, a_key, account, browser, session_of, token
from tests.console.helpers import AsServed, an_empty_bank

from windchime.api import create_api
from windchime.core.canonical import digest
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.access import passwords
from windchime.service.access.tables import Account
from windchime.service.bank import Bank
from windchime.service.http import forgery
from windchime.service.http.rules import routes
from windchime.service.idempotency.tables import KeyedCall

CONSENT = {
    "purpose": "post_loan",
    "categories": ["firm"],
    "given_by": "legal_rep",
    "document": paper(OWN),
    "valid_from": "2020-02-01",
    "valid_to": "2020-12-31",
}


def a_job(shop: Shop) -> str:
    """A new job's id."""
    return str(shop.ask("administrator", "POST", "/jobs", json={"kind": "graph.run"}).json()["id"])


def a_cancelled_job(shop: Shop) -> str:
    """An id of a job that can be asked for again."""
    job = a_job(shop)
    shop.ask("administrator", "POST", f"/jobs/{job}/cancel", json={})
    return job


def a_consent(shop: Shop) -> str:
    """A new consent's id."""
    return str(shop.ask("relationship_manager", "POST", f"/firms/{OWN}/consents", json=CONSENT).json()["id"])


WANTED = {"label": "export", "scopes": ["audit.read"], "expires_at": "2020-03-01T08:00:00+08:00"}
PASSWORD = "ten old bridges over a slow river"
#: every change: role, method, address, body, another body; made anew for each test
Change = tuple[str, str, str, Any, Any]
CHANGES: dict[str, Callable[[Shop], Change]] = {
    "jobs": lambda _s: ("administrator", "POST", "/jobs", {"kind": "graph.run"}, {"kind": "lake.compact"}),
    "cancel": lambda s: ("administrator", "POST", f"/jobs/{a_job(s)}/cancel", {"reason": "a"}, {"reason": "b"}),
    "retry": lambda s: ("administrator", "POST", f"/jobs/{a_cancelled_job(s)}/retry", {"reason": "a"}, {"reason": "b"}),
    "consents": lambda _s: (
        "relationship_manager", "POST", f"/firms/{OWN}/consents", CONSENT, {**CONSENT, "valid_to": "2020-11-30"},
    ),
    "revoke": lambda s: ("relationship_manager", "POST", f"/consents/{a_consent(s)}/revoke", {"reason": "a"}, {}),
    "decisions": lambda _s: ("relationship_manager", "POST", f"/firms/{OWN}/decisions", {"reason": "a"}, {}),
}  # fmt: skip
#: changes of the table above and of `test_tokens…`, by method and route
COVERED = {
    ("POST", "/api/v1/jobs"),
    ("POST", "/api/v1/jobs/{job_id}/cancel"),
    ("POST", "/api/v1/jobs/{job_id}/retry"),
    ("POST", "/api/v1/firms/{firm_id:path}/consents"),
    ("POST", "/api/v1/consents/{consent_id}/revoke"),
    ("POST", "/api/v1/firms/{firm_id:path}/decisions"),
    ("POST", "/api/v1/me/tokens"),
    ("DELETE", "/api/v1/me/tokens/{token_id}"),
}


def chain(bank: Bank) -> int:
    """How long the audit chain is."""
    with bank.session() as session:
        return sum(1 for _r in audit.records(session))


def test_every_change_is_tested_here(shop: Shop) -> None:
    changes = {(method, path) for method, path, _rule in routes(shop.app.routes) if method != "GET"}
    elsewhere = ("/proposals", "/webhooks", "/deliveries")
    assert {c for c in changes - COVERED if not c[1].removeprefix("/api/v1").startswith(elsewhere)} == set()


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_happens_once_for_a_key(shop: Shop, name: str) -> None:
    role, method, path, body, other = CHANGES[name](shop)
    key = a_key()
    before = chain(shop.bank)
    first = shop.ask(role, method, path, json=body, headers=key)
    assert first.status_code in (200, 201, 202), first.text
    assert "idempotent-replayed" not in first.headers
    after = chain(shop.bank)
    assert after > before
    again = shop.ask(role, method, path, json=body, headers=key)
    quoted = shop.ask(role, method, path, json=body, headers={"idempotency-key": f'"{key["idempotency-key"]}"'})
    for kept in (again, quoted):
        assert kept.headers["idempotent-replayed"] == "true"
        assert (kept.status_code, kept.content) == (first.status_code, first.content)
        assert [kept.headers.get(h) for h in ("location", "etag")] == [
            first.headers.get(h) for h in ("location", "etag")
        ]
    reused = shop.ask(role, method, path, json=other, headers=key)
    assert (reused.status_code, reused.json()["code"]) == (422, "KeyReused")
    elsewhere = shop.ask(role, method, f"{path}?lang=zh", json=body, headers=key)
    assert elsewhere.json()["code"] == "KeyReused"
    assert chain(shop.bank) == after


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("key", ["", '""', "x" * 256, 'a"b', "a\\b", "ключ".encode().decode("latin-1")])
def test_a_change_without_a_usable_key_is_refused(shop: Shop, name: str, key: str) -> None:
    if name in ("cancel", "revoke") and key:
        pytest.skip("one unusable key shows it")
    role, method, path, body, _other = CHANGES[name](shop)
    before = chain(shop.bank)
    answer = shop.client.request(
        method, f"/api/v1{path}", json=body, headers={**shop.tokens[role], "idempotency-key": key.encode("latin-1")}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "NoKey")
    assert chain(shop.bank) == before


def test_the_order_of_keys_in_a_body_means_nothing(shop: Shop) -> None:
    key = a_key()
    bodies = (b'{"kind":"graph.run","as_of":null}', b'{ "as_of": null, "kind": "graph.run" }')
    answers = [
        shop.ask("administrator", "POST", "/jobs", content=b, headers={**key, "content-type": "application/json"})
        for b in bodies
    ]
    assert answers[0].json() == answers[1].json()


def test_a_refused_change_leaves_its_key_free(shop: Shop) -> None:
    job, key = a_job(shop), a_key()
    wrong = {**key, "if-match": '"other"'}
    refused = shop.ask("administrator", "POST", f"/jobs/{job}/cancel", json={}, headers=wrong)
    assert (refused.status_code, refused.json()["code"]) == (412, "Changed")
    seen = shop.ask("administrator", "GET", f"/jobs/{job}").headers["etag"]
    # a weak tag is no proof of what was read
    weak = {**key, "if-match": f"W/{seen}"}
    assert shop.ask("administrator", "POST", f"/jobs/{job}/cancel", json={}, headers=weak).status_code == 412
    right = shop.ask("administrator", "POST", f"/jobs/{job}/cancel", json={}, headers={**key, "if-match": seen})
    assert (right.status_code, right.json()["state"]) == (200, "cancelled")
    ended = shop.ask("administrator", "POST", f"/jobs/{job}/cancel", json={})
    assert (ended.status_code, ended.json()["code"]) == (409, "AlreadyEnded")


def test_a_job_is_tried_once_more_when_it_has_ended_and_in_the_name_of_who_asks(shop: Shop) -> None:
    job = a_job(shop)
    early = shop.ask("administrator", "POST", f"/jobs/{job}/retry", json={})
    assert (early.status_code, early.json()["code"]) == (409, "NotEnded")
    shop.ask("administrator", "POST", f"/jobs/{job}/cancel", json={})
    again = shop.ask("modeller", "POST", f"/jobs/{job}/retry", json={"reason": "the data are there now"})
    assert (again.status_code, again.json()["state"], again.json()["ended_at"]) == (200, "waiting", None)
    assert again.json()["author"] != shop.ask("administrator", "GET", "/me").json()["account"]
    shop.ask("administrator", "POST", f"/jobs/{job}/cancel", json={})


def test_tokens_are_made_once_told_once_and_ended(shop: Shop) -> None:
    client, headers = browser(shop, "auditor")
    wanted = WANTED | {"code": a_code(shop.bank, "auditor")}
    made = client.post("/api/v1/me/tokens", headers=headers, json=wanted)
    assert made.status_code == 201
    bearer = {"authorization": f"Bearer {made.json()['secret']}"}
    assert shop.client.get("/api/v1/audit/1", headers=bearer).status_code == 200
    assert shop.client.get("/api/v1/lake", headers=bearer).status_code == 403
    kept = client.post("/api/v1/me/tokens", headers=headers, json=wanted)
    assert kept.headers["idempotent-replayed"] == "true"
    assert kept.json() == {**made.json(), "secret": None}
    place = made.headers["location"]
    listed = client.get("/api/v1/me/tokens").json()["items"]
    assert {**made.json()} == {
        **next(t for t in listed if t["id"] == made.json()["id"]),
        "secret": made.json()["secret"],
    }
    # a token neither makes nor ends tokens, its own least of all
    for method, path in (("POST", "/api/v1/me/tokens"), ("DELETE", place)):
        answer = shop.client.request(method, path, headers={**bearer, **a_key()}, json=wanted)
        assert (answer.status_code, answer.json()["code"]) == (403, "NotByToken")
    # nobody ends somebody else's
    other, theirs = browser(shop, "administrator")
    assert other.delete(place, headers=theirs).json()["code"] == "NoSuchRecord"
    ended = client.delete(place, headers={**headers, **a_key()})
    assert ended.json()["revoked_at"] is not None
    assert shop.client.get("/api/v1/audit/1", headers=bearer).status_code == 401


def test_a_token_wants_password_and_code_and_failures_count(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_hashes(monkeypatch)
    name = account(shop.bank, "auditor", "prover")
    kept = passwords.hashed(name, PASSWORD, 12)
    with shop.bank.unit(Actor(name)) as unit:
        unit.session.get_one(Account, name).password_hash = kept
    client, secret = shop.client, session_of(shop.bank, name)
    client.cookies.set("windchime_session", secret)
    code = a_code(shop.bank, name)

    def made(**shown: str) -> tuple[int, str]:
        headers = {**a_key(), forgery.HEADER: forgery.token(secret)}
        answer = client.post("/api/v1/me/tokens", headers=headers, json=WANTED | shown)
        return answer.status_code, answer.json().get("code", "")

    assert made() == (403, "SignInRefused")
    assert made(code=code) == (403, "SignInRefused")
    assert made(password=PASSWORD) == (403, "WrongCode")
    assert made(password=PASSWORD, code=code) == (201, "")
    for _n in range(2):
        assert made(password="wrong")[0] == 403
    # five failures in all: the account pauses, and what is right is not looked at
    assert made(password=PASSWORD, code=a_code(shop.bank, name)) == (403, "SignInRefused")
    with shop.bank.session() as session:
        # a hash of the whole body would be a quick one of the password
        quick = digest({**WANTED, "password": PASSWORD, "code": code})
        assert quick not in session.scalars(select(KeyedCall.body_digest)).all()


def test_a_consent_is_given_in_a_capacity_of_ones_own(shop: Shop) -> None:
    online = {**CONSENT, "given_by": "applicant"}
    answer = shop.ask("relationship_manager", "POST", f"/firms/{OWN}/consents", json=online)
    assert (answer.status_code, answer.json()["code"]) == (403, "NotTheirCapacity")


def test_who_decided_and_from_where_stands_in_the_chain(shop: Shop) -> None:
    made = shop.ask("relationship_manager", "POST", f"/firms/{OWN}/decisions", json={"reason": "asked by phone"})
    subject = f"decision:{made.json()['id']}"
    record = shop.ask("auditor", "GET", f"/audit?subject={subject}").json()["items"][0]
    assert (record["actor"], record["reason"]) == ("relationship.manager", "asked by phone")
    assert record["origin"].startswith("token ")


def test_many_at_once_under_one_key_change_once(tmp_path: Any, database: str | None) -> None:
    bank = (
        an_empty_bank(tmp_path) if database is None else Bank.open(tmp_path, f"w{uuid4().hex[:6]}", database=database)
    )
    name = account(bank, "administrator")
    bearer = {"authorization": f"Bearer {token(bank, name)}", "idempotency-key": "k"}
    client = TestClient(AsServed(create_api(bank)), base_url=HOST)

    def ask(_n: int) -> Any:
        return client.post("/api/v1/jobs", headers=bearer, json={"kind": "graph.run"})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, range(12)))
    assert {a.status_code for a in answers} == {202}
    assert len({a.content for a in answers}) == 1
    assert sum("idempotent-replayed" not in a.headers for a in answers) == 1
    with bank.session() as session:
        assert sum(r.action == "job.ask" for r in audit.records(session)) == 1
    secret = session_of(bank, name)
    client.cookies.set("windchime_session", secret)
    by_session = {"idempotency-key": "k", forgery.HEADER: forgery.token(secret)}
    # the key is the account's, however it came in
    assert client.post("/api/v1/jobs", headers=by_session, json={"kind": "graph.run"}).content == answers[0].content
    bank.close()
