"""A database of the previous release (schema 0010), with rows in every table, opens in this one: nothing lost, chain whole."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Column, Engine, MetaData, Table, insert, inspect, select
from sqlalchemy import types as sql
from tests.data.vault.helpers import LI, WHY

from windchime.core.clock import FixedClock
from windchime.data.vault import Vault
from windchime.service import audit
from windchime.service.bank import Bank
from windchime.service.database import HEAD, NewerDatabase, alembic_config, migrate, open_sqlite, revision
from windchime.service.postgres import open_postgres, schema_of, writing

BEFORE = "0010"
AT = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
#: the release's own tables that the test fills by hand
OWN = {"alembic_version", "audit_record", "vault_key", "vault_value"}
SECRET, TOKEN_KEY, DATA_KEY, NONCE = b"m" * 32, b"t" * 32, b"d" * 32, b"n" * 12
VALUE = "甲乙丙"


def derived(secret: bytes, purpose: str) -> bytes:
    info = f"windchime vault 1/{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)


def token() -> str:
    made = hmac.new(derived(TOKEN_KEY, "tokens"), f"identity\0{VALUE}".encode(), hashlib.sha256).digest()[:20]
    return "t_" + base64.b32encode(made).decode().lower()


@pytest.fixture
def engine(tmp_path: Path, database: str | None) -> Iterator[tuple[str, Engine]]:
    """An empty database, and the name of the bank whose it is."""
    name = uuid4().hex
    if database is None:
        folder = tmp_path / "banks" / name
        folder.mkdir(parents=True)
        found = open_sqlite(folder / "db.sqlite")
    else:
        found = open_postgres(database, schema_of(name))
    yield name, found
    found.dispose()


def filled(name: str, engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Bring the database to the previous release's schema and put rows into every table; gives all rows by table."""
    with writing(engine).begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
    with writing(engine).begin() as connection:
        for table in tables(engine).sorted_tables:
            rows = chain() if table.name == "audit_record" else vault(name).get(table.name)
            if table.name != "alembic_version":
                made = [stored(table, row) for row in rows] if rows else [usual(table, n) for n in (1, 2, 3)]
                connection.execute(insert(table), made)
    return held(engine)


def tables(engine: Engine) -> MetaData:
    found = MetaData()
    found.reflect(engine, only=inspect(engine).get_table_names())
    return found


def held(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    with engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in tables(engine).sorted_tables
        }


def stored(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Instants as each database keeps them."""
    return {k: instant(table.c[k], v) if isinstance(v, datetime) else v for k, v in row.items()}


def instant(column: Column[Any], at: datetime) -> Any:
    return at if isinstance(column.type, sql.DateTime) else at.isoformat(timespec="microseconds")


def usual(table: Table, number: int) -> dict[str, Any]:
    """A row of plain values; equal numbers make keys meet."""
    return {column.name: value(column, number) for column in table.columns}


def value(column: Column[Any], number: int) -> Any:
    if isinstance(column.type, sql.DateTime) or column.name == "at" or column.name.endswith(("_at", "_until")):
        return instant(column, AT + timedelta(minutes=number))
    plain: dict[type, Any] = {
        sql.Boolean: True,
        sql.Integer: number,
        sql.Numeric: number,
        sql.Date: date(2026, 1, number),
        sql.LargeBinary: bytes([number]) * 4,
    }
    return next((v for kind, v in plain.items() if isinstance(column.type, kind)), f"v{number}")


def chain() -> list[dict[str, Any]]:
    """Audit records as the previous release hashed them, written out here: they have no place they came from."""
    rows, previous = [], "0" * 64
    for seq in range(1, 6):
        said = {
            "seq": seq,
            "at": AT.isoformat(),
            "actor": "li",
            "actor_kind": "person",
            "action": "limit.change",
            "subject": f"firm:{seq}",
            "before": '{"limit":"1.00"}',
            "after": '{"limit":"2.00"}',
            "reason": "复核",
            "previous_hash": previous,
        }
        plain = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        previous = hashlib.sha256(plain).hexdigest()
        rows.append({**said, "at": AT, "hash": previous})
    return rows


def vault(bank: str) -> dict[str, list[dict[str, Any]]]:
    """A vault as the previous release wrote it, written out here."""

    def sealed(key: bytes, plain: bytes, *about: str) -> bytes:
        return NONCE + AESGCM(key).encrypt(NONCE, plain, "\0".join(about).encode())

    wrapping = derived(SECRET, f"wrapping/{bank}")
    same = {
        "key_no": 1,
        "suite": "AES-256-GCM HMAC-SHA-256",
        "master_id": derived(SECRET, f"id/{bank}")[:8].hex(),
        "made_at": AT,
        "destroyed_at": None,
    }
    keys = [
        {"subject_id": subject, "wrapped": sealed(wrapping, key, bank, subject, "1"), **same}
        for subject, key in (("#tokens", TOKEN_KEY), ("twin:P1", DATA_KEY))
    ]
    box = sealed(DATA_KEY, VALUE.encode(), token(), "identity", "twin:P1")
    values = [
        {
            "subject_id": "twin:P1",
            "token": token(),
            "key_no": 1,
            "kind": "identity",
            "suite": "AES-256-GCM HMAC-SHA-256",
            "sealed": box,
        }
    ]
    return {"vault_key": keys, "vault_value": values}


def test_the_previous_release_is_brought_up_and_nothing_is_lost(
    tmp_path: Path, engine: tuple[str, Engine], database: str | None, clock: FixedClock
) -> None:
    name, raw = engine
    before = filled(name, raw)
    assert revision(raw) == BEFORE
    assert all(before.values()), "rows in every table"
    key = tmp_path / "key"
    key.write_text(SECRET.hex())
    bank = Bank.open(tmp_path, name, clock=clock, vault_key_file=key, database=database)
    assert revision(bank.engine) == HEAD
    after = held(bank.engine)
    for table, rows in before.items():
        if table != "alembic_version":
            kept = [{column: row[column] for column in rows[0]} for row in after[table]]
            assert kept == rows, table
    with bank.session() as session:
        assert audit.verify(session) == []
        assert [r.origin for r in audit.records(session)] == [""] * 5
    opened = Vault.open(bank)
    assert opened.token("identity", VALUE) == token()
    with bank.unit(LI) as unit:
        assert opened.reveal(unit, token(), WHY) == VALUE
    with bank.session() as session:
        assert audit.verify(session) == []
        assert [r.seq for r in audit.records(session)] == [1, 2, 3, 4, 5, 6]
    bank.close()
    once = held(raw)
    Bank.open(tmp_path, name, clock=clock, database=database).close()
    assert held(raw) == once, "a second opening changes nothing"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_older_release_does_not_open_a_newer_database(
    tmp_path: Path, engine: tuple[str, Engine], database: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, raw = engine
    filled(name, raw)
    with writing(raw).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase):
        Bank.open(tmp_path, name, database=database)


def test_hashes_of_what_was_typed_into_forms_are_forgotten(engine: tuple[str, Engine]) -> None:
    _name, raw = engine
    with writing(raw).begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0019")
        table = Table("keyed_call", MetaData(), autoload_with=connection)
        connection.execute(insert(table), [{**usual(table, n), "key": key} for n, key in ((1, "form:a"), (2, "b"))])
    migrate(raw)
    assert [row["key"] for row in held(raw)["keyed_call"]] == ["b"]
