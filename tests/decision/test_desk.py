"""Deciding a bank's firms: from the lake to the log."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.decision.helpers import AS_OF, BO, a_bank
from tests.decision.shop import FIRMS, models

from windchime.content.store import NotPublished
from windchime.core.errors import Refused
from windchime.core.unit import Unit
from windchime.data.identity import resolve
from windchime.data.identity.links import known, links_of
from windchime.data.lake import NoLakeVersion
from windchime.decision import desk, log
from windchime.decision.deciding import Undecidable
from windchime.decision.desk import Desk, NoFirms, decide, decide_all
from windchime.decision.publication import set_up
from windchime.decision.release import lock, release
from windchime.decision.replay import replay
from windchime.indicators import UnknownFirm, version
from windchime.risk.scorecards.store import NoPublishedModel
from windchime.service import audit
from windchime.service.bank import Bank

#: firm => verdict and a reason, as a credit officer would expect of the shop's firms
EXPECTED = {
    "SOUND": ("approve", "capacity_sufficient"),
    "SMALL": ("decline", "capacity_below_minimum"),
    "YOUNG": ("decline", "history_too_short"),
    "ONEBUYER": ("refer", "buyer_concentration_high"),
    "VOIDING": ("refer", "void_share_high"),
    "INDEBTED": ("decline", "capacity_below_minimum"),
    "SILENT": ("decline", "no_recent_sales"),
}


def test_the_firms_of_the_shop(shop: Bank) -> None:
    found = decide_all(shop, BO, as_of=AS_OF)
    assert not found.undecidable
    by_firm = {d.firm_id.removeprefix("shop:"): d for d in found.documents}
    assert set(by_firm) == set(EXPECTED) == {f.name for f in FIRMS}
    for name, (verdict, reason) in EXPECTED.items():
        assert (by_firm[name].verdict, reason in {r.code for r in by_firm[name].reasons}) == (verdict, True), name


def test_one_is_as_all_and_vectorised_is_as_plain_to_the_byte(shop: Bank) -> None:
    together = decide_all(shop, BO, as_of=AS_OF)
    vectorised = decide_all(shop, BO, as_of=AS_OF, vectorised=True)
    alone = [decide(shop, BO, d.firm_id, as_of=AS_OF).documents[0] for d in together.documents]
    assert [d.bytes for d in together.documents] == [d.bytes for d in vectorised.documents] == [d.bytes for d in alone]


def test_by_hand_the_limit_of_a_sound_firm(shop: Bank) -> None:
    # twelve months of 1,200,000 and 13 % tax; 8 % margin, cover 1.2, interest on top; the band's cap is not reached
    steps = decide(shop, BO, "shop:SOUND", as_of=AS_OF).documents[0].body["limit_steps"]
    assert steps["clean_sales"] == Decimal("16272000.00")
    assert steps["existing"] == Decimal("0.00")
    before_interest = Decimal(16272000) * Decimal("0.08") / Decimal("1.2")
    assert abs(steps["by_repayment"] * steps["interest_factor"] - before_interest) < Decimal("0.02")


def test_a_running_loan_counts_and_a_due_one_does_not(shop: Bank) -> None:
    found = decide(shop, BO, "shop:INDEBTED", as_of=AS_OF).documents[0]
    assert found.body["inputs"]["existing"] == Decimal("1000000.00")
    later = decide(shop, BO, "shop:INDEBTED", as_of=date(2021, 1, 31)).documents[0]
    assert later.body["inputs"]["existing"] == Decimal("0.00")


def test_what_is_not_known_yet_does_not_count(shop: Bank) -> None:
    before = decide(shop, BO, "shop:SOUND", as_of=date(2019, 6, 30)).documents[0]
    assert before.indicators["months_known"] == 36 - 7


def test_the_document_cites_what_was_used(shop: Bank) -> None:
    found = decide(shop, BO, "shop:SOUND", as_of=AS_OF).documents[0]
    scorecard, challenger = models()
    assert [s.version for s in found.scores] == [scorecard.version, challenger.version]
    assert found.cites.lake_version == 1
    assert found.cites.indicators == version()
    assert (found.cites.release, found.cites.lock) == (release(), lock())
    with shop.session() as session, Desk.open(shop, session, "invoice_loan", as_of=AS_OF) as desk:
        assert found.cites == desk.cites
        assert set(found.indicators) == set(desk.case("shop:SOUND").indicators)


def test_the_run_is_written_with_one_audit_record(shop: Bank) -> None:
    found = decide_all(shop, BO, as_of=AS_OF, reason="nightly")
    one = decide(shop, BO, "shop:SOUND", as_of=AS_OF)
    with shop.session() as session:
        run = list(audit.records(session, subject=f"decision_run:{found.run_id}"))
        single = list(audit.records(session, subject=f"decision:{one.ids[0]}"))
        assert [(r.action, r.actor, r.reason) for r in run] == [("decision.decide", "bo", "nightly")]
        assert len(single) == 1
        assert audit.verify(session) == []
        assert log.verify(session) == []
        assert log.page(session).total == len(FIRMS) + 1


def test_what_must_happen_with_the_decisions_happens_with_them_or_not_at_all(shop: Bank) -> None:
    def lost(unit: Unit, run_id: str, decisions: int) -> None:
        unit.record("x.with", run_id, after={"decisions": decisions})
        raise Refused

    with shop.session() as session:
        before = [r.action for r in audit.records(session)]
    with pytest.raises(Refused):
        decide_all(shop, BO, as_of=AS_OF, together=lost)
    with shop.session() as session:
        assert [r.action for r in audit.records(session)] == before


def test_it_tells_how_far_it_is(shop: Bank) -> None:
    told: list[tuple[str, int, int]] = []
    decide_all(shop, BO, as_of=AS_OF, progress=lambda *step: told.append(step))
    # the last step is told before it is done: what is written can no longer be stopped
    assert told[-1] == (desk.WRITTEN, 0, len(FIRMS))
    assert [done for step, done, _of in told if step == desk.DECIDED] == [len(FIRMS)]


def test_a_run_without_any_decision_is_an_error_and_writes_nothing(shop: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Undecidable("shop:SOUND", "NoRuleMatches", "terms")
    monkeypatch.setattr(desk, "decide_many", lambda *_given, **_named: ([], [silent]))
    with pytest.raises(Undecidable, match="shop:SOUND"):
        decide_all(shop, BO, as_of=AS_OF)
    with shop.session() as session:
        assert log.page(session).total == 0


def test_what_is_missing_is_said(shop: Bank, tmp_path: Path) -> None:
    with pytest.raises(UnknownFirm):
        decide(shop, BO, "shop:NOBODY", as_of=AS_OF)
    with pytest.raises(NoFirms):
        decide_all(shop, BO, as_of=date(2010, 1, 1))
    empty = a_bank(tmp_path / "empty")
    with pytest.raises(NotPublished):
        decide(empty, BO, "shop:SOUND", as_of=AS_OF)
    set_up(empty, BO)
    with pytest.raises(NoPublishedModel):
        decide(empty, BO, "shop:SOUND", as_of=AS_OF)
    with pytest.raises(NoLakeVersion):
        decide(empty, BO, "shop:SOUND")
    empty.close()


def test_a_decision_says_which_entity_the_firm_is_and_who_said_so(shop: Bank) -> None:
    before = decide(shop, BO, "shop:SOUND", as_of=AS_OF)
    assert before.documents[0].body["entity"] == {"entity_id": "shop:SOUND", "judgement": None}
    run = resolve(shop, BO, AS_OF)
    with shop.session() as session, links_of(shop, session, as_of=AS_OF) as links:
        known_as = known(links, "shop:SOUND")
    assert known_as is not None
    after = decide(shop, BO, "shop:SOUND", as_of=AS_OF)
    assert after.documents[0].body["entity"] == {"entity_id": known_as.entity_id, "judgement": run.run_id}
    together = {d.firm_id: d for d in decide_all(shop, BO, as_of=AS_OF).documents}
    assert together["shop:SOUND"].bytes == after.documents[0].bytes
    assert {(r.step, r.state) for r in replay(shop)} == {("re-decide", "equal"), ("re-measure", "equal")}
