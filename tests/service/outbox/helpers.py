"""A bank with webhooks, and a real receiver on this machine that answers as it is told."""

import asyncio
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from random import Random
from threading import Thread
from typing import Any

import uvicorn
from sqlalchemy import select

from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.service.bank import Bank
from windchime.service.outbox import webhooks
from windchime.service.outbox.addresses import Network, Resolver
from windchime.service.outbox.emitting import emit
from windchime.service.outbox.policy import DeliveryPolicy
from windchime.service.outbox.sending import Sender
from windchime.service.outbox.tables import Delivery

LI = Actor("li")
LOOPBACK = (ip_network("127.0.0.0/8"),)
POLICY = DeliveryPolicy(
    most_attempts=3,
    first_pause=timedelta(seconds=10),
    longest_pause=timedelta(seconds=15),
    deadline=timedelta(seconds=2),
    overlap=timedelta(hours=1),
    keep=timedelta(days=1),
)


@dataclass(frozen=True)
class Received:
    """One request that arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """An ASGI application: the path says how it answers, `received` what came."""

    received: list[Received] = field(default_factory=list)
    #: answers of `/script`, the first first; 200 when none is left
    script: list[int] = field(default_factory=list)
    base: str = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.received.append(Received(scope["path"], {k.decode(): v.decode() for k, v in scope["headers"]}, body))
        match scope["path"]:
            case "/slow":
                await asyncio.sleep(1.0)
                await _answer(send, 200)
            case "/redirect":
                await _answer(send, 307, [(b"location", f"{self.base}/ok".encode())])
            case "/fail":
                await _answer(send, 500)
            case "/gone":
                await _answer(send, 410)
            case "/script":
                await _answer(send, self.script.pop(0) if self.script else 200)
            case _:
                await _answer(send, 204)

    @property
    def ids(self) -> list[str]:
        """The ids of the events that arrived, in order."""
        return [r.headers["webhook-id"] for r in self.received]


async def _answer(send: Any, status: int, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers or []})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def serving(receiver: Receiver, **tls: str) -> Iterator[Receiver]:
    """The receiver on a free port of this machine."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(receiver, log_level="critical", lifespan="off", access_log=False, **tls)  # type: ignore[arg-type]
        )
        thread = Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        receiver.base = f"http{'s' if tls else ''}://127.0.0.1:{bound.getsockname()[1]}"
        try:
            yield receiver
        finally:
            server.should_exit = True
            thread.join()


def a_sender(
    bank: Bank,
    name: str = "s1",
    policy: DeliveryPolicy = POLICY,
    *,
    allowed: Sequence[Network] = LOOPBACK,
    resolve: Resolver | None = None,
    trust: ssl.SSLContext | None = None,
) -> Sender:
    """A sender whose chance is fixed."""
    return Sender(bank, name, lambda _session: policy, allowed, Random(7), resolve, trust)


def a_webhook(bank: Bank, url: str, *kinds: str) -> webhooks.Made:
    """A webhook for jobs' ends, or for what is named."""
    return webhooks.add(bank, LI, url, kinds or ("job.ended",), allowed=LOOPBACK)


def tell(bank: Bank, job: str, subject: str | None = None) -> str | None:
    """One event."""
    with bank.unit(LI) as unit:
        unit.record("x.ended", subject or f"job:{job}")
        return emit(unit, "job.ended", subject or f"job:{job}", {"job": job, "kind": "k", "state": "done"})


def states(bank: Bank) -> list[str]:
    """The states of all deliveries, in the order of their events."""
    with bank.session() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.event_seq, Delivery.webhook_id))
        return [row.state for row in rows]


def later(bank: Bank, seconds: float) -> None:
    """Let time pass."""
    clock = bank.clock
    assert isinstance(clock, FixedClock)
    clock.instant += timedelta(seconds=seconds)
