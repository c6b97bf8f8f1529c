"""Proposals through the API: made, seen by those whom they concern, approved as seen, once for a key."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from tests.accounts import a_session, an_account
from tests.api.helpers import OWN, Shop, a_key, browser

from windchime.decision import log
from windchime.decision.overriding import standing
from windchime.portfolio.access import sign_in_policy
from windchime.service.access import proving
from windchime.service.idempotency.tables import KeyedCall

TERMS = {"verdict": "approve", "limit": "200000.00", "rate": "0.080000", "term_months": 12}


def wanted(shop: Shop, firm: str = OWN, **more: Any) -> dict[str, Any]:
    with shop.bank.session() as session:
        row = log.latest(session, firm)
    assert row is not None
    after = TERMS | {"reason_codes": ["collateral"]} | more
    return {"kind": "decision.override", "subject": f"decision:{row.id}", "after": after, "reason": "pledge"}


def propose(shop: Shop, **more: Any) -> dict[str, Any]:
    answer = shop.ask("credit_officer", "POST", "/proposals", json=wanted(shop, **more))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/proposals/{found['id']}"
    return found


def step(shop: Shop, role: str, one: str, verb: str, headers: Any = None, **body: Any) -> tuple[int, dict[str, Any]]:
    """What a role does to a proposal: checks as people do, in a browser, everything else by token."""
    if verb not in {"approve", "send-back"}:
        answer = shop.ask(role, "POST", f"/proposals/{one}/{verb}", json=body, headers=headers or a_key())
        return answer.status_code, answer.json()
    client, known = browser(shop, role)
    found = client.post(f"/api/v1/proposals/{one}/{verb}", json=body, headers={**known, **(headers or {})})
    return found.status_code, found.json()


def test_an_override_is_approved_as_it_was_seen_and_once(shop: Shop) -> None:
    made = propose(shop, limit="210000.00")
    one = made["id"]
    waits = browser(shop, "compliance")[0].get("/api/v1/proposals").json()["to_check"]
    assert one in [p["id"] for p in waits]
    assert step(shop, "credit_officer", one, "approve", seen=made["digest"])[0] == 403
    status, revised = step(
        shop, "credit_officer", one, "revise", after=wanted(shop, limit="220000.00")["after"], reason="asked"
    )
    assert (status, revised["revision"]) == (200, 2)
    assert step(shop, "compliance", one, "approve", seen=made["digest"])[0] == 409
    key = a_key()
    first = step(shop, "compliance", one, "approve", key, seen=revised["digest"], comment="seen")
    assert (first[0], first[1]["state"]) == (200, "effected")
    assert step(shop, "compliance", one, "approve", key, seen=revised["digest"], comment="seen") == first
    assert step(shop, "compliance", one, "approve", seen=revised["digest"])[0] == 409
    with shop.bank.session() as session:
        row = log.latest(session, OWN)
        assert row is not None
        assert str(standing(session, row).limit) == "220000.00"
    steps = shop.ask("compliance", "GET", f"/proposals/{one}/history").json()["items"]
    assert [s["action"] for s in steps] == ["proposal.make", "proposal.revise", "proposal.approve"]
    assert steps[-1]["origin"].startswith("session")


def test_somebody_elses_proposal_is_not_there(shop: Shop) -> None:
    one = propose(shop, limit="230000.00")["id"]
    for role in ("modeller", "auditor", "administrator"):
        assert shop.ask(role, "GET", f"/proposals/{one}").status_code == 404
        assert shop.ask(role, "GET", f"/proposals/{one}/history").status_code == 404
        for verb, body in (("approve", {"seen": "0" * 64}), ("send-back", {"comment": "x"}), ("withdraw", {})):
            assert step(shop, role, one, verb, **body)[0] == 404
    assert step(shop, "compliance", one, "send-back")[0] == 400
    assert step(shop, "compliance", one, "send-back", comment="which pledge?")[1]["state"] == "sent_back"
    assert step(shop, "credit_officer", one, "withdraw")[1]["state"] == "withdrawn"


def test_a_token_checks_nothing(shop: Shop) -> None:
    made = propose(shop, limit="240000.00")
    seen = shop.ask("compliance", "GET", f"/proposals/{made['id']}").json()
    assert seen["may_check"] is False
    for verb, body in (("approve", {"seen": made["digest"]}), ("send-back", {"comment": "why?"})):
        answer = shop.ask("compliance", "POST", f"/proposals/{made['id']}/{verb}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "TokenChecks")
    assert step(shop, "compliance", made["id"], "approve", seen=made["digest"])[1]["state"] == "effected"


def test_who_may_not_propose_is_told(shop: Shop) -> None:
    assert shop.ask("auditor", "POST", "/proposals", json=wanted(shop)).status_code == 403
    unfit: tuple[Any, ...] = (None, 1, [], {}, {"verdict": []})
    for after in unfit:
        answer = shop.ask("credit_officer", "POST", "/proposals", json=wanted(shop) | {"after": after})
        assert answer.status_code == 400, answer.text
    unknown = wanted(shop) | {"kind": "none"}
    assert shop.ask("credit_officer", "POST", "/proposals", json=unknown).status_code == 404


def test_a_drawn_password_is_told_to_the_checker_once(shop: Shop) -> None:
    with shop.bank.session() as session:
        an_account(shop.bank, "a.manager", ["manager"], sign_in_policy(shop.bank, session))
    shop = replace(shop, sessions={**shop.sessions, "manager": a_session(shop.bank, "a.manager")})
    after = {"label": "G", "branch": "", "roles": ["auditor"], "given": True}
    asked = {"kind": "account.make", "subject": "account:ghost", "after": after, "reason": "joins"}
    assert shop.ask("administrator", "POST", "/proposals", json=asked | {"after": {"roles": []}}).status_code == 400
    made = shop.ask("administrator", "POST", "/proposals", json=asked).json()
    key = a_key()
    _status, first = step(shop, "manager", made["id"], "approve", key, seen=made["digest"])
    _status, again = step(shop, "manager", made["id"], "approve", key, seen=made["digest"])
    assert len(first["password"]) >= 24
    assert again["password"] is None
    with shop.bank.session() as session:
        assert proving.check(session, "ghost", first["password"]).right
        kept = [str(r.answer) for r in session.scalars(select(KeyedCall))]
    assert not [k for k in kept if first["password"] in k]
