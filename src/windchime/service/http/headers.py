"""What every answer bears: headers that keep a page from being framed, sniffed, kept or reached without TLS."""

from dataclasses import dataclass, field

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: of every answer; the policy of content is the application's own (W3C CSP 3, Fetch Metadata, WHATWG HTML §7.1)
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
#: over TLS: a year without plain HTTP (RFC 6797 §6.1); over plain HTTP browsers must not regard it (§7.2)
TRANSPORT = "max-age=31536000; includeSubDomains"
#: of answers that are no page: they load nothing and stand in no frame
NOTHING_LOADED = "default-src 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Bearing:
    """An application whose every answer bears the headers; what an answer says itself goes before."""

    app: ASGIApp
    #: Content-Security-Policy of its answers
    policy: str = NOTHING_LOADED
    #: paths below this prefix may be kept by browsers, as their answers say; all else is not stored; empty for none
    kept_below: str = ""
    _told: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._told.update({**HEADERS, "content-security-policy": self.policy})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, with the headers put on what comes back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        kept = bool(self.kept_below) and scope["path"].startswith(self.kept_below)

        async def bear(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._told.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("strict-transport-security", TRANSPORT)
                if not kept:
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, bear)
