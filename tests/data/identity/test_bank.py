"""Resolutions of a bank: published as lake versions, under judgements that survive, are refused in words, and can be undone."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError
from tests.data.helpers import LI, load_pack, open_bank, pack
from tests.data.identity.planted import code_of

from windchime.core.clock import FixedClock
from windchime.core.text import LANGS
from windchime.core.unit import Actor
from windchime.data.identity import explain, judge, judgements, resolve, runs, standing, undo
from windchime.data.identity.explaining import NothingToExplain
from windchime.data.identity.judgements import (
    Contradiction,
    DifferentKinds,
    JudgedBefore,
    NoReason,
    NotMentioned,
    NotStanding,
    TwoCodes,
)
from windchime.data.identity.links import known, links_of, members, mentions_called
from windchime.data.lake import Lake, versions
from windchime.service import audit
from windchime.service.bank import Bank

BO = Actor("bo")
ONE, TWO = code_of(1, "990102"), code_of(2, "990102")


def record(number: int, name: str, **more: Any) -> dict[str, Any]:
    usual = {"record_id": f"twin:{number}", "list_name": "list", "firm_name": name, "known_on": date(2025, 6, 30)}
    return usual | more


RECORDS = [
    record(1, "岚溪市铭达贸易有限公司", firm_code=ONE, region_code="990102", phone="10000000001"),
    record(2, "铭达（岚溪）贸易有限责任公司", region_code="990102", phone="10000000001"),
    record(3, "嵐溪市銘達貿易有限公司", firm_code=ONE),
    record(4, "岚溪市铭远贸易有限公司", region_code="990102"),
    record(5, "望川县铭达贸易有限公司", firm_code=TWO, region_code="990124"),
    record(6, "青陌市和顺运输有限公司"),
]


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock) -> Bank:
    found = open_bank(tmp_path, clock)
    load_pack(found, pack(tmp_path / "pack", firm_records=RECORDS))
    resolve(found, LI)
    return found


def entity(bank: Bank, mention: str) -> str:
    with bank.session() as session, links_of(bank, session) as reading:
        found = known(reading, mention)
    assert found is not None
    return found.entity_id


def again(bank: Bank) -> Any:
    """A later run: the clock of the bank goes on."""
    assert isinstance(bank.clock, FixedClock)
    bank.clock.instant += timedelta(minutes=1)
    return resolve(bank, LI)


def test_a_run_is_a_lake_version_and_says_what_it_did(bank: Bank) -> None:
    with bank.session() as session:
        (made,) = runs(session)
        head = versions.head(session)
        (last,) = [r for r in audit.records(session) if r.action == "identity.run"]
    assert head is not None
    assert head.lake_version == made.lake_version == made.read_version + 1
    assert (made.counts["firms"], made.counts["firm_entities"], made.counts["changed"]) == (6, 4, 6)
    assert last.actor == "li"
    assert entity(bank, "twin:1") == entity(bank, "twin:2") == entity(bank, "twin:3") != entity(bank, "twin:5")


def test_a_second_run_changes_nothing(bank: Bank) -> None:
    made = again(bank)
    assert made.counts["changed"] == 0
    assert made.lake_version == made.read_version


def test_every_merge_is_explained_in_both_languages(bank: Bank) -> None:
    with bank.session() as session, links_of(bank, session) as reading:
        found = explain(reading, "twin:2", "twin:3")
        apart = explain(reading, "twin:2", "twin:5")
        with pytest.raises(NothingToExplain):
            explain(reading, "twin:2", "twin:2")
        with pytest.raises(NotMentioned):
            explain(reading, "twin:2", "twin:99")
        first, *_others = members(reading, found.left.entity_id)
    assert found.same
    assert [s.method for s in found.steps] == ["name", "code"]
    assert [s.left.mention_id for s in found.steps] + ["twin:3"] == ["twin:2", "twin:1", "twin:3"]
    assert first.mention_id == "twin:1"
    by = {r.code: r for r in found.steps[0].reasons}
    assert by["core.same"].bits is not None
    assert by["core.same"].bits > 0
    assert {by["phone.same"].said[lang] for lang in LANGS} == {"电话相同", "the phones are the same"}
    assert (apart.same, apart.steps) == (False, ())


def test_a_judgement_joins_survives_and_is_taken_back(bank: Bank) -> None:
    before = entity(bank, "twin:4")
    made = judge(bank, BO, "twin:4", "twin:1", same=True, reason="seen the licence")
    assert (made.left, made.right, made.author) == ("twin:1", "twin:4", "bo")
    again(bank)
    assert entity(bank, "twin:4") == entity(bank, "twin:1")
    assert again(bank).counts["changed"] == 0
    with bank.session() as session, links_of(bank, session) as reading:
        (step,) = explain(reading, "twin:4", "twin:1").steps
    assert step.method == "judgement"
    undo(bank, LI, made.judgement_id, reason="it was another licence")
    again(bank)
    assert entity(bank, "twin:4") == before
    with bank.session() as session:
        assert standing(session) == []
        assert [j.undoes for j in judgements(session)] == ["", made.judgement_id]
    with pytest.raises(NotStanding):
        undo(bank, LI, made.judgement_id, reason="again")


def test_a_judgement_that_two_are_two_wins_over_model_and_code(bank: Bank) -> None:
    judge(bank, BO, "twin:1", "twin:2", same=False, reason="another firm at the same phone")
    judge(bank, BO, "twin:1", "twin:3", same=False, reason="the list has the code of another")
    again(bank)
    assert len({entity(bank, f"twin:{n}") for n in (1, 2, 3)}) >= 2
    assert entity(bank, "twin:1") not in {entity(bank, "twin:2"), entity(bank, "twin:3")}


def test_earlier_lake_versions_keep_their_links(bank: Bank) -> None:
    with bank.session() as session:
        before = versions.head(session)
    assert before is not None
    judge(bank, BO, "twin:4", "twin:1", same=True, reason="seen the licence")
    again(bank)
    lake = Lake(bank.lake_dir)
    with (
        bank.session() as session,
        lake.reading(session, as_of=date(2025, 12, 31), lake_version=before.lake_version) as old,
    ):
        then = known(old, "twin:4")
    assert then is not None
    assert then.entity_id != entity(bank, "twin:1")


def test_contradictions_are_refused_in_words(bank: Bank) -> None:
    judge(bank, BO, "twin:1", "twin:4", same=True, reason="seen the licence")
    judge(bank, BO, "twin:4", "twin:6", same=False, reason="two licences")
    with pytest.raises(JudgedBefore):
        judge(bank, LI, "twin:4", "twin:1", same=True, reason="me too")
    with pytest.raises(Contradiction) as refused:
        judge(bank, LI, "twin:1", "twin:6", same=True, reason="sure")
    assert "bo" in refused.value.message("en")
    assert "two licences" in refused.value.message("zh")
    with pytest.raises(Contradiction):
        judge(bank, LI, "twin:1", "twin:4", same=False, reason="not sure")
    judge(bank, LI, "twin:2", "twin:4", same=True, reason="sure")
    with pytest.raises(Contradiction):
        judge(bank, LI, "twin:1", "twin:2", same=False, reason="by way of the fourth they are one")


def test_what_cannot_be_judged(bank: Bank) -> None:
    with pytest.raises(TwoCodes):
        judge(bank, BO, "twin:1", "twin:5", same=True, reason="sure")
    with pytest.raises(NoReason):
        judge(bank, BO, "twin:1", "twin:2", same=False, reason=" ")
    with pytest.raises(NoReason):
        judge(bank, BO, "twin:1", "twin:1", same=True, reason="sure")
    with pytest.raises(NotMentioned):
        judge(bank, BO, "twin:1", "twin:99", same=True, reason="sure")
    with bank.session() as session:
        assert judgements(session) == []


def test_a_firm_is_no_person(tmp_path: Path, clock: FixedClock) -> None:
    found = open_bank(tmp_path, clock)
    holder = {"person_type": "person", "person_id": "twin:p1", "person_name": "林知远", "role": "director"}
    rows = [{"firm_id": "twin:F1", "subject_name": "岚溪市铭达贸易有限公司", "valid_from": date(2020, 1, 1), **holder}]
    load_pack(found, pack(tmp_path / "pack", key_persons=rows))
    resolve(found, LI)
    with pytest.raises(DifferentKinds):
        judge(found, BO, "twin:F1", "twin:p1", same=True, reason="sure")
    with found.session() as session, links_of(found, session) as reading:
        person = known(reading, "twin:p1")
    assert person is not None
    assert (person.kind, person.names) == ("person", ())


def test_judgements_and_runs_cannot_be_changed(bank: Bank) -> None:
    judge(bank, BO, "twin:1", "twin:4", same=True, reason="seen the licence")
    for table in ("identity_judgement", "identity_run"):
        with pytest.raises(DatabaseError, match="append-only"), bank.unit(LI) as unit:
            unit.session.connection().exec_driver_sql(f"DELETE FROM {table}")


def test_mentions_are_found_by_words(bank: Bank) -> None:
    with bank.session() as session, links_of(bank, session) as reading:
        found = mentions_called(reading, ["铭达", "贸易"], limit=9)
        by_code = mentions_called(reading, [ONE], limit=9)
    assert [m.mention_id for m in found] == ["twin:1", "twin:2", "twin:5"]
    assert [m.mention_id for m in by_code] == ["twin:1", "twin:3"]
