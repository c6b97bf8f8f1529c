"""How a route is opened: nothing answers but behind its rule, in one transaction where it reads, and refusals come first."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from fastapi import APIRouter
from sqlalchemy import Connection, QueuePool, event
from sqlalchemy.exc import OperationalError
from starlette.responses import Response
from starlette.testclient import TestClient
from tests.api.helpers import HOST, OTHER, OWN, Shop, a_key, browser
from tests.console.helpers import AsServed

from windchime.api import app, create_api
from windchime.api.asking import Ask
from windchime.api.opening import PastTheEnforcer, resource
from windchime.service.access import sessions
from windchime.service.bank import Bank
from windchime.service.http import enforcing
from windchime.service.http.rules import UnruledRoute, open_to_all, signed_in


@contextmanager
def transactions(bank: Bank) -> Iterator[list[tuple[str, int]]]:
    """What is begun meanwhile: to read or to write, and how many connections are in use then."""
    found: list[tuple[str, int]] = []

    def note(connection: Connection) -> None:
        pool = bank.engine.pool
        assert isinstance(pool, QueuePool)
        writes = connection.get_execution_options().get("windchime_writes")
        found.append(("writes" if writes else "reads", pool.checkedout()))

    event.listen(bank.engine, "begin", note)
    try:
        yield found
    finally:
        event.remove(bank.engine, "begin", note)


@pytest.mark.parametrize(
    "path",
    ["/firms?limit=1", f"/firms/{OWN}", f"/firms/{OWN}/consents", "/decisions", "/decisions/{decision}/replay", "/me"],
)
def test_a_reader_sees_the_state_that_let_them_in(shop: Shop, path: str) -> None:
    path = path.format_map(shop.ids)
    shop.ask("relationship_manager", "GET", path)
    with transactions(shop.bank) as begun:
        assert shop.ask("relationship_manager", "GET", path).status_code == 200
    assert begun == [("reads", 1)]


def test_a_change_holds_no_reading_state_beside_its_own(shop: Shop) -> None:
    with transactions(shop.bank) as begun:
        answer = shop.ask("modeller", "POST", "/jobs", json={"kind": "quality.check"})
    assert (answer.status_code, begun) == (202, [("reads", 1), ("writes", 1)])


def test_a_decision_measures_and_writes_without_the_state_that_let_it_in(shop: Shop) -> None:
    with transactions(shop.bank) as begun:
        answer = shop.ask("relationship_manager", "POST", f"/firms/{OWN}/decisions", json={"reason": "asked by phone"})
    assert answer.status_code == 201
    assert {many for does, many in begun if does == "writes"} == {1}


@pytest.mark.parametrize("path", ["/me", "/firms/nobody:NOBODY"])
def test_an_answer_stands_though_the_use_of_its_session_cannot_be_noted(
    shop: Shop, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_given: object) -> None:
        raise OperationalError("UPDATE login_session", {}, TimeoutError("database is locked"))

    monkeypatch.setattr(sessions, "TOUCH", timedelta(days=-1))
    client, proof = browser(shop, "modeller")
    usual = client.get(f"/api/v1{path}").status_code
    monkeypatch.setattr(enforcing, "touch", busy)
    assert client.get(f"/api/v1{path}").status_code == usual
    wanted = {"kind": "quality.check"}
    assert client.post("/api/v1/jobs", json=wanted, headers=proof).status_code == 202
    monkeypatch.setattr(enforcing, "touch", lambda *_given: 1 / 0)
    assert client.get(f"/api/v1{path}").status_code == 500


def test_whoever_may_not_ask_is_not_told_what_is_wrong_with_the_question(shop: Shop) -> None:
    wrong = {"purpose": 7}
    seen = [
        shop.client.post(f"/api/v1/firms/{OWN}/consents", json=wrong, headers=a_key()).status_code,
        shop.ask("auditor", "POST", "/jobs", json=wrong).status_code,
        shop.ask("relationship_manager", "POST", f"/firms/{OTHER}/consents", json=wrong).status_code,
        shop.ask("relationship_manager", "POST", f"/firms/{OWN}/consents", json=wrong).status_code,
        shop.ask("relationship_manager", "GET", "/firms?limit=none").status_code,
        shop.client.get("/api/v1/firms?limit=none").status_code,
    ]
    assert seen == [401, 403, 404, 422, 422, 401]
    client, unproven = browser(shop, "modeller", proof=False)
    assert client.post("/api/v1/jobs", json=wrong, headers=unproven).status_code == 403
    keyless = shop.client.post("/api/v1/jobs", json=wrong, headers=shop.tokens["modeller"])
    assert (keyless.status_code, keyless.json()["code"]) == (400, "NoKey")


def test_a_route_that_is_not_behind_the_enforcer_is_refused_at_the_start(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    @open_to_all
    def quick() -> None:
        """Nothing."""

    past = APIRouter()
    past.get("/past")(quick)
    unruled = resource("about")
    unruled.get("/unruled")(lambda asked: None)
    for router, error in ((past, PastTheEnforcer), (unruled, UnruledRoute)):
        monkeypatch.setattr(app, "routers", (router,))
        with pytest.raises(error):
            create_api(shop.bank)


def test_a_route_that_comes_later_is_behind_the_enforcer_too(shop: Shop) -> None:
    later = create_api(shop.bank)

    @signed_in
    def mine(asked: Ask) -> Response:
        """Something of one's own."""
        return Response(asked.actor.name)

    later.add_api_route("/api/v1/later", mine, tags=["me"])
    client = TestClient(AsServed(later), base_url=HOST)
    assert client.get("/api/v1/later").status_code == 401
    assert client.get("/api/v1/later", headers=shop.tokens["auditor"]).text == "auditor"
    later.state.library.close()


def test_what_answers_after_its_session_was_left_is_no_endpoint(shop: Shop) -> None:
    async def soon(asked: Ask) -> Response:
        """Later."""
        return Response()

    with pytest.raises(AssertionError, match="plain function"):
        resource("about").get("/soon")(soon)
