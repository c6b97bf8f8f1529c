"""The operational database: how it is opened, and how its schema is brought to the present release."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, CursorResult, Engine, Select, create_engine, event, inspect, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from windchime.core.errors import Damaged
from windchime.core.text import _
from windchime.service.postgres import BESIDE, KEPT, WRITES, writing

if TYPE_CHECKING:
    from alembic.config import Config

#: the newest migration; a test holds it equal to what Alembic finds
HEAD = "0020"
BUSY_MILLISECONDS = 30_000


class NewerDatabase(Damaged):
    """The database was written by a later release than this one."""

    msgid = _("the database {file} has schema {found}, this release knows up to {known}")
    hint = _("run the release that wrote it, or a later one")

    def __init__(self, file: str, found: str) -> None:
        super().__init__(file=file, found=found, known=HEAD)


def open_sqlite(file: Path) -> Engine:
    """An engine on a SQLite file: WAL, full synchronisation, foreign keys, writers take the lock when they begin."""
    # errors of the driver end in logs: they must not bear the values of a row
    engine = create_engine(
        f"sqlite:///{file}",
        connect_args={"check_same_thread": False},
        hide_parameters=True,
        pool_size=KEPT,
        max_overflow=BESIDE,
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # what is erased is overwritten
            f"busy_timeout={BUSY_MILLISECONDS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")

    return engine


def migrate(engine: Engine) -> None:
    """Bring the schema to `HEAD`; does nothing, cheaply, where it is there already.

    Raises:
        NewerDatabase: a later release has written it.
    """
    found = revision(engine)
    if found == HEAD:
        return
    from alembic import command
    from alembic.util import CommandError

    with writing(engine).begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise NewerDatabase(str(engine.url.database), str(found)) from error


def plain(session: Session, statement: Select[*tuple[Any, ...]], **values: Any) -> CursorResult[*tuple[Any, ...]]:
    """Ask what every request asks: by a statement that was put together once, and without making objects of its rows.

    What the session has changed so far is written first, as with its own `execute`.
    """
    session.flush()
    return session.connection().execute(statement, values)


def revision(engine: Engine) -> str | None:
    """The migration the database stands at; None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def alembic_config() -> "Config":
    """Alembic's configuration, without a file of its own."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
