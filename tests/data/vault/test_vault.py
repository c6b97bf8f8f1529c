"""The vault: sealed under a key per subject, read for a reason and on record, erased for good, its master key turned."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.data.helpers import open_bank
from tests.data.vault.helpers import LI, WHY, person

from windchime.core.clock import FixedClock
from windchime.data.vault import Sealing, Vault, erase, rotate
from windchime.data.vault.errors import (
    Erased,
    NoPurpose,
    NotAToken,
    NothingToErase,
    NothingToRotate,
    NotInVault,
    WrongVaultKey,
)
from windchime.data.vault.masking import masked, shown
from windchime.data.vault.status import status
from windchime.data.vault.vault import OWN_FILE
from windchime.service import audit, masters
from windchime.service.bank import Bank
from windchime.service.masters import NoMasterSecret
from windchime.service.suites import SealBroken, UnknownSuite
from windchime.service.tables import AuditRecord


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock) -> Iterator[Bank]:
    with closing(open_bank(tmp_path, clock)) as made:
        yield made


def keep(bank: Bank, subject: str, value: str) -> tuple[str, Sealing]:
    vault = Vault.open(bank)
    token = vault.token("identity", value)
    with bank.unit(LI) as unit:
        return token, vault.seal(unit, subject, "identity", {token: value})


def read(bank: Bank, token: str, why: str = WHY) -> str:
    with bank.unit(LI) as unit:
        return Vault.open(bank).reveal(unit, token, why)


def last(bank: Bank) -> AuditRecord:
    with bank.session() as session:
        return list(audit.records(session))[-1]


def test_what_is_sealed_is_read_again_and_the_look_is_on_record(bank: Bank) -> None:
    token, done = keep(bank, "twin:P1", person(1).name)
    assert done == Sealing(1, 1, ())
    assert read(bank, token) == person(1).name
    record = last(bank)
    assert (record.actor, record.action, record.subject, record.reason) == ("li", "vault.reveal", f"token:{token}", WHY)
    assert '"subjects":["twin:P1"]' in (record.after or "")
    assert person(1).name not in f"{record.before}{record.after}{record.subject}"


def test_the_same_again_is_kept_once_and_two_subjects_may_share(bank: Bank) -> None:
    keep(bank, "twin:P1", person(1).name)
    assert keep(bank, "twin:P1", person(1).name)[1] == Sealing()
    token, done = keep(bank, "twin:P2", person(1).name)
    assert done == Sealing(1, 1, ())
    with bank.unit(LI) as unit:
        assert Vault.open(bank).find(unit, "identity", f" {person(1).name}", WHY) == (token, ["twin:P1", "twin:P2"])
    assert last(bank).action == "vault.find"


@pytest.mark.parametrize(
    ("token", "why", "error"),
    [
        ("t_" + "a" * 32, WHY, NotInVault),
        ("张三", WHY, NotAToken),
        ("t_" + "a" * 32, "  ", NoPurpose),
    ],
)
def test_what_cannot_be_read(bank: Bank, token: str, why: str, error: type[Exception]) -> None:
    Vault.open(bank)
    with pytest.raises(error):
        read(bank, token, why)


def test_tokens_are_the_banks_own_and_do_not_change(tmp_path: Path) -> None:
    one, again, other = Bank.open(tmp_path, "one"), Bank.open(tmp_path, "one"), Bank.open(tmp_path, "other")
    tokens = [Vault.open(b).token("identity", "张三") for b in (one, again, other)]
    assert tokens[0] == tokens[1] != tokens[2]


def test_erasure_leaves_nothing_of_key_index_or_value(bank: Bank) -> None:
    token, _done = keep(bank, "twin:P1", person(1).name)
    files = [bank.folder / "db.sqlite", bank.folder / "db.sqlite-wal"]
    with sqlite3.connect(files[0]) as raw:
        (wrapped,) = raw.execute("SELECT wrapped FROM vault_key WHERE subject_id = 'twin:P1'").fetchone()
        (box,) = raw.execute("SELECT sealed FROM vault_value").fetchone()
    assert any(wrapped in f.read_bytes() for f in files if f.exists())
    done = erase(bank, LI, "twin:P1", WHY)
    assert (done.gone, done.shared) == (1, 0)
    with pytest.raises(Erased):
        read(bank, token)
    for file in (f for f in files if f.exists()):
        assert wrapped not in file.read_bytes()
        assert box not in file.read_bytes()
    record = last(bank)
    assert (record.action, record.subject, record.reason) == ("vault.erase", "subject:twin:P1", WHY)
    with bank.unit(LI) as unit:
        assert Vault.open(bank).find(unit, "identity", person(1).name, WHY) == (token, [])


def test_a_shared_value_stays_readable_through_the_other_subject(bank: Bank) -> None:
    token, _done = keep(bank, "twin:P1", person(1).name)
    keep(bank, "twin:P2", person(1).name)
    assert erase(bank, LI, "twin:P1", WHY).shared == 1
    assert read(bank, token) == person(1).name
    assert erase(bank, LI, "twin:P2", WHY).gone == 1
    with pytest.raises(Erased):
        read(bank, token)


def test_an_erasure_says_when_a_reader_keeps_the_log(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("windchime.service.database.BUSY_MILLISECONDS", 50)
    keep(bank, "twin:P1", person(1).name)
    keep(bank, "twin:P2", person(2).name)
    with closing(sqlite3.connect(bank.folder / "db.sqlite", isolation_level=None)) as reader, bank.session() as session:
        session.execute(text("PRAGMA busy_timeout=50"))
        session.close()
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM vault_key").fetchone()
        assert not erase(bank, LI, "twin:P1", WHY).wiped
        reader.execute("ROLLBACK")
    assert erase(bank, LI, "twin:P2", WHY).wiped
    assert (bank.folder / "db.sqlite-wal").read_bytes() == b""


def test_who_comes_back_after_an_erasure_has_a_new_key_and_it_is_said(bank: Bank) -> None:
    token, _done = keep(bank, "twin:P1", person(1).name)
    erase(bank, LI, "twin:P1", WHY)
    again, done = keep(bank, "twin:P1", person(1).name)
    assert (again, done) == (token, Sealing(1, 0, ("twin:P1",)))
    assert read(bank, token) == person(1).name
    erase(bank, LI, "twin:P1", WHY)
    with pytest.raises(Erased):
        read(bank, token)


@pytest.mark.parametrize("subject", ["twin:P9", "#tokens"])
def test_nothing_to_erase(bank: Bank, subject: str) -> None:
    Vault.open(bank)
    with pytest.raises(NothingToErase):
        erase(bank, LI, subject, WHY)
    with pytest.raises(NoPurpose):
        erase(bank, LI, subject, "")


def test_rotation_changes_no_value_and_no_token_and_ends_the_old_secret(bank: Bank) -> None:
    tokens = [keep(bank, f"twin:P{n}", person(n).name)[0] for n in range(3)]
    file = bank.vault_dir / OWN_FILE
    old = file.read_text()
    with sqlite3.connect(bank.folder / "db.sqlite") as raw:
        before = raw.execute("SELECT token, sealed FROM vault_value ORDER BY token").fetchall()
    done = rotate(bank, LI, "yearly")
    assert done.keys == 4
    assert old.strip() not in file.read_text()
    with sqlite3.connect(bank.folder / "db.sqlite") as raw:
        assert raw.execute("SELECT token, sealed FROM vault_value ORDER BY token").fetchall() == before
        assert {m for (m,) in raw.execute("SELECT DISTINCT master_id FROM vault_key")} == {done.after}
    assert [read(bank, t) for t in tokens] == [person(n).name for n in range(3)]
    assert Vault.open(bank).token("identity", person(0).name) == tokens[0]
    file.write_text(old)
    with pytest.raises(WrongVaultKey):
        Vault.open(bank)


def test_a_rotation_killed_between_its_steps_is_ended_by_the_next(bank: Bank) -> None:
    token, _done = keep(bank, "twin:P1", person(1).name)
    file = bank.vault_dir / OWN_FILE
    masters.put_before(file)  # killed before the unit: both secrets stand in the file, the old one is in use
    assert read(bank, token) == person(1).name
    assert rotate(bank, LI, "yearly").keys == 2
    assert read(bank, token) == person(1).name
    assert len(file.read_text().split()) == 1


def test_a_vault_that_is_open_while_the_master_turns_goes_on(bank: Bank) -> None:
    vault = Vault.open(bank)
    rotate(bank, LI, "yearly")
    token = vault.token("identity", person(1).name)
    with bank.unit(LI) as unit:
        vault.seal(unit, "twin:P1", "identity", {token: person(1).name})
    assert read(bank, token) == person(1).name


def test_a_secret_from_outside(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    with pytest.raises(NoMasterSecret):
        Vault.open(Bank.open(tmp_path, vault_key_file=file))
    file.write_text("# ours\n" + "ab" * 32 + "\n")
    bank = Bank.open(tmp_path, vault_key_file=file)
    token, _done = keep(bank, "twin:P1", person(1).name)
    assert not (bank.vault_dir / OWN_FILE).exists()
    with pytest.raises(NothingToRotate):
        rotate(bank, LI, "yearly")
    file.write_text("cd" * 32 + "\n" + "ab" * 32 + "\n")
    rotate(bank, LI, "yearly")
    file.write_text("cd" * 32)
    assert read(bank, token) == person(1).name
    file.write_text("ab" * 32)
    with pytest.raises(WrongVaultKey) as refused:
        Vault.open(bank)
    assert "abab" not in str(refused.value)


@pytest.mark.parametrize("said", ["", "xyz", "ab" * 31, "ab" * 33, "# nothing"])
def test_a_file_that_holds_no_secret(tmp_path: Path, said: str) -> None:
    file = tmp_path / "secret"
    file.write_text(said)
    with pytest.raises(NoMasterSecret):
        Vault.open(Bank.open(tmp_path, vault_key_file=file))


def test_the_own_secret_is_its_owners_alone_whatever_the_umask_says(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        bank = Bank.open(tmp_path)
        Vault.open(bank)
        rotate(bank, LI, "yearly")
    finally:
        os.umask(old)
    assert stat.S_IMODE((bank.vault_dir / OWN_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(bank.vault_dir.stat().st_mode) == 0o700
    assert [f.name for f in bank.vault_dir.iterdir()] == [OWN_FILE]


def test_a_lost_secret_is_never_replaced_by_a_new_one(bank: Bank) -> None:
    keep(bank, "twin:P1", person(1).name)
    (bank.vault_dir / OWN_FILE).unlink()
    with pytest.raises(NoMasterSecret):
        Vault.open(bank)
    assert not (bank.vault_dir / OWN_FILE).exists()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("UPDATE vault_value SET sealed = zeroblob(60)", SealBroken),
        ("UPDATE vault_value SET kind = 'contact'", SealBroken),
        ("UPDATE vault_value SET suite = 'SM4-GCM'", UnknownSuite),
        ("UPDATE vault_key SET wrapped = zeroblob(60) WHERE subject_id = 'twin:P1'", SealBroken),
        (
            (
                "UPDATE vault_key SET wrapped = (SELECT wrapped FROM vault_key WHERE subject_id = 'twin:P2') "
                "WHERE subject_id = 'twin:P1'"
            ),
            SealBroken,
        ),
        (
            (
                "UPDATE vault_value SET sealed = (SELECT sealed FROM vault_value WHERE subject_id = 'twin:P2') "
                "WHERE subject_id = 'twin:P1'"
            ),
            SealBroken,
        ),
    ],
)
def test_what_was_changed_or_moved_does_not_open(bank: Bank, change: str, error: type[Exception]) -> None:
    token, _done = keep(bank, "twin:P1", person(1).name)
    keep(bank, "twin:P2", person(2).name)
    with bank.unit(LI) as unit:
        unit.session.execute(text(change))
    with pytest.raises(error) as found:
        read(bank, token)
    assert person(1).name not in str(found.value)


def test_figures_and_nothing_else(bank: Bank) -> None:
    keep(bank, "twin:P1", person(1).name)
    keep(bank, "twin:P2", person(2).name)
    erase(bank, LI, "twin:P2", WHY)
    with bank.session() as session:
        found = status(session, Vault.open(bank))
    assert dict(found.values) == {"identity": 1, "contact": 0, "account": 0, "sensitive": 0}
    assert (found.subjects, found.destroyed, found.erased) == (1, 1, 1)


@pytest.mark.parametrize(
    ("kind", "value", "seen"),
    [
        ("identity", "11010519491231002X", "110105********002X"),
        ("identity", "张三丰", "张**"),
        ("contact", "13800138000", "138****8000"),
        ("contact", "ab@example.invalid", "a****@example.invalid"),
        ("account", "6222020000001234", "****1234"),
        ("account", "1234", "****"),
        ("sensitive", "anything", "****"),
    ],
)
def test_masks(kind: str, value: str, seen: str) -> None:
    assert masked(kind, value) == seen  # type: ignore[arg-type]  # a class by its name


def test_tokens_are_shown_short() -> None:
    token = "t_" + "abcdefgh" * 4
    assert shown(token) == "****abcdef"
    assert shown(f"原告⟨{token}⟩诉某公司") == "原告⟨****abcdef⟩诉某公司"
    assert shown("某公司") == "某公司"
