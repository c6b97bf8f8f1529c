"""What is seen of a request: template, status, time, id; nothing that the caller sent."""

import asyncio
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request
from starlette.testclient import TestClient

from windchime.core.clock import FixedClock
from windchime.service.http.observing import ID_HEADER, Observing, Seen

SENT = "110101199003070134"
UUID = "0192f0c1-2345-7abc-8def-0123456789ab"


@pytest.fixture
def seen() -> list[Seen]:
    return []


@pytest.fixture
def client(seen: list[Seen], clock: FixedClock) -> TestClient:
    app, router = FastAPI(), APIRouter()

    @router.get("/firms/{firm_id:path}")
    def firm(firm_id: str, request: Request) -> dict[str, str]:
        request.state.bank = "b1"
        return {"asked": request.state.request_id}

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError(SENT)

    app.include_router(router, prefix="/api/v1")
    return TestClient(Observing(app, clock, [seen.append]), raise_server_exceptions=False)


def test_the_template_is_seen_with_its_prefix(client: TestClient, seen: list[Seen]) -> None:
    answer = client.get(f"/api/v1/firms/{SENT}?q={SENT}")
    (one,) = seen
    assert (one.method, one.route, one.status, one.bank, one.by) == ("GET", "/api/v1/firms/{firm_id}", 200, "b1", "")
    assert one.seconds > 0
    assert answer.headers[ID_HEADER] == one.request_id == answer.json()["asked"]
    assert SENT not in repr(one)


def test_what_no_route_answers_has_no_address(client: TestClient, seen: list[Seen]) -> None:
    client.get(f"/{SENT}")
    client.request(SENT, "/api/v1/firms/x")
    assert [(s.method, s.route, s.status) for s in seen] == [
        ("GET", "-", 404),
        ("OTHER", "/api/v1/firms/{firm_id}", 405),
    ]
    assert SENT not in repr(seen)


def test_an_error_is_seen(client: TestClient, seen: list[Seen]) -> None:
    assert client.get("/broken").status_code == 500
    assert [(s.route, s.status) for s in seen] == [("/broken", 500)]


def test_a_caller_that_is_gone_is_seen_without_status(seen: list[Seen], clock: FixedClock) -> None:
    async def gone(scope: Any, receive: Any, send: Any) -> None:
        raise asyncio.CancelledError

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Observing(gone, clock, [seen.append])(scope, None, None))  # type: ignore[arg-type]
    assert [s.status for s in seen] == [0]


@pytest.mark.parametrize(
    ("given", "kept"),
    [(UUID, True), (UUID.upper(), True), (UUID.replace("-", ""), True), (SENT, False), ("x" * 36, False), ("", False)],
)
def test_only_a_uuid_of_the_caller_is_taken_over(client: TestClient, given: str, kept: bool) -> None:
    told = client.get("/api/v1/firms/x", headers={ID_HEADER: given}).headers[ID_HEADER]
    assert (told == UUID) is kept
    assert told.count("-") == 4
