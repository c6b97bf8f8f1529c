"""Who likely controls where nobody has a majority: the largest party, relatives counted as one, far enough ahead of the next.

A party is a person, the persons declared to be near relatives of each other, or a firm that nobody leads; a firm's stakes
count for the party that controls or leads it. The answer is a hint below proof: facts beside the register may overrule it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from windchime.graph.csr import Longs
from windchime.graph.nodes import Ints
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.majority import UNITS, Majority
from windchime.graph.ownership.settings import Settings

#: levels of firms above each other through which a lead is followed
LEVELS = 30
#: how sure a tie of kin has to be to count: any but a guess
GUESSED = "inferred"


@dataclass(frozen=True, slots=True)
class Lead:
    """The party ahead in one company."""

    company: int
    #: the member of the party with most votes
    controller: int
    votes: float
    #: of the party that follows
    next_votes: float
    #: members with the votes each brings, largest first
    members: tuple[tuple[int, float], ...]

    @property
    def is_family(self) -> bool:
        """Whether relatives are counted together."""
        return len(self.members) > 1


def families(holdings: Holdings, kin: pa.Table) -> Ints:
    """(nodes,) the party each node belongs to by declared kinship: the number of one of its members, or its own.

    Args:
        holdings: whose nodes.
        kin: in the form `KIN`, those of the day asked about; ties that were only inferred do not count.
    """
    nodes = len(holdings.nodes)
    sure = kin.filter(pc.not_equal(kin["basis"], GUESSED).fill_null(True))
    ends = [
        pc.index_in(sure[c], value_set=holdings.nodes.ids).fill_null(-1).to_numpy().astype(np.int64)
        for c in ("person_a", "person_b")
    ]
    known = (ends[0] >= 0) & (ends[1] >= 0)
    a, b = ends[0][known], ends[1][known]
    _many, of = connected_components(sparse.coo_matrix((np.ones(len(a)), (a, b)), (nodes, nodes)), directed=False)
    first = np.full(nodes, nodes, np.int64)
    np.minimum.at(first, of, np.arange(nodes))
    party: Ints = first[of].astype(np.int32)
    return party


def leads(holdings: Holdings, settings: Settings, family: Ints | None = None) -> Iterator[Lead]:
    """The party ahead in each company that has one, a majority of one owner included; by company."""
    nodes = len(holdings.nodes)
    family = np.arange(nodes, dtype=np.int32) if family is None else family
    units = np.rint(holdings.votes * UNITS).astype(np.int64)
    person = np.arange(nodes, dtype=np.int32)
    for _level in range(LEVELS):
        who = person[holdings.owner]
        ahead = _ahead(holdings, units, who, family, settings)
        now = np.arange(nodes, dtype=np.int32)
        now[ahead[0]] = ahead[1]
        if np.array_equal(now, person):
            break
        person = now
    company, controller, votes, following = ahead
    for y, x, v, n in zip(company.tolist(), controller.tolist(), votes.tolist(), following.tolist(), strict=True):
        yield Lead(y, x, v / UNITS, n / UNITS, _members(holdings, units, who, family, y, x))


def _ahead(
    holdings: Holdings, units: Longs, who: Ints, family: Ints, settings: Settings
) -> tuple[Ints, Ints, Longs, Longs]:
    """Companies with a party ahead, its member with most votes, its votes and those of the next party."""
    nodes = np.int64(len(holdings.nodes))
    others = who != holdings.company
    company, who, units = holdings.company[others], who[others], units[others]
    member, votes = _summed(company * nodes + who, units)
    party, of = np.unique(member // nodes * nodes + family[member % nodes], return_inverse=True)
    total = np.zeros(len(party), np.int64)
    np.add.at(total, of, votes)
    head = _largest(of, votes, member)
    first, second = _two(party // nodes, total, party)
    following = np.where(second >= 0, total[second], 0)
    majority = settings.control.units
    least = Majority(settings.leads_from, inclusive=True).units
    below = following * settings.others_below.denominator < total[first] * settings.others_below.numerator
    leading = (total[first] >= majority) | ((total[first] >= least) & below)
    chosen = first[leading]
    return (
        (party[chosen] // nodes).astype(np.int32),
        (member[head[chosen]] % nodes).astype(np.int32),
        total[chosen],
        following[leading],
    )


def _summed(key: Longs, units: Longs) -> tuple[Longs, Longs]:
    keys, place = np.unique(key, return_inverse=True)
    total = np.zeros(len(keys), np.int64)
    np.add.at(total, place, units)
    return keys, total


def _largest(group: Longs, value: Longs, tie: Longs) -> Longs:
    """(groups,) the place of the largest value of each group; of equal ones that of the smallest tie."""
    order = np.lexsort((tie, -value, group))
    first = np.ones(len(order), bool)
    first[1:] = group[order][1:] != group[order][:-1]
    return order[first]


def _two(group: Longs, value: Longs, tie: Longs) -> tuple[Longs, Longs]:
    """The places of the largest and of the next of each group; -1 where there is no next."""
    order = np.lexsort((tie, -value, group))
    first = np.ones(len(order), bool)
    first[1:] = group[order][1:] != group[order][:-1]
    at = np.flatnonzero(first)
    follows = np.append(~first[1:], False)[at]
    return order[at], np.where(follows, order[np.minimum(at + 1, len(order) - 1)], -1)


def _members(
    holdings: Holdings, units: Longs, who: Ints, family: Ints, company: int, controller: int
) -> tuple[tuple[int, float], ...]:
    graph = holdings.by_company
    stakes = graph.edge[graph.start[company] : graph.start[company + 1]]
    votes: dict[int, int] = {}
    for e in stakes.tolist():
        x = int(who[e])
        if family[x] == family[controller] and x != company:
            votes[x] = votes.get(x, 0) + int(units[e])
    return tuple((x, v / UNITS) for x, v in sorted(votes.items(), key=lambda m: (-m[1], m[0])))
