"""The application: all resources under `/api/v1`, one enforcer before them, one wire around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial

from fastapi import FastAPI

from windchime import __version__
from windchime.api import problems
from windchime.api.described import PREFIX
from windchime.api.description import describe
from windchime.api.opening import Opened, PastTheEnforcer
from windchime.api.resources import routers
from windchime.api.wire import Wire
from windchime.core.text import Lang
from windchime.core.unit import Actor
from windchime.portfolio.access import purposes, sign_in_policy
from windchime.portfolio.shown.library import Library
from windchime.portfolio.shown.networks import Networks
from windchime.service.bank import Bank
from windchime.service.http.enforcing import Enforcer
from windchime.service.http.failing import Sheltered
from windchime.service.http.headers import Bearing
from windchime.service.http.rules import routes
from windchime.service.http.signing_in import Entrance
from windchime.service.http.tracing import SILENT


def create_api(
    bank: Bank,
    *,
    lang: Lang = "zh",
    local: Actor | None = None,
    library: Library | None = None,
    networks: Networks | None = None,
) -> FastAPI:
    """The API of one bank.

    Args:
        bank: whose.
        lang: language of problems where a caller names none of ours.
        local: who acts while the bank has no account; None where other machines can reach the address.
        library: open readings shared with another application, which closes them; own ones by default.
        networks: the graph in memory, likewise.

    Raises:
        UnruledRoute: a route that does not say who may use it.
        PastTheEnforcer: one that would not ask.
    """
    app = FastAPI(
        title="Windchime API",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
        redirect_slashes=False,
        telemetry=SILENT,
    )
    app.state.enforcer = Enforcer(bank, partial(sign_in_policy, bank), partial(purposes, bank), local)
    app.state.bank = bank
    app.state.entrance = Entrance(bank, partial(sign_in_policy, bank))
    app.state.lang = lang
    app.state.own = [part for part, given in (("library", library), ("networks", networks)) if given is None]
    app.state.library = library or Library(bank)
    app.state.networks = networks or Networks(bank)
    # the last one stands outermost: its headers are on the answer to an error too
    app.add_middleware(Wire, clock=bank.clock, html=(f"{PREFIX}/docs",))
    app.add_middleware(Sheltered, answer=partial(problems.inside, app))
    app.add_middleware(Bearing)
    # as they are: routers that are included are looked through twice with every request
    app.router.route_class = Opened
    app.router.routes.extend(route for router in routers for route in router.routes)
    problems.explain(app)
    app.openapi = cache(partial(describe, app))  # type: ignore[method-assign]  # how FastAPI says to extend it
    list(routes(app.routes))
    for route in app.router.routes:
        if not isinstance(route, Opened):
            raise PastTheEnforcer(getattr(route, "path", repr(route)))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    for part in app.state.own:
        getattr(app.state, part).close()
