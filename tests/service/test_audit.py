"""The audit chain: what is changed, missing or put in between is found and named."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.bank import Bank


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
