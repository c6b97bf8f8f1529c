"""Helpers for the tests of the service."""

from importlib import import_module
from pathlib import Path

from sqlalchemy import MetaData

import windchime
from windchime.core.tables import Base


def all_tables() -> MetaData:
    """The metadata of every package's tables."""
    root = Path(windchime.__file__).parent
    for path in sorted(root.rglob("tables.py")):
        import_module(".".join(("windchime", *path.relative_to(root).with_suffix("").parts)))
    return Base.metadata
