"""A bank's home: one folder with its database, lake, content, models and files, and the way to work in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from windchime.core.clock import Clock, SystemClock
from windchime.core.unit import Actor
from windchime.service.database import WRITES, migrate, open_sqlite
from windchime.service.unit import DatabaseUnit


class Bank:
    """One legal-person bank: everything of it stands under one folder and nothing of another's does.

    Attributes:
        name: the folder's name under `<home>/banks/`.
        folder: where it stands.
        clock: the clock of all its units.
    """

    def __init__(self, name: str, folder: Path, engine: Engine, clock: Clock) -> None:
        self.name = name
        self.folder = folder
        self.clock = clock
        self._reading = engine
        self._writing = engine.execution_options(**{WRITES: True})

    @classmethod
    def open(cls, home: Path, name: str = "default", *, clock: Clock | None = None) -> Self:
        """Open the bank's home, making it where it is not there, with its database at this release's schema."""
        folder = home / "banks" / name
        for part in ("lake", "content", "models", "files", "vault"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        engine = open_sqlite(folder / "db.sqlite")
        migrate(engine)
        return cls(name, folder, engine, clock or SystemClock())

    @property
    def lake_dir(self) -> Path:
        """Folder of the Delta tables."""
        return self.folder / "lake"

    @property
    def content_dir(self) -> Path:
        """Folder of published content, one immutable file a version."""
        return self.folder / "content"

    @property
    def models_dir(self) -> Path:
        """Folder of model blobs."""
        return self.folder / "models"

    @property
    def files_dir(self) -> Path:
        """Folder of reports and exports."""
        return self.folder / "files"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session for reading: sees one consistent state; what it changes is thrown away when it closes."""
        with Session(self._reading) as session:
            yield session

    @contextmanager
    def unit(self, actor: Actor) -> Iterator[DatabaseUnit]:
        """A write transaction: commits when the block ends well, rolls back when it raises."""
        with Session(self._writing) as session, session.begin():
            yield DatabaseUnit(session, actor, self.clock, self.clock.now())

    def close(self) -> None:
        """Give the database connections back."""
        self._reading.dispose()
