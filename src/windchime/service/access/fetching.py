"""What a provider of identities answers: JSON, over TLS or from this machine, within bounds of time and size."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from windchime.core.errors import Refused
from windchime.core.text import _

#: a provider that does not answer holds a sign-in up for so long and no longer
TIMEOUT = httpx.Timeout(5.0, connect=3.0)
MOST_BYTES = 1_000_000


class ElsewhereRefused(Refused):
    """What came back from the provider proves nothing, or of nobody who has an account; the log knows more than the visitor."""

    msgid = _("the sign-in elsewhere was not accepted; begin again, or sign in here")
    hint = _("where it happens again, an administrator sees the reason in the audit log")

    def __init__(self, why: str) -> None:
        super().__init__(why=why)


def secure(address: str) -> bool:
    """Whether an address is reached over TLS, or on this machine, where nobody listens in."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    return parts.scheme == "http" and _loopback(host)


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def fetched(method: str, address: str, **more: Any) -> dict[str, Any]:
    """A JSON object from the provider; no redirect is followed, nothing of the environment is asked."""
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(method, address, headers={"accept": "application/json"}, **more) as answer,
        ):
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise ElsewhereRefused("size of an answer")
            found = httpx.Response(answer.status_code, content=body).json() if answer.status_code == 200 else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise ElsewhereRefused("no answer") from None
    if not isinstance(found, dict):
        raise ElsewhereRefused("not as a provider answers")
    return found
