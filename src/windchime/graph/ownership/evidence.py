"""Evidence of links of control and benefit, as canonical JSON can hold it: whose votes are pooled, which chains, which rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from windchime.graph.ownership.above import Above
from windchime.graph.ownership.chains import Chains, chains_within
from windchime.graph.ownership.control import Control
from windchime.graph.ownership.library import Library

#: decimals of shares in evidence
DIGITS = 9


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of one link."""

    body: Mapping[str, Any]
    #: whether a stake cited was declared to be held for another
    is_nominee: bool


@dataclass
class Evidence:
    """Tells why; what stands above a company is gathered once for all its owners, companies being asked in order."""

    library: Library
    controls: Control
    most: int

    def __post_init__(self) -> None:
        """Nothing is gathered yet."""
        self._above: tuple[int, Above] | None = None

    @cached_property
    def _controlled(self) -> Mapping[int, frozenset[int]]:
        """By controller the companies it controls."""
        order = np.argsort(self.controls.controller, kind="stable")
        controller, company = self.controls.controller[order], self.controls.company[order]
        tops, first = np.unique(controller, return_index=True)
        parts = np.split(company, first[1:]) if len(tops) else []
        return {int(x): frozenset(part.tolist()) for x, part in zip(tops, parts, strict=True)}

    def controlled_by(self, controller: int) -> frozenset[int]:
        """The companies it controls."""
        return self._controlled.get(controller, frozenset())

    def number(self, node: str) -> int:
        """The number of a node of the graph.

        Raises:
            KeyError: the graph has no such node.
        """
        found = self.library.holdings.nodes.number(node)
        if found is None:
            raise KeyError(node)
        return found

    def pooled(self, controller: int, company: int) -> Told:
        """The holders of votes in a company that are the controller or controlled by it, largest first, with their rows."""
        mine = self.controlled_by(controller)
        return self._stakes([e for e, o in self._owners(company) if o == controller or o in mine])

    def stakes_of(self, holders: frozenset[int], company: int) -> Told:
        """The stakes that some holders have in a company."""
        return self._stakes([e for e, o in self._owners(company) if o in holders])

    def chains(self, owner: int, company: int) -> Chains | None:
        """The chains from an owner to a company; None where none leads."""
        if self._above is None or self._above[0] != company:
            self._above = company, Above.of(self.library.holdings, company, self.library.faulty)
        above = self._above[1]
        place = above.place(owner)
        return None if place is None or not place else chains_within(above, place, most=self.most)

    def chained(self, found: Chains) -> Told:
        """Chains with the rows behind each of their stakes."""
        body = found.as_dict()
        nominee = False
        for chain in body["chains"]:
            stakes = [self._stake(o, c) for o, c in pairwise(chain["nodes"])]
            chain["rows"] = [self.library.behind(e) for e in stakes]
            nominee |= any(self.library.is_nominee(e) for e in stakes)
        return Told({k: v for k, v in body.items() if k not in {"owner", "company"}}, nominee)

    def _stakes(self, stakes: list[int]) -> Told:
        holdings, ids = self.library.holdings, self.library.holdings.nodes.ids
        stakes.sort(key=lambda e: (-holdings.votes[e], int(holdings.owner[e])))
        told = [
            {
                "holder": str(ids[int(holdings.owner[e])]),
                "votes": round(float(holdings.votes[e]), DIGITS),
                "rows": self.library.behind(e),
            }
            for e in stakes
        ]
        return Told({"through": told}, any(self.library.is_nominee(e) for e in stakes))

    def _owners(self, company: int) -> list[tuple[int, int]]:
        graph = self.library.holdings.by_company
        here = slice(graph.start[company], graph.start[company + 1])
        return list(zip(graph.edge[here].tolist(), graph.target[here].tolist(), strict=True))

    def _stake(self, owner: str, company: str) -> int:
        holder = self.number(owner)
        return next(e for e, o in self._owners(self.number(company)) if o == holder)
