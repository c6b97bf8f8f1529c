"""What every request passes: the Host check, the CSRF token on every POST, the headers of every answer.

Until accounts exist the console is served to the same machine only: `serve` binds 127.0.0.1, and a request that names
another host is refused, so that no foreign page can reach it by rebinding a name.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from fastapi import Request, Response
from starlette.responses import PlainTextResponse

from windchime.core.text import Lang, _, translate
from windchime.present.web.assets import CONTENT_SECURITY_POLICY

HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
CSRF_COOKIE = "windchime_csrf"
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"
#: no form of the console is larger
MAX_BODY = 1_000_000
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True)
class Guard:
    """Checks requests before any page sees them; one instance an application."""

    #: signs the tokens; new at every start, so old forms must be opened again
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def token(self, nonce: str) -> str:
        """The token that belongs to a browser's nonce."""
        return hmac.digest(self.key, nonce.encode(), "sha256").hex()

    async def __call__(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """Refuse what must be refused, hand on the rest, put the headers on every answer."""
        refused = self._refusal(request)
        nonce = request.cookies.get(CSRF_COOKIE) or secrets.token_urlsafe(24)
        request.state.csrf = self.token(nonce)
        if refused is None and request.method not in SAFE:
            refused = await self._forged(request)
        response = refused or await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.url.path.startswith("/static/"):
            response.headers.setdefault("cache-control", "no-store")
            if CSRF_COOKIE not in request.cookies:
                response.set_cookie(CSRF_COOKIE, nonce, httponly=True, samesite="strict", path="/")
        return response

    def _refusal(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name not in HOSTS:
            return _refuse(421, _("this console answers on this machine only, under 127.0.0.1 or localhost"), request)
        if request.method not in SAFE and not _short(request):
            return _refuse(413, _("the form is too large"), request)
        return None

    async def _forged(self, request: Request) -> Response | None:
        given = request.headers.get(CSRF_HEADER, "")
        kind = request.headers.get("content-type", "").partition(";")[0]
        if not given and kind == "application/x-www-form-urlencoded":
            # the body is kept by the request, so the page can read it again
            given = parse_qs((await request.body()).decode("utf8", "replace")).get(CSRF_FIELD, [""])[-1]
        if CSRF_COOKIE in request.cookies and hmac.compare_digest(given.encode(), request.state.csrf.encode()):
            return None
        return _refuse(403, _("this form is out of date or not ours; open the page again"), request)


def _short(request: Request) -> bool:
    """Whether the body says how long it is, and is not too long; one sent in pieces of unknown number is not."""
    length = request.headers.get("content-length", "")
    return "transfer-encoding" not in request.headers and length.isdigit() and int(length) <= MAX_BODY


def _refuse(status: int, msgid: str, request: Request) -> Response:
    lang: Lang = "en" if request.query_params.get("lang") == "en" else "zh"
    return PlainTextResponse(translate(msgid, lang), status_code=status)
