"""What a change must bear besides the right to it: the proof of its session, and an idempotency key."""

import re

from fastapi import Request

from windchime.core.errors import BadCall, Refused
from windchime.core.text import _
from windchime.service.http import forgery
from windchime.service.http.visitors import Visitor

KEY_HEADER = "idempotency-key"
#: a key as a structured field (RFC 9651: a string in quotes), or bare
_KEY = re.compile(r'"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x5b\x5d-\x7e]{1,255})', re.ASCII)


class NoProof(Refused):
    """A change asked for by a session without its proof."""

    msgid = _("a change by a session needs its proof in the header {header}")
    hint = _("/api/v1/me tells it; programs use a token and need none")

    def __init__(self) -> None:
        super().__init__(header=forgery.HEADER)


class NoKey(BadCall):
    """A change without an idempotency key, or with one that cannot be used."""

    msgid = _("a change needs the header Idempotency-Key: 1 to 255 visible characters, in quotes or bare")
    hint = _("choose a new UUID for new work; send the same one when you try again")

    def __init__(self) -> None:
        super().__init__()


def proven(request: Request) -> None:
    """Refuse a change that a foreign page could have asked for, and one without a key; asked after the enforcer.

    The key stands in `request.state.key` afterwards.

    Raises:
        NoProof, NoKey: as named.
    """
    visitor: Visitor | None = request.state.visitor
    if request.method in forgery.SAFE:
        return
    if visitor is not None and visitor.by != "token" and forgery.from_elsewhere(request):
        raise NoProof
    if visitor is not None and visitor.by == "session":
        forgery.prepare(request)
        if not forgery.token_holds(request, request.headers.get(forgery.HEADER, "")):
            raise NoProof
    request.state.key = key_of(request)


def key_of(request: Request) -> str:
    """The idempotency key of a change.

    Raises:
        NoKey: there is none, or none that can be used.
    """
    found = _KEY.fullmatch(request.headers.get(KEY_HEADER, "").strip())
    if found is None:
        raise NoKey
    return found[1] or found[2]
