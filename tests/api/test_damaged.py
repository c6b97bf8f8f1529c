"""A proposal that was changed in the database, as the API lists it."""

from tests.api.helpers import Shop, damaged
from tests.api.test_proposals import propose


def test_a_damaged_proposal_is_named_and_the_list_stands(shop: Shop) -> None:
    made = propose(shop, limit="248000.00")
    with damaged(shop, made["id"]):
        listed = shop.ask("credit_officer", "GET", "/proposals")
        assert listed.status_code == 200
        (found,) = listed.json()["damaged"]
        assert (found["id"], "was changed after it was written" in found["problem"]["en"]) == (made["id"], True)
        assert made["id"] not in [p["id"] for p in listed.json()["own"]]
        one = shop.ask("credit_officer", "GET", f"/proposals/{made['id']}")
        assert (one.status_code, made["id"] in one.text) == (500, True)
    assert shop.ask("credit_officer", "GET", f"/proposals/{made['id']}").status_code == 200
