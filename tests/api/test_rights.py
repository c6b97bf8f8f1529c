"""What rights let nobody do by the API either: a wrong purpose, another firm's paper, a firm nobody knows, a token beyond one's roles."""

from typing import Any

import pytest
from tests.accounts import paper
from tests.api.helpers import COLLEAGUES, OTHER, OWN, Shop, a_code, a_key, account, browser, token

WANTED = {
    "purpose": "post_loan",
    "categories": ["firm"],
    "given_by": "legal_rep",
    "document": paper("rights"),
    "valid_from": "2020-02-01",
    "valid_to": "2020-12-31",
}


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"purpose": "because we may"}, 422, "loan_review"),
        ({"purpose": ""}, 422, "loan_review"),
        ({"categories": ["everything"]}, 422, "person"),
        ({"document": "7" * 64}, 400, "one digit"),
        ({"document": paper(OTHER)}, 400, "another firm"),
        ({"valid_to": "2040-01-01"}, 400, "ten years"),
    ],
)
def test_a_consent_says_what_is_accepted(shop: Shop, wrong: dict[str, Any], status: int, said: str) -> None:
    headers = {"accept-language": "en"}
    answer = shop.ask("relationship_manager", "POST", f"/firms/{OWN}/consents", json=WANTED | wrong, headers=headers)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.json()


def test_what_was_recorded_is_listed_for_those_whose_firms_they_are(shop: Shop) -> None:
    assert shop.ask("relationship_manager", "POST", f"/firms/{OWN}/consents", json=WANTED).status_code == 201

    def firms(role: str, asked: str = "") -> set[str]:
        return {c["firm_id"] for c in shop.ask(role, "GET", f"/consents?limit=200{asked}").json()["items"]}

    assert firms("relationship_manager") == {OWN}
    assert firms("credit_officer") == {OWN, COLLEAGUES}
    assert firms("compliance") > {OWN, COLLEAGUES, OTHER}
    assert firms("relationship_manager", f"&firm_id={OTHER}") == set()
    assert shop.ask("administrator", "GET", "/consents").status_code == 403
    by_them = shop.ask("compliance", "GET", "/consents?recorded_by=relationship.manager&limit=200").json()["items"]
    assert {c["recorded_by"] for c in by_them} == {"relationship.manager"}
    assert firms("compliance", "&until=2019-12-31") == firms("compliance", "&since=9999-12-31") == set()


def test_a_firm_that_nobody_knows_is_nobodys_customer(shop: Shop) -> None:
    after = {"branch": "north", "manager": "", "applicant": ""}
    wanted = {"kind": "customer.assign", "subject": "firm:shop:SOUDN", "after": after, "reason": "typed wrongly"}
    bearer = {"authorization": f"Bearer {token(shop.bank, account(shop.bank, 'manager', 'b.manager'))}"}
    headers = {**bearer, **a_key(), "accept-language": "en"}
    answer = shop.client.post("/api/v1/proposals", json=wanted, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "NoSuchFirm")
    assert OWN in answer.json()["detail"]


def test_a_token_beyond_ones_roles_is_refused_by_name(shop: Shop) -> None:
    client, headers = browser(shop, "auditor")
    wanted = {"label": "x", "scopes": ["audit.read", "data.load"], "expires_at": "2020-03-01T08:00:00+08:00"}
    proof = {"code": a_code(shop.bank, "auditor")}
    answer = client.post("/api/v1/me/tokens", json=wanted | proof, headers={**headers, "accept-language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (403, "BeyondRoles")
    assert "data.load" in answer.json()["detail"]
    assert "audit.read" not in answer.json()["detail"]
