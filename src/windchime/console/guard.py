"""What every request to the console passes: the name it is asked under, the size of its form, the token of its page.

A request that names another host is refused, so that no foreign page can reach the console by rebinding a name.
"""

from dataclasses import dataclass, field

from fastapi import Request, Response
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windchime.console import once
from windchime.core.text import Lang, _, translate
from windchime.present.web.assets import CONTENT_SECURITY_POLICY
from windchime.service.banks import plain_host
from windchime.service.http import forgery
from windchime.service.http.headers import Bearing
from windchime.service.http.reaching import LOCAL_NAMES

#: names it answers under where none are given
HOSTS = LOCAL_NAMES
#: no form of the console is larger
MAX_BODY = 1_000_000
STATIC = "/static/"


@dataclass(frozen=True)
class Guard:
    """Checks requests before any page sees them; one instance an application."""

    app: ASGIApp
    #: names it answers under, lower case, without port and brackets
    hosts: frozenset[str] = HOSTS
    _borne: ASGIApp = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_borne", Bearing(self._guarded, CONTENT_SECURITY_POLICY, STATIC))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what must be refused, hand on the rest; every answer bears the headers."""
        await (self._borne if scope["type"] == "http" else self.app)(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        nonce = forgery.prepare(request)
        refused = self._refusal(request)
        if refused is None and request.method not in forgery.SAFE:
            # the body is read here and told again to the page
            body = await request.body()
            if await forgery.forged(request):
                refused = _refuse(403, _("this form is out of date or not ours; open the page again"), request)
            receive = _again(body, receive)
            once.prepare(request, body)
            send = once.settling(request, send)
        if nonce is not None and not scope["path"].startswith(STATIC):
            send = _remembering(request, send, nonce)
        await (refused or self.app)(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        if plain_host(request.headers.get("host", "")) not in self.hosts:
            return _refuse(421, _("nothing answers under this name"), request)
        if request.method not in forgery.SAFE and not _short(request):
            return _refuse(413, _("the form is too large"), request)
        return None


def _again(body: bytes, receive: Receive) -> Receive:
    """What is received from here on: the body once more, then whatever comes."""
    told = False

    async def next_message() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return next_message


def _remembering(request: Request, send: Send, nonce: str) -> Send:
    """What is sent from here on, with the browser's nonce on it."""
    cookie = Response()
    forgery.remember(request, cookie, nonce)
    cookies = [(name, value) for name, value in cookie.raw_headers if name == b"set-cookie"]

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), *cookies]}
        await send(message)

    return sent


def _short(request: Request) -> bool:
    """Whether the body says how long it is, and is not too long; one sent in pieces of unknown number is not."""
    length = request.headers.get("content-length", "")
    return "transfer-encoding" not in request.headers and length.isdigit() and int(length) <= MAX_BODY


def _refuse(status: int, msgid: str, request: Request) -> Response:
    lang: Lang = "en" if request.query_params.get("lang") == "en" else "zh"
    return PlainTextResponse(translate(msgid, lang), status_code=status)
