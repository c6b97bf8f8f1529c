"""Integrated ownership from a threshold on: solved in floats, decided in rationals where a pair is near the threshold."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pyarrow as pa

from windchime.graph.components import Components
from windchime.graph.csr import Floats, csr
from windchime.graph.nodes import Ints
from windchime.graph.ownership.certificate import Certificate
from windchime.graph.ownership.deciding import ABOVE, BELOW, EQUAL, decide
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.solution import Solution, solve
from windchime.graph.ownership.vectors import Flags

#: pairs within this of a threshold are decided without rounding; pairs are solved for from so far below it
NEAR, ROOM = 1e-9, 1e-6
#: rounding of one share relative to how often it goes around a loop: some hundreds of operations of 1.1e-16 each
ROUNDING = 1e-13


@dataclass(frozen=True, slots=True)
class Integrated:
    """Ultimate owners and their shares in companies, from a least share on."""

    holdings: Holdings
    #: (pairs,) node numbers, grouped by company
    owner: Ints
    company: Ints
    share: Floats
    #: (pairs,) whether the share is the threshold itself
    equal: Flags
    solution: Solution
    certificate: Certificate

    def table(self, chosen: Flags | slice = slice(None)) -> pa.Table:
        """Columns `owner`, `company` (ids) and `share` (a fraction)."""
        named = self.holdings.nodes.named
        return pa.table(
            {
                "owner": named(self.owner[chosen]),
                "company": named(self.company[chosen]),
                "share": pa.array(self.share[chosen]),
            }
        )


def integrated(
    holdings: Holdings, components: Components, nobodys: tuple[Ints, Ints], left_out: Flags, at_least: Fraction
) -> Integrated:
    """Shares of ultimate owners of at least `at_least`; of 0: all.

    Args:
        holdings: the stakes.
        components: of its companies.
        nobodys: members of orphan loops, and of loops whose outside owners are all undisclosed.
        left_out: (nodes,) companies without an answer.
        at_least: the threshold.
    """
    cut = max(float(at_least) - ROOM, 0.0)
    solution = solve(holdings, components, nobodys, left_out, cut)
    bound = ROUNDING * max(solution.rounds, 1.0)
    doubt = np.abs(solution.share - float(at_least)) <= max(NEAR, bound)
    near = np.flatnonzero(doubt) if at_least else np.empty(0, np.int64)
    sides = decide(holdings, solution.owner[near], solution.company[near], at_least)
    side = np.where(solution.share >= float(at_least), ABOVE, BELOW).astype(np.int8)
    side[near] = sides.side
    share = solution.share.copy()
    share[near[sides.side == EQUAL]] = float(at_least)
    kept = np.flatnonzero(side >= EQUAL)
    kept = kept[csr(len(holdings.nodes), solution.company[kept], solution.owner[kept]).edge]
    violation, at = _conservation(holdings, solution, left_out)
    certificate = Certificate(
        companies=int(holdings.is_held.sum() - left_out.sum()),
        left_out=int(left_out.sum()),
        stakes=len(holdings.owner),
        pairs=len(kept),
        at_least=at_least,
        violation=violation,
        violation_at=at,
        pruned=0.0,
        bound=bound,
        expanded=solution.expanded,
        near=len(near),
        by_text=sides.by_text,
        in_rationals=sides.in_rationals,
        in_digits=sides.in_digits,
        undecided=sides.undecided,
    )
    return Integrated(
        holdings, solution.owner[kept], solution.company[kept], share[kept], side[kept] == EQUAL, solution, certificate
    )


def _conservation(holdings: Holdings, solution: Solution, left_out: Flags) -> tuple[float, str]:
    """The largest distance from one of all that is had in a company, and the company."""
    state = solution.state
    away = np.abs(state.owned + state.hidden + state.orphaned - 1.0)
    away[~holdings.is_held | left_out] = 0.0
    if not len(away):
        return 0.0, ""
    at = int(away.argmax())
    return float(away[at]), str(holdings.nodes.ids[at])
