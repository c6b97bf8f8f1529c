"""The page of accounts: when each was used last."""

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.accounts import Moved, a_session, an_account, cheap_hashes

from windchime.console.app import create_app
from windchime.core.dates import SHANGHAI
from windchime.core.unit import Actor
from windchime.portfolio.access import sign_in_policy
from windchime.service.access import accounts, sessions
from windchime.service.bank import Bank


def test_a_password_without_its_code_is_not_shown_as_a_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_hashes(monkeypatch)
    clock = Moved()
    bank = Bank.open(tmp_path, clock=clock)
    with bank.session() as session:
        policy = sign_in_policy(bank, session)
    for name in ("anna", "li"):
        an_account(bank, name, ["administrator"], policy)
    a_session(bank, "li")
    used = clock.at
    clock.at += timedelta(minutes=7)
    half = clock.at
    with bank.unit(Actor("li")) as unit:
        sessions.begin(unit, accounts.find(unit.session, "li"), stage="code")
    clock.at += timedelta(minutes=7)
    client = TestClient(create_app(bank), base_url="http://127.0.0.1")
    client.cookies.set("windchime_session", a_session(bank, "anna"))
    page = client.get("/accounts").text
    assert f"{used.astimezone(SHANGHAI):%H:%M}" in page
    assert f"{half.astimezone(SHANGHAI):%H:%M}" not in page
    bank.close()
