"""The page of an approval that draws a password: shown to the checker, on that one page."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.accounts import a_session, an_account, cheap_hashes

from windchime.console.app import create_app
from windchime.portfolio.access import sign_in_policy
from windchime.service.access import proving
from windchime.service.bank import Bank
from windchime.service.proposals import stored

TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
DRAWN = re.compile(r"<code>([\w-]{24,})</code>")


def test_a_drawn_password_is_shown_to_its_checker_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_hashes(monkeypatch)
    bank = Bank.open(tmp_path)
    with bank.session() as session:
        policy = sign_in_policy(bank, session)
    clients = {}
    for name, role in (("anna", "administrator"), ("mo", "manager")):
        an_account(bank, name, [role], policy)
        clients[name] = TestClient(create_app(bank), base_url="http://127.0.0.1", follow_redirects=False)
        clients[name].cookies.set("windchime_session", a_session(bank, name))
    page = clients["anna"].get("/accounts").text
    assert 'type="password"' not in page
    token = TOKEN.search(page)
    assert token is not None
    asked = {
        "csrf": token.group(1),
        "do": "account.make",
        "name": "li",
        "label": "L",
        "roles": "auditor",
        "reason": "joins",
    }
    made = clients["anna"].post("/accounts", data=asked).headers["location"].partition("=")[2]
    with bank.session() as session:
        seen = stored.newest(session, stored.find(session, made)).digest
    address = f"/proposals/{made}"
    token = TOKEN.search(clients["mo"].get(address).text)
    assert token is not None
    approved = clients["mo"].post(address, data={"csrf": token.group(1), "do": "approve", "seen": seen})
    drawn = DRAWN.search(approved.text)
    assert drawn is not None
    assert approved.headers["cache-control"] == "no-store"
    with bank.session() as session:
        assert proving.check(session, "li", drawn.group(1)).right
    for client in clients.values():
        assert drawn.group(1) not in client.get(address).text
    bank.close()
