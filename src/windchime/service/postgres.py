"""The operational database on PostgreSQL: a schema a bank, one writer of a bank at a time, durable commits.

A write transaction takes an advisory lock of its bank when it begins, as a writer on SQLite takes the file's: what it
reads then stays true until it commits, and the audit chain grows without a gap. Readers never wait.
"""

import re
from hashlib import sha256
from select import POLLIN, poll
from time import monotonic
from typing import Any

from psycopg import OperationalError
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from windchime.core.errors import BadInput
from windchime.core.text import _

#: longest name of a schema that PostgreSQL keeps whole
LONGEST = 63
#: how long a writer waits for another one, as on SQLite
LOCK_MILLISECONDS = 30_000
#: execution option of a connection that is going to write
WRITES = "windchime_writes"
#: readers see one consistent state; said with BEGIN, it costs no round trip
READERS = "REPEATABLE READ"
#: writers see what stands when they have the lock: a state held from the beginning would be older than the wait for it
WRITERS = "READ COMMITTED"
#: a connection that lay still for longer is asked whether it is still there
REST_SECONDS = 30.0
_AT_REST = "windchime_at_rest"
#: connections of one process to one bank's database: kept open, and opened beside them while all are in use
KEPT, BESIDE = 8, 16


class BadDatabaseAddress(BadInput):
    """An address of a database that cannot be used."""

    msgid = _(
        "the address of the database is none we can use: {reason}; accepted: postgresql://user@host:port/database"
    )
    hint = _("set WINDCHIME_DATABASE_URL, or name a file that holds it in WINDCHIME_DATABASE_URL_FILE")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


def writing(engine: Engine) -> Engine:
    """An engine, of either database, whose transactions are going to write: each takes the bank's lock when it begins."""
    isolation = {"isolation_level": WRITERS} if engine.dialect.name == "postgresql" else {}
    return engine.execution_options(**{WRITES: True}, **isolation)


def open_postgres(address: str, schema: str) -> Engine:
    """An engine on one schema of a PostgreSQL database; the schema is made where it is not there.

    Args:
        address: `postgresql://…`; its password never appears in a text of ours.
        schema: of the bank: nothing outside it is seen or written.

    Raises:
        BadDatabaseAddress: not an address of PostgreSQL.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise BadDatabaseAddress("not an address") from None
    if url.get_backend_name() != "postgresql" or not url.database:
        raise BadDatabaseAddress("not a PostgreSQL database")
    # errors of the driver end in logs: they must not bear the values of a row
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        isolation_level=READERS,
        pool_size=KEPT,
        max_overflow=BESIDE,
    )
    lock = int.from_bytes(sha256(f"windchime:{schema}".encode()).digest()[:8], signed=True)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path TO {_quoted(schema)}")
            cursor.execute("SET synchronous_commit TO on")
            cursor.execute("SET timezone TO 'UTC'")
            cursor.execute(f"SET lock_timeout TO {LOCK_MILLISECONDS}")
        connection.autocommit = False

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITES):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({lock})")

    event.listen(engine, "checkin", _rest)
    event.listen(engine, "checkout", _look)
    event.listen(engine, "handle_error", _without_values)
    # looked for first: an account that may not make schemas can use one that is there
    there = text("SELECT count(*) FROM pg_namespace WHERE nspname = :schema")
    with writing(engine).begin() as connection:
        if not connection.execute(there, {"schema": schema}).scalar():
            connection.execute(text(f"CREATE SCHEMA {_quoted(schema)}"))
    return engine


def _rest(_connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.info[_AT_REST] = monotonic()


def _look(connection: Any, entry: ConnectionPoolEntry, _holder: Any) -> None:
    """See that the server still holds a connection that lay in the pool; one that is gone is replaced.

    A server says nothing on a connection at rest but that it ends it, or that its settings were changed: a glance at the
    socket suffices and costs no round trip. Behind a network that drops what is silent, only asking tells.

    Raises:
        DisconnectionError: it is gone; the pool opens another one.
    """
    glance = poll()
    glance.register(connection.fileno(), POLLIN)
    if glance.poll(0):
        raise DisconnectionError
    if monotonic() - entry.info.get(_AT_REST, monotonic()) > REST_SECONDS:
        try:
            with connection.transaction():
                connection.execute("SELECT 1")
        except OperationalError as error:
            raise DisconnectionError from error


def _without_values(context: ExceptionContext) -> None:
    """Take the values of rows out of an error.

    PostgreSQL tells the failing row in the detail, and the value that is no number (class 22) in the message itself.
    """
    error: Any = context.original_exception
    told, state = getattr(error, "diag", None), getattr(error, "sqlstate", None) or ""
    if told is None:
        return
    named = [n for n in (told.table_name, told.column_name, told.constraint_name) if n]
    said = "" if state.startswith("22") else told.message_primary or ""
    error.args = (" ".join([type(error).__name__, state, *named, said]).strip(),)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = error.args


def schema_of(bank: str) -> str:
    """The schema of a bank: its name where that is a plain one, with a few digits of its hash where it is not.

    Two banks never share one: a name that had to be altered, or looks as if it had been, bears the hash of the whole.
    """
    plain = re.sub(r"[^a-z0-9_]", "_", bank.lower())
    if plain == bank and len(plain) <= LONGEST - len("bank_") and not re.search(r"_[0-9a-f]{12}$", plain):
        return f"bank_{plain}"
    return f"bank_{plain[:40]}_{sha256(bank.encode()).hexdigest()[:12]}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
