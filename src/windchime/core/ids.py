"""Identifiers we make ourselves: `source:local_id` for firms, UUIDv7 for what happens; and versions by their beginning."""

import os
from collections.abc import Iterable
from uuid import UUID

from windchime.core.clock import Clock
from windchime.core.errors import BadCall
from windchime.core.text import _

#: shortest beginning of a version that names it
SHORTEST = 8


class NotAnId(BadCall):
    """A text that cannot be part of a firm id."""

    msgid = _("'{value}' cannot be a {part}: it is empty, or has a colon, a blank or a control character")

    def __init__(self, part: str, value: str) -> None:
        super().__init__(part=part, value=value[:40])


def firm_id(source: str, local_id: str) -> str:
    """The deterministic id of a firm as one source knows it: `cumcm2020c:E12`. It never changes.

    Raises:
        NotAnId: an empty part, or a source with a colon, a blank or a control character.
    """
    for part, value in (("source", source), ("local id", local_id)):
        if not value or any(c.isspace() or not c.isprintable() for c in value) or (part == "source" and ":" in value):
            raise NotAnId(part, value)
    return f"{source}:{local_id}"


def uuid7(clock: Clock) -> str:
    """A UUID version 7 (RFC 9562 §5.7): 48 bits of milliseconds, then random; sorts by time of making."""
    millis = int(clock.now().timestamp() * 1000)
    rand = int.from_bytes(os.urandom(10), "big")
    value = (millis & (2**48 - 1)) << 80 | 0x7 << 76 | (rand >> 68 & 0xFFF) << 64 | 0b10 << 62 | rand & (2**62 - 1)
    return str(UUID(int=value))


def named(version: str, known: Iterable[str]) -> str | None:
    """The one of the known versions that is named in full or by an unambiguous beginning of at least `SHORTEST` characters.

    None where it is none of them or could be several: who publishes must know what.
    """
    every = set(known)
    if version in every:
        return version
    begun = [v for v in every if len(version) >= SHORTEST and v.startswith(version)]
    return begun[0] if len(begun) == 1 else None
