"""All that stands above one company: its owners, theirs, and so on, as a small graph of its own; and what each stands for."""

import heapq
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.graph.components import Components, strong
from windchime.graph.csr import Csr, Floats, Longs, csr
from windchime.graph.nodes import Ints
from windchime.graph.ownership.holdings import Holdings

#: how much more than the whole rounding may make of a company's shares, and how little a sweep may still change
SLACK, STILL = 1e-9, 1e-15
#: sweeps over one loop; the nearest to closed of a million companies took a thousand
MOST_SWEEPS = 20_000


@dataclass(frozen=True)
class Above:
    """The stakes on all chains that lead to a company. Places number its nodes; the company's own is 0."""

    holdings: Holdings
    #: (places,) number of each node in the holdings
    nodes: Ints
    #: (stakes,) places
    owner: Ints
    company: Ints
    share: Floats
    #: (places,) companies of which no share is told: over-issued, or held through such
    faulty: NDArray[np.bool_]

    @classmethod
    def of(cls, holdings: Holdings, company: int, faulty: NDArray[np.bool_] | None = None) -> "Above":
        """Gather them.

        Args:
            holdings: who holds what in whom.
            company: number of a node.
            faulty: (nodes,) companies of which no share is told; None: those here of which more than the whole is held.
        """
        graph = holdings.by_company
        nodes, owner, held, places = _gathered(graph.start, graph.target, company)
        share = holdings.share[graph.edge[places]]
        over = np.bincount(held, share, len(nodes)) > 1 + SLACK if faulty is None else faulty[nodes]
        return cls(holdings, nodes, owner, held, share, over)

    def place(self, node: int) -> int | None:
        """The place of a node of the holdings; None where it stands on no chain."""
        found = np.flatnonzero(self.nodes == node)
        return int(found[0]) if len(found) else None

    def name(self, place: int) -> str:
        """The id of a node."""
        return str(self.holdings.nodes.ids[int(self.nodes[place])])

    @cached_property
    def owners(self) -> Csr:
        """From each company to its owners; the values of `edge` number stakes."""
        return csr(len(self.nodes), self.company, self.owner)

    @cached_property
    def held(self) -> Csr:
        """From each owner to what it holds."""
        return csr(len(self.nodes), self.owner, self.company)

    @cached_property
    def is_held(self) -> NDArray[np.bool_]:
        """(places,) companies that somebody holds; the others are ultimate owners."""
        return self.holdings.is_held[self.nodes]

    @cached_property
    def components(self) -> Components:
        """Companies that hold each other; numbers rise from the company towards its owners."""
        return strong(self.held)

    @cached_property
    def in_loop(self) -> NDArray[np.bool_]:
        """(places,) nodes that own a part of themselves."""
        found = self.components.sizes[self.components.of] > 1
        found[self.owner[self.owner == self.company]] = True
        return found

    @cached_property
    def reach(self) -> Floats:
        """(places,) how much of the company each node stands for, over all chains and through every loop.

        Of an ultimate owner that is its integrated share. Companies that own themselves wholly stand for nothing, as no
        share passes them.
        """
        return self._solved(self.components, np.ones(len(self.share), bool))

    def share_of(self, place: int) -> float:
        """The integrated share of any owner; of a company in a loop as Baldone, Brioschi, Paleari 1998 correct it."""
        if not self.in_loop[place]:
            return float(self.reach[place])
        return float(self._solved(self.components_without(place), self.company != place)[place])

    def components_without(self, owner: int) -> Components:
        """The components where what others hold of an owner is left out: chains begin at it and never return."""
        if not self.in_loop[owner]:
            return self.components
        kept = self.company != owner
        return strong(csr(len(self.nodes), self.owner[kept], self.company[kept]))

    def _solved(self, components: Components, kept: NDArray[np.bool_]) -> Floats:
        graph = csr(len(self.nodes), self.owner[kept], self.company[kept])
        share = self.share[kept]
        total = np.bincount(self.company[kept], weights=share, minlength=len(self.nodes)).astype(np.float64)
        return _reach(
            graph.start, graph.target, share[graph.edge], total, components.of, components.start, components.members
        )

    def best_from(self, place: int) -> Floats:
        """(places,) the largest product of a chain from an owner to each node; 0 where none leads."""
        return _best(self.held.start, self.held.target, self.share[self.held.edge], place)


@kernel
def _gathered(start: Longs, target: Ints, company: int) -> tuple[Ints, Ints, Ints, Longs]:
    """Nodes on chains to one company, and for each stake the places of owner and company and its place in the graph."""
    place_of = {np.int32(company): np.int32(0)}
    nodes = [np.int32(company)]
    owner, held = [np.int32(0) for _ in range(0)], [np.int32(0) for _ in range(0)]
    places = [np.int64(0) for _ in range(0)]
    head = 0
    while head < len(nodes):
        c = nodes[head]
        for place in range(start[c], start[c + 1]):
            o = target[place]
            if o not in place_of:
                place_of[o] = np.int32(len(nodes))
                nodes.append(o)
            owner.append(place_of[o])
            held.append(np.int32(head))
            places.append(np.int64(place))
        head += 1
    return np.array(nodes), np.array(owner), np.array(held), np.array(places)


@kernel
def _reach(start: Longs, target: Ints, share: Floats, total: Floats, of: Ints, first: Longs, members: Ints) -> Floats:
    """Solve component by component, from the company up; inside a loop by Gauss and Seidel's sweeps."""
    value = np.zeros(len(start) - 1)
    for component in range(len(first) - 1):
        inside = members[first[component] : first[component + 1]]
        if _closed(inside, start, target, share, total, of):
            continue
        for _sweep in range(MOST_SWEEPS):
            change = 0.0
            for node in inside:
                found, own = 1.0 if node == 0 else 0.0, 0.0
                for edge in range(start[node], start[node + 1]):
                    if target[edge] == node:
                        own += share[edge]
                    else:
                        found += value[target[edge]] * share[edge]
                found /= 1.0 - own
                change = max(change, abs(found - value[node]))
                value[node] = found
            if len(inside) == 1 or change <= STILL:
                break
    return value


@kernel
def _closed(inside: Ints, start: Longs, target: Ints, share: Floats, total: Floats, of: Ints) -> bool:
    """Whether the members of a component are wholly owned by members."""
    within = 0.0
    whole = 0.0
    for node in inside:
        whole += max(total[node], 1.0)
        for edge in range(start[node], start[node + 1]):
            if of[target[edge]] == of[node]:
                within += share[edge]
    return within > whole - 1e-12 * len(inside)


@kernel
def _best(start: Longs, target: Ints, share: Floats, owner: int) -> Floats:
    best = np.zeros(len(start) - 1)
    done = np.zeros(len(start) - 1, np.bool_)
    best[owner] = 1.0
    waiting = [(-1.0, np.int64(owner))]
    while waiting:
        product, node = heapq.heappop(waiting)
        if done[node]:
            continue
        done[node] = True
        for edge in range(start[node], start[node + 1]):
            through = -product * min(share[edge], 1.0)
            if through > best[target[edge]]:
                best[target[edge]] = through
                heapq.heappush(waiting, (-through, np.int64(target[edge])))
    return best
