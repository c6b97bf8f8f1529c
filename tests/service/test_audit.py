"""The audit chain: what is changed, missing or put in between is found and named."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from windchime.core.canonical import canonical
from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.bank import Bank
from windchime.service.suites import sm3
from windchime.service.tables import AuditRecord


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock) -> Bank:
    bank = Bank.open(tmp_path, clock=clock)
    for number in range(1, 6):
        with bank.unit(Actor("alice")) as unit:
            unit.record(
                "limit.change", f"firm:{number}", before={"limit": "1.00"}, after={"limit": "2.00"}, reason="review"
            )
    return bank


def tamper(bank: Bank, statement: str) -> list[tuple[str, int | None]]:
    with bank.unit(Actor("mallory")) as unit:
        for verb in ("update", "delete"):
            unit.session.execute(text(f"DROP TRIGGER audit_record_no_{verb}"))
        unit.session.execute(text(statement))
    with bank.session() as session:
        return [(p.code, p.row) for p in audit.verify(session)]


def test_an_untouched_chain_is_whole(bank: Bank) -> None:
    with bank.session() as session:
        assert audit.verify(session) == []


@pytest.mark.parametrize("column", ["at", "actor", "actor_kind", "action", "subject", "before", "after", "reason"])
def test_a_changed_field_is_named(bank: Bank, column: str) -> None:
    changed = "'2020-01-01T00:00:00.000000+00:00'" if column == "at" else "'x'"
    assert tamper(bank, f'UPDATE audit_record SET "{column}" = {changed} WHERE seq = 3') == [("record_changed", 3)]


def test_a_removed_record_is_named(bank: Bank) -> None:
    assert tamper(bank, "DELETE FROM audit_record WHERE seq = 3") == [("record_missing", 4)]


def test_a_rewritten_hash_breaks_the_link_after_it(bank: Bank) -> None:
    assert ("chain_broken", 4) in tamper(bank, "UPDATE audit_record SET hash = 'aa' WHERE seq = 3")


def test_the_faults_speak(bank: Bank) -> None:
    tamper(bank, "DELETE FROM audit_record WHERE seq = 3")
    with bank.session() as session:
        fault = audit.verify(session)[0]
    assert "records 3 to 3 are missing" in fault.sentence("en")
    assert "3" in fault.sentence("zh")
    assert fault.sentence("zh") != fault.sentence("en")


def test_records_of_one_subject(bank: Bank) -> None:
    with bank.session() as session:
        assert [r.seq for r in audit.records(session, subject="firm:4")] == [4]


@pytest.mark.parametrize("statement", ["UPDATE audit_record SET reason = 'x'", "DELETE FROM audit_record"])
def test_the_database_itself_refuses_to_change_the_chain(bank: Bank, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), bank.unit(Actor("mallory")) as unit:
        unit.session.execute(text(statement))


def switched(bank: Bank) -> list[AuditRecord]:
    with bank.unit(Actor("li")) as unit:
        assert audit.switch(unit, "sm3", "Chinese algorithms")
        assert not audit.switch(unit, "sm3", "again")
        unit.record("limit.change", "firm:6")
    with bank.session() as session:
        return list(audit.records(session))


def test_a_chain_goes_on_with_another_algorithm_and_stays_whole(bank: Bank) -> None:
    found = switched(bank)
    assert [audit.algorithm(r) for r in found] == ["sha256"] * 5 + ["sm3"] * 2
    assert (found[5].action, found[5].after, found[5].previous_hash) == (
        "audit.suite",
        '{"hash":"sm3"}',
        found[4].hash,
    )
    with bank.session() as session:
        assert audit.verify(session) == []


def test_a_hash_of_the_chain_is_sm3_of_its_canonical_form(bank: Bank) -> None:
    last = switched(bank)[-1]
    fields = ("seq", "actor", "actor_kind", "action", "subject", "before", "after", "reason", "previous_hash")
    said = {name: getattr(last, name) for name in fields} | {"at": last.at.isoformat()}
    assert last.hash == f"sm3:{sm3(canonical(said))}"


def test_a_bank_of_the_chinese_algorithms_begins_with_them(tmp_path: Path, clock: FixedClock) -> None:
    with Bank.open(tmp_path, "sm", clock=clock, crypto="sm").unit(Actor("li")) as unit:
        unit.record("limit.change", "firm:1")
    # the chain follows its last record, whatever a setting says later
    back = Bank.open(tmp_path, "sm", clock=clock)
    with back.unit(Actor("li")) as unit:
        unit.record("limit.change", "firm:2")
    with back.session() as session:
        assert [audit.algorithm(r) for r in audit.records(session)] == ["sm3", "sm3"]
        assert audit.verify(session) == []


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_record SET reason = 'x' WHERE seq = 7", ("record_changed", 7)),
        ("UPDATE audit_record SET action = 'x' WHERE seq = 6", ("record_changed", 6)),
        ("DELETE FROM audit_record WHERE seq = 6", ("record_missing", 7)),
        ("UPDATE audit_record SET hash = substr(hash, 5) WHERE seq = 7", ("record_changed", 7)),
    ],
)
def test_what_is_changed_after_the_switch_is_named(bank: Bank, statement: str, fault: tuple[str, int]) -> None:
    switched(bank)
    assert fault in tamper(bank, statement)


def test_an_algorithm_that_nobody_changed_is_named(bank: Bank) -> None:
    with bank.unit(Actor("mallory")) as unit:
        audit.append(
            unit.session,
            at=unit.now,
            actor=unit.actor,
            action="x",
            subject="x",
            before=None,
            after=None,
            reason="",
            by="sm3",
        )
    with bank.session() as session:
        assert [(p.code, p.row) for p in audit.verify(session)] == [("algorithm_changed", 6)]
