"""Who gets in, how far, and what somebody else's record looks like: like one that is not there."""

from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.api.helpers import COLLEAGUES, HOST, OTHER, OWN, Shop, a_key, browser
from tests.console.helpers import NASTY_ID, AsServed, an_empty_bank

from windchime.api import create_api
from windchime.core.unit import Actor
from windchime.service.http.rules import Door, routes
from windchime.service.http.visitors import PLAIN_COOKIE


def plain(answer: Any) -> dict[str, Any]:
    """A problem without what names the request."""
    return {k: v for k, v in answer.json().items() if k not in ("instance", "request_id")}


def test_strangers_are_told_to_sign_in(shop: Shop) -> None:
    for method, path, rule in routes(shop.app.routes):
        if rule.door is not Door.OPEN:
            answer = shop.client.request(method, path, headers=a_key())
            assert (answer.status_code, answer.json()["code"]) == (401, "NotSignedIn"), path


@pytest.mark.parametrize("part", ["", "/indicators", "/findings", "/invoice-verdict", "/neighbourhood", "/consents"])
def test_a_firm_out_of_reach_is_as_one_that_is_not_there(shop: Shop, part: str) -> None:
    assert shop.ask("relationship_manager", "GET", f"/firms/{OWN}{part}").status_code == 200
    unknown = shop.ask("relationship_manager", "GET", f"/firms/shop:NOBODY{part}")
    assert unknown.status_code == 404
    for firm in (COLLEAGUES, OTHER):
        hidden = shop.ask("relationship_manager", "GET", f"/firms/{firm}{part}")
        assert (hidden.status_code, plain(hidden)) == (404, plain(unknown))


@pytest.mark.parametrize("part", ["", "/document", "/replay"])
def test_a_decision_out_of_reach_is_as_one_that_is_not_there(shop: Shop, part: str) -> None:
    unknown = shop.ask("relationship_manager", "GET", f"/decisions/{'0' * 36}{part}")
    hidden = shop.ask("relationship_manager", "GET", f"/decisions/{shop.ids['other decision']}{part}")
    # the beginning of an id is no id
    short = shop.ask("relationship_manager", "GET", f"/decisions/{shop.ids['decision'][:13]}{part}")
    assert [a.status_code for a in (unknown, hidden, short)] == [404, 404, 404]
    assert plain(unknown) == plain(hidden) == plain(short)


def test_a_change_out_of_reach_is_refused_as_if_nothing_were_there(shop: Shop) -> None:
    for firm in (OTHER, "shop:NOBODY"):
        answer = shop.ask("relationship_manager", "POST", f"/firms/{firm}/decisions", json={})
        assert (answer.status_code, answer.json()["code"]) == (404, "NoSuchRecord")


def test_lists_hold_what_is_in_reach(shop: Shop) -> None:
    def firms(role: str, path: str) -> set[str]:
        return {item["firm_id"] for item in shop.ask(role, "GET", path).json()["items"]}

    assert firms("relationship_manager", "/firms") == {OWN}
    assert firms("relationship_manager", "/decisions?limit=200") == {OWN}
    assert firms("credit_officer", "/firms") == {OWN, COLLEAGUES}
    assert firms("auditor", "/firms") == {OWN, COLLEAGUES, OTHER, NASTY_ID}
    whole, mine = (shop.ask(r, "GET", "/portfolio") for r in ("auditor", "relationship_manager"))
    assert whole.json()["decided"] == 4
    assert mine.status_code == 403


def test_who_may_not_is_told_why_in_their_language(shop: Shop) -> None:
    answer = shop.ask("relationship_manager", "GET", "/audit", headers={"accept-language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (403, "NotAllowed")
    assert "none of the roles (relationship manager)" in answer.json()["detail"]


def test_who_i_am_says_what_i_may_and_why(shop: Shop) -> None:
    me = shop.ask("auditor", "GET", "/me").json()
    assert (me["account"], me["by"], me["csrf"]) == ("auditor", "token", None)
    may = {p["permission"]: p for p in me["permissions"]}
    assert may["audit.read"]["allowed"]
    assert not may["decision.make"]["allowed"]
    assert may["audit.read"]["why"]["en"].startswith("read the audit log")


def test_a_session_changes_nothing_without_its_proof(shop: Shop) -> None:
    client, headers = browser(shop, "administrator", proof=False)
    body = {"kind": "lake.compact"}
    bare = client.post("/api/v1/jobs", headers=headers, json=body)
    assert (bare.status_code, bare.json()["code"]) == (403, "NoProof")
    others = browser(shop, "auditor")[1]
    assert client.post("/api/v1/jobs", headers=others, json=body).json()["code"] == "NoProof"
    proof = client.get("/api/v1/me").json()["csrf"]
    headers = {**headers, "x-csrf-token": proof}
    assert client.post("/api/v1/jobs", headers=headers, json=body).status_code == 202
    for foreign in ({"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}):
        answer = client.post("/api/v1/jobs", headers={**headers, **foreign}, json=body)
        assert answer.json()["code"] == "NoProof"


def test_while_there_is_no_account_this_machine_is_answered_alone(tmp_path: Any) -> None:
    bank = an_empty_bank(tmp_path)
    client = TestClient(AsServed(create_api(bank, local=Actor("clerk"))), base_url=HOST)
    assert client.get("/api/v1/me").json()["by"] == "local"
    assert client.get("/api/v1/me", headers={"host": "bank.example"}).json()["code"] == "NotSignedIn"
    # a cookie that was left of another bank of this machine: cookies know no ports
    left = {"cookie": f"{PLAIN_COOKIE}={'x' * 43}"}
    assert client.get("/api/v1/me", headers=left).json()["by"] == "local"
    assert client.get("/api/v1/me", headers={**left, "host": "bank.example"}).status_code == 401
    assert client.get("/api/v1/me", headers={"authorization": "Bearer wct_x"}).status_code == 401
    foreign = {**a_key(), "origin": "https://elsewhere.example"}
    assert client.post("/api/v1/jobs", headers=foreign, json={"kind": "graph.run"}).json()["code"] == "NoProof"
    assert client.post("/api/v1/jobs", headers=a_key(), json={"kind": "graph.run"}).status_code == 202
    closed = TestClient(AsServed(create_api(bank)), base_url=HOST)
    assert closed.get("/api/v1/me").status_code == 401


def test_an_id_with_every_sign_finds_its_firm(shop: Shop) -> None:
    from urllib.parse import quote

    quoted = quote(NASTY_ID, safe="")
    for part in ("", "/indicators", "/findings"):
        assert shop.ask("auditor", "GET", f"/firms/{quoted}{part}").json()["firm_id"] == NASTY_ID
