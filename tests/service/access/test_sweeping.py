"""Sessions that are over do not pile up, and those that are not stay open."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from starlette.requests import Request
from tests.accounts import Moved, cheap_hashes

from windchime.core.unit import Actor
from windchime.service.access import accounts, sessions, sweeping
from windchime.service.access.policy import SignInPolicy
from windchime.service.access.tables import Account, LoginSession
from windchime.service.bank import Bank
from windchime.service.http.signing_in import Entrance

POLICY = SignInPolicy(12, 5, timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=12))
PASSWORD = "given by somebody else"


@pytest.fixture
def time() -> Moved:
    return Moved()


@pytest.fixture
def bank(tmp_path: Path, database: str | None, time: Moved, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bank]:
    cheap_hashes(monkeypatch)
    found = Bank.open(tmp_path, uuid4().hex, clock=time, database=database)
    with found.unit(Actor("root")) as unit:
        for name in ("li", "wang"):
            accounts.make(unit, name, name, roles=["credit_officer"], password=PASSWORD, policy=POLICY)
    yield found
    found.close()


def begun(bank: Bank, name: str = "li") -> str:
    with bank.unit(Actor(name)) as unit:
        return sessions.begin(unit, unit.session.get_one(Account, name))


def swept(bank: Bank, most: int = sweeping.SWEPT) -> int:
    with bank.unit(Actor("li")) as unit:
        return sweeping.sweep(unit, POLICY, most)


def kept(bank: Bank) -> int:
    with bank.session() as session:
        return session.scalar(select(func.count()).select_from(LoginSession)) or 0


def opens(bank: Bank, secret: str) -> bool:
    with bank.session() as session:
        return sessions.current(session, bank, secret, POLICY)[0] is not None


def test_what_idled_grew_too_old_or_was_ended_goes(bank: Bank, time: Moved) -> None:
    begun(bank)
    old = begun(bank)
    for _n in range(30):  # twelve and a half hours, never idle
        time.at += timedelta(minutes=25)
        with bank.unit(Actor("li")) as unit:
            sessions.touch(unit, old)
    ended, here = begun(bank), begun(bank)
    with bank.unit(Actor("li")) as unit:
        sessions.end(unit, ended)
    time.at += timedelta(minutes=1)
    with bank.unit(Actor("li")) as unit:
        sessions.touch(unit, here)
    assert (swept(bank), kept(bank)) == (3, 1)
    assert opens(bank, here)
    assert swept(bank) == 0


def test_the_last_session_of_an_account_says_when_it_was_used(bank: Bank, time: Moved) -> None:
    for name in ("li", "wang"):
        begun(bank, name)
        time.at += timedelta(minutes=1)
        begun(bank, name)
    time.at += timedelta(days=400)
    assert (swept(bank), kept(bank)) == (2, 2)


def test_a_password_without_its_code_is_no_use_of_an_account(bank: Bank, time: Moved) -> None:
    begun(bank)
    used = time.at
    for _n in range(2):
        time.at += timedelta(days=1)
        with bank.unit(Actor("li")) as unit:
            sessions.begin(unit, unit.session.get_one(Account, "li"), stage="code")
    # the last one is not over yet
    assert (swept(bank), kept(bank)) == (1, 2)
    time.at += timedelta(days=1)
    assert (swept(bank), kept(bank)) == (1, 1)
    with bank.session() as session:
        assert [(s.stage, s.seen_at) for s in session.scalars(select(LoginSession))] == [("full", used)]


def test_a_sweep_is_bounded(bank: Bank, time: Moved) -> None:
    for _n in range(5):
        begun(bank)
        time.at += timedelta(days=1)
    assert [swept(bank, 3), swept(bank, 3)] == [3, 1]


def test_signing_in_sweeps(bank: Bank, time: Moved) -> None:
    entrance = Entrance(bank, lambda _session: POLICY)
    asked = Request({"type": "http", "scheme": "http", "path": "/", "headers": [], "client": ("127.0.0.1", 1)})
    for _n in range(4):
        assert entrance.by_password(asked, "li", PASSWORD)
        time.at += timedelta(days=1)
    assert kept(bank) <= 2
