"""Banks of any name and database, as quickly as can be: on SQLite the schema is made once a session and copied."""

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from windchime.service.bank import Bank


@cache
def _template() -> Path:
    home = Path(mkdtemp(prefix="windchime-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    Bank.open(home, "template").close()
    return home / "banks" / "template"


def fresh(home: Path, name: str, database: str | None = None, **settings: Any) -> Bank:
    """A bank that nobody has used; `settings` are those of `Bank.open`."""
    if database is None:
        shutil.copytree(_template(), home / "banks" / name)
    return Bank.open(home, name, database=database, **settings)
