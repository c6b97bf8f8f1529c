"""DebtRank: how far each firm's distress eats into the means of the others.

`h` is the share of a firm's buffer that is lost, 1 when it falls. In each round
`h_i := min(1, h_i + Σ_j Λ_ij (p(h_j) - p(h_j before)))`, with `p(h) = h` in the linear form of Bardoscia and others 2015,
which passes every further loss on (Battiston 2012 lets a firm pass on once and undercounts), and
`p(h) = h exp(α (h - 1))` in the non-linear form (PLOS ONE 0163825); with infinite `α` only firms that fall pass on losses.

Changes below `least` wait until others join them, so that a shock touches only the firms it matters to. What waits at the
end is at most `least` a firm.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from windchime.core.kernel import kernel
from windchime.graph.contagion.network import Network
from windchime.graph.csr import Floats, Longs
from windchime.graph.nodes import Ints

#: a firm whose loss comes this close to its buffer falls; so that sums of shares are not decided by their last digit
FALLS = 1.0 - 1e-9


@dataclass(frozen=True, slots=True)
class Ranks:
    """What the failure of each firm does, and what failures do to each; all arrays (firms,)."""

    #: yuan that all others lose if it fails
    impact: Floats
    #: others that fall if it fails; others that lose at least the listed share
    falls: Longs
    hits: Longs
    #: rounds until nothing moves
    rounds: Longs
    #: yuan it loses on average when one other firm of the network fails
    vulnerability: Floats
    #: single failures of others that bring it down
    brought_down: Longs


def spread(network: Network, first: Floats, *, alpha: float, least: float, rounds: int) -> tuple[Floats, int]:
    """Share of each buffer that is lost after a shock.

    Args:
        network: exposures.
        first: (firms,) shares lost at first, 0 to 1.
        alpha: exponent; 0 is linear, infinity a threshold cascade.
        least: a change below this waits.
        rounds: most rounds.

    Returns:
        (firms,) shares lost in the end, and after how many rounds.
    """
    by = network.by_failed
    lost = np.clip(np.asarray(first, dtype=np.float64), 0.0, 1.0)
    scratch = _scratch(len(network.firms))
    seeds = np.flatnonzero(lost > 0).astype(np.int32)
    took, _touched = _spread(by.start, by.target, network.weight[by.edge], seeds, lost, alpha, least, rounds, *scratch)
    return lost, int(took)


def ranks(network: Network, *, alpha: float, least: float, rounds: int, listed_from: float, threads: int = 2) -> Ranks:
    """Let each firm fail alone.

    Args:
        network: exposures.
        alpha: exponent, as in `spread`.
        least: a change below this waits.
        rounds: most rounds.
        listed_from: share of its buffer from which a firm counts among `hits`.
        threads: parts that run at the same time; the answer is the same for any number up to the last digits of
            `vulnerability`.
    """
    count = len(network.firms)
    by, weight = network.by_failed, network.weight[network.by_failed.edge]
    cuts = [count * n // threads for n in range(threads + 1)]

    def part(at: int) -> tuple[Floats, Longs, Longs, Longs, Floats, Longs]:
        return _alone(
            by.start, by.target, weight, network.buffer, cuts[at], cuts[at + 1], alpha, least, rounds, listed_from
        )

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(part, range(threads)))
    joined = [np.concatenate([p[n] for p in parts]) for n in range(4)]
    suffered, brought = sum(p[4] for p in parts), sum(p[5] for p in parts)
    return Ranks(
        joined[0],
        joined[1],
        joined[2],
        joined[3],
        np.asarray(suffered) * network.buffer / max(count - 1, 1),
        np.asarray(brought),
    )


def _scratch(count: int) -> tuple[Floats, Floats, Ints, Ints, Ints]:
    empty = np.empty(count, np.int32)
    return np.zeros(count), np.zeros(count), empty, empty.copy(), empty.copy()


@kernel
def _passed(h: float, alpha: float) -> float:
    if h >= FALLS:
        return 1.0
    if alpha == 0.0:
        return h
    if np.isinf(alpha):
        return 0.0
    return float(h * np.exp(alpha * (h - 1.0)))


@kernel
def _spread(  # noqa: C901 - one loop; split, its state would be passed around
    start: Longs,
    loser: Ints,
    weight: Floats,
    seeds: Ints,
    lost: Floats,
    alpha: float,
    least: float,
    rounds: int,
    waiting: Floats,
    gain: Floats,
    front: Ints,
    moved: Ints,
    touched: Ints,
) -> tuple[int, int]:
    """Spread in place; gives the rounds and how many firms of `touched` lost anything; `waiting` and `gain` are left zero."""
    size = many = 0
    for s in seeds:
        waiting[s] = _passed(lost[s], alpha)
        touched[many] = s
        many += 1
        if waiting[s] > 0.0:
            front[size] = s
            size += 1
    number = 0
    while size > 0 and number < rounds:
        number += 1
        changed = 0
        for at in range(size):
            v = front[at]
            out = waiting[v]
            waiting[v] = 0.0
            for e in range(start[v], start[v + 1]):
                w = loser[e]
                if lost[w] < 1.0:
                    if gain[w] == 0.0:
                        moved[changed] = w
                        changed += 1
                    gain[w] += weight[e] * out
        size = 0
        for at in range(changed):
            w = moved[at]
            before = lost[w]
            after = min(1.0, before + gain[w])
            gain[w] = 0.0
            if before == 0.0:
                touched[many] = w
                many += 1
            if after >= FALLS:
                after = 1.0
            lost[w] = after
            waiting[w] += _passed(after, alpha) - _passed(before, alpha)
            if waiting[w] > least:
                front[size] = w
                size += 1
    for at in range(many):
        waiting[touched[at]] = 0.0
    return number, many


@kernel
def _alone(
    start: Longs,
    loser: Ints,
    weight: Floats,
    buffer: Floats,
    first: int,
    last: int,
    alpha: float,
    least: float,
    rounds: int,
    listed_from: float,
) -> tuple[Floats, Longs, Longs, Longs, Floats, Longs]:
    count = len(buffer)
    impact = np.zeros(last - first)
    falls = np.zeros(last - first, np.int64)
    hits = np.zeros(last - first, np.int64)
    took = np.zeros(last - first, np.int64)
    suffered = np.zeros(count)
    brought = np.zeros(count, np.int64)
    lost = np.zeros(count)
    waiting = np.zeros(count)
    gain = np.zeros(count)
    front = np.empty(count, np.int32)
    moved = np.empty(count, np.int32)
    touched = np.empty(count, np.int32)
    seeds = np.empty(1, np.int32)
    for s in range(first, last):
        seeds[0] = s
        lost[s] = 1.0
        number, many = _spread(
            start, loser, weight, seeds, lost, alpha, least, rounds, waiting, gain, front, moved, touched
        )
        took[s - first] = number
        for at in range(many):
            w = touched[at]
            if w != s:
                impact[s - first] += lost[w] * buffer[w]
                suffered[w] += lost[w]
                if lost[w] >= 1.0:
                    falls[s - first] += 1
                    brought[w] += 1
                if lost[w] >= listed_from:
                    hits[s - first] += 1
            lost[w] = 0.0
    return impact, falls, hits, took, suffered, brought
