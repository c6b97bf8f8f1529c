"""Ties of a network as sparse rows both ways, with what decides whether a tie is looked at: its kind and its days."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from windchime.graph.csr import Longs, csr
from windchime.graph.kernel import kernel
from windchime.graph.nodes import Ints

_EPOCH = date(1970, 1, 1)
_FIRST, _LAST = np.iinfo(np.int32).min, np.iinfo(np.int32).max


class Wanted(NamedTuple):
    """Which ties are looked at."""

    #: (kinds,)
    kinds: NDArray[np.bool_]
    #: days since 1970-01-01; not looked at where every day will do
    day: int
    is_any_day: bool


class Rows(NamedTuple):
    """The ties of each node, the strongest first; a tie stands in the rows of both its ends, of itself to itself once."""

    #: (nodes + 1,)
    start: Longs
    #: (places,): the other end, and the tie
    other: Ints
    tie: Ints
    #: (ties,)
    source: Ints
    target: Ints
    #: (ties,): place in the names of kinds
    kind: Ints
    #: (ties,) days since 1970-01-01, both inclusive; the first and last number there is where the day is not known
    since: Ints
    until: Ints


@kernel
def looked_at(rows: Rows, wanted: Wanted, tie: int) -> bool:
    """Whether a tie is of the kinds and days wanted."""
    return wanted.kinds[rows.kind[tie]] and (wanted.is_any_day or rows.since[tie] <= wanted.day <= rows.until[tie])


def wanted(names: Sequence[str], kinds: Collection[str] | None, on: date | None) -> Wanted:
    """The ties of some kinds, all by default, that hold on a day, any by default."""
    chosen = np.array([kinds is None or n in kinds for n in names], np.bool_)
    return Wanted(chosen, 0 if on is None else (on - _EPOCH).days, on is None)


def ties_of(rows: Rows, node: int, wanted: Wanted) -> Ints:
    """The ties of a node that are looked at, strongest first."""
    found = rows.tie[rows.start[node] : rows.start[node + 1]]
    keep = wanted.kinds[rows.kind[found]]
    if not wanted.is_any_day:
        keep &= (rows.since[found] <= wanted.day) & (wanted.day <= rows.until[found])
    return found[keep]


def rows(nodes: int, source: Ints, target: Ints, kind: Ints, since: pa.ChunkedArray, until: pa.ChunkedArray) -> Rows:
    """Put ties, given from the strongest to the weakest, into the rows of their ends."""
    ends = np.column_stack([source, target]).ravel()
    others = np.column_stack([target, source]).ravel()
    tie = np.repeat(np.arange(len(source), dtype=np.int32), 2)
    keep = np.ones(len(ends), np.bool_)
    keep[1::2] = source != target
    grouped = csr(nodes, ends[keep], others[keep])
    return Rows(
        grouped.start,
        grouped.target,
        tie[keep][grouped.edge],
        source,
        target,
        kind,
        _days(since, _FIRST),
        _days(until, _LAST),
    )


def day_of(number: int) -> date | None:
    """A day by its number; None for the first and the last."""
    return None if number in (_FIRST, _LAST) else date.fromordinal(_EPOCH.toordinal() + int(number))


def _days(column: pa.ChunkedArray, missing: int) -> Ints:
    numbers: Ints = column.cast(pa.int32()).fill_null(missing).to_numpy().astype(np.int32, copy=False)
    return numbers
