"""What every request of the API passes before any route sees it, and every answer before it leaves.

In: a request id, an address that can be read, a form of answer we have, a body that is short and JSON with one meaning.
Out: the request id, and no body to HEAD.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windchime.api import problems
from windchime.api.strict import BadJson, parse
from windchime.core.canonical import digest
from windchime.core.clock import Clock
from windchime.core.text import _, translate
from windchime.service.http import forgery, observing

#: no body of the API is longer, in bytes: it is read and held against its form before it is known who asks
LONGEST_BODY = 64_000
#: no address is longer, in bytes
LONGEST_ADDRESS = 4_000
#: characters that no address of ours has
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
#: media types of our answers, and what a caller may write for them
OURS = frozenset({"application/json", "application/problem+json", "application/*", "*/*"})
NO_ADDRESS = _("the address has a character that no address of ours has, or is too long")
NO_FORM = _("answers are application/json and application/problem+json")
NOT_JSON = _("send application/json in UTF-8")
TOO_LONG = _("a body has at most {most} bytes")


class Gone(Exception):
    """The caller hung up while sending."""


class Wire:
    """The middleware of the API."""

    def __init__(self, app: ASGIApp, clock: Clock, html: Sequence[str] = ()) -> None:
        """Around an application.

        Args:
            app: what answers.
            clock: for request ids.
            html: addresses that answer with a page.
        """
        self.app = app
        self.clock = clock
        self.html = frozenset(html)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the request, hand it on, look at the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["request_id"] = observing.request_id(scope, self.clock)
        send = _answering(scope, send)
        if scope["method"] == "HEAD":
            # what GET would answer, without its body (RFC 9110 §9.3.2)
            scope = {**scope, "method": "GET"}
        request = Request(scope, receive)
        try:
            self._address(request)
            if request.method not in forgery.SAFE:
                receive = await self._body(request)
        except _Refused as error:
            await error.response(scope, receive, send)
        except Gone:
            return
        else:
            await self.app(scope, receive, send)

    def _address(self, request: Request) -> None:
        raw = request.scope.get("raw_path") or request.scope["path"].encode("utf8", "surrogatepass")
        sent = raw + b"?" + request.scope["query_string"]
        try:
            read = unquote_to_bytes(sent).decode("utf-8")
        except UnicodeDecodeError:
            read = "\0"
        if len(sent) > LONGEST_ADDRESS or CONTROL.search(read):
            raise _Refused.of(request, 400, "BadAddress", NO_ADDRESS)
        if request.scope["path"] not in self.html and not _accepted(request.headers.getlist("accept")):
            raise _Refused.of(request, 406, "NotAcceptable", NO_FORM)

    async def _body(self, request: Request) -> Receive:
        """The body, read whole and found to be JSON; its digest stands in `state.body_digest`."""
        length = request.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length[:12]) > LONGEST_BODY:
            raise _Refused.of(request, 413, "TooLong", TOO_LONG, most=LONGEST_BODY)
        data = bytearray()
        more = True
        while more:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise Gone
            data += message.get("body", b"")
            more = message.get("more_body", False)
            if len(data) > LONGEST_BODY:
                raise _Refused.of(request, 413, "TooLong", TOO_LONG, most=LONGEST_BODY)
        if data and not _is_json(request.headers.get("content-type", "")):
            raise _Refused.of(request, 415, "NotJson", NOT_JSON)
        try:
            request.state.body_digest = digest(parse(bytes(data))) if data else ""
        except BadJson as error:
            raise _Refused(problems.of_error(request, error)) from None
        original, sent = request.receive, False

        async def again() -> Message:
            nonlocal sent
            if sent:
                return await original()
            sent = True
            return {"type": "http.request", "body": bytes(data), "more_body": False}

        return again


def _answering(scope: Scope, send: Send) -> Send:
    """What is sent from here on: with the request's id, and without a body where only the head was asked for."""
    asked, method = scope["state"]["request_id"], scope["method"]

    async def out(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault(observing.ID_HEADER, asked)
        elif method == "HEAD":
            message = {**message, "body": b""}
        await send(message)

    return out


class _Refused(Exception):
    """An answer that is given instead of the route's."""

    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__()

    @classmethod
    def of(cls, request: Request, status: int, code: str, msgid: str, **params: Any) -> "_Refused":
        """From a message."""
        return cls(problems.problem(request, status, code, translate(msgid, problems.lang_of(request), **params)))


def _accepted(values: Sequence[str]) -> bool:
    """Whether a caller takes JSON; one that says nothing takes anything."""
    parts = [part.strip().lower() for value in values for part in value.split(",") if part.strip()]
    named = [(kind.strip(), rest.replace(" ", "")) for kind, _sign, rest in (p.partition(";") for p in parts)]
    return not named or any(kind in OURS and not _never(rest) for kind, rest in named)


def _never(rest: str) -> bool:
    weight = next((p[2:] for p in rest.split(";") if p.startswith("q=")), "1")
    return not weight.strip("0.")


def _is_json(content_type: str) -> bool:
    kind, _sign, rest = content_type.partition(";")
    charset = rest.strip().lower().partition("charset=")[2].strip('"') or "utf-8"
    return kind.strip().lower() == "application/json" and charset in ("utf-8", "utf8")
