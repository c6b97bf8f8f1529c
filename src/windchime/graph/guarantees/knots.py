"""Strong components of the web of promises: pairs, circles, and joint groups that are no circle.

A *circle* is a strong component of three parties or more, a *pair* one of two. A member of a joint group stands for the
group and the group for the member; such a membership alone makes no circle. It counts only where a simple cycle of
several parties passes through it, which is exactly where it is no bridge of the component (seen without directions):
memberships that are bridges are left out before components are found again.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from windchime.core.kernel import kernel
from windchime.graph.components import Components, strong
from windchime.graph.csr import Csr, Longs, csr
from windchime.graph.guarantees.web import Bools, Web, once, pair, split
from windchime.graph.nodes import Ints


@dataclass(frozen=True, slots=True)
class Knots:
    """Components of parties and ties without memberships that close no circle."""

    #: the graph in which components were found
    graph: Csr
    components: Components
    #: (components,) how many parties each has, ties not counted
    parties: Longs
    #: (nodes,) weak component of each node of the whole web, and how many parties each has
    cluster: Ints
    cluster_parties: Longs

    @property
    def circles(self) -> Ints:
        """Numbers of components of three parties or more."""
        return np.flatnonzero(self.parties >= 3).astype(np.int32)

    @property
    def pairs(self) -> Ints:
        """Numbers of components of two parties."""
        return np.flatnonzero(self.parties == 2).astype(np.int32)


def knots(web: Web) -> Knots:
    """The strong and weak components of a web."""
    graph, parties = web.graph, len(web.parties)
    found = strong(graph)
    if web.tie_names:
        graph = web.without(_mere_membership(web, found))
        found = strong(graph)
    is_party = np.arange(web.nodes) < parties
    cluster = _clusters(web)
    return Knots(
        graph,
        found,
        np.bincount(found.of[is_party], minlength=len(found)),
        cluster,
        np.bincount(cluster[is_party], minlength=int(cluster.max(initial=-1)) + 1),
    )


def _clusters(web: Web) -> Ints:
    if not web.nodes:
        return np.zeros(0, np.int32)
    ones = np.ones(web.graph.edges, np.int8)
    matrix = csr_array((ones, web.graph.target, web.graph.start), shape=(web.nodes, web.nodes))
    _count, found = connected_components(matrix, directed=False)
    return np.asarray(found, dtype=np.int32)


def _mere_membership(web: Web, found: Components) -> Bools:
    """Edges between a party and a tie that are bridges of their component."""
    source, target = web.sources, web.graph.target
    inside = np.flatnonzero(found.of[source] == found.of[target])
    low, high = np.minimum(source[inside], target[inside]), np.maximum(source[inside], target[inside])
    pairs = pair(low, high)
    known = once(pairs)
    a, b = split(known)
    both = csr(web.nodes, np.concatenate([a, b]), np.concatenate([b, a]))
    is_bridge = _bridges(both.start, both.target, both.edge % max(len(known), 1), len(known))
    cut = is_bridge & (b >= len(web.parties)) & (a < len(web.parties))
    dropped = np.zeros(web.graph.edges, bool)
    dropped[inside] = cut[np.searchsorted(known, pairs)]
    return dropped


@kernel
def _bridges(start: Longs, target: Ints, pair: Longs, pairs: int) -> Bools:
    """Of an undirected graph, each edge given in both directions: those on no cycle (Tarjan 1974)."""
    nodes = len(start) - 1
    found = np.zeros(pairs, np.bool_)
    index = np.full(nodes, -1, np.int64)
    low = np.zeros(nodes, np.int64)
    path = np.empty(nodes, np.int32)
    came = np.full(nodes, -1, np.int64)
    place = start[:-1].copy()
    seen = 0
    for root in range(nodes):
        if index[root] != -1:
            continue
        depth = 0
        path[0] = root
        index[root] = low[root] = seen
        seen += 1
        while depth >= 0:
            v = path[depth]
            if place[v] < start[v + 1]:
                at = place[v]
                place[v] += 1
                w = target[at]
                if pair[at] == came[v]:
                    continue
                if index[w] == -1:
                    index[w] = low[w] = seen
                    seen += 1
                    came[w] = pair[at]
                    depth += 1
                    path[depth] = w
                else:
                    low[v] = min(low[v], index[w])
                continue
            depth -= 1
            if depth >= 0:
                u = path[depth]
                low[u] = min(low[u], low[v])
                if low[v] > index[u]:
                    found[came[v]] = True
    return found
