"""Sealed secrets turn to a new master secret while others use them, and a pass that was killed goes on."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, insert, select
from sqlalchemy.orm import Session
from tests.fresh import fresh

from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.service import audit, masters, resealing, sealing
from windchime.service.bank import Bank
from windchime.service.masters import NoMasterSecret
from windchime.service.resealing import Resealing, reseal
from windchime.service.sealing import WrongSecretsKey, seal, unseal
from windchime.service.suites import SM

LI = Actor("li")
KEPT = Table("kept_secret", MetaData(), Column("name", String, primary_key=True), Column("box", LargeBinary))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def bank(home: Path, clock: FixedClock, database: str | None) -> Iterator[Bank]:
    found = fresh(home, uuid4().hex, database, clock=clock)
    with found.unit(LI) as unit:
        KEPT.create(unit.session.connection())
    yield found
    found.close()


def keep(bank: Bank, *names: str) -> None:
    with bank.unit(LI) as unit:
        rows = [{"name": n, "box": seal(bank, f"of:{n}", n.encode())} for n in names]
        unit.session.execute(insert(KEPT), [*rows, {"name": f"{names[0]}-no-box", "box": b"just bytes"}])


def boxes(session: Session) -> dict[str, bytes]:
    return {name: box for name, box in session.execute(select(KEPT)) if not name.endswith("no-box")}


def opened(bank: Bank) -> set[str]:
    with bank.session() as session:
        return {unseal(bank, f"of:{name}", box).decode() for name, box in boxes(session).items()}


def test_a_turn_seals_everything_anew_and_ends_the_old_secret(bank: Bank, database: str | None) -> None:
    keep(bank, "a", "b", "c")
    old = sealing.key_file(bank).read_text()
    done = reseal(bank, LI, "yearly")
    assert (done.boxes, done.turned) == (3, True)
    fresh = Bank.open(bank.folder.parents[1], bank.name, database=database)
    assert opened(fresh) == {"a", "b", "c"}
    assert old.strip() not in sealing.key_file(bank).read_text()
    sealing.key_file(bank).write_text(old)
    stranger = Bank.open(bank.folder.parents[1], bank.name, database=database)
    with pytest.raises(WrongSecretsKey):
        opened(stranger)
    with bank.session() as session:
        last = list(audit.records(session))[-1]
        assert (last.action, last.reason, audit.verify(session)) == ("secrets.reseal", "yearly", [])
    fresh.close()
    stranger.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_killed_turn_goes_on_and_makes_no_second_secret(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(bank, "a", "b", "c", "d")
    monkeypatch.setattr(resealing, "PIECE", 2)
    pieces = iter([True, False])
    whole = resealing._piece

    def killed(*given: object) -> int:
        if not next(pieces):
            raise KeyboardInterrupt
        return whole(*given)  # type: ignore[arg-type]  # handed on as given

    with monkeypatch.context() as patch:
        patch.setattr(resealing, "_piece", killed)
        with pytest.raises(KeyboardInterrupt):
            reseal(bank, LI, "yearly")
    assert opened(bank) == {"a", "b", "c", "d"}
    begun = masters.read(sealing.key_file(bank), sealing.AREA, bank.name)
    done = reseal(bank, LI, "yearly")
    assert (done.master, done.boxes, done.turned) == (begun[0].master_id, 2, False)
    assert opened(bank) == {"a", "b", "c", "d"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_where_nothing_was_sealed_nothing_is_made(bank: Bank) -> None:
    assert reseal(bank, LI, "yearly") == Resealing()
    assert not sealing.key_file(bank).exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_lost_secret_is_not_replaced_by_a_new_one(bank: Bank, database: str | None) -> None:
    keep(bank, "a")
    sealing.key_file(bank).unlink()
    fresh = Bank.open(bank.folder.parents[1], bank.name, database=database)
    with pytest.raises(NoMasterSecret):
        seal(fresh, "of:b", b"b")
    assert not sealing.key_file(bank).exists()
    fresh.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_bank_that_changes_its_suite_changes_its_boxes(bank: Bank, database: str | None) -> None:
    keep(bank, "a", "b")
    changed = Bank.open(bank.folder.parents[1], bank.name, crypto="sm", database=database)
    assert opened(changed) == {"a", "b"}
    assert reseal(changed, LI, "Chinese algorithms").boxes == 2
    assert opened(changed) == {"a", "b"}
    with changed.session() as session:
        assert {sealing.label(box).suite for box in boxes(session).values()} == {SM}
    changed.close()
