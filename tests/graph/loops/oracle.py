"""Loops by brute force: every row of transfers is tried, in fractions and plain words, as an oracle."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from windchime.graph.loops.search import Search

#: payer, payee, fen, earliest and latest microsecond
Edge = tuple[str, str, int, int, int]


def loops(edges: Sequence[Edge], how: Search) -> set[tuple[int, ...]]:
    """Rows of each loop, from its first transfer."""
    found: dict[frozenset[tuple[int, int]], list[tuple[int, ...]]] = {}
    for walk in _closed(edges, how.hops):
        if _holds([edges[i] for i in walk], how):
            following = frozenset(zip(walk, (*walk[1:], walk[0]), strict=True))
            found.setdefault(following, []).append(walk)
    return {min(turns, key=lambda walk: (edges[walk[0]][3], walk[0])) for turns in found.values()}


def _closed(edges: Sequence[Edge], hops: int) -> Iterator[tuple[int, ...]]:
    walks: list[tuple[int, ...]] = [(i,) for i, e in enumerate(edges) if e[0] != e[1]]
    for _step in range(hops - 1):
        longer = []
        for walk in walks:
            been = {edges[i][1] for i in walk}
            for i, e in enumerate(edges):
                if e[0] != edges[walk[-1]][1] or e[1] in been:
                    continue
                if e[1] == edges[walk[0]][0]:
                    yield (*walk, i)
                else:
                    longer.append((*walk, i))
        walks = longer


def _holds(edges: Sequence[Edge], how: Search) -> bool:
    if any(e[3] - edges[0][3] > how.window_us for e in edges):
        return False
    if any(not how.low <= Fraction(b[2], a[2]) <= how.high for a, b in pairwise(edges)):
        return False
    if not how.any_order:
        return all(a[4] < b[3] for a, b in pairwise(edges))
    now = edges[0][3]
    for e in edges[1:]:
        now = max(now + 1, e[3])
        if now > e[4]:
            return False
    return True
