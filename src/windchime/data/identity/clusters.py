"""Which mentions are one: links are taken from the strongest to the weakest, and none that would join what is two.

A chain of links that would bring two different codes together, or two mentions that a person has told apart, is thus cut
at its weakest link.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Method = Literal["judgement", "code", "name", "probabilistic"]
#: methods from the strongest
METHODS: tuple[Method, ...] = ("judgement", "code", "name", "probabilistic")


@dataclass(frozen=True, slots=True)
class Link:
    """One reason to take two mentions for one; `left < right` are their numbers."""

    left: int
    right: int
    method: Method
    #: between 0 and 1
    score: float
    #: what it rests on, for the record
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def strength(self) -> tuple[Any, ...]:
        """Sorts the strongest first, ties by number."""
        return METHODS.index(self.method), -self.score, self.left, self.right


@dataclass(frozen=True, slots=True)
class Clusters:
    """What the links came to."""

    #: for each mention the smallest number of its cluster
    heads: tuple[int, ...]
    #: links that joined two clusters, by what they joined: the clusters' trees
    joined: tuple[Link, ...]
    #: links that were cut because they would join what is two
    cut: tuple[Link, ...]

    def members(self) -> dict[int, list[int]]:
        """The mentions of each cluster, by its head."""
        found: dict[int, list[int]] = defaultdict(list)
        for mention, head in enumerate(self.heads):
            found[head].append(mention)
        return dict(found)

    def towards_head(self) -> dict[int, Link]:
        """For each mention that is no head, the link by which it hangs on the tree of its cluster."""
        beside: dict[int, list[Link]] = defaultdict(list)
        for link in self.joined:
            beside[link.left].append(link)
            beside[link.right].append(link)
        found: dict[int, Link] = {}
        for head in sorted({self.heads[m] for m in beside}):
            waiting = deque([head])
            while waiting:
                here = waiting.popleft()
                for link in sorted(beside[here], key=lambda e: e.strength):
                    there = link.right if link.left == here else link.left
                    if there != head and there not in found:
                        found[there] = link
                        waiting.append(there)
        return found


def cluster(codes: Sequence[str | None], links: Iterable[Link], apart: Iterable[tuple[int, int]] = ()) -> Clusters:
    """Join mentions by links.

    Args:
        codes: the proven code of each mention; two different ones are never joined.
        links: in any order.
        apart: pairs that a person has told apart.
    """
    parent = list(range(len(codes)))
    code = list(codes)
    enemies: dict[int, set[int]] = defaultdict(set)

    def head(mention: int) -> int:
        while parent[mention] != mention:
            parent[mention] = parent[parent[mention]]
            mention = parent[mention]
        return mention

    for a, b in apart:
        enemies[a].add(b)
        enemies[b].add(a)
    joined, cut = [], []
    for link in sorted(links, key=lambda e: e.strength):
        low, high = sorted((head(link.left), head(link.right)))
        if low == high:
            continue
        told_apart = any(head(e) == high for e in enemies[low]) if enemies[low] else False
        if told_apart or (code[low] and code[high] and code[low] != code[high]):
            cut.append(link)
            continue
        parent[high] = low
        code[low] = code[low] or code[high]
        enemies[low] |= enemies.pop(high, set())
        joined.append(link)
    return Clusters(tuple(map(head, range(len(codes)))), tuple(joined), tuple(cut))
