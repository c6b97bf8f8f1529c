"""Small figures of guarantee, counted apart: who stands for whom among two and three parties.

Mutual pairs and triangles that hold one are where Wang and others found risk in the Chinese guarantee network; pure
cyclic triads and full cliques were the most stable. Only promises of one guarantor count here: a joint group of three is
one tie and no triangle.
"""

from dataclasses import dataclass

import numpy as np

from windchime.core.kernel import kernel
from windchime.graph.csr import Longs, csr
from windchime.graph.guarantees.web import Web, once, pair, split
from windchime.graph.nodes import Ints

#: the figures, in the order of the columns of `counts`
FIGURES = ("mutual", "mutual_triangle", "cyclic_triad", "clique")


@dataclass(frozen=True, slots=True)
class Motifs:
    """How often each party stands in each figure."""

    #: (parties, figures): in mutual pairs, triangles with one or two of them, cyclic triads without, and full cliques
    counts: Longs
    #: (figures,) in the whole web, each once
    totals: Longs


def motifs(web: Web) -> Motifs:
    """Count the figures of a web."""
    parties = len(web.parties)
    source, target = web.sources, web.graph.target
    alone = (source < parties) & (target < parties)
    out = csr(parties, source[alone], target[alone])
    low, high = np.minimum(source[alone], target[alone]), np.maximum(source[alone], target[alone])
    a, b = split(once(pair(low, high)))
    # neighbours of each party in rising order: first those below it, then those above
    near = csr(parties, np.concatenate([b, a]), np.concatenate([a, b]))
    counts, totals = _count(out.start, out.target, near.start, near.target, len(FIGURES))
    return Motifs(counts, totals)


@kernel
def _holds(start: Longs, target: Ints, v: int, w: int) -> bool:
    low, high = start[v], start[v + 1]
    while low < high:
        middle = (low + high) // 2
        if target[middle] < w:
            low = middle + 1
        else:
            high = middle
    return bool(low < start[v + 1] and target[low] == w)


@kernel
def _count(start: Longs, target: Ints, near_start: Longs, near: Ints, figures: int) -> tuple[Longs, Longs]:
    parties = len(start) - 1
    counts = np.zeros((parties, figures), np.int64)
    totals = np.zeros(figures, np.int64)
    for a in range(parties):
        for at in range(start[a], start[a + 1]):
            b = target[at]
            if not _holds(start, target, b, a):
                # a → b alone: cyclic triads from their smallest party
                if b > a:
                    for on in range(start[b], start[b + 1]):
                        c = target[on]
                        if (
                            c > a
                            and _holds(start, target, c, a)
                            and not _holds(start, target, c, b)
                            and not _holds(start, target, a, c)
                        ):
                            totals[2] += 1
                            counts[a, 2] += 1
                            counts[b, 2] += 1
                            counts[c, 2] += 1
                continue
            if b < a:
                continue
            totals[0] += 1
            counts[a, 0] += 1
            counts[b, 0] += 1
            # triangles over the mutual pair a < b, counted at the first of their mutual pairs
            i, j = near_start[a], near_start[b]
            while i < near_start[a + 1] and j < near_start[b + 1]:
                if near[i] < near[j]:
                    i += 1
                elif near[i] > near[j]:
                    j += 1
                else:
                    c = near[i]
                    i += 1
                    j += 1
                    with_a = _holds(start, target, a, c) and _holds(start, target, c, a)
                    with_b = _holds(start, target, b, c) and _holds(start, target, c, b)
                    # of pairs written smaller first, a pair with c comes before (a, b) where c is below b (of a) or below a (of b)
                    if (with_a and c < b) or (with_b and c < a):
                        continue
                    figure = 3 if with_a and with_b else 1
                    totals[figure] += 1
                    counts[a, figure] += 1
                    counts[b, figure] += 1
                    counts[c, figure] += 1
    return counts, totals
