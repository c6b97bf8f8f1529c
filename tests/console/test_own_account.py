"""Forms of one's own account: proof, effect and key of each are one, and what is told once is never lost in silence."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient
from tests.accounts import ROOT, Moved, a_session, cheap_hashes, code_of

from windchime.console import create_app
from windchime.console.own_account import DOES
from windchime.core.unit import Actor
from windchime.portfolio.access import sign_in_policy
from windchime.service.access import accounts, proving, second_factor, sessions
from windchime.service.bank import Bank
from windchime.service.idempotency.tables import KeyedCall
from windchime.service.tables import AuditRecord

OWN, NEW = "一匹马走过长长的木桥 9 次", "两匹马走过长长的木桥 8 次"
LI = Actor("li")
#: where the effect of each form happens
EFFECTS = {
    "password": (proving, "change_password"),
    "offer": (second_factor, "offer"),
    "confirm": (second_factor, "confirm"),
    "codes": (second_factor, "new_codes"),
    "end": (sessions, "end_all"),
    "token": (sessions, "make_token"),
    "revoke": (sessions, "revoke"),
}
TOKEN = {"label": "x", "days": "3", "scope": "content.read"}


@pytest.fixture
def bank(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bank]:
    """A bank with one account, which has a second factor."""
    cheap_hashes(monkeypatch)
    found = Bank.open(tmp_path_factory.mktemp("home"), clock=Moved())
    with found.unit(ROOT) as unit:
        policy = sign_in_policy(found, unit.session)
        accounts.make(unit, LI.name, "李", roles=["credit_officer"], password=OWN, policy=policy)
        accounts.find(unit.session, LI.name).must_change = False
    yield found
    found.close()


@pytest.fixture
def secret(bank: Bank) -> str:
    """The secret of the second factor in force; a new one is offered."""
    with bank.unit(LI) as unit:
        second_factor.offer(bank, unit)
    found = offered(bank)
    with bank.unit(LI) as unit:
        second_factor.confirm(bank, unit, code_of(found, bank.clock))
        second_factor.offer(bank, unit)
    assert isinstance(bank.clock, Moved)
    bank.clock.at += timedelta(minutes=2)
    return found


@pytest.fixture
def client(bank: Bank) -> TestClient:
    app = create_app(bank)
    return TestClient(
        app,
        base_url="http://127.0.0.1:8000",
        cookies={"windchime_session": a_session(bank, LI.name)},
        follow_redirects=False,
        raise_server_exceptions=False,
    )


def offered(bank: Bank) -> str:
    with bank.session() as session:
        found = second_factor.offered(bank, session, LI.name)
    assert found is not None
    return found.secret


def hidden(client: TestClient) -> dict[str, str]:
    found = re.search(
        r'name="csrf" value="(\w+)"><input type="hidden" name="once" value="([\w-]+)"', client.get("/account").text
    )
    assert found is not None
    return {"csrf": found[1], "once": found[2]}


def form(bank: Bank, client: TestClient, secret: str, do: str) -> dict[str, str]:
    """One form, rightly filled in."""
    proof = {"password": OWN, "code": code_of(secret, bank.clock)}
    with bank.unit(LI) as unit:
        token, _secret = sessions.make_token(unit, "kept", [], unit.now + timedelta(days=2))
    typed = {
        "password": {"old": OWN, "new": NEW, "again": NEW},
        "offer": proof,
        "confirm": {"code": code_of(offered(bank), bank.clock)},
        "codes": proof,
        "end": {},
        "token": {**TOKEN, **proof},
        "revoke": {"token": token},
    }
    return {**hidden(client), "do": do, **typed[do]}


def keys(bank: Bank) -> int:
    with bank.session() as session:
        return session.scalar(select(func.count()).select_from(KeyedCall)) or 0


def records(bank: Bank) -> int:
    with bank.session() as session:
        return session.scalar(select(func.count()).select_from(AuditRecord)) or 0


@pytest.mark.parametrize("do", DOES)
def test_a_form_that_dies_on_its_way_has_done_nothing_and_can_be_sent_again(
    bank: Bank, client: TestClient, secret: str, do: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = form(bank, client, secret, do)
    before = records(bank)

    def died(*_said: object, **_more: object) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(*EFFECTS[do], died)
        assert client.post("/account", data=typed).status_code == 500
    assert (keys(bank), records(bank)) == (0, before)
    # the code that was shown is good still: it has opened nothing
    done = client.post("/account", data=typed)
    assert done.status_code == (303 if do in {"password", "end", "revoke"} else 200), done.text
    assert keys(bank) == 1
    assert records(bank) > before


@pytest.mark.parametrize(
    ("do", "field"),
    [
        ("password", "old"),
        *((d, f) for d in ("offer", "codes", "token") for f in ("password", "code")),
        ("confirm", "code"),
    ],
)
def test_a_wrong_proof_keeps_no_key(bank: Bank, client: TestClient, secret: str, do: str, field: str) -> None:
    typed = form(bank, client, secret, do)
    wrong = {**typed, field: "000000"}
    assert [client.post("/account", data=wrong).status_code for _again in range(2)] == [403, 403]
    assert keys(bank) == 0
    assert client.post("/account", data=typed).status_code in {200, 303}


def test_a_form_refused_by_its_effect_keeps_no_key(bank: Bank, client: TestClient, secret: str) -> None:
    beyond = {**form(bank, client, secret, "token"), "scope": "audit.read"}
    assert [client.post("/account", data=beyond).status_code for _again in range(2)] == [403, 403]
    assert keys(bank) == 0


@pytest.mark.parametrize("do", ["token", "codes", "offer"])
def test_a_second_click_is_told_where_the_first_was_told_a_secret(
    bank: Bank, client: TestClient, secret: str, do: str
) -> None:
    typed = form(bank, client, secret, do)
    assert client.post("/account", data=typed).status_code == 200
    again = client.post("/account", data=typed)
    assert (again.status_code, again.headers["location"]) == (303, "/account?sent=before")
    assert keys(bank) == 1
    said = {lang: client.get(f"/account?sent=before&lang={lang}").text for lang in ("zh", "en")}
    assert "This form was sent already, and done once." in said["en"]
    assert "此表单已提交过" in said["zh"]
    assert "sent already" not in client.get("/account?lang=en").text
