"""Errors that no page answers: the reader gets a sentence, the log gets where it happened, nobody gets a value."""

import errno
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windchime.core.text import Lang, _, translate
from windchime.service.masters import KeyAmiss

#: said with status 503, to pages and programs alike
NOT_NOW = _("this cannot be done just now; try again in a minute, and if it stays so, tell whoever runs the service")
INSIDE = _("something went wrong inside; the log of the server has the details")
#: for the header Retry-After, seconds
RETRY_AFTER = {"retry-after": "60"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sheltered:
    """An application whose errors end here: no server, and no reader, sees a traceback."""

    app: ASGIApp
    #: what a reader is told instead
    answer: Callable[[Scope, Exception], Response]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on; an error before the answer began becomes the answer, one after it cuts the answer off."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            # the formatter of `service.http.logs` leaves values out: a traceback holds what people sent
            _log.exception("a request failed", extra={"request_id": scope.get("state", {}).get("request_id")})
            if begun:
                raise
            await self.answer(scope, error)(scope, receive, send)


def passes(error: Exception) -> bool:
    """Whether it is the surroundings that fail, which others mend: database away or busy, disk full, a key's file amiss."""
    away = isinstance(error, OperationalError | InterfaceError | NoConnection | KeyAmiss) and not _unmeant(error)
    return away or (isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT})


def _unmeant(error: Exception) -> bool:
    """Whether SQLite could not make sense of a statement: it calls that operational too, and nobody mends it by waiting."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_ERROR


def plainly(error: Exception, lang: Lang) -> Response:
    """The answer where no page can be made: one sentence."""
    if passes(error):
        return PlainTextResponse(translate(NOT_NOW, lang), 503, RETRY_AFTER)
    return PlainTextResponse(translate(INSIDE, lang), 500)
