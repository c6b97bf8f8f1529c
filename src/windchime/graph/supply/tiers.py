"""A core firm with its upstream and downstream, tier by tier, with the shares along the way."""

from dataclasses import dataclass

import numpy as np

from windchime.graph.supply.dependence import reach
from windchime.graph.supply.flows import Shares


@dataclass(frozen=True, slots=True)
class Link:
    """One firm of a tier."""

    node: int
    #: 1: deals with the core firm itself
    tier: int
    #: the firm of the tier before through which most comes, and the share in what that one buys (sells)
    via: int
    share: float
    #: the product of the shares along that way
    along: float
    #: N_ij: how often a yuan of the core firm passes here, all ways together; what a loop returns counts again
    visits: float


@dataclass(frozen=True, slots=True)
class Tiers:
    """One side of a core firm."""

    #: by tier, then by visits
    links: tuple[Link, ...]
    #: firms of each tier that are not shown
    left_out: tuple[int, ...]
    #: how far `visits` may be below the truth
    bound: float


def tiers(shares: Shares, core: int, depth: int, width: int) -> Tiers:
    """The firms up to `depth` hops away, at most `width` of each tier: those through which most passes.

    A tier is the least number of hops. All firms of a tier lead on to the next, shown or not.
    """
    visits, bound = reach(shares, core)
    graph, along = shares.graph, {core: 1.0}
    before, shown, left_out = [core], [], []
    for tier in range(1, depth + 1):
        found: dict[int, Link] = {}
        for v in before:
            for e in range(int(graph.start[v]), int(graph.start[v + 1])):
                w, share = int(graph.target[e]), float(shares.share[e])
                way = along[v] * share
                if w in along or (w in found and found[w].along >= way):
                    continue
                found[w] = Link(w, tier, v, share, way, float(visits[w]))
        ranked = sorted(found.values(), key=lambda k: (-k.visits, -k.along, k.node))
        shown += ranked[:width]
        left_out.append(max(0, len(ranked) - width))
        along |= {k.node: k.along for k in ranked}
        before = [k.node for k in ranked]
    return Tiers(tuple(shown), tuple(left_out), float(np.float64(bound)))
