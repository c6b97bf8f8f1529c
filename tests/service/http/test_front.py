"""What stands before the banks keeps readers answered while writers wait."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Semaphore

import pytest
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from windchime.core.clock import FixedClock
from windchime.service.bank import Bank
from windchime.service.http.front import Front, House
from windchime.service.http.health import Health
from windchime.service.http.turns import READERS, WRITERS, in_turn, share

#: seconds until a test that waits in vain fails
LONG = 20


class Stuck:
    """Banks of which one's writers do not come to an end."""

    def __init__(self, tmp_path: Path, clock: FixedClock, names: tuple[str, ...]) -> None:
        self.begun, self.end, self.most = Semaphore(0), Event(), 0
        self._now = 0
        banks = {name: Bank.open(tmp_path, name, clock=clock) for name in names}
        houses = {name: House(bank, self.app(), FastAPI()) for name, bank in banks.items()}
        self.front = Front(
            lambda host: houses[host.partition(".")[0]],
            list(houses.values()),
            exposed=False,
            proxied=False,
            lang="en",
            healthy=Health(banks.values),
            figures=lambda: b"figures",
            figures_token="t",
        )

    def app(self) -> FastAPI:
        """What a bank answers."""
        app = FastAPI()

        @app.get("/read")
        def read() -> str:
            return "read"

        @app.get("/sign-in/elsewhere/back")
        def back() -> None:
            self._stuck()

        @app.post("/write")
        async def write(request: Request) -> None:
            await request.body()
            await run_in_threadpool(self._stuck)

        @app.post("/quick")
        async def quick(request: Request) -> str:
            await request.body()
            return await run_in_threadpool(lambda: "written")

        return app

    def _stuck(self) -> None:
        self._now += 1
        self.most = max(self.most, self._now)
        self.begun.release()
        self.end.wait(LONG)
        self._now -= 1


@pytest.fixture
def two(tmp_path: Path, clock: FixedClock) -> Stuck:
    return Stuck(tmp_path, clock, ("one", "two"))


@pytest.fixture
def client(two: Stuck) -> Iterator[TestClient]:
    with TestClient(two.front, base_url="http://one.example") as client:
        yield client


@pytest.mark.parametrize(("method", "path"), [("POST", "/write"), ("GET", "/sign-in/elsewhere/back")])
def test_readers_and_other_banks_are_answered_while_writers_wait(
    two: Stuck, client: TestClient, method: str, path: str
) -> None:
    with ThreadPoolExecutor(40) as pool:
        try:
            waiting = [pool.submit(client.request, method, path) for _ in range(READERS + WRITERS + 4)]
            for _ in range(share(2)):
                assert two.begun.acquire(timeout=LONG)
            token = {"authorization": "Bearer t"}
            for way, address, headers in (
                *(("GET", "http://one.example/read", {}) for _ in range(20)),
                ("GET", "http://two.example/read", {}),
                ("POST", "http://two.example/quick", {}),
                ("GET", "/readyz", {}),
                ("GET", "/metrics", token),
            ):
                answer = pool.submit(client.request, way, address, headers=headers).result(LONG / 2)
                assert answer.status_code == 200, address
        finally:
            two.end.set()
        assert {w.result(LONG).status_code for w in waiting} == {200}
    assert two.most == share(2)


def test_turns_are_shared_out() -> None:
    assert [share(banks) for banks in (0, 1, 2, 3, WRITERS, 40)] == [WRITERS, WRITERS, WRITERS // 2, 2, 1, 1]


def test_who_is_slow_to_tell_or_to_take_holds_nobody_up() -> None:
    turns, taken = asyncio.Semaphore(1), asyncio.Event()
    scope: Scope = {"type": "http", "method": "POST", "path": "/write"}
    done: list[str] = []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        assert turns.locked()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def caller(
        name: str, *, tells: asyncio.Event | None = None, takes: asyncio.Event | None = None
    ) -> asyncio.Task[None]:
        told = iter((True, False))

        async def receive() -> Message:
            more = next(told)
            if not more and tells is not None:
                await tells.wait()
            return {"type": "http.request", "body": b"x", "more_body": more}

        async def send(message: Message) -> None:
            if takes is not None:
                await takes.wait()
            if message["type"] == "http.response.body":
                done.append(name)

        return asyncio.create_task(in_turn(turns, app, scope, receive, send))

    async def run() -> None:
        slow = [caller("teller", tells=taken), caller("taker", takes=taken)]
        await asyncio.wait_for(caller("quick"), LONG)
        assert done == ["quick"]
        taken.set()
        await asyncio.wait_for(asyncio.gather(*slow), LONG)

    asyncio.run(run())
    assert sorted(done) == ["quick", "taker", "teller"]
    assert not turns.locked()


def test_a_turn_ends_with_a_request_that_fails() -> None:
    turns = asyncio.Semaphore(1)

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        await receive()
        raise ZeroDivisionError

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(_message: Message) -> None:
        raise AssertionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_turn(turns, app, {"type": "http", "method": "POST", "path": "/"}, receive, send))
    assert not turns.locked()
