"""The rows of one operational database put into another of the same schema: SQLite to PostgreSQL and back.

A backup is a SQLite file whatever the bank runs on, so that it can be restored to either.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Engine, MetaData, RowMapping, Table, func, insert, inspect, select, text

from windchime.core.errors import Refused
from windchime.core.text import _
from windchime.service.database import migrate, open_sqlite
from windchime.service.postgres import writing

#: the migrations' own table
VERSIONS = "alembic_version"
ROWS_AT_ONCE = 1000


class NotEmpty(Refused):
    """The database has rows already."""

    msgid = _("the database holds rows in {table} already; rows are only ever copied into an empty one")

    def __init__(self, table: str) -> None:
        super().__init__(table=table)


def to_sqlite(source: Engine, file: Path) -> None:
    """Write all rows, as one consistent state, to a new SQLite file of this release's schema."""
    target = open_sqlite(file)
    migrate(target)
    copy_rows(source, target)
    with target.connect() as connection:
        # one file and no journal beside it
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    target.dispose()


def copy_rows(source: Engine, target: Engine) -> int:
    """Copy every row of every table; both databases stand at this release's schema. Gives the number of rows.

    Raises:
        NotEmpty: the target has rows; nothing was copied.
    """
    with source.connect() as old, writing(target).begin() as new:
        have, want = _reflected(old), _reflected(new)
        for table in want.sorted_tables:
            if new.execute(select(func.count()).select_from(table)).scalar_one():
                raise NotEmpty(table.name)
        return sum(_copy(old, new, have.tables[table.name], table) for table in want.sorted_tables)


def _reflected(connection: Connection) -> MetaData:
    names = [name for name in inspect(connection).get_table_names() if name != VERSIONS]
    found = MetaData()
    found.reflect(connection, only=names)
    return found


def _copy(old: Connection, new: Connection, source: Table, target: Table) -> int:
    copied = 0
    order = list(source.primary_key.columns)
    rows = old.execution_options(yield_per=ROWS_AT_ONCE).execute(select(source).order_by(*order))
    for part in rows.mappings().partitions():
        new.execute(insert(target), [_converted(row, target) for row in part])
        copied += len(part)
    _advance(new, target)
    return copied


def _converted(row: RowMapping, target: Table) -> dict[str, Any]:
    return {
        str(name): _value(value, instant=isinstance(target.c[str(name)].type, DateTime)) for name, value in row.items()
    }


def _value(value: Any, *, instant: bool) -> Any:
    """An instant is a value of its own on PostgreSQL and ISO text in UTC on SQLite; all else is the same on both."""
    if instant and isinstance(value, str):
        return datetime.fromisoformat(value)
    if not instant and isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def _advance(connection: Connection, table: Table) -> None:
    """Let PostgreSQL count on from the numbers that were copied."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key.columns:
        sequence = connection.execute(
            text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": f'"{table.name}"', "column": column.name}
        ).scalar()
        last = connection.execute(select(func.max(column))).scalar() if sequence else None
        if last is not None:
            connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
