"""Connections that lie in the pool: those the server has ended are replaced before anybody notices."""

from pathlib import Path

import pytest
from psycopg import Connection
from sqlalchemy import text
from sqlalchemy.orm import Session

from windchime.core.unit import Actor
from windchime.service import postgres
from windchime.service.bank import Bank


@pytest.fixture
def bank(tmp_path: Path, postgres_address: str) -> Bank:
    return Bank.open(tmp_path, f"p{tmp_path.name.replace('-', '')}", database=postgres_address)


def backend(session: Session) -> int:
    return session.scalar(text("SELECT pg_backend_pid()")) or 0


class Blind:
    """Sees nothing on a socket: as where a network between drops what is silent."""

    def register(self, *_: int) -> None:
        """Look at it."""

    def poll(self, _timeout: int) -> list[tuple[int, int]]:
        """Nothing."""
        return []


@pytest.mark.parametrize("blind", [False, True])
def test_a_connection_that_the_server_ended_is_replaced(
    bank: Bank, postgres_address: str, monkeypatch: pytest.MonkeyPatch, *, blind: bool
) -> None:
    with bank.session() as session:
        had = backend(session)
    with bank.session() as session:
        assert backend(session) == had
    if blind:
        monkeypatch.setattr(postgres, "poll", Blind)
        monkeypatch.setattr(postgres, "REST_SECONDS", -1.0)
    with Connection.connect(postgres_address, autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [had]).fetchone() == (True,)
    with bank.session() as session:
        assert backend(session) != had
    with bank.unit(Actor("anna")) as unit:
        unit.record("test.one", "it")


def test_readers_and_writers_begin_as_they_must(bank: Bank) -> None:
    level = text("SHOW transaction_isolation")
    for _ in range(2):
        with bank.session() as session:
            assert session.scalar(level) == "repeatable read"
        with bank.unit(Actor("anna")) as unit:
            assert unit.session.scalar(level) == "read committed"
