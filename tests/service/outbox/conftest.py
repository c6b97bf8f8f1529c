"""A bank on either database, a receiver on this machine; both are made once and found empty by each test."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import delete
from tests.service.outbox.helpers import LI, Receiver, serving

from windchime.core.clock import FixedClock
from windchime.service.bank import Bank
from windchime.service.outbox.tables import Delivery, OutboxEvent, Webhook

NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    """A bank on SQLite."""
    yield from _opened(tmp_path_factory.mktemp("home"), None)


@pytest.fixture(scope="session")
def on_postgres(tmp_path_factory: pytest.TempPathFactory, postgres_address: str) -> Iterator[Bank]:
    """A bank on PostgreSQL."""
    yield from _opened(tmp_path_factory.mktemp("home"), postgres_address)


@pytest.fixture(params=["on_sqlite", "on_postgres"])
def bank(request: pytest.FixtureRequest) -> Bank:
    """A bank on each of the databases, without webhooks, at noon."""
    return _emptied(request.getfixturevalue(request.param))


@pytest.fixture
def small(on_sqlite: Bank) -> Bank:
    """A bank on SQLite, for what has nothing to do with the database."""
    return _emptied(on_sqlite)


@pytest.fixture(scope="session")
def served() -> Iterator[Receiver]:
    """The receiver, listening."""
    with serving(Receiver()) as found:
        yield found


@pytest.fixture
def receiver(served: Receiver) -> Receiver:
    """The receiver, as if nothing had come yet."""
    served.received.clear()
    served.script.clear()
    return served


def _opened(home: Path, address: str | None) -> Iterator[Bank]:
    found = Bank.open(home, uuid4().hex, clock=FixedClock(NOON), database=address)
    yield found
    found.close()


def _emptied(bank: Bank) -> Bank:
    assert isinstance(bank.clock, FixedClock)
    bank.clock.instant = NOON
    with bank.unit(LI) as unit:
        for table in (Delivery, OutboxEvent, Webhook):
            unit.session.execute(delete(table))
    return bank
