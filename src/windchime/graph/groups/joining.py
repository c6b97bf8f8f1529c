"""Firms joined into groups in order of strength: union-find (Tarjan 1975) that keeps the edge by which each part joined.

Kept edges form a forest, the strongest there is (Kruskal 1956): between two members the path of kept edges is the
strongest chain of reasons, and no weaker edge is in it than it takes. The groups of a tier are those its edges and all
stronger ones make, so groups of stronger tiers lie whole within those of weaker ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.graph.csr import Longs, csr
from windchime.graph.nodes import Ints

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Membership:
    """Members of the groups of one tier, one row each, grouped; within a group by step, then by number."""

    tier: int
    #: (members,) the head of the group, a node
    head: Ints
    node: Ints
    #: the kept edge towards the head, and the member at its other end; -1 for the head itself
    edge: Longs
    towards: Ints
    #: kept edges between the member and the head
    step: Ints

    def __len__(self) -> int:
        return len(self.node)


def kept(nodes: int, a: Ints, b: Ints) -> Bools:
    """Which edges join two parts that were apart, taken in their order."""
    joins, _parts = _joined(nodes, a, b)
    return joins


def groups(nodes: int, a: Ints, b: Ints, tier: Ints, rank: Longs) -> Iterator[Membership]:
    """The groups of each tier that differ from those of stronger tiers, the strongest tier first.

    Args:
        nodes: how many; numbers in `a` and `b` are below it.
        a: (edges,) one end, sorted so that stronger edges come first.
        b: (edges,) the other end.
        tier: (edges,) rising.
        rank: (nodes,): the head of a group is the member of the highest rank, of equals the smallest number.
    """
    places = np.flatnonzero(kept(nodes, a, b))
    before = np.ones(nodes, np.int64)
    for t in np.unique(tier[places]):
        some = places[tier[places] <= t]
        _joins, part = _joined(nodes, a[some], b[some])
        size = np.bincount(part, minlength=nodes)[part]
        new = size > before
        before = size
        yield _rooted(int(t), a, b, some[new[a[some]]], part, new, rank)


def _rooted(tier: int, a: Ints, b: Ints, edges: Longs, part: Ints, new: Bools, rank: Longs) -> Membership:
    members = np.flatnonzero(new).astype(np.int32)
    order = np.lexsort((members, -rank[members], part[members]))
    ranked = members[order]
    first = np.ones(len(ranked), bool)
    first[1:] = part[ranked][1:] != part[ranked][:-1]
    heads = ranked[first]
    both = csr(len(part), np.concatenate([a[edges], b[edges]]), np.concatenate([b[edges], a[edges]]))
    node, place, towards, head, step = _walked(heads, both.start, both.target, both.edge, len(members))
    joined = np.where(place >= 0, edges[place % max(len(edges), 1)] if len(edges) else place, -1)
    order = np.lexsort((node, step, head))
    return Membership(tier, head[order], node[order], joined[order], towards[order], step[order])


@kernel
def _joined(nodes: int, a: Ints, b: Ints) -> tuple[Bools, Ints]:
    above = np.arange(nodes).astype(np.int32)
    joins = np.zeros(len(a), np.bool_)
    for e in range(len(a)):
        x, y = a[e], b[e]
        while above[x] != x:
            above[x] = above[above[x]]
            x = above[x]
        while above[y] != y:
            above[y] = above[above[y]]
            y = above[y]
        if x != y:
            # the smaller number stays on top; halved paths keep it near linear
            above[max(x, y)] = min(x, y)
            joins[e] = True
    for v in range(nodes):
        # what is above a node has a smaller number, so it is final already
        above[v] = above[above[v]]
    return joins, above


@kernel
def _walked(heads: Ints, start: Longs, target: Ints, edge: Longs, members: int) -> tuple[Ints, Longs, Ints, Ints, Ints]:
    node, towards = np.empty(members, np.int32), np.empty(members, np.int32)
    head, step = np.empty(members, np.int32), np.empty(members, np.int32)
    place = np.empty(members, np.int64)
    done = found = 0
    for h in heads:
        node[found], place[found], towards[found], head[found], step[found] = h, -1, -1, h, 0
        found += 1
        while done < found:
            v, back = node[done], towards[done]
            for at in range(start[v], start[v + 1]):
                w = target[at]
                # in a tree only the way back leads to a node that was seen
                if w != back:
                    node[found], place[found], towards[found] = w, edge[at], v
                    head[found], step[found] = h, step[done] + 1
                    found += 1
            done += 1
    return node, place, towards, head, step
