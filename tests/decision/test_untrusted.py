"""Data below their floor: the case goes to a person with the reason in words, is stored so, and replays to the byte."""

from datetime import timedelta
from decimal import Decimal

from tests.decision.helpers import AS_OF, BO, a_case, rulebook, some_cites

from windchime.core.clock import FixedClock
from windchime.data.quality import Examination, Score, gate, record
from windchime.decision import log, replay, untrusted
from windchime.decision.case import Case
from windchime.decision.deciding import decide_one
from windchime.decision.desk import decide, decide_all
from windchime.decision.document import read
from windchime.service.bank import Bank

PLACE = {"table": "invoices", "source": "shop", "dimension": "overall", "score": "0.500000", "floor": "0.800000"}


def said(*places: dict[str, str]) -> dict[str, object]:
    return {"as_of": AS_OF.isoformat(), "lake_version": 1, "closed": list(places)}


def checked(bank: Bank, score: str, table: str = "invoices", source: str = "shop") -> None:
    """Record a check of the shop's lake with one score."""
    found = Score(table, source, "overall", Decimal(score), 100, 1, Decimal("0.80"))
    record(bank, BO, Examination(1, AS_OF, (found,), (), (), ()))


def decided(case: Case) -> tuple[str, list[str]]:
    document = decide_one(rulebook(), case, some_cites())
    assert decide_one(rulebook(), Case.stored(read(document.bytes.decode())), some_cites()).bytes == document.bytes
    return document.verdict, [r.code for r in document.reasons]


def with_quality(case: Case, quality: dict[str, object] | None) -> Case:
    from dataclasses import replace

    return replace(case, quality=quality)


def test_an_approval_and_a_rejection_both_go_to_a_person() -> None:
    assert decided(with_quality(a_case(), said()))[0] == "approve"
    assert decided(with_quality(a_case(), said(PLACE))) == ("refer", [untrusted.CODE])
    rejected = a_case(months_known=3)
    assert decided(rejected) == ("decline", ["history_too_short"])
    assert decided(with_quality(rejected, said(PLACE))) == ("refer", [untrusted.CODE, "history_too_short"])


def test_nothing_checked_leaves_the_document_as_it_was() -> None:
    assert "quality" not in decide_one(rulebook(), a_case(), some_cites()).body
    assert decide_one(rulebook(), with_quality(a_case(), said()), some_cites()).quality == said()


def test_the_reason_is_said_in_both_languages() -> None:
    document = decide_one(rulebook(), with_quality(a_case(), said(PLACE)), some_cites())
    policy = rulebook().policy
    zh, en = (policy.sentence(document.reasons[0], lang) for lang in ("zh", "en"))
    assert "50.0%" in zh
    assert "80.0%" in zh
    assert "发票" in zh
    assert "invoices" in en.lower()
    assert "50.0%" in en


def test_a_check_below_the_floor_stops_what_rests_on_it(shop: Bank) -> None:
    before = {d.firm_id: d for d in decide_all(shop, BO, as_of=AS_OF).documents}
    checked(shop, "0.50")
    after = {d.firm_id: d for d in decide_all(shop, BO, as_of=AS_OF).documents}
    closed = {f for f, d in after.items() if d.quality and d.quality["closed"]}
    # the silent firm has no invoice, so nothing of it is distrusted
    assert closed == before.keys() - {"shop:SILENT"}
    assert {after[f].verdict for f in closed} == {"refer"}
    assert after["shop:SILENT"].verdict == before["shop:SILENT"].verdict
    alone = decide(shop, BO, "shop:SOUND", as_of=AS_OF).documents[0]
    assert alone.bytes == after["shop:SOUND"].bytes
    assert alone.body["policy"]["verdict"]["outputs"]["verdict"] == "approve"


def test_a_table_or_source_that_is_not_used_stops_nothing(shop: Bank) -> None:
    checked(shop, "0.10", table="electricity")
    checked(shop, "0.10", source="other")
    document = decide(shop, BO, "shop:SOUND", as_of=AS_OF).documents[0]
    assert (document.verdict, document.quality and document.quality["closed"]) == ("approve", [])


def test_replay_is_equal_whatever_is_checked_since(shop: Bank) -> None:
    checked(shop, "0.50")
    (stopped,) = decide(shop, BO, "shop:SOUND", as_of=AS_OF).ids
    shop.clock = FixedClock(shop.clock.now() + timedelta(minutes=1))
    checked(shop, "0.95")
    (free,) = decide(shop, BO, "shop:SOUND", as_of=AS_OF).ids
    with shop.session() as session:
        found = gate(session, as_of=AS_OF, lake_version=1)
        assert found
        assert found.closed == ()
        replayer = replay.Replayer(shop, session)
        verdicts = []
        for decision_id in (stopped, free):
            row = log.get(session, decision_id)
            verdicts.append(row.verdict)
            assert {replayer.re_decide(row).state, replayer.re_measure(row).state} == {"equal"}
    assert verdicts == ["refer", "approve"]
