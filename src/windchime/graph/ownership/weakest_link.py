"""Weakest links: of all chains from an owner to a company, the one whose smallest share is largest.

A chain carries as much control as its weakest link (La Porta, Lopez-de-Silanes, Shleifer 1999, "Corporate Ownership around
the World", Journal of Finance 54:471). This is the best chain, the closure of maximum and minimum; no chain is listed, so
loops and ladders cost no more than their edges.
"""

import heapq
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from windchime.core.kernel import kernel
from windchime.graph.csr import Csr, Floats, Longs
from windchime.graph.nodes import Ints, Nodes
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.majority import UNITS, Majority


@dataclass(frozen=True, slots=True)
class WeakestLinks:
    """Pairs of an owner, person or firm, and a company, grouped by company; the strongest owners of each first."""

    nodes: Nodes
    owner: Ints
    company: Ints
    #: smallest share of the best chain
    link: Floats

    def __len__(self) -> int:
        return len(self.owner)

    def table(self) -> pa.Table:
        """Columns `owner`, `company` (ids) and `link` (a fraction)."""
        named = self.nodes.named
        return pa.table({"owner": named(self.owner), "company": named(self.company), "link": pa.array(self.link)})


def weakest_links(
    holdings: Holdings, least: Majority | None = None, *, companies: Ints | None = None, of_votes: bool = True
) -> WeakestLinks:
    """The best chain of every owner to each company.

    Args:
        holdings: who holds what in whom.
        least: links that are told; None: all, however weak. Shares are compared in whole units of 1e-12.
        companies: (companies,) numbers of nodes asked about; None: all that are held.
        of_votes: by shares of votes; else of profits.
    """
    asked = np.unique(holdings.company) if companies is None else companies.astype(np.int32)
    shares = holdings.votes if of_votes else holdings.share
    graph = holdings.by_company
    units = np.rint(shares[graph.edge] * UNITS).astype(np.int64)
    company, owner, link = _widest(*_arrays(graph), units, asked, least.units if least else 1)
    return WeakestLinks(holdings.nodes, owner, company, link / UNITS)


def _arrays(graph: Csr) -> tuple[Longs, Ints]:
    return graph.start, graph.target


@kernel
def _widest(start: Longs, target: Ints, units: Longs, asked: Ints, least: int) -> tuple[Ints, Ints, Longs]:
    nodes = len(start) - 1
    best = np.zeros(nodes, np.int64)
    done = np.zeros(nodes, np.bool_)
    touched = np.empty(nodes, np.int32)
    size, found = 1024, 0
    company, owner, link = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int64)
    for asked_of in asked:
        whole = np.int64(9_000_000_000_000_000_000)
        waiting = [(-whole, np.int64(asked_of))]
        touches = 0
        while waiting:
            weakest, node = heapq.heappop(waiting)
            if done[node]:
                continue
            done[node] = True
            if best[node] == 0:
                touched[touches] = node
                touches += 1
            if node != asked_of:
                if found == size:
                    size *= 2
                    company, owner, link = _longer(company, size), _longer(owner, size), _longer(link, size)
                company[found], owner[found], link[found] = asked_of, node, -weakest
                found += 1
            for place in range(start[node], start[node + 1]):
                above = target[place]
                through = min(-weakest, units[place])
                if not done[above] and through >= least and through > best[above]:
                    if best[above] == 0:
                        touched[touches] = above
                        touches += 1
                    best[above] = through
                    heapq.heappush(waiting, (-through, np.int64(above)))
        for k in range(touches):
            best[touched[k]] = 0
            done[touched[k]] = False
    return company[:found].copy(), owner[:found].copy(), link[:found].copy()


@kernel
def _longer(old, size):  # type: ignore[no-untyped-def]  # of any kind of array
    new = np.empty(size, old.dtype)
    new[: len(old)] = old
    return new
