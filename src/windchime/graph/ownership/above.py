"""All that stands above one company: its owners, theirs, and so on; small enough for plain Python, gathered by a kernel."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from windchime.graph.csr import Longs
from windchime.graph.kernel import kernel
from windchime.graph.nodes import Ints
from windchime.graph.ownership.holdings import Holdings

#: how much more than the whole rounding may make of a company's shares
SLACK = 1e-9


@dataclass(frozen=True)
class Above:
    """The stakes on all chains that lead to a company."""

    holdings: Holdings
    company: int
    #: by company: its owners and their shares of profits
    owners: Mapping[int, Sequence[tuple[int, float]]]

    @classmethod
    def of(cls, holdings: Holdings, company: int) -> "Above":
        """Gather them; `company` is the number of a node."""
        graph = holdings.by_company
        held, places = _gathered(graph.start, graph.target, company)
        owners: dict[int, list[tuple[int, float]]] = defaultdict(list)
        share = holdings.share[graph.edge[places]]
        for c, o, s in zip(held.tolist(), graph.target[places].tolist(), share.tolist(), strict=True):
            owners[c].append((o, s))
        return cls(holdings, company, dict(owners))

    @cached_property
    def over_issued(self) -> tuple[int, ...]:
        """The companies here of which more than the whole is held; they have no answer."""
        return tuple(sorted(c for c, rows in self.owners.items() if sum(s for _o, s in rows) > 1 + SLACK))

    @cached_property
    def open(self) -> frozenset[int]:
        """The companies that somebody outside stands behind, or that keep something undisclosed; the others own themselves."""
        holds: dict[int, list[int]] = defaultdict(list)
        waiting = []
        for c, rows in self.owners.items():
            for o, _s in rows:
                holds[o].append(c)
            if sum(s for _o, s in rows) < 1 - SLACK or any(o not in self.owners for o, _s in rows):
                waiting.append(c)
        found = set(waiting)
        while waiting:
            for c in holds[waiting.pop()]:
                if c not in found:
                    found.add(c)
                    waiting.append(c)
        return frozenset(found)

    @cached_property
    def order(self) -> Sequence[int] | None:
        """The nodes, each before all that it holds; None where companies hold each other."""
        state: dict[int, int] = {}
        order: list[int] = []
        path = [(self.company, iter(self.owners.get(self.company, ())))]
        state[self.company] = 1
        while path:
            node, rest = path[-1]
            for o, _s in rest:
                if state.get(o) == 1:
                    return None
                if o not in state:
                    state[o] = 1
                    path.append((o, iter(self.owners.get(o, ()))))
                    break
            else:
                state[node] = 2
                order.append(node)
                path.pop()
        return order

    def reach(self, absorbing: int | None = None) -> Mapping[int, float]:
        """How much of the company each node here stands for, over all chains and through every loop.

        Args:
            absorbing: a node whose own owners are left out: its value is then its integrated share, corrected for the loops
                it is in itself (Baldone, Brioschi, Paleari 1998).

        Returns:
            1 for the company itself, the integrated share for owners outside loops. Companies that own themselves wholly
            are left out, as no share passes them.
        """
        if self.order is not None:
            return self._along(self.order, absorbing)
        nodes = sorted({self.company, *self.open, *(o for c in self.open for o, _s in self.owners[c])})
        place = {n: k for k, n in enumerate(nodes)}
        rows = [(place[o], place[c], s) for c in self.open if c != absorbing for o, s in self.owners[c]]
        owner, company, share = (np.array(x) for x in zip(*rows, strict=True)) if rows else (_NO, _NO, _NO)
        size = len(nodes)
        inside = sparse.csc_matrix((share, (owner, company)), (size, size)) if rows else sparse.csc_matrix((size, size))
        start = np.zeros(size)
        start[place[self.company]] = 1.0
        solved = splu(sparse.identity(size, format="csc") - inside).solve(start)
        return dict(zip(nodes, solved.tolist(), strict=True))

    def _along(self, order: Sequence[int], absorbing: int | None) -> Mapping[int, float]:
        value = dict.fromkeys(order, 0.0)
        value[self.company] = 1.0
        for c in reversed(order):
            if c != absorbing:
                for o, s in self.owners.get(c, ()):
                    value[o] += value[c] * s
        return value


_NO = np.empty(0, np.int64)


@kernel
def _gathered(start: Longs, target: Ints, company: int) -> tuple[Ints, Longs]:
    """The companies on chains to one company and the places of their owners, one entry a stake."""
    seen = {np.int32(company)}
    queue = [np.int32(company)]
    many = head = 0
    while head < len(queue):
        c = queue[head]
        head += 1
        for place in range(start[c], start[c + 1]):
            many += 1
            if target[place] not in seen:
                seen.add(target[place])
                queue.append(target[place])
    held, places = np.empty(many, np.int32), np.empty(many, np.int64)
    at = 0
    for c in queue:
        for place in range(start[c], start[c + 1]):
            held[at], places[at] = c, place
            at += 1
    return held, places
