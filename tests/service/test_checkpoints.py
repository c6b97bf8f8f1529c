"""A checkpoint kept elsewhere shows what the chain alone cannot: that its end was cut, or that it was written anew."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service import checkpoints as sealed
from windchime.service.bank import Bank

LI = Actor("li")


def write(bank: Bank, *subjects: str) -> None:
    with bank.unit(LI) as unit:
        for subject in subjects:
            unit.record("x.made", subject)


def forget(bank: Bank, after: int) -> None:
    """What somebody with the file and no scruples does."""
    with bank.unit(LI) as unit:
        unit.session.execute(text("DROP TRIGGER audit_record_no_delete"))
        unit.session.execute(text("DELETE FROM audit_record WHERE seq > :after"), {"after": after})


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock) -> Bank:
    found = Bank.open(tmp_path, clock=clock)
    write(found, "x:1", "x:2", "x:3")
    return found


def codes(bank: Bank, *files: Path, key: Path) -> list[str]:
    known = [(f.name, sealed.Checkpoint.read(f)) for f in files]
    with bank.session() as session:
        assert audit.verify(session) == []
        return [p.code for p in sealed.held_against(session, bank.name, known, sealed.public_key(key))]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    sealed.make_key(tmp_path / "key")
    return tmp_path / "key"


@pytest.fixture
def taken(bank: Bank, key: Path, tmp_path: Path) -> Path:
    with bank.session() as session:
        found = sealed.take(session, bank.name, sealed.private_key(key), bank.clock.now())
    file = tmp_path / "checkpoint"
    file.write_bytes(found.as_bytes())
    return file


def test_a_chain_that_grew_agrees(bank: Bank, key: Path, taken: Path) -> None:
    write(bank, "x:4")
    assert codes(bank, taken, key=key) == []
    assert codes(bank, taken, key=key.with_name("key.pub")) == []


def test_a_cut_is_named(bank: Bank, key: Path, taken: Path) -> None:
    forget(bank, 2)
    assert codes(bank, taken, key=key) == ["chain_cut"]


def test_a_chain_that_was_written_anew_is_named(bank: Bank, key: Path, taken: Path) -> None:
    forget(bank, 2)
    write(bank, "x:other")
    assert codes(bank, taken, key=key) == ["chain_rewritten"]


@pytest.mark.parametrize(("field", "value"), [("seq", 2), ("hash", "0" * 64), ("bank", "other"), ("signature", "00")])
def test_a_checkpoint_that_was_altered_counts_for_nothing(
    bank: Bank, key: Path, taken: Path, field: str, value: object
) -> None:
    taken.write_text(json.dumps({**json.loads(taken.read_bytes()), field: value}))
    assert codes(bank, taken, key=key) == ["checkpoint_forged"]


def test_another_key_and_another_bank_are_named(bank: Bank, key: Path, taken: Path, tmp_path: Path) -> None:
    sealed.make_key(tmp_path / "second")
    assert codes(bank, taken, key=tmp_path / "second") == ["checkpoint_forged"]
    other = Bank.open(tmp_path, "other", clock=bank.clock)
    assert codes(other, taken, key=key) == ["checkpoint_of_another_bank"]


def test_keys_are_for_their_owner_and_never_written_over(key: Path) -> None:
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        sealed.make_key(key)
    with pytest.raises(sealed.NoKey):
        sealed.private_key(key.with_name("key.pub"))


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"null", b"\xff", b"{" * 20_000, b"[" * 9_000, b'{"format": 1, "seq": "3"}']
)
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "nothing"
    file.write_bytes(content)
    with pytest.raises(sealed.NoCheckpoint):
        sealed.Checkpoint.read(file)


def test_an_empty_chain_has_no_end_to_sign(tmp_path: Path, key: Path) -> None:
    with Bank.open(tmp_path, "empty").session() as session, pytest.raises(sealed.NothingToSeal):
        sealed.take(session, "empty", sealed.private_key(key), datetime(2026, 1, 5, tzinfo=UTC))
