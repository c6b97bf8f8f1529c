"""Ids of nodes as numbers: each id once, numbered in the order of its first appearance."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int32]


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
    flat = [c.combine_chunks() if isinstance(c, pa.ChunkedArray) else c for c in columns]
    together = pa.concat_arrays([c.cast(pa.string()) for c in flat]) if flat else pa.array([], pa.string())
    encoded = pc.dictionary_encode(together)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    numbers = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    cuts = np.cumsum([len(c) for c in flat])[:-1]
    return Nodes(encoded.dictionary), np.split(numbers, cuts)
