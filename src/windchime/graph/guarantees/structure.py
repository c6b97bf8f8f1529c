"""Everything that a web of promises says of its structure, found at once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from windchime.graph.csr import Floats
from windchime.graph.guarantees.chains import Chains, chains
from windchime.graph.guarantees.core_firms import betweenness
from windchime.graph.guarantees.cycles import Cycles, cycles
from windchime.graph.guarantees.knots import Knots, knots
from windchime.graph.guarantees.motifs import Motifs, motifs
from windchime.graph.guarantees.settings import Settings
from windchime.graph.guarantees.web import Web, pair, split, web
from windchime.graph.nodes import Ints


@dataclass(frozen=True)
class Structure:
    """A web, its knots, and what is counted in them."""

    web: Web
    knots: Knots
    cycles: Cycles
    motifs: Motifs
    chains: Chains
    #: (nodes,) inside circles
    betweenness: Floats

    def parties_of(self, component: int) -> Ints:
        """The parties of a component, in rising order."""
        found = self.knots.components
        members = np.sort(found.members[found.start[component] : found.start[component + 1]])
        return members[members < len(self.web.parties)]

    @cached_property
    def mutual(self) -> list[tuple[int, int]]:
        """Pairs that stand for each other, alone or through ties of several guarantors; each once, smaller first."""
        count = len(self.web.parties)
        source, target = self.web.sources, self.web.graph.target
        alone = (source < count) & (target < count)
        forth = pair(source[alone], target[alone])
        both = np.intersect1d(forth, pair(target[alone], source[alone]), assume_unique=True)
        low, high = split(both)
        found = set(zip(low[low < high].tolist(), high[low < high].tolist(), strict=True))
        if self.web.tie_names:
            for number in range(len(self.cycles)):
                members = self.cycles.at(number)
                on = np.sort(members[members < count])
                if len(on) == 2:
                    found.add((int(on[0]), int(on[1])))
        return sorted(found)

    def longest_chain(self, party: int) -> list[list[int]]:
        """Parties on the longest chain from one downwards to debtors, place by place; those of one component together."""
        places = self.chains.path(int(self.knots.components.of[party]))
        members = [self.parties_of(c).tolist() for c in places]
        return [m for m in members if m]


def structure(promises: pa.Table, settings: Settings) -> Structure:
    """Find the structure of promises.

    Args:
        promises: in the form of `forms.GUARANTEES`, or an edge list of `guarantor` and `debtor`.
        settings: bounds of the search and of betweenness.
    """
    woven = web(promises)
    tied = knots(woven)
    found = cycles(
        tied,
        len(woven.parties),
        longest=settings.longest,
        listed_at_most=settings.listed_at_most,
        steps_at_most=settings.steps_at_most,
    )
    between = betweenness(tied, exact_up_to=settings.exact_up_to, sources=settings.sources, seed=settings.seed)
    return Structure(woven, tied, found, motifs(woven), chains(tied), between)


def core(between: Floats, members: Ints, of_highest: float) -> Ints:
    """Members of a circle whose betweenness comes near the circle's highest; none where no path runs through anyone."""
    highest = between[members].max(initial=0.0)
    return members[between[members] >= of_highest * highest] if highest > 0 else members[:0]
