"""What is saved comes back on an empty machine, with its keys; and says so plainly where they were left behind."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from tests.cli.test_commands import windchime
from tests.data.helpers import firm, invoice, load_pack, pack, rows_of
from tests.data.vault.helpers import LI, WHY, person
from tests.fresh import fresh

from windchime.core.clock import FixedClock
from windchime.data.lake import Lake
from windchime.data.lake.backup import backup, restore
from windchime.data.lake.sealing import verify
from windchime.data.vault import Vault
from windchime.service import audit
from windchime.service.bank import Bank
from windchime.service.masters import NoMasterSecret
from windchime.service.outbox import webhooks
from windchime.service.postgres import schema_of
from windchime.service.sealing import WrongSecretsKey


class Keys(TypedDict):
    """Where the secrets stand, as `Bank.open` is told."""

    vault_key_file: Path | None
    secrets_key_file: Path | None


@pytest.fixture
def name() -> str:
    return uuid4().hex


@pytest.fixture
def keys(tmp_path: Path, request: pytest.FixtureRequest) -> Keys:
    """Where the secrets stand: with the bank itself, or outside."""
    if request.param == "own":
        return Keys(vault_key_file=None, secrets_key_file=None)
    (tmp_path / "outside").mkdir()
    files = [tmp_path / "outside" / which for which in ("vault", "secrets")]
    for number, file in enumerate(files):
        file.write_text(f"{number}a" * 32)
    return Keys(vault_key_file=files[0], secrets_key_file=files[1])


@pytest.fixture
def lived(
    tmp_path: Path, name: str, clock: FixedClock, database: str | None, keys: Keys
) -> Iterator[tuple[Bank, dict[str, str]]]:
    """A bank with a person in the vault and a webhook."""
    bank = fresh(tmp_path / "old", name, database, clock=clock, **keys)
    token = Vault.open(bank).token("identity", person(1).name)
    with bank.unit(LI) as unit:
        Vault.open(bank).seal(unit, "twin:P1", "identity", {token: person(1).name})
        made = webhooks.add_in(bank, unit, "https://hooks.bank.example/in", ("decision.made",))
    yield bank, {"token": token, "webhook": made.id, "secret": made.secret}
    bank.close()


def emptied(bank: Bank, name: str, database: str | None) -> None:
    """The machine is gone: its folder, and its schema."""
    bank.close()
    shutil.rmtree(bank.folder)
    if database is not None:
        engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.execute(text(f'DROP SCHEMA "{schema_of(name)}" CASCADE'))
        engine.dispose()


def told(bank: Bank) -> list[tuple[int, str]]:
    with bank.session() as session:
        assert audit.verify(session) == []
        return [(r.seq, r.hash) for r in audit.records(session)]


@pytest.mark.parametrize(("database", "keys"), [("sqlite", "outside"), ("postgresql", "own")], indirect=True)
def test_a_bank_comes_back_on_an_empty_machine(
    tmp_path: Path,
    name: str,
    clock: FixedClock,
    database: str | None,
    keys: Keys,
    lived: tuple[Bank, dict[str, str]],
) -> None:
    old, known = lived
    load_pack(old, pack(tmp_path / "pack", firms=[firm(1)], invoices=[invoice()]))
    before, invoices = told(old), rows_of(old, "invoices")
    done = backup(old, LI, tmp_path / "saved")
    assert done.with_key is (keys["vault_key_file"] is None)
    emptied(old, name, database)
    restore(tmp_path / "saved", tmp_path / "new", name, database=database)
    new = Bank.open(tmp_path / "new", name, clock=clock, database=database, **keys)
    assert told(new) == before
    assert rows_of(new, "invoices") == invoices
    with new.session() as session:
        assert verify(session, Lake(new.lake_dir)) == []
        assert webhooks.secrets_of(new, webhooks.find(session, known["webhook"]), new.clock.now()) == [known["secret"]]
    with new.unit(LI) as unit:
        assert Vault.open(new).reveal(unit, known["token"], WHY) == person(1).name
    assert told(new)[: len(before)] == before
    new.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("keys", ["own"], indirect=True)
def test_without_its_keys_a_restored_bank_says_what_is_missing_and_makes_no_others(
    tmp_path: Path, name: str, clock: FixedClock, database: str | None, lived: tuple[Bank, dict[str, str]]
) -> None:
    old, known = lived
    assert not backup(old, LI, tmp_path / "saved", with_key=False).with_key
    kept = shutil.copytree(old.vault_dir, tmp_path / "kept apart")
    emptied(old, name, database)
    restore(tmp_path / "saved", tmp_path / "new", name, database=database)
    new = Bank.open(tmp_path / "new", name, clock=clock, database=database)
    with pytest.raises(NoMasterSecret):
        Vault.open(new)
    with new.session() as session, pytest.raises((NoMasterSecret, WrongSecretsKey)):
        webhooks.secrets_of(new, webhooks.find(session, known["webhook"]), new.clock.now())
    assert list(new.vault_dir.iterdir()) == []
    for file in kept.iterdir():
        shutil.copy2(file, new.vault_dir / file.name)
    with new.unit(LI) as unit:
        assert Vault.open(new).reveal(unit, known["token"], WHY) == person(1).name
    new.close()


@pytest.mark.parametrize("keys", ["own"], indirect=True)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_commands_of_the_how_to(tmp_path: Path, name: str, lived: tuple[Bank, dict[str, str]]) -> None:
    old, known = lived

    def said(home: str, *words: str) -> str:
        done = windchime(tmp_path / home, "--bank", name, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    said("old", "lake", "backup", str(tmp_path / "saved"))
    emptied(old, name, None)
    said("new", "lake", "restore", str(tmp_path / "saved"))
    assert "whole" in said("new", "audit", "verify")
    assert person(1).name in said("new", "vault", "reveal", known["token"], "--purpose", WHY)
