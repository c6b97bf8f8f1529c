"""Files of others that are shipped: browser libraries and the Chinese font, named with their hashes in `VENDOR.toml`."""

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

#: the folder itself; the package is always installed unpacked
FOLDER: Traversable = files(__name__)


def path(name: str) -> Path:
    """The vendored file `name` (as `VENDOR.toml` writes it) on disk."""
    return Path(str(FOLDER)) / name


def declared() -> list[dict[str, Any]]:
    """The entries of `VENDOR.toml`."""
    found: list[dict[str, Any]] = tomllib.loads((FOLDER / "VENDOR.toml").read_text(encoding="utf-8"))["file"]
    return found


#: the Chinese font of PDFs and static charts
FONT = path("fonts/NotoSansSC-Regular.ttf")
