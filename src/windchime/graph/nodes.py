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
    flat = [(c.combine_chunks() if isinstance(c, pa.ChunkedArray) else c).cast(pa.string()) for c in columns]
    if not flat:
        return Nodes(pa.array([], pa.string())), []
    with ThreadPoolExecutor(_THREADS) as pool:
        encoded = list(pool.map(pc.dictionary_encode, flat))
    # each column has its own ids by now, few beside its rows: numbering these together numbers the rows
    together = pc.dictionary_encode(pa.concat_arrays([e.dictionary for e in encoded]))
    cuts = np.cumsum([len(e.dictionary) for e in encoded])[:-1]
    numbers = np.split(together.indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False), cuts)
    return Nodes(together.dictionary), [
        n[e.indices.to_numpy(zero_copy_only=False)] for n, e in zip(numbers, encoded, strict=True)
    ]
