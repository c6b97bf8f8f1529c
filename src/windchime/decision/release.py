"""Which program decides: its release, and the lock of the libraries under it."""

from functools import cache
from importlib import metadata
from pathlib import Path

import windchime
from windchime.core.canonical import digest, sha256_file


@cache
def release() -> str:
    """The program's version."""
    return windchime.__version__


@cache
def lock() -> str:
    """SHA-256 of the runtime lock the program runs from, or of the versions of its libraries where it is not at hand."""
    found = Path(windchime.__file__).parents[2] / "requirements" / "runtime.lock"
    if found.is_file():
        return f"lock:{sha256_file(found)}"
    needed = (r.split(";")[0].strip() for r in metadata.requires("windchime") or () if "extra ==" not in r)
    names = sorted({_name(r) for r in needed})
    return f"packages:{digest({name: metadata.version(name) for name in names})}"


def _name(requirement: str) -> str:
    """The distribution's name of a requirement such as `ibis-framework[duckdb]>=12,<13`."""
    name = requirement
    for mark in "[<>=!~ (":
        name = name.split(mark, 1)[0]
    return name
