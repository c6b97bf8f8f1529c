"""Forged requests: what a browser sends because another site told it to is known by its origin and by a missing token.

The token of a page belongs to the session that asked for the page, so one session's token is nothing to another; before
signing in it belongs to a nonce of the browser. It follows from the cookie alone: every worker knows it, and no key is kept.
"""

import hmac
import secrets
from urllib.parse import parse_qs

from fastapi import Request
from starlette.responses import Response

from windchime.service.http.visitors import cookie_name

#: over TLS the prefix keeps other hosts of the domain from setting it (RFC 6265bis §4.1.3)
SECURE_COOKIE, PLAIN_COOKIE = "__Host-windchime_csrf", "windchime_csrf"
FIELD, HEADER = "csrf", "x-csrf-token"
#: methods that change nothing (RFC 9110 §9.2.1)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: what browsers say of requests that our own pages caused, or that a person typed (W3C Fetch Metadata §2.3)
OWN_SITE = frozenset({"same-origin", "none"})
_PURPOSE = b"windchime csrf 1"
_FORM = "application/x-www-form-urlencoded"


def nonce_cookie(request: Request) -> str:
    """Name of the cookie of a browser that is not signed in: another one over TLS than without."""
    return SECURE_COOKIE if request.url.scheme == "https" else PLAIN_COOKIE


def token(secret: str) -> str:
    """The token of the pages of whoever holds a session's secret, or a nonce."""
    return hmac.digest(secret.encode(), _PURPOSE, "sha256").hex()


def prepare(request: Request) -> str | None:
    """Put the page's token in `request.state.csrf`; gives the nonce that the answer must set as a cookie, if any."""
    secret = request.cookies.get(cookie_name(request)) or request.cookies.get(nonce_cookie(request))
    made = None if secret else secrets.token_urlsafe(24)
    request.state.csrf = token(secret or made or "")
    return made


def remember(request: Request, response: Response, nonce: str) -> None:
    """Set the nonce of a browser that had none."""
    response.set_cookie(
        nonce_cookie(request),
        nonce,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )


def from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site caused the request; programs say nothing and are not held up by this."""
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return request.headers.get("sec-fetch-site", "none") not in OWN_SITE or (origin is not None and origin != own)


def token_holds(request: Request, given: str) -> bool:
    """Whether a token is the one of this browser's pages. Call `prepare` first."""
    known = bool(request.cookies.get(cookie_name(request)) or request.cookies.get(nonce_cookie(request)))
    return known and hmac.compare_digest(given.encode(), request.state.csrf.encode())


async def forged(request: Request) -> bool:
    """Whether a request that changes something must be refused: caused by another site, or without the page's token.

    The token is taken from the header, or from the field of a form; the body of a form stays readable.
    """
    if from_elsewhere(request):
        return True
    given = request.headers.get(HEADER, "")
    if not given and request.headers.get("content-type", "").partition(";")[0].strip() == _FORM:
        given = parse_qs((await request.body()).decode("utf8", "replace")).get(FIELD, [""])[-1]
    return not token_holds(request, given)
