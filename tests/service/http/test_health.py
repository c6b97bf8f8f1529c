"""Health: every bank is looked at, seldom; strangers learn one word."""

import logging
import resource
from pathlib import Path

import pytest
from sqlalchemy import text

from windchime.core.clock import FixedClock
from windchime.service.bank import Bank
from windchime.service.http.health import ROOM, SECONDS, Health, NotMigrated, database, room
from windchime.service.postgres import writing


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock, database: str | None) -> Bank:
    return Bank.open(tmp_path, f"h{tmp_path.name.replace('-', '')}", clock=clock, database=database)


def put_back(bank: Bank) -> None:
    """As a database of an earlier release looks."""
    with writing(bank.engine).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0009'"))


def test_a_sound_bank_is_ready_and_an_older_schema_is_not(bank: Bank, caplog: pytest.LogCaptureFixture) -> None:
    assert Health(lambda: [bank]).ready()
    put_back(bank)
    with pytest.raises(NotMigrated, match="0009"):
        database(bank)
    with caplog.at_level(logging.WARNING):
        assert not Health(lambda: [bank]).ready()
    assert "not ready" in caplog.text


def test_one_unsound_bank_of_two_is_enough(tmp_path: Path, clock: FixedClock) -> None:
    banks = [Bank.open(tmp_path, name, clock=clock) for name in ("one", "two")]
    assert Health(lambda: banks).ready()
    put_back(banks[1])
    assert not Health(lambda: banks).ready()


def test_a_disk_without_room_is_not_ready(bank: Bank) -> None:
    room(bank)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM - 1, before[1]))
    try:
        assert not Health(lambda: [bank]).ready()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert Health(lambda: [bank]).ready()


def test_an_answer_holds_for_a_while(tmp_path: Path, clock: FixedClock) -> None:
    looked, at = [], [0.0]
    bank = Bank.open(tmp_path, clock=clock)
    health = Health(lambda: [bank], (lambda b: looked.append(b.name),), now=lambda: at[0])
    for moment, looks in ((0.0, 1), (SECONDS / 2, 1), (SECONDS, 2), (SECONDS * 1.5, 2), (SECONDS * 3, 3)):
        at[0] = moment
        assert health.ready()
        assert len(looked) == looks
