"""Strongly connected components (Tarjan 1972), numbered so that every edge between two of them leads to a lower number."""

from dataclasses import dataclass

import numpy as np

from windchime.core.kernel import kernel
from windchime.graph.csr import Csr, Longs, csr
from windchime.graph.nodes import Ints


@dataclass(frozen=True, slots=True)
class Components:
    """Which component each node is in. Along an edge the component's number falls or stays."""

    #: (nodes,)
    of: Ints
    #: (components + 1,) and (nodes,): the members of each, grouped
    start: Longs
    members: Ints

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def sizes(self) -> Longs:
        """(components,)."""
        return np.diff(self.start)


def strong(graph: Csr) -> Components:
    """The strongly connected components of a graph; linear in nodes and edges, no recursion."""
    of, count = _tarjan(graph.start, graph.target)
    grouped = csr(int(count), of, np.arange(graph.nodes, dtype=np.int32))
    return Components(of, grouped.start, grouped.target)


@kernel
def _tarjan(start: Longs, target: Ints) -> tuple[Ints, int]:
    nodes = len(start) - 1
    of = np.full(nodes, -1, np.int32)
    low = np.empty(nodes, np.int32)
    index = np.full(nodes, -1, np.int32)
    held = np.empty(nodes, np.int32)
    path = np.empty(nodes, np.int32)
    place = start[:-1].copy()
    count = seen = tops = 0
    for root in range(nodes):
        if index[root] != -1:
            continue
        depth = 0
        path[0] = root
        index[root] = low[root] = seen
        seen += 1
        held[tops] = root
        tops += 1
        while depth >= 0:
            v = path[depth]
            if place[v] < start[v + 1]:
                w = target[place[v]]
                place[v] += 1
                if index[w] == -1:
                    index[w] = low[w] = seen
                    seen += 1
                    held[tops] = w
                    tops += 1
                    depth += 1
                    path[depth] = w
                elif of[w] == -1:
                    low[v] = min(low[v], index[w])
                continue
            if low[v] == index[v]:
                while True:
                    tops -= 1
                    w = held[tops]
                    of[w] = count
                    if w == v:
                        break
                count += 1
            depth -= 1
            if depth >= 0:
                low[path[depth]] = min(low[path[depth]], low[v])
    return of, count
