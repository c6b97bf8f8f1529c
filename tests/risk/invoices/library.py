"""A library of a few rows of which each says only what matters; what its contract cannot do without is filled in."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from tests.graph.library import reading as written

from windchime.data.contracts import Column, contract
from windchime.data.reading import Reading

_FILLED: Mapping[str, Any] = {
    "text": "x",
    "id": "x",
    "money": "0.00",
    "rate": "0",
    "number": "0",
    "int": 1,
    "bool": False,
}


def _default(column: Column) -> Any:
    if column.values:
        return next(iter(column.values))
    if column.type == "instant":
        return datetime(2024, 1, 1, tzinfo=UTC)
    return date(2024, 1, 1) if column.type in ("date", "month") else _FILLED[column.type]


def reading(as_of: date = date(2025, 12, 31), **tables: Sequence[Mapping[str, Any]]) -> Reading:
    """A reading over tables given as rows."""
    whole = {
        table: [{c.name: _default(c) for c in contract(table).columns if not c.nullable} | dict(r) for r in rows]
        for table, rows in tables.items()
    }
    return written(as_of, **whole)
