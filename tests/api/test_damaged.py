"""A proposal that was changed in the database, as the API lists it."""

from tests.api.helpers import OWN, Shop, damaged

from windchime.decision import log

TERMS = {"verdict": "approve", "limit": "240000.00", "rate": "0.080000", "term_months": 12}


def test_a_damaged_proposal_is_named_and_the_list_stands(shop: Shop) -> None:
    with shop.bank.session() as session:
        row = log.latest(session, OWN)
    assert row is not None
    after = TERMS | {"reason_codes": ["collateral"]}
    asked = {"kind": "decision.override", "subject": f"decision:{row.id}", "after": after, "reason": "pledge"}
    made = shop.ask("credit_officer", "POST", "/proposals", json=asked).json()
    with damaged(shop, made["id"]):
        listed = shop.ask("credit_officer", "GET", "/proposals")
        assert listed.status_code == 200
        (found,) = listed.json()["damaged"]
        assert (found["id"], "was changed after it was written" in found["problem"]["en"]) == (made["id"], True)
        assert made["id"] not in [p["id"] for p in listed.json()["own"]]
        one = shop.ask("credit_officer", "GET", f"/proposals/{made['id']}")
        assert (one.status_code, made["id"] in one.text) == (500, True)
    assert shop.ask("credit_officer", "GET", f"/proposals/{made['id']}").status_code == 200
