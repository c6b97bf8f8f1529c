"""The application: routes of all pages behind one guard, errors as pages, static files by a closed list."""

import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from threading import Thread
from typing import ClassVar
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.types import Scope

from windchime.console.frame import Context, Frame
from windchime.console.guard import HOSTS, Guard
from windchime.console.once import SentAgain, led_again
from windchime.console.pages import routers
from windchime.console.refused import leads_home, ways_on
from windchime.console.static_files import SERVED
from windchime.core.errors import WindchimeError
from windchime.core.settings import Engine
from windchime.core.text import Lang, Text, _, translate
from windchime.core.unit import Actor
from windchime.portfolio.access import purposes, sign_in_policy
from windchime.portfolio.shown.background import Background
from windchime.portfolio.shown.book import book
from windchime.portfolio.shown.library import Library
from windchime.portfolio.shown.networks import Networks
from windchime.present.web import Crumb
from windchime.service.access.provider import Provider
from windchime.service.bank import Bank
from windchime.service.http.enforcing import Enforcer, NoSuchRecord, NotSignedIn, UnfinishedAccount
from windchime.service.http.failing import Sheltered, passes, plainly
from windchime.service.http.rules import open_to_all, routes
from windchime.service.http.signing_in import Entrance
from windchime.service.http.statuses import status_of
from windchime.service.http.tracing import SILENT

NOT_FOUND = Text("没有这个页面或这条记录", "There is no such page or record")
FAILED = Text("无法完成", "This cannot be done")
#: who acts while no account exists, where the caller names nobody
LOCAL = Actor("local")
NOWHERE = _("Check the address, or search for the firm.")
#: titles by status
TITLES = {404: NOT_FOUND, 405: Text("这个地址不能这样使用", "This address cannot be used in this way")}

#: name of the thread that opens the library ahead
WARMING = "windchime-console-warm"
_log = logging.getLogger("windchime.console")


@dataclass(frozen=True, slots=True)
class Failure(Context):
    """What went wrong, and what to do."""

    template: ClassVar[str] = "error.html"
    message: str
    #: where the reader can go from here
    ways: tuple[Crumb, ...]


def create_app(
    bank: Bank,
    *,
    lang: Lang = "zh",
    actor: Actor | None = LOCAL,
    engine: Engine = "duckdb",
    hosts: Collection[str] = HOSTS,
    provider: Provider | None = None,
    several: bool = False,
) -> FastAPI:
    """The console of one bank.

    Args:
        bank: whose pages.
        lang: language shown first; each reader's own choice is remembered.
        actor: who acts while the bank has no account; None where other machines can reach the console.
        engine: what the checks of the data run on.
        hosts: names it answers under; those of this machine by default.
        provider: where people sign in elsewhere; None for nowhere.
        several: whether the installation has other banks; one that is alone is told nothing of agreements between them.

    Raises:
        UnruledRoute: a page that does not say who may see it.
    """
    app = FastAPI(
        title="Windchime console",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
        dependencies=[Depends(Enforcer(bank, partial(sign_in_policy, bank), partial(purposes, bank), actor))],
        telemetry=SILENT,
    )
    app.state.bank = bank
    app.state.lang = lang
    app.state.engine = engine
    app.state.several = several
    app.state.entrance = Entrance(bank, partial(sign_in_policy, bank))
    app.state.provider = provider
    app.state.library = Library(bank)
    app.state.checks = Background()
    app.state.networks = Networks(bank)
    # the guard stands outside, so that its headers are on the answer to an error too
    app.add_middleware(Sheltered, answer=partial(_broken, lang))
    app.add_middleware(Guard, hosts=frozenset(hosts))
    for router in routers:
        app.include_router(router)
    app.add_api_route("/static/{name}", static, methods=["GET"])
    app.add_exception_handler(NotSignedIn, _unknown)
    app.add_exception_handler(UnfinishedAccount, _unfinished)
    app.add_exception_handler(SentAgain, led_again)
    app.add_exception_handler(WindchimeError, _failed)
    app.add_exception_handler(HTTPException, _missing)
    app.add_exception_handler(RequestValidationError, _misread)
    list(routes(app.routes))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the library beside the start of the server: what single pages ask of it is compiled when they first do."""
    warming = Thread(target=_warm, args=(app,), daemon=True, name=WARMING)
    warming.start()
    yield
    # a thread that is inside the database when the program ends would take it down loudly
    await run_in_threadpool(warming.join)
    app.state.checks.close()
    app.state.networks.close()
    app.state.library.close()


def _warm(app: FastAPI) -> None:
    bank: Bank = app.state.bank
    try:
        with bank.session() as session:
            book(bank, session, app.state.library)
    except Exception:  # noqa: BLE001 - a page that asks the same says what is wrong; the server starts anyway
        _log.warning("the library could not be opened ahead", exc_info=True)


@open_to_all
def static(name: str) -> Response:
    """A static file of the closed list; its address changes with its content, so it may be kept for ever."""
    if name not in SERVED:
        raise HTTPException(404)
    return FileResponse(SERVED[name], headers={"cache-control": "public, max-age=31536000, immutable"})


def _broken(lang: Lang, scope: Scope, error: Exception) -> Response:  # noqa: ARG001 - the same for every request
    return plainly(error, lang)


def _page(request: Request, title: Text, status: int, message: str, error: Exception) -> Response:
    frame = Frame.of(request)
    with frame.bank.session() as session:
        return frame.render(session, title, Failure(message, ways_on(frame, error)), status)


def _unknown(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the signature of a handler
    """A stranger is shown the way in, and goes on from there to what was asked for."""
    return _led(request, "/sign-in")


def _unfinished(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the signature of a handler
    """Whoever must change a given password or set up their second factor is led there first."""
    return _led(request, "/account")


def _led(request: Request, way: str) -> Response:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = f"{way}?{urlencode({'next': asked})}" if request.method == "GET" else way
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"hx-redirect": address})
    return RedirectResponse(address, 303)


def _failed(request: Request, error: Exception) -> Response:
    """An error of the project as a page: the sentence, and what to do."""
    assert isinstance(error, WindchimeError)
    if passes(error):
        raise error
    frame = Frame.of(request)
    if (home := leads_home(frame, error)) != "":
        return RedirectResponse(home, 303)
    if isinstance(error, NoSuchRecord):
        # the same words as for what is not there
        return _page(request, NOT_FOUND, 404, translate(NOWHERE, frame.lang), error)
    return _page(request, FAILED, status_of(error), error.message(frame.lang), error)


def _missing(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = TITLES.get(error.status_code, FAILED)
    return _page(request, title, error.status_code, translate(NOWHERE, Frame.of(request).lang), error)


def _misread(request: Request, error: Exception) -> Response:
    return _page(request, FAILED, 400, translate(NOWHERE, Frame.of(request).lang), error)
