"""On which side of a threshold pairs stand that rounding cannot tell."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from windchime.graph.csr import Longs, csr
from windchime.graph.nodes import Ints
from windchime.graph.ownership.exactly import Way, side_of
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.solution import web_of
from windchime.graph.ownership.vectors import Bytes, Web
from windchime.graph.ownership.ways import Rows, between, only_stakes

BELOW, EQUAL, ABOVE = -1, 0, 1


@dataclass(frozen=True, slots=True)
class Sides:
    """Where pairs stand, and how that was found."""

    #: (pairs,) BELOW, EQUAL or ABOVE
    side: Bytes
    by_text: int
    in_rationals: int
    in_digits: int
    #: ids of pairs that agree with the threshold to as many digits as were looked at: they stand as EQUAL
    undecided: tuple[tuple[str, str], ...]


def decide(holdings: Holdings, owner: Ints, company: Ints, threshold: Fraction) -> Sides:
    """Decide pairs of an ultimate owner and a company by the texts of the shares between them."""
    side = np.zeros(len(owner), np.int8)
    web = web_of(holdings)
    stakes = only_stakes(owner, company, web)
    told = np.flatnonzero(stakes >= 0)
    exact = holdings.exact_shares(stakes[told])
    side[told] = [(e > threshold) - (e < threshold) for e in exact]
    digits, undecided = 0, []
    for pair, rows in _ways(holdings, web, owner, company, np.flatnonzero(stakes < 0)):
        where, way = side_of(rows, int(owner[pair]), int(company[pair]), threshold)
        digits += way is Way.DIGITS
        if where is None:
            undecided.append((str(holdings.nodes.ids[owner[pair]]), str(holdings.nodes.ids[company[pair]])))
        side[pair] = where or EQUAL
    return Sides(side, len(told), len(owner) - len(told) - digits, digits, tuple(undecided))


def _ways(holdings: Holdings, web: Web, owner: Ints, company: Ints, asked: Longs) -> Iterator[tuple[int, Rows]]:
    """Each pair asked about with the stakes between its ends."""
    if not len(asked):
        return
    nodes = len(holdings.nodes)
    graph = csr(nodes, holdings.owner, holdings.company)  # not kept: in a country's registry it is large
    mark, waiting = np.zeros(nodes, np.int8), np.empty(2 * nodes, np.int32)
    for pair in asked.tolist():
        ends = int(owner[pair]), int(company[pair])
        yield pair, Rows(holdings, between(*ends, web, graph.start, graph.target, mark, waiting))
