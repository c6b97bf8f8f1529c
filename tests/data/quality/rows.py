"""Builders of clean rows of any contract: what must be filled is filled, everything else is empty until a test says so."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from windchime.data.contracts import Column, contract
from windchime.data.reading import Reading

AS_OF = date(2025, 12, 31)
DAY = date(2025, 6, 30)


def _default(column: Column) -> Any:
    if column.values:
        return next(iter(column.values))
    least = column.minimum or Decimal(0)
    return {
        "id": "twin:F1",
        "text": "text",
        "bool": False,
        "int": int(least),
        "date": DAY,
        "month": DAY.replace(day=1),
        "money": least,
        "rate": least,
        "number": least,
        "quantity": least,
        "price": least,
        "instant": datetime(2025, 6, 30, 4, tzinfo=UTC),
    }[column.type]


def a_row(table: str, number: int = 1, **changes: Any) -> dict[str, Any]:
    """One clean row; `number` is its place in the file. `happened_at` and `known_at` follow the day given, if any."""
    found = contract(table)
    own = {c.name: None if c.nullable else _default(c) for c in found.expected}
    happened = changes.pop("happened_at", DAY)
    lag = changes.pop("lag", 0)
    known = datetime(happened.year, happened.month, happened.day, 4, tzinfo=UTC) + timedelta(days=lag)
    shared = {
        "source": "twin",
        "happened_at": happened,
        "known_at": known,
        "known_basis": "column",
        "source_file": f"{table}.parquet",
        "source_sheet": None,
        "row_no": number,
        "load_id": "load",
        "supersedes": None,
    }
    return own | shared | {c.name: None for c in found.columns if c.derived} | changes


def rows(table: str, changes: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows of a table in lake form, numbered from 1."""
    schema = contract(table).arrow_schema()
    return pa.Table.from_pylist([a_row(table, i, **c) for i, c in enumerate(changes, 1)], schema)


def a_reading(as_of: date = AS_OF, **tables: Iterable[Mapping[str, Any]]) -> Reading:
    """A reading over some tables."""
    return Reading.over({name: rows(name, changes) for name, changes in tables.items()}, as_of=as_of)


def months(first: date, count: int) -> list[date]:
    """First days of some months in a row."""
    start = first.year * 12 + first.month - 1
    return [date((start + i) // 12, (start + i) % 12 + 1, 1) for i in range(count)]
