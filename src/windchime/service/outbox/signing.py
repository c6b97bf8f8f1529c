"""Signatures of webhooks, as the Standard Webhooks specification has them (symmetric, `v1`).

https://www.standardwebhooks.com: HMAC-SHA-256 over `id.timestamp.body`, base64, with every secret that is in force, so that
a receiver can change its own at any moment of a rotation.
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime

#: how a secret is known for what it is, to scanners of leaked secrets too
PREFIX = "whsec_"
BYTES = 32
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


def new_secret() -> str:
    """A secret in the form in which it is handed out."""
    return PREFIX + b64encode(secrets.token_bytes(BYTES)).decode()


def signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """One signature.

    Args:
        secret: `whsec_…`.
        event_id: the event's id.
        timestamp: seconds since 1970.
        body: as it is sent.
    """
    key = b64decode(secret.removeprefix(PREFIX))
    return "v1," + b64encode(hmac.digest(key, f"{event_id}.{timestamp}.".encode() + body, "sha256")).decode()


def headers(keys: Sequence[str], event_id: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """The three headers of a delivery, signed with each secret in force."""
    seconds = int(at.timestamp())
    signed = " ".join(signature(key, event_id, seconds, body) for key in keys)
    return {ID: event_id, TIMESTAMP: str(seconds), SIGNATURE: signed}
