"""Ids of nodes as numbers: each id once, numbered in the order of its first appearance."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int32]

_THREADS = 2


@dataclass(frozen=True)
class Nodes:
    """The ids of a graph; a node's number is its place."""

    #: text, no two equal, none null
    ids: pa.StringArray

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {node: number for number, node in enumerate(self.ids.to_pylist())}

    def number(self, node: str) -> int | None:
        """The number of an id; None where the graph has no such node. Builds a dictionary when first asked."""
        return self._numbers.get(node)

    def named(self, numbers: NDArray[np.integer]) -> pa.StringArray:
        """The ids of numbers, in their order."""
        return self.ids.take(pa.array(numbers))


def coded(*columns: pa.Array | pa.ChunkedArray) -> tuple[Nodes, list[Ints]]:
    """One numbering for the ids of several columns.

    Args:
        columns: text without nulls; lengths may differ.

    Returns:
        the nodes, and each column as numbers (int32).
    """
    flat = [(pa.chunked_array([c]) if isinstance(c, pa.Array) else c).cast(pa.string()) for c in columns]
    if not flat:
        return Nodes(pa.array([], pa.string())), []
    with ThreadPoolExecutor(_THREADS) as pool:
        own = list(pool.map(_numbered, flat))
    # each column has its own ids by now, few beside its rows: numbering these together numbers the rows
    ids = [ids for ids, _ in own]
    together = pa.concat_arrays(ids).dictionary_encode()
    numbers = np.split(together.indices.to_numpy(zero_copy_only=False), np.cumsum([len(i) for i in ids])[:-1])
    return Nodes(together.dictionary), [np.asarray(n, np.int32)[r] for n, (_, r) in zip(numbers, own, strict=True)]


def _numbered(column: pa.ChunkedArray) -> tuple[pa.StringArray, Ints]:
    """The ids of a column, each once, and the column as numbers of them; chunk by chunk, so that nothing is copied whole."""
    if not len(column):
        return pa.array([], pa.string()), np.empty(0, np.int32)
    encoded = pc.dictionary_encode(column)
    rows = np.concatenate([c.indices.to_numpy(zero_copy_only=False) for c in encoded.chunks])
    return encoded.chunk(0).dictionary, rows.astype(np.int32, copy=False)
