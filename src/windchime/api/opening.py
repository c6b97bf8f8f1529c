"""How a route of the API is opened: its rule is held in the thread that answers, and a reader is answered in the same state.

One request then takes one thread and, where it only reads, one transaction: what it was let in by is what it sees. A change
leaves that state before it waits for its turn (`Asked.leave`).
"""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from inspect import iscoroutinefunction, isgeneratorfunction
from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from windchime.api.asking import Asked
from windchime.api.changing import proven
from windchime.api.described import PREFIX
from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.service.http.enforcing import Enforcer

Endpoint = Callable[..., Response]


class PastTheEnforcer(BadCall):
    """A route that would answer without its rule being held."""

    msgid = _("the route {path} is not behind the enforcer")
    hint = _("make its router by api.opening.resource")

    def __init__(self, path: str) -> None:
        super().__init__(path=path)


class Opened(APIRoute):
    """A route behind the enforcer of its application (`app.state.enforcer`)."""

    def __init__(self, path: str, endpoint: Endpoint, **told: Any) -> None:
        # one that gives back before it has answered would answer after its session was left
        later = iscoroutinefunction(endpoint) or isgeneratorfunction(endpoint)
        assert not later, f"{path}: a plain function answers"
        super().__init__(path, _behind(endpoint), **told)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request; one that may not ask is told that, and not what is wrong with the question."""
        answering: Callable[[Request], Awaitable[Response]] = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await answering(request)
            except RequestValidationError:
                await run_in_threadpool(_let_in, request)
                raise

        return answered


def resource(tag: str) -> APIRouter:
    """The router of one resource, by its name in the description."""
    return APIRouter(prefix=PREFIX, tags=[tag], route_class=Opened, generate_unique_id_function=name_of)


def name_of(route: APIRoute) -> str:
    """The name of an operation."""
    tag = str(route.tags[0])
    return tag if route.name == tag else f"{tag}_{route.name}"


def _behind(endpoint: Endpoint) -> Endpoint:
    """An endpoint that answers whoever is let in."""

    @wraps(endpoint)
    def opened(asked: Asked, **values: Any) -> Response:
        with _enforcer(asked.request).opened(asked.request) as asked.request.state.session:
            proven(asked.request)
            return endpoint(asked, **values)

    return opened


def _let_in(request: Request) -> None:
    with _enforcer(request).opened(request):
        proven(request)


def _enforcer(request: Request) -> Enforcer:
    enforcer: Enforcer = request.app.state.enforcer
    return enforcer
