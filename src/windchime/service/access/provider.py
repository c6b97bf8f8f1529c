"""A provider of identities (OpenID Connect Core 1.0): where to send a browser, and what the answer it comes back with proves.

Authorization code with PKCE (RFC 7636), state and nonce. State, nonce and verifier follow from one secret in the browser's
cookie, so that an answer is worth something to the browser that asked for it and to no other.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import httpx

from windchime.core.settings import BadSetting, Settings
from windchime.service.access.fetching import ElsewhereRefused, fetched, secure

#: algorithms of signatures that are taken: none that is no signature, none whose key the client knows too
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
SCOPES = "openid profile email"
DISCOVERY = "/.well-known/openid-configuration"
#: how long what it told of itself is believed, and how soon its keys are asked for again where a key is unknown
KEPT, SOONEST = timedelta(minutes=10), timedelta(seconds=30)
#: its clock and ours may differ so much
LEEWAY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Where people of the bank sign in elsewhere."""

    issuer: str
    client_id: str
    #: None for a public client, which PKCE alone protects
    client_secret: str | None = field(default=None, repr=False)
    #: claim that names an account at its first sign-in; empty where the provider's own subject is told instead
    claim: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """From the settings; None where no provider is named.

        Raises:
            BadSetting: an issuer that is not reached over TLS, or without a client.
        """
        if not settings.oidc_issuer:
            return None
        if not secure(settings.oidc_issuer):
            raise BadSetting("WINDCHIME_OIDC_ISSUER", settings.oidc_issuer, "an address that begins with https://")
        if not settings.oidc_client_id:
            raise BadSetting("WINDCHIME_OIDC_CLIENT_ID", "", "the client's id at the provider")
        return cls(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.oidc_claim)


@dataclass(frozen=True, slots=True)
class Proved:
    """Who somebody is at the provider."""

    issuer: str
    subject: str
    #: what the configured claim says; empty where it is not configured, not there, or an address nobody has verified
    claimed: str


