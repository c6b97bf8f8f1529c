"""An SQL query as a file: read-only, one SELECT, streamed; for administrators, and no secret of the address is ever told."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import URL, Connection, create_engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from windchime.core.errors import BadCall, BadInput, Refused
from windchime.core.text import _
from windchime.data.intake.errors import EmptyFile, FileTooLarge
from windchime.data.intake.limits import Limits
from windchime.data.intake.rough import CHUNK_ROWS
from windchime.data.intake.sheets import once, tidy
from windchime.data.intake.sqlguard import only_select
from windchime.data.intake.workbook import said

#: drivers by database, each used where it is installed
DRIVERS = {"sqlite": "pysqlite", "postgresql": "psycopg", "mysql": "pymysql", "oracle": "oracledb"}


class NotAdministrator(Refused):
    """Someone who is no administrator wants to read another database."""

    msgid = _("{actor} may not read another database: only administrators do")
    hint = _("let an administrator run the query, or deliver its result as a file")

    def __init__(self, actor: str) -> None:
        super().__init__(actor=actor)


class DatabaseNotAccepted(BadCall):
    """An address whose kind of database is not on the list, or whose driver is not installed."""

    msgid = _("databases of kind {kind} cannot be read here; accepted, where the driver is installed: {accepted}")

    def __init__(self, kind: str) -> None:
        super().__init__(kind=kind, accepted=", ".join(f"{k}+{d}" for k, d in DRIVERS.items()))


class QueryFailed(BadInput):
    """The database did not answer the query."""

    msgid = _("{address}: the query failed ({reason})")
    hint = _("run the query in the database itself; check address, rights and names")

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(address=address, reason=reason)


@dataclass(frozen=True, slots=True)
class SqlSource:
    """A query and where to ask it."""

    #: SQLAlchemy's address of the database; its secrets are in no repr, error or record
    url: str = field(repr=False)
    #: one SELECT; without an ORDER BY its rows may get other numbers when it is asked again
    query: str
    #: how rows, reports and editions name it, like a file
    name: str = "query.sql"

    @property
    def address(self) -> str:
        """The address without user, password and options."""
        found = self._url()
        return f"{found.get_backend_name()}://{found.host or ''}{'/' if found.host else ''}{found.database or ''}"

    def admitted(self) -> URL:
        """The address, if database, driver and query are accepted.

        Raises:
            DatabaseNotAccepted: not on the list.
            NotASelect: not one plain SELECT.
        """
        found = self._url()
        kind, _sep, driver = found.drivername.partition("+")
        if kind not in DRIVERS or driver not in ("", DRIVERS[kind]):
            raise DatabaseNotAccepted(found.drivername[:40])
        only_select(self.query, kind)
        return found.set(drivername=f"{kind}+{DRIVERS[kind]}")

    def _url(self) -> URL:
        try:
            return make_url(self.url)
        except (ArgumentError, ValueError):
            raise DatabaseNotAccepted("?") from None


def fetch(source: SqlSource, path: Path, limits: Limits) -> None:
    """Write the rows of a query to a Parquet file of texts, chunk by chunk, in the order in which they come.

    Raises:
        DatabaseNotAccepted, NotASelect, QueryFailed, FileTooLarge, RepeatedColumn, EmptyFile: as they say.
    """
    url = source.admitted()
    with _reading(url, source, limits) as database:
        result = database.execution_options(stream_results=True, yield_per=CHUNK_ROWS).exec_driver_sql(source.query)
        headers = [tidy(str(key)) for key in list(result.keys())]
        if len(headers) > limits.columns:
            raise FileTooLarge(source.name, "columns", len(headers), limits.columns)
        once(source.name, headers)
        schema = pa.schema([(h, pa.string()) for h in headers])
        rows, count = iter(result), 0
        with pq.ParquetWriter(path, schema) as file:
            while chunk := list(islice(rows, CHUNK_ROWS)):
                count += len(chunk)
                if count > limits.query_rows:
                    raise FileTooLarge(source.name, "rows", count, limits.query_rows)
                columns = [[_cell(cell) for cell in column] for column in zip(*chunk, strict=True)]
                file.write_table(pa.table([pa.array(c, pa.string()) for c in columns], schema=schema))
    if not count:
        raise EmptyFile(source.name)


def _cell(cell: Any) -> str | None:
    """A cell as text; bytes are shown as hexadecimal digits, halves of surrogate pairs as marks."""
    if isinstance(cell, (bytes, bytearray, memoryview)):
        return bytes(cell).hex()
    made = said(cell)
    return made if made is None or made.isascii() else made.encode("utf-8", "replace").decode()


@contextlib.contextmanager
def _reading(url: URL, source: SqlSource, limits: Limits) -> Iterator[Connection]:
    """A read-only transaction that is given up after the time that queries have."""
    try:
        engine = create_engine(_read_only(url), hide_parameters=True)
    except (SQLAlchemyError, ImportError):
        raise DatabaseNotAccepted(url.drivername) from None
    try:
        with engine.connect() as database, _deadline(database, url, limits):
            _forbid_writing(database, url, limits)
            yield database
            database.rollback()
    except (SQLAlchemyError, pa.ArrowException, OSError, ValueError, ArithmeticError) as error:
        # the words of a driver may repeat the address with its password: the kind of error has to do
        raise QueryFailed(source.address, type(getattr(error, "orig", None) or error).__name__) from None
    finally:
        engine.dispose()


def _read_only(url: URL) -> URL:
    """An SQLite file is opened so that nothing can write to it; other databases are told so after connecting."""
    if url.get_backend_name() != "sqlite":
        return url
    if not url.database or url.database == ":memory:" or url.database.startswith("file:") or url.query:
        raise DatabaseNotAccepted("sqlite (memory)")
    return url.set(database=f"file:{quote(str(Path(url.database).resolve()))}", query={"mode": "ro", "uri": "true"})


def _forbid_writing(database: Connection, url: URL, limits: Limits) -> None:
    match url.get_backend_name():
        case "sqlite":
            database.exec_driver_sql("PRAGMA query_only = ON")
            database.exec_driver_sql("PRAGMA trusted_schema = OFF")
        case "postgresql":
            database.exec_driver_sql(f"SET SESSION statement_timeout = {int(limits.query_seconds * 1000)}")
            database.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
            database.commit()
        case "mysql":
            database.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
            database.commit()
        case _:
            database.exec_driver_sql("SET TRANSACTION READ ONLY")


@contextlib.contextmanager
def _deadline(database: Connection, url: URL, limits: Limits) -> Iterator[None]:
    """SQLite has no time limit of its own: another thread interrupts it."""
    raw: Any = database.connection.driver_connection
    timer = threading.Timer(limits.query_seconds, raw.interrupt if url.get_backend_name() == "sqlite" else lambda: None)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
