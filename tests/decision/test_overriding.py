"""Overrides: what people may put in the place of a decision, how it takes effect, and what stays as it was."""

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from tests.decision.helpers import ANNA, AS_OF, BO, a_bank

from windchime.core.canonical import sha256
from windchime.core.unit import Actor
from windchime.decision import log
from windchime.decision.desk import decide, decide_all
from windchime.decision.override_proposals import OVERRIDE, NotTheNewest, subject
from windchime.decision.override_rate import override_rate
from windchime.decision.overriding import BadOverride, Terms, overridden, overrides, standing, verify
from windchime.decision.replay import replay
from windchime.decision.tables import Decision, DecisionOverride
from windchime.portfolio import four_eyes
from windchime.service import audit
from windchime.service.bank import Bank
from windchime.service.proposals import stored
from windchime.service.proposals.errors import Overtaken, OwnProposal, ProposedAlready

CAROL = Actor("carol")
TERMS = Terms("approve", Decimal("200000.00"), Decimal("0.080000"), 12, ("collateral",)).as_dict()


@pytest.fixture(scope="module")
def decided(shop_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    """A shop whose firms are all decided; tests of this module override different firms of it."""
    home = tmp_path_factory.mktemp("overridden") / "home"
    shutil.copytree(shop_home, home)
    bank = a_bank(home)
    decide_all(bank, ANNA, as_of=AS_OF)
    yield bank
    bank.close()


def decision(bank: Bank, firm: str) -> Decision:
    with bank.session() as session:
        found = log.latest(session, f"shop:{firm}")
    assert found is not None
    return found


def propose(bank: Bank, row: Decision, after: Any = None, actor: Actor = ANNA) -> str:
    return four_eyes.propose(bank, actor, OVERRIDE.name, subject(row.id), after or TERMS, reason="seen the pledge")


def approve(bank: Bank, proposal: str, actor: Actor = BO) -> None:
    with bank.session() as session:
        seen = stored.newest(session, stored.find(session, proposal)).digest
    four_eyes.approve(bank, actor, proposal, seen=seen)


def test_an_override_stands_and_the_decision_stays(decided: Bank) -> None:
    row = decision(decided, "SMALL")
    body = row.body
    with decided.session() as session:
        before = standing(session, row)
    one = propose(decided, row)
    with decided.session() as session:
        assert standing(session, row) == before
    with pytest.raises(OwnProposal):
        approve(decided, one, ANNA)
    approve(decided, one)
    again = decision(decided, "SMALL")
    with decided.session() as session:
        assert standing(session, again) == Terms.of(TERMS)
        (made,) = overrides(session, row.id)
        assert (made.maker, made.checker, made.note) == ("anna", "bo", "seen the pledge")
        told = [r for r in audit.records(session, subject=subject(row.id)) if r.action == "decision.override"]
        assert [r.actor for r in told] == ["bo"]
        assert (verify(session), log.verify(session), audit.verify(session)) == ([], [], [])
    assert (again.body, sha256(body.encode())) == (body, row.body_sha256)
    assert all(r.sound for r in replay(decided, row.id))


def test_an_override_can_be_overridden(decided: Bank) -> None:
    row = decision(decided, "VOIDING")
    approve(decided, propose(decided, row))
    lower = TERMS | {"limit": "150000.00"}
    approve(decided, propose(decided, row, lower), CAROL)
    with decided.session() as session:
        assert [o.number for o in overrides(session, row.id)] == [1, 2]
        assert overridden(session, [row.id]) == {row.id: Terms.of(lower)}


def test_a_decision_that_another_has_followed_is_not_overridden(decided: Bank) -> None:
    row = decision(decided, "YOUNG")
    one = propose(decided, row)
    decide(decided, ANNA, "shop:YOUNG", as_of=AS_OF)
    with pytest.raises(Overtaken):
        approve(decided, one)
    with decided.session() as session:
        assert overrides(session, row.id) == []
        assert stored.find(session, one).state == "overtaken"
    with pytest.raises(NotTheNewest):
        propose(decided, row)


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "maybe"},
        {"verdict": "decline"},
        {"limit": None},
        {"limit": "99000.00"},
        {"limit": "1001000.00"},
        {"limit": "200000.50"},
        {"limit": "200000.001"},
        {"limit": "2e5"},
        {"limit": "NaN"},
        {"limit": "-200000.00"},
        {"rate": "0.300000"},
        {"rate": "8%"},
        {"term_months": 0},
        {"term_months": 37},
        {"term_months": "twelve"},
        {"reason_codes": []},
        {"reason_codes": ["because"]},
        {"more": 1},
    ],
)
def test_terms_that_cannot_stand_are_not_proposed(decided: Bank, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadOverride):
        propose(decided, decision(decided, "ONEBUYER"), TERMS | wrong)


def test_what_stands_already_is_no_override(decided: Bank) -> None:
    row = decision(decided, "SOUND")
    with decided.session() as session:
        same = standing(session, row).as_dict() | {"reason_codes": ["collateral"]}
    with pytest.raises(BadOverride):
        propose(decided, row, same)


def test_the_same_override_waits_once(decided: Bank) -> None:
    row = decision(decided, "INDEBTED")
    one = propose(decided, row)
    with pytest.raises(ProposedAlready):
        propose(decided, row, actor=CAROL)
    four_eyes.withdraw(decided, ANNA, one)


def test_the_rate_counts_the_book_and_a_changed_override_is_found(shop: Bank) -> None:
    bank = shop
    decide_all(bank, ANNA, as_of=AS_OF)
    with bank.session() as session:
        assert override_rate(session).overridden == 0
    better, worse = decision(bank, "SILENT"), decision(bank, "SOUND")
    assert (better.verdict, worse.verdict) == ("decline", "approve")
    approve(bank, propose(bank, better))
    no = {"verdict": "decline", "limit": None, "rate": None, "term_months": None, "reason_codes": ["risk_appetite"]}
    approve(bank, propose(bank, worse, no))
    with bank.session() as session:
        found = override_rate(session)
        assert (found.decisions, found.overridden, found.better, found.worse, found.terms_only) == (7, 2, 1, 1, 0)
        assert found.reasons == {"collateral": 1, "risk_appetite": 1}
        assert found.rate == pytest.approx(2 / 7)
        assert found.interval is not None
        assert found.interval[0] < 2 / 7 < found.interval[1]
    with pytest.raises(Exception, match="append-only"), shop.unit(BO) as unit:
        unit.session.execute(update(DecisionOverride).values(limit=Decimal("999000.00")))
    with shop.unit(BO) as unit:
        for verb in ("update", "delete"):
            unit.session.execute(text(f"DROP TRIGGER decision_override_no_{verb}"))
        unit.session.execute(update(DecisionOverride).values(limit=Decimal("999000.00")))
    with shop.session() as session:
        assert [p.code for p in verify(session)] == ["override_changed"] * 2
    with shop.unit(BO) as unit:
        unit.session.execute(delete(DecisionOverride))
    with shop.session() as session:
        assert [p.code for p in verify(session)] == ["override_changed"] * 2


def test_terms_are_read_as_they_are_written() -> None:
    assert Terms.of(TERMS).as_dict() == TERMS
