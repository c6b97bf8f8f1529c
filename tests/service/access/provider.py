"""A provider of identities of the tests' own: a real server on loopback that signs with RS256 and can be told to misbehave."""

import base64
import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from windchime.core.clock import Clock

CLIENT, CLIENT_SECRET = "windchime", "a secret with : and é"


@dataclass
class LocalProvider:
    """What it tells, and what tests change of it."""

    clock: Clock
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    #: who signs in there next
    subject: str = "248289761001"
    #: claims besides, or in place of, those of a sound token; None leaves one out
    claims: dict[str, Any] = field(default_factory=dict)
    #: what the discovery says besides, or in place
    metadata: dict[str, Any] = field(default_factory=dict)
    #: makes the id token from its claims; a sound one by default
    sign: Any = None
    #: parameters of the answer besides code and state
    answer: dict[str, str] = field(default_factory=dict)
    #: code → what was asked for with it
    awaited: dict[str, Mapping[str, str]] = field(default_factory=dict)
    #: how often each address was asked
    asked: dict[str, int] = field(default_factory=dict)

    def token(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, dict(claims), self.key, algorithms=["RS256"])

    def discovery(self, request: Request) -> Response:
        self._count(request)
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return JSONResponse({**told, **self.metadata})

    def keys(self, request: Request) -> Response:
        self._count(request)
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def authorize(self, request: Request) -> Response:
        """Everybody is let in: a code, and back to whoever asked."""
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = uuid4().hex
        self.awaited[code] = asked
        back = {"code": code, "state": asked["state"], **self.answer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 303)

    async def exchange(self, request: Request) -> Response:
        """The code counts once, for the client that shows its secret and the verifier of the challenge."""
        self._count(request)
        form = await request.form()
        asked = self.awaited.pop(str(form.get("code")), None)
        shown = base64.b64decode(request.headers.get("authorization", " ").partition(" ")[2]).decode()
        verifier = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        sound = (
            asked is not None
            and shown == f"{CLIENT}:{urlencode({'': CLIENT_SECRET})[1:]}"
            and base64.urlsafe_b64encode(verifier).decode().rstrip("=") == asked["code_challenge"]
            and form.get("redirect_uri") == asked["redirect_uri"]
        )
        if not sound or asked is None:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        id_token = (self.sign or self.token)(claims)
        return JSONResponse({"access_token": "opaque", "token_type": "Bearer", "id_token": id_token})

    def _count(self, request: Request) -> None:
        self.asked[request.url.path] = self.asked.get(request.url.path, 0) + 1


@contextmanager
def served(clock: Clock) -> Iterator[LocalProvider]:
    """The provider on a free port of this machine."""
    found = LocalProvider(clock)
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", found.discovery),
            Route("/keys", found.keys),
            Route("/authorize", found.authorize),
            Route("/token", found.exchange, methods=["POST"]),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    found.issuer = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield found
    finally:
        server.should_exit = True
        thread.join(10)
