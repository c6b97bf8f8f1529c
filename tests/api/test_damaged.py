"""A proposal that was changed in the database, as the API lists it."""

from sqlalchemy import text, update
from tests.api.helpers import OWN, Shop

from windchime.core.unit import Actor
from windchime.decision import log
from windchime.service.proposals.tables import ProposalRevision

TERMS = {"verdict": "approve", "limit": "240000.00", "rate": "0.080000", "term_months": 12}


def test_a_damaged_proposal_is_named_and_the_list_stands(shop: Shop) -> None:
    with shop.bank.session() as session:
        row = log.latest(session, OWN)
    assert row is not None
    after = TERMS | {"reason_codes": ["collateral"]}
    asked = {"kind": "decision.override", "subject": f"decision:{row.id}", "after": after, "reason": "pledge"}
    made = shop.ask("credit_officer", "POST", "/proposals", json=asked).json()
    form = update(ProposalRevision).where(ProposalRevision.proposal_id == made["id"])
    with shop.bank.unit(Actor("intruder", "system")) as unit:
        written = unit.session.get_one(ProposalRevision, (made["id"], 1)).after
        unit.session.execute(text("DROP TRIGGER proposal_revision_no_update"))
        unit.session.execute(form.values(after='{"limit":"9"}'))
    listed = shop.ask("credit_officer", "GET", "/proposals")
    assert listed.status_code == 200
    (damaged,) = listed.json()["damaged"]
    assert (damaged["id"], "was changed after it was written" in damaged["problem"]["en"]) == (made["id"], True)
    assert made["id"] not in [p["id"] for p in listed.json()["own"]]
    one = shop.ask("credit_officer", "GET", f"/proposals/{made['id']}")
    assert (one.status_code, made["id"] in one.text) == (500, True)
    # the bank is that of other tests as well
    with shop.bank.unit(Actor("intruder", "system")) as unit:
        unit.session.execute(form.values(after=written))
    assert shop.ask("credit_officer", "GET", f"/proposals/{made['id']}").status_code == 200
