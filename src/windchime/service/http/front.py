"""What stands before the banks of one server: leads each request to its bank, tells of health, shows the figures."""

import gc
import hmac
from asyncio import Semaphore
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from windchime.core.text import Lang, _, translate
from windchime.service.bank import Bank
from windchime.service.banks import plain_host
from windchime.service.http import health, turns
from windchime.service.http.failing import Sheltered, plainly
from windchime.service.http.headers import Bearing
from windchime.service.http.paths import ALIVE, METRICS, READY
from windchime.service.http.reaching import LOCAL_NAMES, of_this_machine, through_proxy

#: what programs ask; all else is pages
PROGRAMS = "/api/v1"


@dataclass(frozen=True, slots=True)
class House:
    """One bank, as it is served."""

    bank: Bank
    console: FastAPI
    api: FastAPI


@dataclass
class Front:
    """What stands before the banks."""

    #: finds the bank by the Host header; None where there is none of this name
    house_of: Callable[[str], House | None]
    houses: Sequence[House]
    #: whether other machines come here: then nothing is answered without TLS
    exposed: bool
    #: networks of proxies are named: the address of a caller may be a proxy's own, so it opens nothing
    proxied: bool
    lang: Lang
    healthy: health.Health
    #: the page of metrics; None where they are off
    figures: Callable[[], bytes] | None = None
    figures_token: str | None = field(default=None, repr=False)
    #: run when the server ends
    ended: Callable[[], None] = lambda: None
    #: around what the banks answer
    around: Callable[[ASGIApp], ASGIApp] = lambda app: app

    #: of each bank by its name, from the start of the server on
    _turns: dict[str, Semaphore] = field(default_factory=dict, init=False)
    #: threads of health and of metrics, which wait for no request
    _watching: CapacityLimiter | None = field(default=None, init=False)
    _counting: CapacityLimiter | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._life = Router(lifespan=self._living)
        self._own = Bearing(Sheltered(self._fixed, self._broken))
        self._banks = Bearing(self.around(Sheltered(self._asked, self._broken)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] == "lifespan":
            await self._life.lifespan(scope, receive, send)
        elif scope["type"] == "http":
            known = scope["path"] in {ALIVE, READY, METRICS}
            await (self._own if known else self._banks)(scope, receive, send)

    async def _fixed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Health and metrics: for whoever looks after the service, under any name."""
        request, answer = Request(scope, receive), Response(status_code=404)
        if scope["method"] not in {"GET", "HEAD"}:
            answer = Response(status_code=405, headers={"allow": "GET, HEAD"})
        elif scope["path"] == ALIVE:
            answer = JSONResponse({"status": health.LIVES})
        elif scope["path"] == READY:
            sound = await to_thread.run_sync(self.healthy.ready, limiter=self._watching)
            answer = JSONResponse({"status": health.READY if sound else health.NOT_READY}, 200 if sound else 503)
        elif self.figures is not None and self._may_see_figures(request):
            figures = await to_thread.run_sync(self.figures, limiter=self._counting)
            answer = Response(figures, media_type="text/plain; version=0.0.4")
        await answer(scope, receive, send)

    def _may_see_figures(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.figures_token is not None and hmac.compare_digest(given.encode(), self.figures_token.encode()):
            return True
        # asked under another name, a page from elsewhere may have led a browser of this machine here
        own_name = plain_host(request.headers.get("host", "")) in LOCAL_NAMES
        told = self.proxied or through_proxy(request)
        return own_name and not told and of_this_machine(request.client.host if request.client else "")

    async def _asked(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        house = self.house_of(request.headers.get("host", ""))
        if house is None:
            refused = PlainTextResponse(translate(_("nothing answers under this name"), self.lang), 421)
            await refused(scope, receive, send)
            return
        scope.setdefault("state", {})["bank"] = house.bank.name
        if self.exposed and scope["scheme"] != "https":
            await self._to_tls(request)(scope, receive, send)
            return
        path = scope["path"]
        app = house.api if path == PROGRAMS or path.startswith(PROGRAMS + "/") else house.console
        if turns.writes(scope) and house.bank.name in self._turns:
            await turns.in_turn(self._turns[house.bank.name], app, scope, receive, send)
        else:
            await app(scope, receive, send)

    def _to_tls(self, request: Request) -> Response:
        """A reader is led on; whoever sends something must not have sent it in clear."""
        if request.method in {"GET", "HEAD"}:
            return RedirectResponse(str(request.url.replace(scheme="https")), 308)
        return PlainTextResponse(translate(_("this is answered over TLS only"), self.lang), 403)

    def _broken(self, _scope: Scope, error: Exception) -> Response:
        return plainly(error, self.lang)

    @asynccontextmanager
    async def _living(self, _app: Any) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for house in self.houses:
                stack.callback(house.bank.close)
                for app in (house.console, house.api):
                    await stack.enter_async_context(app.router.lifespan_context(app))
            each = turns.share(len(self.houses))
            self._turns = {house.bank.name: Semaphore(each) for house in self.houses}
            self._watching, self._counting = CapacityLimiter(1), CapacityLimiter(1)
            # what is worked on at once; the others wait without holding anything
            to_thread.current_default_thread_limiter().total_tokens = turns.READERS + each * len(self.houses)
            # what was made so far stays until the end: it is not looked through again with every collection
            gc.collect()
            gc.freeze()
            yield
            gc.unfreeze()
        await run_in_threadpool(self.ended)
