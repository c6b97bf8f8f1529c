"""A bank's home: one folder with its database, lake, content, models and files, and the way to work in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from windchime.core.clock import Clock, SystemClock
from windchime.core.settings import Crypto
from windchime.core.unit import Actor
from windchime.service.database import migrate, open_sqlite
from windchime.service.postgres import open_postgres, schema_of, writing
from windchime.service.unit import DatabaseUnit

if TYPE_CHECKING:
    from windchime.service.masters import Master

#: modes of what holds a bank's data
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


class Bank:
    """One legal-person bank: everything of it stands under one folder and nothing of another's does.

    Attributes:
        name: the folder's name under `<home>/banks/`.
        folder: where it stands.
        clock: the clock of all its units.
        vault_key_file: file with the vault's master secret; None where the vault keeps its own.
        secrets_key_file: file with the master secret of small operational secrets; None where the bank keeps its own.
        crypto: which algorithms new keys and values use, `aes` or `sm` (see `service.suites`).
        agreement_key_file: file of the key that signs agreements; None where the bank keeps its own.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        engine: Engine,
        clock: Clock,
        vault_key_file: Path | None = None,
        secrets_key_file: Path | None = None,
        crypto: Crypto = "aes",
        agreement_key_file: Path | None = None,
    ) -> None:
        self.name = name
        self.folder = folder
        self.clock = clock
        self.vault_key_file = vault_key_file
        self.secrets_key_file = secrets_key_file
        self.crypto = crypto
        self.agreement_key_file = agreement_key_file
        #: master secrets that were read, by id: what was sealed under one that is turned away meanwhile still opens here
        self.known_secrets: dict[str, Master] = {}
        self._reading = engine
        self._writing = writing(engine)

    @classmethod
    def open(
        cls,
        home: Path,
        name: str = "default",
        *,
        clock: Clock | None = None,
        vault_key_file: Path | None = None,
        secrets_key_file: Path | None = None,
        crypto: Crypto = "aes",
        agreement_key_file: Path | None = None,
        database: str | None = None,
    ) -> Self:
        """Open the bank's home, making it where it is not there, with its database at this release's schema.

        Folder and database are for their owner alone, whatever the umask says: who else may read them is for whoever
        runs the machine to say, by changing the modes of the folder; they are set when it is made and not again.

        Args:
            home: folder of all banks.
            name: the bank's.
            clock: of all its units; the system's by default.
            vault_key_file: file with the vault's master secret.
            secrets_key_file: file with the master secret of small operational secrets.
            crypto: algorithms of new keys and values, `aes` or `sm`.
            agreement_key_file: file of the key that signs agreements with other banks.
            database: address of a PostgreSQL database, in which the bank has a schema of its own; a SQLite file in the
                bank's folder by default.

        Raises:
            BadDatabaseAddress: an address that cannot be used.
            NewerDatabase: a later release has written the database.
            NoChineseAlgorithms: `sm` on a machine whose library lacks them.
        """
        if crypto != "aes":
            from windchime.service import suites

            suites.ready(crypto)
        folder = home / "banks" / name
        folder.parent.mkdir(parents=True, exist_ok=True)
        _own(folder)
        for part in ("lake", "content", "models", "files", "vault"):
            _own(folder / part)
        engine = open_postgres(database, schema_of(name)) if database else open_sqlite(_own_file(folder / "db.sqlite"))
        migrate(engine)
        keys = (vault_key_file, secrets_key_file, crypto, agreement_key_file)
        return cls(name, folder, engine, clock or SystemClock(), *keys)

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

    @property
    def vault_dir(self) -> Path:
        """Folder of the vault's master secret, where none is named from outside."""
        return self.folder / "vault"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session for reading: sees one consistent state; what it changes is thrown away when it closes."""
        # a session that was left is not opened again by a late question: its connection would never come back
        with Session(self._reading, close_resets_only=False) as session:
            yield session

    @contextmanager
    def unit(self, actor: Actor) -> Iterator[DatabaseUnit]:
        """A write transaction: commits when the block ends well, rolls back when it raises."""
        with Session(self._writing, close_resets_only=False) as session, session.begin():
            yield DatabaseUnit(session, actor, self.clock, self.clock.now(), self.crypto)

    @property
    def engine(self) -> Engine:
        """The operational database, for reading; it is written through `unit` alone."""
        return self._reading

    def close(self) -> None:
        """Give the database connections back."""
        self._reading.dispose()


def _own_file(file: Path) -> Path:
    """Make a file for its owner alone; one that is there keeps its mode."""
    if not file.exists():
        file.touch(PRIVATE_FILE)
        file.chmod(PRIVATE_FILE)
    return file


def _own(folder: Path) -> None:
    """Make a folder for its owner alone; one that is there keeps its mode."""
    if not folder.exists():
        folder.mkdir(PRIVATE_FOLDER, exist_ok=True)
        folder.chmod(PRIVATE_FOLDER)
