"""The scheme in force: read once, found to be changed all the same, new from the moment it is published."""

import os
from datetime import date
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import event, text

from windchime.content import seed, standing, store
from windchime.content.in_force import service_scheme
from windchime.content.scheme import Scheme
from windchime.content.store import ContentChanged, ContentStore
from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.service.bank import Bank

AUTHOR, CHECKER = Actor("author"), Actor("checker")
DAY = date(2026, 1, 5)
SHIPPED = seed.sources("schemes")["access"]


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock) -> Bank:
    return Bank.open(tmp_path, clock=clock)


def put(bank: Bank, label: bytes) -> str:
    content, data = ContentStore(bank.content_dir), SHIPPED + b"\n# " + label
    with bank.unit(AUTHOR) as unit:
        version = content.propose(unit, "schemes", "access", data, valid_from=date(2026, 1, 1))
    with bank.unit(CHECKER) as unit:
        content.publish(unit, "schemes", "access", version)
    return version


def asked(bank: Bank) -> Scheme:
    with bank.session() as session:
        return service_scheme(bank.content_dir, session, "access", DAY)


def test_what_is_published_holds_at_once_and_is_read_once(bank: Bank) -> None:
    shipped = asked(bank)
    put(bank, b"one")
    one = asked(bank)
    assert one is not shipped
    assert one is asked(bank)
    put(bank, b"two")
    assert asked(bank) is not one


def test_what_is_published_holds_in_the_transaction_that_publishes_it(bank: Bank) -> None:
    content = ContentStore(bank.content_dir)
    first = put(bank, b"one")
    with bank.unit(AUTHOR) as unit:
        second = content.propose(unit, "schemes", "access", SHIPPED, valid_from=date(2026, 1, 2))
    with bank.unit(CHECKER) as unit:
        assert content.version_at(unit.session, "schemes", "access", DAY) == first
        content.publish(unit, "schemes", "access", second)
        assert content.version_at(unit.session, "schemes", "access", DAY) == second


def test_what_is_not_committed_is_nobody_elses_to_know(bank: Bank) -> None:
    content = ContentStore(bank.content_dir)
    put(bank, b"one")
    with bank.unit(AUTHOR) as unit:
        second = content.propose(unit, "schemes", "access", SHIPPED, valid_from=date(2026, 1, 2))

    def published() -> None:
        with bank.unit(CHECKER) as unit:
            content.publish(unit, "schemes", "access", second)
            assert content.standing(unit.session, "schemes", "access", DAY) == second
            raise InterruptedError

    one = asked(bank)
    with pytest.raises(InterruptedError):
        published()
    assert asked(bank) is one


def test_what_another_process_publishes_holds_after_the_lag(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    put(bank, b"one")
    one, now = asked(bank), monotonic()
    monkeypatch.setattr(standing, "monotonic", lambda: now)
    one = asked(bank)
    with monkeypatch.context() as other:
        # another process remembers, and forgets, for itself
        other.setattr(store, "_standing", standing.Standing())
        put(bank, b"two")
    assert asked(bank) is one
    now += standing.LAG_SECONDS + 0.1
    assert asked(bank) is not one


def test_what_was_asked_before_it_was_published_is_not_remembered_after_it(bank: Bank) -> None:
    put(bank, b"one")
    one = asked(bank)

    def ask(_connection: object) -> None:
        asked(bank)

    event.listen(bank.engine, "commit", ask)
    try:
        put(bank, b"two")
    finally:
        event.remove(bank.engine, "commit", ask)
    assert asked(bank) is not one


def test_a_state_from_before_teaches_nobody(bank: Bank) -> None:
    put(bank, b"one")
    one = asked(bank)
    with bank.session() as old:
        list(old.execute(text("SELECT * FROM content_version")))
        put(bank, b"two")
        assert service_scheme(bank.content_dir, old, "access", DAY) is one
        assert asked(bank) is not one


def test_banks_remember_apart(bank: Bank, tmp_path: Path, clock: FixedClock) -> None:
    neighbour = Bank.open(tmp_path, "neighbour", clock=clock)
    put(bank, b"one")
    assert asked(neighbour) is not asked(bank)
    put(neighbour, b"other")
    assert asked(neighbour) is not asked(bank)


def test_bytes_changed_after_they_were_read_are_found(bank: Bank) -> None:
    version = put(bank, b"one")
    asked(bank)
    file = bank.content_dir / f"{version}.yaml"
    had, data = file.stat(), file.read_bytes()
    file.write_bytes(data.replace(b"# one", b"# two"))
    os.utime(file, ns=(had.st_atime_ns, had.st_mtime_ns))
    with pytest.raises(ContentChanged):
        asked(bank)
    file.unlink()
    with pytest.raises(ContentChanged):
        asked(bank)
