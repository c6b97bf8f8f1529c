"""A client that asks on time: requests are due at instants drawn beforehand, however slow the answers are.

Open loop: an answer that is late holds up nothing but its own connection, and a request that found no free connection has
waited since it was due. Latency counts from there, so a service that stalls cannot hide it (coordinated omission).
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

#: an answer that has not come by then counts as failed
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Ask:
    """One kind of request of a mix."""

    name: str
    #: how many a second
    rate: float
    #: the bytes of the next one; called when it is sent
    wire: Callable[[random.Random], bytes]


@dataclass(slots=True)
class Seen:
    """What was answered, kind by kind."""

    #: seconds from when a request was due to the last byte of its answer
    latencies: dict[str, list[float]] = field(default_factory=dict)
    #: answers by kind and status; 0 where the connection broke or patience ended
    statuses: dict[str, dict[int, int]] = field(default_factory=dict)
    #: body of the first answer of each kind that was no success
    failures: dict[str, str] = field(default_factory=dict)
    #: from the first instant to the last answer
    seconds: float = 0.0

    def told(self, name: str, status: int, waited: float, body: bytes) -> None:
        """Count one answer."""
        self.latencies.setdefault(name, []).append(waited)
        counts = self.statuses.setdefault(name, {})
        counts[status] = counts.get(status, 0) + 1
        if not 200 <= status < 300:
            self.failures.setdefault(name, f"{status} {body[:300].decode(errors='replace')}")

    def good(self, names: Sequence[str]) -> int:
        """How many requests of these kinds succeeded."""
        return sum(n for name in names for s, n in self.statuses.get(name, {}).items() if 200 <= s < 300)

    def bad(self) -> int:
        """How many requests did not."""
        return sum(n for counts in self.statuses.values() for s, n in counts.items() if not 200 <= s < 300)

    def quantile(self, names: Sequence[str], share: float) -> float:
        """Seconds within which this share of the requests of these kinds was answered."""
        every = sorted(t for name in names for t in self.latencies.get(name, ()))
        return every[min(len(every) - 1, int(len(every) * share))]


def due(mix: Sequence[Ask], seconds: float, seed: int) -> list[tuple[float, Ask]]:
    """Instants of all requests, in order: each kind arrives as a Poisson stream of its rate."""
    rng = random.Random(seed)

    def stream(ask: Ask) -> Iterator[tuple[float, Ask]]:
        at = rng.expovariate(ask.rate)
        while at < seconds:
            yield at, ask
            at += rng.expovariate(ask.rate)

    return sorted((pair for ask in mix for pair in stream(ask)), key=lambda pair: pair[0])


def run(port: int, mix: Sequence[Ask], seconds: float, *, connections: int = 64, seed: int = 1) -> Seen:
    """Send the mix for so long to a service on this machine."""
    return asyncio.run(_run(port, mix, seconds, connections, seed))


async def _run(port: int, mix: Sequence[Ask], seconds: float, connections: int, seed: int) -> Seen:
    plan, seen, rng = due(mix, seconds, seed), Seen(), random.Random(seed + 1)
    waiting: asyncio.Queue[tuple[float, Ask] | None] = asyncio.Queue()
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_connection(port, waiting, began, seen, rng))
        for at, ask in plan:
            if (pause := began + at - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            waiting.put_nowait((at, ask))
        for _ in range(connections):
            waiting.put_nowait(None)
    seen.seconds = time.perf_counter() - began
    return seen


async def _connection(
    port: int, waiting: "asyncio.Queue[tuple[float, Ask] | None]", began: float, seen: Seen, rng: random.Random
) -> None:
    """One kept connection, opened anew where it broke."""
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    while (item := await waiting.get()) is not None:
        at, ask = item
        try:
            streams = streams or await asyncio.open_connection("127.0.0.1", port)
            async with asyncio.timeout(PATIENCE_SECONDS):
                status, body, kept = await _exchange(*streams, ask.wire(rng))
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            status, body, kept = 0, repr(error).encode(), False
        seen.told(ask.name, status, time.perf_counter() - began - at, body)
        if not kept and streams is not None:
            streams[1].close()
            streams = None
    if streams is not None:
        streams[1].close()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: bytes) -> tuple[int, bytes, bool]:
    """Send one request, read its answer: status, body, whether the connection is kept."""
    writer.write(wire)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head[9:12])
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0].strip()
    body = await reader.readexactly(int(length)) if length else await _chunks(reader, head)
    return status, body, b"connection: close" not in head


async def _chunks(reader: asyncio.StreamReader, head: bytes) -> bytes:
    if b"transfer-encoding: chunked" not in head:
        return b""
    found = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        found += (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
    return found


def wire(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as bytes."""
    said = {"host": "127.0.0.1", "accept": "*/*", **headers} | ({"content-length": str(len(body))} if body else {})
    lines = "".join(f"{k}: {v}\r\n" for k, v in said.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body
