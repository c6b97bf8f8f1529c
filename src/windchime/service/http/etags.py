"""Entity tags (RFC 9110 §8.8.3): strong, from the bytes of the answer; what a caller has is not sent again, and what changed meanwhile is not changed."""

import re

from windchime.core.canonical import sha256
from windchime.core.errors import Refused
from windchime.core.text import _

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"')


class Changed(Refused):
    """The record is not as the caller has seen it."""

    msgid = _("the record has changed since you read it")
    hint = _("read it again, then decide")

    def __init__(self) -> None:
        super().__init__()


def tag(data: bytes) -> str:
    """The tag of an answer."""
    return f'"{sha256(data)[:32]}"'


def known(header: str, current: str) -> bool:
    """Whether `If-None-Match` names the tag; compared weakly, as for reading."""
    return header.strip() == "*" or any(f'"{found}"' == current for _weak, found in _TAG.findall(header))


def demand(header: str | None, current: str) -> None:
    """Hold `If-Match` against the record; compared strongly, as for changing.

    Raises:
        Changed: the record is another one by now.
    """
    if header is None or header.strip() == "*":
        return
    if not any(not weak and f'"{found}"' == current for weak, found in _TAG.findall(header)):
        raise Changed
