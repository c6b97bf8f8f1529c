"""Errors that nobody foresaw: the reader gets a sentence, the log gets where it happened, nobody gets a value."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sheltered:
    """An application whose errors end here: no server, and no reader, sees a traceback."""

    app: ASGIApp
    #: what a reader is told instead
    answer: Callable[[Scope], Response]

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
        except Exception:
            # the formatter of `service.http.logs` leaves values out: a traceback holds what people sent
            _log.exception("a request failed", extra={"request_id": scope.get("state", {}).get("request_id")})
            if begun:
                raise
            await self.answer(scope)(scope, receive, send)
