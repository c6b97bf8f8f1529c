"""Loops of transfers, each found once, at its earliest transfer.

A loop is a row of transfers, each to the payer of the next, the last to the payer of the first, over accounts that
differ, in strictly rising time, within a window, with amounts that change little from hop to hop. (Temporal cycles: Kumar
and Calders, 2SCENT, PVLDB 11:1441, 2018; bounded in hops: Blanuša et al., arXiv 2301.01068.)

Rows that tell the day alone: without `any_order` such a row comes after all of the days before and before all of the days
after, and never beside one of its own day. With it, a loop counts if times within the days exist that rise along it; it
begins with the earliest transfer it can begin with.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from windchime.graph.csr import Csr, Longs, csr
from windchime.graph.loops.kernels import in_time, search
from windchime.graph.loops.search import Search
from windchime.graph.loops.transfers import Transfers
from windchime.graph.nodes import Ints

THREADS = 2
#: parts of equal work that threads take one after the other
_PARTS = 32
#: loops, and transfers looked at, of a whole search: two parties that pay each other all day close loops without end
MOST_LOOPS, MOST_WORK = 4_000_000, 32_000_000_000


@dataclass(frozen=True, slots=True)
class Loops:
    """What a search found."""

    #: rows of the transfers of all loops, one loop behind the other, each in its order
    rows: Longs
    #: (loops + 1,) where each begins
    begins: Longs
    #: rows of first transfers whose search was cut: loops that begin with them may be missing
    cut: Longs
    #: transfers looked at
    looked: int

    def __len__(self) -> int:
        return len(self.begins) - 1

    def lists(self) -> list[list[int]]:
        """The rows of each loop."""
        return [part.tolist() for part in np.split(self.rows, self.begins[1:-1])] if len(self) else []


def find(transfers: Transfers, how: Search, *, threads: int = THREADS) -> Loops:
    """All loops of the transfers, up to `MOST_LOOPS`; ordered by the node and time they begin with."""
    nodes = len(transfers.nodes)
    with ThreadPoolExecutor(threads) as pool:
        sides = ((transfers.payer, transfers.payee), (transfers.payee, transfers.payer))
        out, into = pool.map(lambda side: _by_time(nodes, side[0], side[1], transfers.at), sides)
        at, dated, amount = transfers.at[out.edge], transfers.day_only[out.edge], transfers.amount[out.edge]
        graph = (out.start, out.target, out.edge, at, dated, amount, into.start, into.target, transfers.at[into.edge])
        parts = _parts(out.start, _PARTS if threads > 1 else 1)
        most = np.concatenate([rule(how), np.array([MOST_LOOPS, MOST_WORK]) // len(parts)])
        found = list(pool.map(lambda part: search(part[0], part[1], *graph, most), parts))
    sizes = np.concatenate([np.diff(begins) for _rows, begins, _cut, _looked in found])
    return Loops(
        np.concatenate([f[0] for f in found]),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.concatenate([f[2] for f in found]),
        sum(int(f[3]) for f in found),
    )


def table(transfers: Transfers, found: Loops) -> pa.Table:
    """The loops as (loop, hop, hops, payer, payee, amount, at, row), a hop a row."""
    sizes = np.diff(found.begins)
    rows = found.rows
    return pa.table(
        {
            "loop": np.repeat(np.arange(len(found)), sizes),
            "hop": np.arange(len(rows)) - np.repeat(found.begins[:-1], sizes) + 1,
            "hops": np.repeat(sizes, sizes),
            "payer": transfers.nodes.named(transfers.payer[rows]),
            "payee": transfers.nodes.named(transfers.payee[rows]),
            "fen": transfers.amount[rows],
            "at": transfers.at[rows],
            "row": rows,
        }
    )


def rule(how: Search) -> Longs:
    """The parameters as the kernels take them."""
    parts = (*how.low.as_integer_ratio(), *how.high.as_integer_ratio())
    return np.array([how.hops, how.window_us, *parts, how.any_order, how.work], np.int64)


def _by_time(nodes: int, key: Ints, other: Ints, at: Longs) -> Csr:
    grouped = csr(nodes, key, other)
    in_time(grouped.start, grouped.edge, grouped.target, at)
    return grouped


def _parts(start: Longs, count: int) -> list[tuple[int, int]]:
    """Ranges of nodes with about as many transfers each."""
    cuts = np.searchsorted(start, np.linspace(0, start[-1], count + 1)[1:-1])
    ends = [0, *cuts.tolist(), len(start) - 1]
    return [(a, b) for a, b in pairwise(ends) if a < b] or [(0, 0)]
