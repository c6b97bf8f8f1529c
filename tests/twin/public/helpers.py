"""Tables as plain rows."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

Row = dict[str, Any]


def rows(table: pa.Table) -> list[Row]:
    """A table as dicts."""
    found: list[Row] = table.to_pylist()
    return found


def by(found: Iterable[Row], *columns: str) -> dict[Any, list[Row]]:
    """Rows by the value of a column, or by the values of several."""
    groups = defaultdict(list)
    for row in found:
        key = row[columns[0]] if len(columns) == 1 else tuple(row[c] for c in columns)
        groups[key].append(row)
    return dict(groups)


def last(found: Iterable[Row], *key: str) -> dict[Any, Row]:
    """The state of each key that was known last."""
    return {k: max(v, key=lambda r: r["known_on"]) for k, v in by(found, *key).items()}
