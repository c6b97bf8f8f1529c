"""The bank's home and its units of work."""

import os
import stat
import threading
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from tests.service.helpers import all_tables

from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service import database as databases
from windchime.service.bank import Bank
from windchime.service.http.turns import READERS, WRITERS
from windchime.service.postgres import LONGEST, BadDatabaseAddress, open_postgres, schema_of

ALICE = Actor("alice")


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock, database: str | None) -> Iterator[Bank]:
    found = Bank.open(tmp_path, uuid4().hex, clock=clock, database=database)
    yield found
    found.close()


@pytest.fixture
def on_sqlite(tmp_path: Path, clock: FixedClock) -> Bank:
    return Bank.open(tmp_path, clock=clock)


def test_a_home_is_made_once_and_found_again(tmp_path: Path) -> None:
    Bank.open(tmp_path, "first")
    with Bank.open(tmp_path, "first").unit(ALICE) as unit:
        unit.record("x.made", "x:1")
    with Bank.open(tmp_path, "first").session() as session:
        assert [r.action for r in audit.records(session)] == ["x.made"]


def test_banks_share_nothing(tmp_path: Path, database: str | None) -> None:
    with Bank.open(tmp_path, "first", database=database).unit(ALICE) as unit:
        unit.record("x.made", "x:1")
    with Bank.open(tmp_path, "second", database=database).session() as session:
        assert list(audit.records(session)) == []


def test_every_thread_of_a_server_finds_a_connection(bank: Bank) -> None:
    with ExitStack() as stack:
        for _thread in range(READERS + WRITERS + 2):
            assert stack.enter_context(bank.session()).scalar(text("SELECT 1")) == 1


def test_a_unit_that_raises_leaves_nothing(bank: Bank) -> None:
    with pytest.raises(RuntimeError, match="half"), bank.unit(ALICE) as unit:  # noqa: PT012 - the unit is the point
        unit.record("x.made", "x:1")
        raise RuntimeError("half")
    with bank.session() as session:
        assert list(audit.records(session)) == []


def test_writers_wait_for_each_other_and_the_chain_holds(bank: Bank) -> None:
    def write(name: str) -> None:
        for number in range(10):
            with bank.unit(Actor(name)) as unit:
                unit.record("x.made", f"x:{number}")

    writers = [threading.Thread(target=write, args=(f"writer{n}",)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with bank.session() as session:
        assert audit.verify(session) == []
        assert [r.seq for r in audit.records(session)] == list(range(1, 41))


def test_a_session_sees_one_state(bank: Bank) -> None:
    with bank.session() as session:
        assert list(audit.records(session)) == []
        with bank.unit(ALICE) as unit:
            unit.record("x.made", "x:1")
        assert list(audit.records(session)) == []


@pytest.mark.parametrize("verb", ["UPDATE audit_record SET reason = 'other'", "DELETE FROM audit_record"])
def test_the_database_refuses_to_edit_the_chain(bank: Bank, verb: str) -> None:
    with bank.unit(ALICE) as unit:
        unit.record("x.made", "x:1", reason="first")
    with pytest.raises(DBAPIError, match="append-only"), bank.unit(ALICE) as unit:
        unit.session.execute(text(verb))
    with bank.session() as session:
        assert [r.reason for r in audit.records(session)] == ["first"]


def test_postgresql_commits_are_durable_and_stay_in_the_banks_schema(tmp_path: Path, postgres_address: str) -> None:
    bank = Bank.open(tmp_path, "durable", database=postgres_address)
    with bank.session() as session:
        found = {s: session.execute(text(f"SHOW {s}")).scalar() for s in ("search_path", "synchronous_commit")}
        tables = session.execute(text("SELECT DISTINCT schemaname FROM pg_tables WHERE tablename = 'audit_record'"))
        assert "bank_durable" in tables.scalars().all()
        assert "public" not in tables.scalars().all()
    assert found == {"search_path": "bank_durable", "synchronous_commit": "on"}


@pytest.mark.parametrize("address", ["", "nonsense", "mysql://a@b/c", "postgresql://a@b", "sqlite:///x"])
def test_addresses_that_are_none_are_refused_without_repeating_them(address: str) -> None:
    with pytest.raises(BadDatabaseAddress) as found:
        open_postgres(address, "bank_x")
    assert not address or address not in str(found.value)


@given(st.sets(st.text(alphabet="aAbB_-行", min_size=1, max_size=70), min_size=2, max_size=8))
def test_no_two_banks_share_a_schema(names: set[str]) -> None:
    schemas = {schema_of(n) for n in names}
    assert len(schemas) == len(names)
    assert all(len(s.encode()) <= LONGEST for s in schemas)
    # nor a bank that is called as the schema of another is
    assert not schemas & {schema_of(s.removeprefix("bank_")) for s in schemas - {f"bank_{n}" for n in names}}


def test_the_database_is_as_durable_as_promised(on_sqlite: Bank) -> None:
    bank = on_sqlite
    with bank.session() as session:
        found = {
            p: session.execute(text(f"PRAGMA {p}")).scalar() for p in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_migrations_give_the_tables_that_the_models_declare(tmp_path: Path, database: str | None) -> None:
    engine = open_postgres(database, "bank_migrated") if database else databases.open_sqlite(tmp_path / "db.sqlite")
    databases.migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, all_tables()) == []


def test_head_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(databases.alembic_config()).get_current_head() == databases.HEAD


def test_a_later_schema_is_refused(tmp_path: Path) -> None:
    engine = databases.open_sqlite(tmp_path / "db.sqlite")
    databases.migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(databases.NewerDatabase, match="9999"):
        databases.migrate(engine)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_a_home_is_its_owners_alone_whatever_the_umask_says(tmp_path: Path, umask: int) -> None:
    (tmp_path / "banks").mkdir()
    old = os.umask(umask)
    try:
        bank = Bank.open(tmp_path)
        with bank.unit(ALICE) as unit:
            unit.record("x.made", "x:1")
        modes = {f.relative_to(bank.folder).as_posix(): stat.S_IMODE(f.stat().st_mode) for f in bank.folder.rglob("*")}
    finally:
        os.umask(old)
    assert stat.S_IMODE(bank.folder.stat().st_mode) == 0o700
    assert {name: mode for name, mode in modes.items() if "." not in name} == dict.fromkeys(
        ["lake", "content", "models", "files", "vault"], 0o700
    )
    assert {mode for name, mode in modes.items() if name.startswith("db.sqlite")} == {0o600}


def test_modes_that_were_opened_on_purpose_stay(tmp_path: Path) -> None:
    folder = Bank.open(tmp_path).folder
    folder.chmod(0o750)
    Bank.open(tmp_path)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750


def test_errors_of_the_database_do_not_bear_values(bank: Bank) -> None:
    with pytest.raises(IntegrityError) as found, bank.unit(ALICE) as unit:
        unit.session.execute(text("INSERT INTO content_version (kind) VALUES (:kind)"), {"kind": "kept-secret"})
    told = "".join(traceback.format_exception(found.value))
    assert "kept-secret" not in told.replace('{"kind": "kept-secret"}', "")
