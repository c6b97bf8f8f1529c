"""The application: routes of all pages behind one guard, errors as pages, static files by a closed list."""

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from windchime.console.frame import Frame
from windchime.console.guard import Guard
from windchime.core.errors import BadCall, BadInput, Refused, UnknownName, WindchimeError
from windchime.core.text import Lang, Text
from windchime.present.web.assets import ASSETS
from windchime.service.bank import Bank

STATUSES: dict[type[WindchimeError], int] = {UnknownName: 404, BadCall: 400, BadInput: 422, Refused: 403}
NOT_FOUND = Text("没有这个页面或这条记录", "There is no such page or record")


def create_app(bank: Bank, *, lang: Lang = "zh") -> FastAPI:
    """The console of one bank.

    Args:
        bank: whose pages.
        lang: language shown first; each reader's own choice is remembered.
    """
    from windchime.console.pages import routers

    app = FastAPI(title="Windchime console", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.bank = bank
    app.state.lang = lang
    app.middleware("http")(Guard())
    for router in routers:
        app.include_router(router)
    app.add_api_route("/static/{name}", static, methods=["GET"])
    app.add_exception_handler(WindchimeError, _failed)
    app.add_exception_handler(HTTPException, _missing)
    return app


def static(name: str) -> Response:
    """A static file of the closed list; its address changes with its content, so it may be kept for ever."""
    if name not in ASSETS:
        raise HTTPException(404)
    return FileResponse(ASSETS[name], headers={"cache-control": "public, max-age=31536000, immutable"})


def _failed(request: Request, error: Exception) -> Response:
    """An error of the project as a page: the sentence, and what to do."""
    assert isinstance(error, WindchimeError)
    frame = Frame.of(request)
    status = next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 500)
    with frame.bank.session() as session:
        title = Text("无法完成", "This cannot be done")
        return frame.render("error.html", session, title, status, message=error.message(frame.lang))


def _missing(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    frame = Frame.of(request)
    message = NOT_FOUND if error.status_code == 404 else Text(str(error.detail), str(error.detail))
    with frame.bank.session() as session:
        return frame.render("error.html", session, NOT_FOUND, error.status_code, message=message[frame.lang])
