"""Where industries stand in the chain: how many sales, on average, lie between what they sell and its last buyer.

Upstreamness U = (I - D)^-1 1, D[r, s] the share of r's sales that industry s buys (Antràs, Chor, Fally and Hillberry,
Measuring the Upstreamness of Production and Trade Flows, AER Papers & Proceedings 102(3), 2012; Antràs and Chor, 2013). Sales to
buyers of no known industry count as last; `known` says how much is known, and where it is small U is a lower bound.
"""

from dataclasses import dataclass

import numpy as np

from windchime.graph.csr import Floats
from windchime.graph.nodes import Ints
from windchime.graph.supply.flows import Flows


@dataclass(frozen=True, slots=True)
class Position:
    """One industry."""

    industry: str
    #: 1: sells to last buyers alone
    upstreamness: float
    #: of what it sells the part whose buyer's industry is known
    known: float
    #: yuan sold within the window as far as seen
    sold: float


def positions(flows: Flows, industry: Ints, names: list[str]) -> list[Position]:
    """The industries of sellers, the most upstream first.

    Args:
        flows: of the window.
        industry: (nodes,) number of each node's industry in `names`, -1 where unknown.
        names: of industries.
    """
    size = len(names)
    r, s = industry[flows.seller], industry[flows.buyer]
    sold = np.bincount(r[r >= 0], flows.fen[r >= 0], size)
    both = (r >= 0) & (s >= 0)
    between: Floats = (
        np.bincount(r[both] * size + s[both], flows.fen[both], size * size).astype(np.float64).reshape(size, size)
    )
    there = sold > 0
    shares = between[there][:, there] / sold[there][:, None]
    # an industry whose every sale stays among industries that sell to no last buyer has no finite distance
    leaks = 1 - shares.sum(axis=1)
    reached = leaks > 1e-12
    for _step in range(len(shares)):
        reached = reached | (shares[:, reached].sum(axis=1) > 0)
    steps = np.full(len(shares), np.inf)
    if reached.any():
        inner = shares[np.ix_(reached, reached)]
        steps[reached] = np.linalg.solve(np.eye(len(inner)) - inner, np.ones(len(inner)))
    found = [
        Position(names[n], float(steps[i]), float(between[n].sum() / sold[n]), float(sold[n]) / 100)
        for i, n in enumerate(np.flatnonzero(there).tolist())
    ]
    return sorted(found, key=lambda p: (-p.upstreamness, p.industry))
