"""A library of a few rows: each row says what matters, the rest is filled as intake would."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from windchime.data.contracts import contract
from windchime.data.reading import Reading

Row = Mapping[str, Any]


def rows(table: str, written: Sequence[Row], known: date = date(2024, 1, 1)) -> pa.Table:
    """Rows of one table in lake form, decimals as text; `known_on` and `source` may be told for each."""
    schema = contract(table).arrow_schema()
    made: list[dict[str, Any]] = [
        {
            "source": "t",
            "known_on": known,
            "happened_at": known,
            "known_basis": "column",
            "source_file": "list",
            "row_no": number,
            "load_id": "load-1",
        }
        | dict(row)
        for number, row in enumerate(written, 1)
    ]
    stamped = [
        r | {"known_at": datetime(r["known_on"].year, r["known_on"].month, r["known_on"].day, tzinfo=UTC)} for r in made
    ]
    exact = {f.name for f in schema if pa.types.is_decimal(f.type)}
    told = [
        {n: Decimal(r[n]) if n in exact and r.get(n) is not None else r.get(n) for n in schema.names} for r in stamped
    ]
    return pa.Table.from_pylist(told, schema=schema)


def reading(as_of: date = date(2025, 12, 31), **tables: Sequence[Row]) -> Reading:
    """A reading over tables given as rows."""
    return Reading.over({name: rows(name, written) for name, written in tables.items()}, as_of=as_of)


def stake(owner: str, firm: str, share: str | None, **more: Any) -> dict[str, Any]:
    """A shareholding; an id that begins with `p` is a person's."""
    return {
        "firm_id": firm,
        "holder_id": owner,
        "holder_type": "person" if owner.startswith("p") else "firm",
        "share_class": "ordinary",
        "share": share,
        "basis": "registry",
        "valid_from": date(2020, 1, 1),
    } | more
