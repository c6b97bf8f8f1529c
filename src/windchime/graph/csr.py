"""A directed graph as compressed sparse rows: the edges of node `v` are the places `start[v] … start[v + 1]`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.graph.nodes import Ints

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Csr:
    """Edges grouped by the node they leave; within a node in the order in which they were given."""

    #: (nodes + 1,)
    start: Longs
    #: (edges,): the node each edge enters
    target: Ints
    #: (edges,): the place of each edge in the arrays it was made from
    edge: Longs

    @property
    def nodes(self) -> int:
        """How many nodes."""
        return len(self.start) - 1

    @property
    def edges(self) -> int:
        """How many edges."""
        return len(self.target)


def csr(nodes: int, source: Ints, target: Ints) -> Csr:
    """Group edges by their source, in one counting pass each; values of edges are reached by `edge`.

    Args:
        nodes: how many; numbers in `source` and `target` are below it.
        source: (edges,) where each edge leaves.
        target: (edges,) where each enters.
    """
    return Csr(*_grouped(nodes, source, target))


@kernel
def _grouped(nodes: int, source: Ints, target: Ints) -> tuple[Longs, Ints, Longs]:
    start = np.zeros(nodes + 1, np.int64)
    for v in source:
        start[v + 1] += 1
    for v in range(nodes):
        start[v + 1] += start[v]
    place = start[:-1].copy()
    entered = np.empty(len(source), np.int32)
    edge = np.empty(len(source), np.int64)
    for e in range(len(source)):
        at = place[source[e]]
        place[source[e]] = at + 1
        entered[at] = target[e]
        edge[at] = e
    return start, entered, edge
