"""Clients that write under idempotency keys and never give up, and what must be true of a bank they wrote to."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

#: a write that is not acknowledged by then is a failure of the service
PATIENCE_SECONDS = 300.0
#: answers after which the same key is sent again
AGAIN = frozenset({409, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Write:
    """One kind of write, and how its effects are counted."""

    name: str
    path: str
    #: the JSON body that belongs to a mark; two calls give the same
    body: Callable[[str], Mapping[str, Any]]
    #: how often each mark took effect, from the bank's database
    effects: Callable[[Session], Counter[str]]
    #: seconds between two by one client: what is cheap leaves the machine to what is dear
    pause: float = 0.0


@dataclass
class Sent:
    """What the clients know of what they sent."""

    #: marks by kind that were acknowledged, and those sent and not yet so
    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    asked: dict[str, set[str]] = field(default_factory=dict)
    #: what should not have been answered
    wrong: list[str] = field(default_factory=list)
    #: how often a key was sent again
    retries: int = 0
    replays: int = 0
    #: keys that were sent twice at once
    twins: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    #: set when something has failed: nobody waits for answers any more
    over: threading.Event = field(default_factory=threading.Event)

    def count(self, name: str = "") -> int:
        """How many writes were acknowledged, of one kind or of all."""
        with self.lock:
            return sum(len(marks) for kind, marks in self.acknowledged.items() if name in {"", kind})

    def snapshot(self) -> dict[str, set[str]]:
        """Marks acknowledged so far, by kind."""
        with self.lock:
            return {name: set(marks) for name, marks in self.acknowledged.items()}


class Client(threading.Thread):
    """Writes one kind of thing until told to stop; what it has begun it brings to its end."""

    def __init__(self, number: int, port: int, token: str, write: Write, sent: Sent, seed: int) -> None:
        super().__init__(daemon=True, name=f"client-{number}")
        self.number, self.port, self.token = number, port, token
        self.write, self.sent, self.rng = write, sent, random.Random(seed * 1000 + number)
        self.stopping = threading.Event()
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        """One write after another; some keys are sent again after their answer, some twice at once."""
        done, write = 0, self.write
        while not self.stopping.is_set():
            done += 1
            mark = f"{self.number:02d}{done:06d}"
            with self.sent.lock:
                self.sent.asked.setdefault(write.name, set()).add(mark)
            twin = threading.Thread(target=self._twin, args=(write, mark), daemon=True)
            if at_once := self.rng.random() < 0.1:
                self.sent.twins.add(f"{write.name}-{mark}")
                twin.start()
            answer = self._acknowledged(write, mark)
            if answer is not None and self.rng.random() < 0.1:
                again = self._acknowledged(write, mark)
                self.sent.replays += 1
                if again != answer:
                    self.sent.wrong.append(f"{write.name} {mark}: {answer} and then {again}")
            if at_once:
                twin.join()
            self.stopping.wait(write.pause)

    def _twin(self, write: Write, mark: str) -> None:
        Client(self.number, self.port, self.token, self.write, self.sent, 0)._acknowledged(write, mark)

    def _acknowledged(self, write: Write, mark: str) -> tuple[int, bytes] | None:
        """Send until there is an answer that ends it; None where there is none in time."""
        body = json.dumps(write.body(mark), ensure_ascii=False).encode()
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and not self.sent.over.is_set():
            try:
                status, answer = self._exchange(write.path, f"{write.name}-{mark}", body)
            except (OSError, http.client.HTTPException):
                self._connection, status, answer = None, 0, b""
            if 200 <= status < 300:
                with self.sent.lock:
                    self.sent.acknowledged.setdefault(write.name, set()).add(mark)
                return status, answer
            if status not in AGAIN and status != 0:
                self.sent.wrong.append(f"{write.name} {mark}: {status} {answer[:300]!r}")
                return None
            self.sent.retries += 1
            time.sleep(0.02 + 0.1 * self.rng.random())
        self.sent.wrong.append(f"{write.name} {mark}: no answer in {PATIENCE_SECONDS:.0f} s")
        return None

    def _exchange(self, path: str, key: str, body: bytes) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json",
            "idempotency-key": f'"{key}"',
        }
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


def lost_or_doubled(session: Session, writes: Sequence[Write], owed: Mapping[str, set[str]]) -> list[str]:
    """Marks of acknowledged writes without effect, and marks of any with more than one."""
    faults = []
    for write in writes:
        found = write.effects(session)
        faults += [f"{write.name} {m}: acknowledged and lost" for m in owed.get(write.name, ()) if not found[m]]
        faults += [f"{write.name} {m}: {n} effects" for m, n in found.items() if n > 1]
    return faults
