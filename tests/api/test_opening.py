"""How a route is opened: nothing answers but behind its rule, in one transaction where it reads, and refusals come first."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi import APIRouter
from sqlalchemy import Connection, QueuePool, event
from tests.api.helpers import OTHER, OWN, Shop, a_key

from windchime.api import app, create_api
from windchime.api.opening import resource
from windchime.service.bank import Bank
from windchime.service.http.rules import UnruledRoute, open_to_all


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


@pytest.mark.parametrize("path", ["/firms?limit=1", f"/firms/{OWN}", f"/firms/{OWN}/consents", "/decisions", "/me"])
def test_a_reader_sees_the_state_that_let_them_in(shop: Shop, path: str) -> None:
    shop.ask("relationship_manager", "GET", path)
    with transactions(shop.bank) as begun:
        assert shop.ask("relationship_manager", "GET", path).status_code == 200
    assert begun == [("reads", 1)]


def test_a_change_holds_no_reading_state_beside_its_own(shop: Shop) -> None:
    with transactions(shop.bank) as begun:
        answer = shop.ask("modeller", "POST", "/jobs", json={"kind": "quality.check"})
    assert (answer.status_code, begun) == (202, [("reads", 1), ("writes", 1)])


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
    for router in (past, unruled):
        monkeypatch.setattr(app, "routers", (router,))
        with pytest.raises(UnruledRoute):
            create_api(shop.bank)
