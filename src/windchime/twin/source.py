"""Columns of tables as sources write them: ids, dates, yuan, parties, and the form of a contract."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.data.contracts import contract
from windchime.twin.calibration import Floats, Ints
from windchime.twin.world import SOURCE, World

#: a day that never comes
NO_DAY = 10**7
Column = pa.Array | pa.ChunkedArray | Sequence[Any] | np.ndarray[Any, Any]


def sheet(table: str, columns: Mapping[str, Any], rows: int | None = None) -> pa.Table:
    """A table in source form of its contract: its order and types; nullable columns that are not given are left out.

    Args:
        table: name of the contract.
        columns: arrays of equal length by name of the column; a plain value stands in every row.
        rows: how many rows; None takes it from the first array.
    """
    whole = contract(table).source_schema()
    unknown = set(columns) - set(whole.names)
    if unknown:
        raise KeyError(f"{table} has no {sorted(unknown)}")
    schema = pa.schema([f for f in whole if f.name in columns or not f.nullable])
    if rows is None:
        rows = next(len(c) for c in columns.values() if isinstance(c, pa.Array | pa.ChunkedArray | np.ndarray | list))

    def made(column: pa.Field) -> pa.Array:
        value = columns[column.name]
        if isinstance(value, pa.Array | pa.ChunkedArray):
            return value.cast(column.type)
        if isinstance(value, str | int | float | bool) or not hasattr(value, "__len__"):
            return pa.array([value], column.type).take(pa.array(np.zeros(rows, np.int64)))
        return pa.array(value).cast(column.type) if isinstance(value, np.ndarray) else pa.array(value, column.type)

    return pa.Table.from_arrays([made(f) for f in schema], schema=schema)


def ids(letter: str, number: Ints, width: int = 6) -> pa.Array:
    """`twin:F000001` for firm 0: source, a letter, the number counted from 1."""
    digits = pc.utf8_lpad(pa.array(number + 1).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(f"{SOURCE}:{letter}", digits, "")


def firm_ids(world: World, firms: Ints) -> pa.Array:
    """Ids of firms of the region (F) and of parties outside (X), whose numbers begin at n."""
    n = len(world.firms)
    inside = firms < n
    letter = pa.array([f"{SOURCE}:X", f"{SOURCE}:F"]).take(pa.array(inside.astype(np.int64)))
    number = np.where(inside, firms, firms - n) + 1
    return pc.binary_join_element_wise(letter, pc.utf8_lpad(pa.array(number).cast(pa.string()), 6, "0"), "")


def dates(days: Ints) -> pa.Array:
    """Days since 1970-01-01 as dates; `NO_DAY` is null."""
    return pa.array(days.astype(np.int32), mask=days >= NO_DAY).cast(pa.date32())


def instants(days: Ints, seconds: Ints) -> pa.Array:
    """Days and seconds of the day in Asia/Shanghai as instants."""
    moment = (days * 86_400 + seconds - 8 * 3_600) * 1_000_000
    return pa.array(moment).cast(pa.timestamp("us", tz="UTC"))


def yuan(fen: Ints) -> pa.Array:
    """Whole fen as DECIMAL(18, 2) yuan, exactly."""
    return pc.multiply(pa.array(fen).cast(pa.decimal128(19, 0)), pa.scalar(Decimal("0.01"))).cast(pa.decimal128(18, 2))


def fraction(value: Floats) -> pa.Array:
    """Shares and rates as DECIMAL(9, 6), rounded."""
    millionths = np.round(value * 1_000_000).astype(np.int64)
    exact = pc.multiply(pa.array(millionths).cast(pa.decimal128(19, 0)), pa.scalar(Decimal("0.000001")))
    return exact.cast(pa.decimal128(9, 6))


def codes(names: Sequence[str | None], index: Ints) -> pa.Array:
    """One of a few texts each."""
    return pa.array(list(names), pa.string()).take(pa.array(index))


def party(world: World, name: str, firms: Ints) -> dict[str, pa.Array]:
    """The four columns of a party that is a firm: type, id, and for firms of the region code and name; -1 is nobody."""
    n = len(world.firms)
    there, inside = firms >= 0, (firms >= 0) & (firms < n)
    at = pa.array(np.where(inside, firms, 0), mask=~inside)
    said = pa.array(["firm"]).take(pa.array(np.zeros(len(firms), np.int64), mask=~there))
    return {
        f"{name}_type": said,
        f"{name}_id": pc.if_else(pa.array(there), firm_ids(world, np.maximum(firms, 0)), pa.scalar(None, pa.string())),
        f"{name}_code": world.codes.take(at),
        f"{name}_name": world.names.take(at),
    }
