"""Ties of a network as sparse rows both ways, with what decides whether a tie is looked at: its kind and its days."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from windchime.graph.csr import Longs, csr
from windchime.graph.nodes import Ints

_EPOCH = date(1970, 1, 1)
_FIRST, _LAST = np.iinfo(np.int32).min, np.iinfo(np.int32).max


class Rows(NamedTuple):
    """The ties of each node, the strongest first; a tie stands in the rows of both its ends, of itself to itself once.

    What decides over a tie stands at its places, so that the row of a hub is read from one end to the other.
    """

    #: (nodes + 1,)
    start: Longs
    #: (places,): the other end, and the tie
    other: Ints
    tie: Ints
    #: (places,): place in the names of kinds
    kind: NDArray[np.int8]
    #: (places,) days since 1970-01-01, both inclusive; the first and last number there is where the day is not known
    since: Ints
    until: Ints
    #: (ties,): the nodes a tie leaves and enters
    source: Ints
    target: Ints


class Wanted(NamedTuple):
    """Which ties are looked at.

    Compiled loops spell the condition out over arrays of their own: handing these tuples to a function for every tie costs
    more than the tie.
    """

    #: (kinds,)
    kinds: NDArray[np.bool_]
    #: days since 1970-01-01; not looked at where every day will do
    day: int
    is_any_day: bool
    #: every tie
    is_everything: bool


def wanted(names: Sequence[str], kinds: Collection[str] | None, on: date | None) -> Wanted:
    """The ties of some kinds, all by default, that hold on a day, any by default."""
    chosen = np.array([kinds is None or n in kinds for n in names], np.bool_)
    return Wanted(chosen, 0 if on is None else (on - _EPOCH).days, on is None, on is None and bool(chosen.all()))


def places_of(rows: Rows, node: int, wanted: Wanted) -> Longs:
    """Where the ties of a node stand that are looked at, strongest first."""
    row = slice(rows.start[node], rows.start[node + 1])
    keep = wanted.kinds[rows.kind[row]]
    if not wanted.is_any_day:
        keep &= (rows.since[row] <= wanted.day) & (wanted.day <= rows.until[row])
    places: Longs = np.flatnonzero(keep) + rows.start[node]
    return places


def ties_of(rows: Rows, node: int, wanted: Wanted) -> Ints:
    """The ties of a node that are looked at, strongest first."""
    return rows.tie[places_of(rows, node, wanted)]


def rows(nodes: int, source: Ints, target: Ints, kind: Ints, since: pa.ChunkedArray, until: pa.ChunkedArray) -> Rows:
    """Put ties, given from the strongest to the weakest, into the rows of their ends."""
    ends = np.column_stack([source, target]).ravel()
    others = np.column_stack([target, source]).ravel()
    tie = np.repeat(np.arange(len(source), dtype=np.int32), 2)
    keep = np.ones(len(ends), np.bool_)
    keep[1::2] = source != target
    grouped = csr(nodes, ends[keep], others[keep])
    tie = tie[keep][grouped.edge]
    return Rows(
        grouped.start,
        grouped.target,
        tie,
        kind.astype(np.int8)[tie],
        _days(since, _FIRST)[tie],
        _days(until, _LAST)[tie],
        source,
        target,
    )


def _days(column: pa.ChunkedArray, missing: int) -> Ints:
    numbers: Ints = column.cast(pa.int32()).fill_null(missing).to_numpy().astype(np.int32, copy=False)
    return numbers
