"""Canonical JSON and content hashes: one byte string for one meaning."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from windchime.core.errors import BadCall
from windchime.core.text import _


class NotCanonical(BadCall):
    """A value that has no canonical JSON form."""

    msgid = _("a {kind} has no canonical JSON form")

    def __init__(self, kind: str) -> None:
        super().__init__(kind=kind)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotCanonical(repr(value))
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(k, str) for k in value):
            raise NotCanonical("mapping with keys that are not text")
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, Sequence):
        return [_plain(v) for v in value]
    raise NotCanonical(type(value).__name__)


def canonical(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys, no blanks, decimals as strings, dates in ISO form.

    Raises:
        NotCanonical: NaN, infinity, or a type that has no such form.
    """
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def sha256(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest(value: Any) -> str:
    """SHA-256 of the canonical form."""
    return sha256(canonical(value))
