"""Who is the one user of a machine: whoever asks it under its own name, and was led there by no proxy."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import Depends, FastAPI, Request
from sqlalchemy import select
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.service.access import accounts, sessions
from windchime.service.access.accounts import SignInPolicy
from windchime.service.access.purposes import Purposes
from windchime.service.access.tables import LoginSession
from windchime.service.bank import Bank
from windchime.service.http.enforcing import Enforcer, NotSignedIn, UnnamedProxy
from windchime.service.http.rules import open_to_all, signed_in

ROOT = Actor("root")
POLICY = SignInPolicy(12, 5, timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=12))
HERE, ELSEWHERE = "http://127.0.0.1:8000", "http://loans.bank.example"


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock) -> Bank:
    return Bank.open(tmp_path, clock=clock)


def asked(
    bank: Bank, base: str, headers: dict[str, str], *, local: Actor | None = ROOT, path: str = "/own", http: str = "1.1"
) -> str:
    """Who answers are for: `local`, `-` for a stranger at an open door; or the name of the refusal."""
    purposes = Purposes({}, {})
    enforcer = Enforcer(bank, lambda _session: POLICY, lambda _session: purposes, local)
    app = FastAPI(dependencies=[Depends(enforcer)])

    @app.get("/own")
    @signed_in
    def own(request: Request) -> str:
        return str(request.state.visitor.by)

    @app.get("/open")
    @open_to_all
    def everybodys(request: Request) -> str:
        return request.state.visitor.by if request.state.visitor else "-"

    async def spoken(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "http_version": http}, receive, send)

    with TestClient(spoken, base_url=base) as client:
        try:
            return str(client.get(path, headers=headers).json())
        except (NotSignedIn, UnnamedProxy) as refused:
            return refused.code


@pytest.mark.parametrize(
    "header",
    [
        *("X-Forwarded-For", "x-forwarded-host", "X-Forwarded-Proto", "X-Forwarded", "Forwarded", "Via", "X-Real-IP"),
        *("X-Client-IP", "X-Cluster-Client-IP", "CF-Connecting-IP", "True-Client-IP"),
        *("X-Original-For", "X-Original-Host", "X-Envoy-External-Address"),
    ],
)
def test_who_came_through_a_proxy_is_not_the_user_of_this_machine(bank: Bank, header: str) -> None:
    assert asked(bank, HERE, {}) == "local"
    # whatever it says, of this machine too: whoever is behind it may say anything
    for value in ("10.0.0.7", "127.0.0.1", ""):
        assert asked(bank, HERE, {header: value}) == "UnnamedProxy"
        assert asked(bank, HERE, {header: value}, path="/open") == "-"


@pytest.mark.parametrize(("http", "who"), [("1.0", "UnnamedProxy"), ("1.1", "local"), ("2", "local"), ("3", "local")])
def test_a_quiet_proxy_is_known_by_what_it_speaks(bank: Bank, http: str, who: str) -> None:
    assert asked(bank, HERE, {}, http=http) == who
    assert asked(bank, HERE, {}, http=http, path="/open") == ("local" if who == "local" else "-")


def test_under_another_name_there_is_nobody_local(bank: Bank) -> None:
    assert asked(bank, ELSEWHERE, {}) == "NotSignedIn"
    assert asked(bank, ELSEWHERE, {"Via": "1.1 gate"}) == "UnnamedProxy"


def test_once_people_sign_in_a_proxy_changes_nothing(bank: Bank) -> None:
    # where proxies are named nobody is local either
    assert asked(bank, HERE, {"Via": "1.1 gate"}, local=None) == "NotSignedIn"
    with bank.unit(ROOT) as unit:
        accounts.make(unit, "li", "李", policy=POLICY)
    assert asked(bank, HERE, {"Via": "1.1 gate"}) == asked(bank, HERE, {}) == "NotSignedIn"


def test_while_one_reader_waits_for_the_writers_others_are_let_in(bank: Bank, clock: FixedClock) -> None:
    with bank.unit(ROOT) as unit:
        accounts.make(unit, "li", "李", policy=POLICY)
        secret = sessions.begin(unit, accounts.find(unit.session, "li"))
    enforcer = Enforcer(bank, lambda _session: POLICY, lambda _session: Purposes({}, {}), None)

    @signed_in
    def own() -> None:
        """Stand for a page."""

    def ask() -> None:
        cookie = (b"cookie", f"windchime_session={secret}".encode())
        scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": "/", "endpoint": own}
        enforcer(Request({**scope, "query_string": b"", "path_params": {}, "headers": [cookie], "state": {}}))

    clock.instant += timedelta(minutes=10)
    with ThreadPoolExecutor(2) as pool:
        with bank.unit(ROOT) as unit:
            unit.session.connection()
            first = pool.submit(ask)
            while not (enforcer._touching.locked() or first.done()):
                time.sleep(0.01)
            pool.submit(ask).result(10)
            assert not first.done()
        first.result(40)
    with bank.session() as session:
        assert session.scalars(select(LoginSession.seen_at)).one() == clock.now()


def test_the_refusal_says_what_to_do() -> None:
    assert "WINDCHIME_PROXIES" in UnnamedProxy().message("en")
    assert "windchime account make" in UnnamedProxy().message("zh")
