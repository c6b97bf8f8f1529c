"""What a lock pins for this system: names and versions."""

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

#: a line of a lock that begins a package
PIN = re.compile(r"^[A-Za-z0-9][^ ]*==")


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """One package of a lock."""

    name: str
    version: str


def pinned(*locks: Path) -> list[Pin]:
    """The packages of locks whose markers are true of this system, each once, by name."""
    lines = (line.rstrip("\\ ") for lock in locks for line in lock.read_text(encoding="utf-8").splitlines())
    wanted = [Requirement(line) for line in lines if PIN.match(line)]
    here = [r for r in wanted if r.marker is None or r.marker.evaluate()]
    return sorted({Pin(canonicalize_name(r.name), next(iter(r.specifier)).version) for r in here})
