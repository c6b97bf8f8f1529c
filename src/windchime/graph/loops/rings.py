"""Which loops mean something: pairs that deal every week close loops by chance; pairs that deal in loops alone do not.

Loops that pass the same accounts in the same order are rounds of one ring. If the pairs of a ring had nothing to do with
each other, each dealing at its own even rate, then of `n_1` first transfers and `n_i` transfers of pair `i` whose amount
would do, over a history of `T` days,

    n_1 · ∏ n_i · W^(k-1) / ((k-1)! · T^(k-1)),    i = 2 … k

loops would be expected (times of the others fall into the window W after the first, in their order: the volume of a
simplex). The number of rounds without a common transfer is held against a Poisson variable of this mean.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import log

import numpy as np
from scipy.special import factorial
from scipy.stats import poisson

from windchime.core.kernel import kernel
from windchime.graph.csr import Longs, csr
from windchime.graph.loops.finding import Loops
from windchime.graph.loops.kernels import after, in_time
from windchime.graph.loops.search import Search
from windchime.graph.loops.transfers import DAY_US, Transfers

#: beyond this the logarithm says nothing more
MOST = 300.0


@dataclass(frozen=True, slots=True)
class Keep:
    """When a ring is believed."""

    #: surprise that is enough alone
    alone: float
    #: surprise that is enough where the ring is at least `share` of what each pair deals
    least: float
    share: float


#: believes every ring
EVERY = Keep(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Ring:
    """Accounts that money went round, in their order, and each round of it."""

    #: numbers of nodes, from the smallest on
    nodes: tuple[int, ...]
    #: rows of each round, from its first transfer; no row in two rounds; by the time they end
    rounds: tuple[tuple[int, ...], ...]
    #: minus the logarithm to base 10 of the probability of as many rounds by chance
    surprise: float
    #: of what each pair deals in this direction the part that the rounds make; the least of the pairs
    share: float

    def is_kept(self, keep: Keep) -> bool:
        """Whether it is believed."""
        return self.surprise >= keep.alone or (self.surprise >= keep.least and self.share >= keep.share)


def rings(transfers: Transfers, found: Loops, how: Search) -> list[Ring]:
    """The rings that loops are rounds of, each with what speaks for it; the most surprising first."""
    if not len(found):
        return []
    expected, dealt = _expected(transfers, found, how), _dealt(transfers, found)
    grouped: dict[tuple[int, ...], list[tuple[int, tuple[int, ...], float]]] = {}
    for rows, mean in zip(found.lists(), expected, strict=True):
        nodes = transfers.payer[rows].tolist()
        turn = nodes.index(min(nodes))
        ring = tuple(nodes[turn:] + nodes[:turn])
        grouped.setdefault(ring, []).append((int(transfers.at[rows[-1]]), tuple(rows), float(mean)))
    made = [_ring(ring, loops, transfers, dealt) for ring, loops in grouped.items()]
    return sorted(made, key=lambda r: (-r.surprise, -r.share, r.nodes))


def _ring(
    nodes: tuple[int, ...],
    loops: list[tuple[int, tuple[int, ...], float]],
    transfers: Transfers,
    dealt: dict[tuple[int, int], int],
) -> Ring:
    used: set[int] = set()
    rounds = []
    for _end, rows, _mean in sorted(loops):
        if used.isdisjoint(rows):
            used.update(rows)
            rounds.append(rows)
    passed: dict[tuple[int, int], int] = {}
    for row in used:
        pair = int(transfers.payer[row]), int(transfers.payee[row])
        passed[pair] = passed.get(pair, 0) + int(transfers.amount[row])
    mean = sum(m for _end, _rows, m in loops) / len(loops)
    surprise = -float(poisson.logsf(len(rounds) - 1, mean)) / log(10)
    return Ring(
        nodes, tuple(rounds), min(max(surprise, 0.0), MOST), min(fen / dealt[pair] for pair, fen in passed.items())
    )


def _pairs(transfers: Transfers) -> Longs:
    return transfers.payer.astype(np.int64) * len(transfers.nodes) + transfers.payee


def _dealt(transfers: Transfers, found: Loops) -> dict[tuple[int, int], int]:
    """Fen that each pair of the loops dealt in all."""
    pairs = _pairs(transfers)
    wanted = np.unique(pairs[found.rows])
    place = np.minimum(np.searchsorted(wanted, pairs), len(wanted) - 1)
    inside = wanted[place] == pairs
    fen = np.zeros(len(wanted), np.int64)
    np.add.at(fen, place[inside], transfers.amount[inside])
    size = len(transfers.nodes)
    return {(int(p) // size, int(p) % size): int(f) for p, f in zip(wanted, fen, strict=True)}


def _times(fen: Longs, ratio: Fraction) -> Longs:
    """The largest whole numbers not above fen · ratio, without overflow on the way."""
    whole, rest = np.divmod(fen, ratio.denominator)
    times: Longs = whole * ratio.numerator + rest * ratio.numerator // ratio.denominator
    return times


def _expected(transfers: Transfers, found: Loops, how: Search) -> list[float]:
    """How many loops along the pairs of each loop chance would give."""
    wanted, pair = np.unique(_pairs(transfers)[found.rows], return_inverse=True)
    inside = np.flatnonzero(np.isin(_pairs(transfers), wanted))
    of = csr(len(wanted), np.searchsorted(wanted, _pairs(transfers)[inside]).astype(np.int32), inside.astype(np.int32))
    in_time(of.start, of.edge, of.target, transfers.amount[inside])
    fen = transfers.amount[found.rows]
    before = np.roll(fen, 1)
    least, most = -_times(-before, how.low), _times(before, how.high)
    least[found.begins[:-1]], most[found.begins[:-1]] = 0, np.iinfo(np.int64).max
    counts = _between(of.start, transfers.amount[of.target], pair, least, most)
    sizes = np.diff(found.begins)
    window = how.window_us / DAY_US
    span = max((int(transfers.at.max()) - int(transfers.at.min())) / DAY_US, window)
    logs = np.add.reduceat(np.log(counts), found.begins[:-1]) + (sizes - 1) * log(window / span)
    means: list[float] = (np.exp(logs) / factorial(sizes - 1)).tolist()
    return means


@kernel
def _between(start: Longs, fen: Longs, pair: Longs, least: Longs, most: Longs) -> Longs:
    """How many amounts of each pair, sorted, lie between two bounds, both included."""
    counts = np.empty(len(pair), np.int64)
    for i in range(len(pair)):
        begin, end = start[pair[i]], start[pair[i] + 1]
        counts[i] = after(fen, begin, end, most[i]) - after(fen, begin, end, least[i] - 1)
    return counts
