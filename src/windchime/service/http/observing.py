"""One look at every request: what was asked of which route, how it ended, how long it took, under which id.

Logs, metrics and traces are told this and nothing else; none of it can bear a value that somebody sent: the route is its
template, the method one of a closed list, the id a UUID.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import UUID

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windchime.core.clock import Clock
from windchime.core.ids import uuid7

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
#: of what no route answers
NO_ROUTE = "-"
ID_HEADER = "x-request-id"
_UUID = re.compile(rb"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Seen:
    """One request, after its end."""

    request_id: str
    method: str
    #: template of the route, such as `/firms/{firm_id}`; `-` where none answered
    route: str
    #: 0 where the caller was gone before an answer began
    status: int
    seconds: float
    #: name of the bank; empty where the request reached none
    bank: str
    #: how whoever asked was known: `session`, `token`, `local`; empty for a stranger
    by: str


Observer = Callable[[Seen], None]


@dataclass(frozen=True, slots=True)
class Observing:
    """An application whose requests are looked at; each bears an id, its caller's or its own."""

    app: ASGIApp
    clock: Clock
    observers: Sequence[Observer] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, with an id; tell the observers when it is over."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        asked = state["request_id"] = request_id(scope, self.clock)
        began, status = perf_counter(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).setdefault(ID_HEADER, asked)
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            if self.observers:
                by = getattr(state.get("visitor"), "by", "")
                bank = state.get("bank", "")
                seconds = perf_counter() - began
                seen = Seen(asked, known_method(scope), route_of(scope), status, seconds, bank, by)
                for observer in self.observers:
                    observer(seen)


def request_id(scope: Scope, clock: Clock) -> str:
    """The id a request goes by: the one it was given already, its caller's where that is a UUID, or a new one."""
    if (known := scope.get("state", {}).get("request_id")) is not None:
        return str(known)
    given = next((v for n, v in scope["headers"] if n == ID_HEADER.encode()), b"")
    # anything else could be somebody's number: it would stand in the log
    return str(UUID(given.decode())) if _UUID.fullmatch(given) else uuid7(clock)


def known_method(scope: Scope) -> str:
    """The method, or `OTHER`: labels are of a closed list."""
    return scope["method"] if scope["method"] in METHODS else "OTHER"


def route_of(scope: Scope) -> str:
    """The template of the route that answered; never the address itself."""
    found = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return str(getattr(found, "path_format", None) or getattr(found, "path", None) or NO_ROUTE)