@dataclass(slots=True)
class Provider:
    """One provider, with what it told of itself kept for a while."""

    settings: ProviderSettings
    _told: dict[str, Any] = field(default_factory=dict)
    _told_at: datetime | None = None
    _keys: dict[str, Any] = field(default_factory=dict)
    _keys_at: datetime | None = None
    _lock: Lock = field(default_factory=Lock)

    def leads_to(self, secret: str, back: str, now: datetime) -> str:
        """Where to send a browser.

        Args:
            secret: of this attempt, from the browser's cookie.
            back: our address that the provider sends it back to.
            now: the present instant.

        Raises:
            ElsewhereRefused: the provider does not answer, or not as one.
        """
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]  # bears no types

        address = self._metadata(now)["authorization_endpoint"]
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": back,
            "scope": SCOPES,
            "state": part(secret, "state"),
            "nonce": part(secret, "nonce"),
            "code_challenge": create_s256_code_challenge(part(secret, "verifier")),
            "code_challenge_method": "S256",
        }
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"

    def proved(self, secret: str, answer: Mapping[str, str], back: str, now: datetime) -> Proved:
        """What an answer proves: its code is exchanged for an id token, which is checked.

        Args:
            secret: of the attempt, from the browser's cookie; whether it was used before is the caller's to know.
            answer: parameters of the address the browser came back to.
            back: that address, as it was told to the provider.
            now: the present instant.

        Raises:
            ElsewhereRefused: it proves nothing.
        """
        told = self._metadata(now)
        if not hmac.compare_digest(answer.get("state", "").encode(), part(secret, "state").encode()):
            raise ElsewhereRefused("state")
        # RFC 9207: an answer of another provider is not handed to this one
        issuer = answer.get("iss", self.settings.issuer)
        if issuer != self.settings.issuer or (
            told.get("authorization_response_iss_parameter_supported") is True and "iss" not in answer
        ):
            raise ElsewhereRefused("issuer of the answer")
        if "error" in answer or not answer.get("code"):
            raise ElsewhereRefused("no code")
        given = self._exchanged(told, secret, answer["code"], back)
        claims = self._claims(str(given.get("id_token", "")), str(given.get("access_token", "")), secret, now)
        return Proved(self.settings.issuer, claims["sub"], self._claimed(claims))

    def _metadata(self, now: datetime) -> dict[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0 §4.3)."""
        with self._lock:
            if self._told_at is None or now - self._told_at > KEPT:
                told = fetched("GET", self.settings.issuer.rstrip("/") + DISCOVERY)
                if told.get("issuer") != self.settings.issuer:
                    raise ElsewhereRefused("issuer of the discovery")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    if not secure(str(told.get(name, ""))):
                        raise ElsewhereRefused(name)
                self._told, self._told_at = told, now
            return self._told

    def _exchanged(self, told: Mapping[str, Any], secret: str, code: str, back: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": part(secret, "verifier"),
        }
        mine, known = self.settings, told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if mine.client_secret is None:
            return fetched("POST", told["token_endpoint"], data={**form, "client_id": mine.client_id})
        if "client_secret_basic" in known:
            auth = httpx.BasicAuth(_form(mine.client_id), _form(mine.client_secret))
            return fetched("POST", told["token_endpoint"], data=form, auth=auth)
        shown = {**form, "client_id": mine.client_id, "client_secret": mine.client_secret}
        return fetched("POST", told["token_endpoint"], data=shown)

    def _claims(self, id_token: str, access_token: str, secret: str, now: datetime) -> dict[str, Any]:
        """The claims of an id token, checked (OpenID Connect Core 1.0 §3.1.3.7)."""
        from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # bears no types
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError, JoseError
        from joserfc.jwk import KeySet

        try:
            try:
                read = jwt.decode(id_token, KeySet.import_key_set(self._key_set(now)), algorithms=ALGORITHMS)
            except InvalidKeyIdError:
                # keys are changed now and then: the new ones are asked for once
                read = jwt.decode(id_token, KeySet.import_key_set(self._key_set(now, anew=True)), algorithms=ALGORITHMS)
            mine = self.settings
            claims = CodeIDToken(
                read.claims,
                read.header,
                options={
                    "iss": {"essential": True, "value": mine.issuer},
                    "aud": {"essential": True, "value": mine.client_id},
                    "nonce": {"essential": True, "value": part(secret, "nonce")},
                },
                params={"nonce": part(secret, "nonce"), "client_id": mine.client_id, "access_token": access_token},
            )
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
        except JoseError as refused:
            # its text could bear values of the token
            raise ElsewhereRefused(refused.error) from None
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ElsewhereRefused("no id token") from None
        if not claims["sub"]:
            raise ElsewhereRefused("subject")
        return dict(claims)

    def _key_set(self, now: datetime, *, anew: bool = False) -> Any:
        address = self._metadata(now)["jwks_uri"]
        with self._lock:
            age = None if self._keys_at is None else now - self._keys_at
            if age is None or age > KEPT or (anew and age > SOONEST):
                self._keys, self._keys_at = fetched("GET", address), now
            return self._keys

    def _claimed(self, claims: Mapping[str, Any]) -> str:
        said = claims.get(self.settings.claim) if self.settings.claim else None
        if not isinstance(said, str) or (self.settings.claim == "email" and claims.get("email_verified") is not True):
            return ""
        return said


def part(secret: str, name: str) -> str:
    """A part of an attempt, such as its state: nobody who knows one part knows another."""
    drawn = hmac.digest(secret.encode(), f"windchime oidc {name}".encode(), "sha256")
    return urlsafe_b64encode(drawn).decode().rstrip("=")


def _form(text: str) -> str:
    """A client's id or secret as RFC 6749 §2.3.1 wants it in the header."""
    return urlencode({"": text})[1:]
