"""Why somebody owns part of a company: the chains with their shares, largest first, and how much they leave out.

Chains are evidence. The share itself is solved (through every loop), never added up from chains; what the chains told do
not make up is said beside them.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windchime.core.text import Lang, _, translate
from windchime.graph.ownership.above import Above
from windchime.graph.ownership.holdings import Holdings
from windchime.present import formats

#: steps of the search after which it says that it stopped
MOST_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Chain:
    """Owner first, company last; no node twice."""

    nodes: tuple[str, ...]
    #: share of each node in the next
    shares: tuple[float, ...]
    product: float


@dataclass(frozen=True, slots=True)
class Chains:
    """The evidence of one owner's share in one company."""

    owner: str
    company: str
    #: the integrated share; None where over-issued companies stand between
    share: float | None
    #: largest product first
    chains: tuple[Chain, ...]
    #: chains beside those told; None where they were not counted because companies hold each other
    more: int | None
    #: part of the share that the chains told do not make up; None with the share
    unlisted: float | None
    #: whether companies between the two hold each other, so that chains without end count in the share
    through_loops: bool
    #: whether the search stopped before all of the largest chains were surely found
    stopped: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "owner": self.owner,
            "company": self.company,
            "share": None if self.share is None else round(self.share, 9),
            "chains": [
                {"nodes": list(c.nodes), "shares": [round(s, 9) for s in c.shares], "product": round(c.product, 9)}
                for c in self.chains
            ],
            "more": self.more,
            "unlisted": None if self.unlisted is None else round(self.unlisted, 9),
            "through_loops": self.through_loops,
            "stopped": self.stopped,
        }

    def sentences(self, lang: Lang = "en", called: Callable[[str], str] = str) -> list[str]:
        """The evidence in words; `called` gives the name of an id."""
        return [_chain_in_words(c, lang, called) for c in self.chains] + self._rest(lang)

    def _rest(self, lang: Lang) -> list[str]:
        told = []
        if self.more:
            share = formats.percent(self.unlisted)
            told.append(translate(_("and {count} more chains, together {share}"), lang, count=self.more, share=share))
        if self.through_loops and self.unlisted is not None:
            said = _(
                "companies on the way hold each other: chains that pass them again and others not told make up {share}"
            )
            told.append(translate(said, lang, share=formats.percent(self.unlisted)))
        if self.share is None:
            told.append(translate(_("no share is told: more than the whole of a company on the way is held"), lang))
        return told


def chains(holdings: Holdings, owner: str, company: str, *, most: int = 5) -> Chains | None:
    """The chains by which an owner holds part of a company, and its integrated share.

    Args:
        holdings: who holds what in whom.
        owner: id of a person or firm.
        company: id of a company.
        most: chains told, the largest.

    Returns:
        None where no chain leads from one to the other.
    """
    at, to = holdings.nodes.number(owner), holdings.nodes.number(company)
    return None if at is None or to is None or at == to else chains_within(Above.of(holdings, to), at, most=most)


def chains_within(above: Above, owner: int, *, most: int = 5) -> Chains | None:
    """The same with what stands above the company at hand, for many owners of one company; `owner` is a number."""
    between = _between(above, owner)
    if owner not in between:
        return None
    found, stopped = _largest(above, between, owner, most)
    ids = above.holdings.nodes.ids
    told = tuple(Chain(tuple(str(ids[n]) for n in nodes), tuple(shares), product) for nodes, shares, product in found)
    order = between.order
    many = None if order is None else _count(between, order, owner)
    spoilt = not between.owners.keys().isdisjoint(above.over_issued)
    share = None if spoilt else between.reach(owner).get(owner, 0.0)
    return Chains(
        str(ids[owner]),
        str(ids[above.company]),
        share,
        told,
        None if many is None else many - len(told),
        None if share is None else max(share - sum(c.product for c in told), 0.0),
        order is None,
        stopped,
    )


class _Between(Above):
    """What stands on chains from one owner to the company."""

    def __contains__(self, node: int) -> bool:
        return any(o == node for rows in self.owners.values() for o, _s in rows)


def _between(above: Above, owner: int) -> _Between:
    holds: dict[int, list[int]] = defaultdict(list)
    for c, rows in above.owners.items():
        for o, _s in rows:
            holds[o].append(c)
    below, waiting = {owner}, [owner]
    while waiting:
        for c in holds.get(waiting.pop(), ()):
            if c not in below:
                below.add(c)
                waiting.append(c)
    owners = {
        c: [(o, s) for o, s in rows if o in below] for c, rows in above.owners.items() if c in below and c != owner
    }
    return _Between(above.holdings, above.company, {c: rows for c, rows in owners.items() if rows})


def _largest(
    above: Above, between: _Between, owner: int, most: int
) -> tuple[list[tuple[list[int], list[float], float]], bool]:
    """The chains of largest product, found from the company upwards by what the best rest of each can still give."""
    best = _best_from(between, owner)
    # of equal bounds the longest first, so that a ladder of equal chains is walked down and not across
    waiting: list[tuple[float, int, tuple[int, ...], float, tuple[float, ...]]] = [
        (-best[above.company], -1, (above.company,), 1.0, ())
    ]
    found: list[tuple[list[int], list[float], float]] = []
    steps = 0
    while waiting and len(found) < most:
        steps += 1
        if steps > MOST_STEPS:
            return found, True
        _bound, _length, nodes, product, shares = heapq.heappop(waiting)
        if nodes[0] == owner:
            found.append((list(nodes), list(shares), product))
            continue
        for o, s in between.owners.get(nodes[0], ()):
            if o not in nodes:
                part = product * s
                heapq.heappush(waiting, (-part * best[o], -len(nodes) - 1, (o, *nodes), part, (s, *shares)))
    return found, False


def _best_from(between: _Between, owner: int) -> Mapping[int, float]:
    """By node: the largest product of a chain from the owner to it."""
    holds: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for c, rows in between.owners.items():
        for o, s in rows:
            holds[o].append((c, s))
    best: dict[int, float] = {}
    waiting = [(-1.0, owner)]
    while waiting:
        product, node = heapq.heappop(waiting)
        if node in best:
            continue
        best[node] = -product
        for c, s in holds.get(node, ()):
            if c not in best:
                heapq.heappush(waiting, (product * min(s, 1.0), c))
    return best


def _count(between: _Between, order: Sequence[int], owner: int) -> int:
    """How many chains there are, where no companies hold each other."""
    ways = {owner: 1}
    for node in order:
        if node != owner:
            ways[node] = sum(ways.get(o, 0) for o, _s in between.owners.get(node, ()))
    return ways[between.company]


def _chain_in_words(chain: Chain, lang: Lang, called: Callable[[str], str]) -> str:
    steps = [
        translate(
            _("{owner} holds {share} of {company}"),
            lang,
            owner=called(o),
            share=formats.percent(s),
            company=called(c),
        )
        for o, c, s in zip(chain.nodes, chain.nodes[1:], chain.shares, strict=False)
    ]
    said = ("，" if lang == "zh" else ", ").join(steps)
    if len(steps) == 1:
        return said
    return translate(_("{steps}: {share} by this chain"), lang, steps=said, share=formats.percent(chain.product))
