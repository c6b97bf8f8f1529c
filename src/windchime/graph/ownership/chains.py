"""Why somebody owns part of a company: the chains with their shares, largest first, and how much they leave out.

Chains are evidence. The share itself is solved (through every loop), never added up from chains; what the chains told do
not make up is said beside them.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from windchime.core.text import Lang, _, translate
from windchime.graph.components import Components
from windchime.graph.ownership.above import Above
from windchime.graph.ownership.holdings import Holdings
from windchime.present import formats

#: steps of the search after which it says that it stopped, and the product of chains too faint to be told beside others
MOST_STEPS, FAINT = 2_000, 1e-6


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
        return [chain_in_words(c, lang, called) for c in self.chains] + rest_in_words(self.as_dict(), lang)


def rest_in_words(told: Mapping[str, Any], lang: Lang = "en") -> list[str]:
    """What the chains told of `Chains.as_dict` leave out."""
    said, share = [], formats.percent(told["unlisted"])
    if told["more"]:
        said.append(translate(_("and {count} more chains, together {share}"), lang, count=told["more"], share=share))
    if told["through_loops"] and told["unlisted"] is not None:
        msgid = _(
            "companies on the way hold each other: chains that pass them again and others not told make up {share}"
        )
        said.append(translate(msgid, lang, share=share))
    if told["share"] is None:
        said.append(translate(_("no share is told: more than the whole of a company on the way is held"), lang))
    return said


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
    if at is None or to is None or at == to:
        return None
    above = Above.of(holdings, to)
    place = above.place(at)
    return None if place is None else chains_within(above, place, most=most)


def chains_within(above: Above, owner: int, *, most: int = 5) -> Chains:
    """The same with what stands above the company at hand, for many owners of one company; `owner` is a place in it."""
    best = above.best_from(owner)
    found, stopped = _largest(above, best.tolist(), owner, most)
    told = tuple(Chain(tuple(map(above.name, nodes)), shares, product) for nodes, shares, product in found)
    between = best > 0
    components = above.components_without(owner)
    looped = _passes_loops(above, between, owner, components)
    share = None if (between & above.faulty).any() else above.share_of(owner)
    return Chains(
        above.name(owner),
        above.name(0),
        share,
        told,
        None if looped else _count(above, between, owner, components) - len(told),
        None if share is None else max(share - sum(c.product for c in told), 0.0),
        looped,
        stopped,
    )


def _passes_loops(above: Above, between: NDArray[np.bool_], owner: int, components: Components) -> bool:
    """Whether chains without end lead from the owner on; a loop through the owner itself makes none."""
    own = (above.owner == above.company) & (above.owner != owner) & between[above.owner]
    return bool(own.any() or (between & (components.sizes[components.of] > 1)).any())


def _largest(
    above: Above, best: Sequence[float], owner: int, most: int
) -> tuple[list[tuple[tuple[int, ...], tuple[float, ...], float]], bool]:
    """The chains of largest product, found from the company upwards by what the best rest of each can still give."""
    # of equal bounds the longest first, so that a ladder of equal chains is walked down and not across
    waiting: list[tuple[float, int, tuple[int, ...], float, tuple[float, ...]]] = [(-best[0], -1, (0,), 1.0, ())]
    found: list[tuple[tuple[int, ...], tuple[float, ...], float]] = []
    steps = 0
    while waiting and len(found) < most:
        steps += 1
        if steps > MOST_STEPS:
            return found, True
        _bound, _length, nodes, product, shares = heapq.heappop(waiting)
        if nodes[0] == owner:
            found.append((nodes, shares, product))
            continue
        if found and product * best[nodes[0]] < FAINT:
            break
        for o, s in _owners(above, nodes[0]):
            if best[o] and o not in nodes:
                part = product * s
                heapq.heappush(waiting, (-part * best[o], -len(nodes) - 1, (o, *nodes), part, (s, *shares)))
    return found, False


def _owners(above: Above, company: int) -> Iterator[tuple[int, float]]:
    graph = above.owners
    here = slice(graph.start[company], graph.start[company + 1])
    return zip(graph.target[here].tolist(), above.share[graph.edge[here]].tolist(), strict=True)


def _count(above: Above, between: NDArray[np.bool_], owner: int, components: Components) -> int:
    """How many chains there are, where no companies hold each other on the way."""
    ways = {0: 1}
    for place in np.argsort(components.of, kind="stable").tolist():
        if between[place] and place != owner and place in ways:
            for o, _s in _owners(above, place):
                if between[o]:
                    ways[o] = ways.get(o, 0) + ways[place]
    return ways[owner]


def chain_in_words(chain: Chain, lang: Lang = "en", called: Callable[[str], str] = str) -> str:
    """One chain, step by step, and what it comes to; `called` gives the name of an id."""
    steps = [
        translate(
            _("{owner} holds {share} of {company}"),
            lang,
            owner=called(o),
            share=formats.percent(s),
            company=called(c),
        )
        for (o, c), s in zip(pairwise(chain.nodes), chain.shares, strict=True)
    ]
    said = ("，" if lang == "zh" else ", ").join(steps)
    if len(steps) == 1:
        return said
    return translate(_("{steps}: {share} by this chain"), lang, steps=said, share=formats.percent(chain.product))
