"""Integrated dependence: of what a firm buys, the part that comes from another firm directly or through others.

With S[i, j] the share of j's purchases that i sells, N = (I - S)^-1 counts how often a yuan of j's purchases, followed back
from seller to seller, passes each firm (Leontief 1936); N_ij / N_ii is the probability that it passes i at all, which
stays a share inside loops, where N itself exceeds one. A firm that handed in no list of purchases ends the walk:
what stands behind it is not known and is not shared out among those who are.

The visits are found by pushing what is left at each firm to its sellers until less than a bound is left anywhere; what is left
in all, R_j, bounds the error: the value lies within R_i + R_j of the one given. Components out of which nothing leads,
each firm of them buying from the others alone, hold a walk for ever; it ends where it enters them, and their members
are given no value.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.graph.components import strong
from windchime.graph.csr import Floats, Longs
from windchime.graph.nodes import Ints
from windchime.graph.supply.flows import Shares

#: least that is pushed on, and most pushes for one firm
LEAST = 1e-8
WORK = 500_000


@dataclass(frozen=True, slots=True)
class Dependence:
    """What each firm depends on each of its partners for, loops and detours included."""

    #: (edges of the shares,) in 0 … 1; nan for members of closed components
    integrated: Floats
    #: (edges,) how far the true value may be away
    bound: Floats
    #: (nodes,) members of components out of which nothing leads
    closed: NDArray[np.bool_]


def closed(shares: Shares) -> NDArray[np.bool_]:
    """Members of components of two or more out of which nothing leads."""
    of = strong(shares.graph)
    leaves = np.zeros(len(of), np.bool_)
    source = np.repeat(np.arange(shares.graph.nodes), np.diff(shares.graph.start))
    away = of.of[source] != of.of[shares.graph.target]
    leaves[of.of[source[away]]] = True
    held: NDArray[np.bool_] = ((of.sizes > 1) & ~leaves)[of.of]
    return held


def dependence(shares: Shares, *, least: float = LEAST, work: int = WORK) -> Dependence:
    """For every firm and each of its partners."""
    held = closed(shares)
    graph = shares.graph
    own, passed, left = _all(graph.start, graph.target, shares.share, held, least, work)
    firm = np.repeat(np.arange(graph.nodes), np.diff(graph.start))
    integrated = np.minimum(passed / own[graph.target], 1.0)
    integrated[held[firm] | held[graph.target]] = np.nan
    return Dependence(integrated, left[firm] + left[graph.target], held)


def reach(shares: Shares, firm: int, *, least: float = LEAST, work: int = WORK) -> tuple[Floats, float]:
    """What one firm depends on every other for.

    Returns:
        (nodes,) N_ij, visits: for firms inside no loop the share itself; and the bound R_j.
    """
    held = closed(shares)
    visits, rest = np.zeros(shares.graph.nodes), np.zeros(shares.graph.nodes)
    touched = np.empty(shares.graph.nodes, np.int32)
    graph = shares.graph
    _count, left = _push(firm, graph.start, graph.target, shares.share, held, least, work, visits, rest, touched)
    return visits, left


@kernel
def _all(
    start: Longs, target: Ints, share: Floats, held: NDArray[np.bool_], least: float, work: int
) -> tuple[Floats, Floats, Floats]:
    nodes = len(start) - 1
    own, left, passed = np.ones(nodes), np.zeros(nodes), np.zeros(len(target))
    visits, rest = np.zeros(nodes), np.zeros(nodes)
    touched = np.empty(nodes, np.int32)
    for j in range(nodes):
        if start[j] == start[j + 1] or held[j]:
            continue
        count, left[j] = _push(j, start, target, share, held, least, work, visits, rest, touched)
        own[j] = visits[j]
        for e in range(start[j], start[j + 1]):
            passed[e] = visits[target[e]]
        for i in range(count):
            visits[touched[i]] = 0.0
            rest[touched[i]] = 0.0
    return own, passed, left


@kernel
def _push(
    first: int,
    start: Longs,
    target: Ints,
    share: Floats,
    held: NDArray[np.bool_],
    least: float,
    work: int,
    visits: Floats,
    rest: Floats,
    touched: Ints,
) -> tuple[int, float]:
    """Follow one yuan back from a firm; `visits`, `rest` come zeroed, `touched` lists what was changed."""
    count, pushed = 1, 0
    touched[0] = first
    rest[first] = 1.0
    moved = True
    while moved and pushed <= work:
        moved = False
        i = 0
        while i < count:
            v = touched[i]
            i += 1
            mass = rest[v]
            if mass <= least:
                continue
            visits[v] += mass
            rest[v] = 0.0
            if held[v]:
                continue
            for e in range(start[v], start[v + 1]):
                w = target[e]
                if visits[w] == 0.0 and rest[w] == 0.0:
                    touched[count] = w
                    count += 1
                rest[w] += mass * share[e]
                pushed += 1
            moved = True
    left = 0.0
    for i in range(count):
        left += rest[touched[i]]
    return count, left
