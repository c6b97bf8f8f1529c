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
from windchime.graph.ownership.solution import Solved, solve
from windchime.graph.ownership.vectors import Flags, State

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
    solved: Solved
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
    holdings: Holdings,
    components: Components,
    nobodys: tuple[Ints, Ints],
    left_out: Flags,
    at_least: Fraction,
    before: "Integrated | None" = None,
    part: Flags | None = None,
) -> Integrated:
    """Shares of ultimate owners of at least `at_least`; of 0: all.

    Args:
        holdings: the stakes.
        components: of its companies.
        nobodys: members of orphan loops, and of loops whose outside owners are all undisclosed.
        left_out: (nodes,) companies without an answer.
        at_least: the threshold.
        before: the answer before a change, and
        part: (nodes,) what the change can have touched: it is solved anew, the rest is taken over.
    """
    cut = max(float(at_least) - ROOM, 0.0)
    solution = solve(holdings, components, nobodys, left_out, cut, before.solved if before else None, part)
    bound = ROUNDING * solution.solved.rounds
    doubt = np.abs(solution.share - float(at_least)) <= max(NEAR, bound)
    near = np.flatnonzero(doubt) if at_least else np.empty(0, np.int64)
    sides = decide(holdings, solution.owner[near], solution.company[near], at_least)
    side = np.where(solution.share >= float(at_least), ABOVE, BELOW).astype(np.int8)
    side[near] = sides.side
    share = solution.share
    share[near[sides.side == EQUAL]] = float(at_least)
    kept = np.flatnonzero(side >= EQUAL)
    owner, company, share, equal = solution.owner[kept], solution.company[kept], share[kept], side[kept] == EQUAL
    undecided = sides.undecided
    if before is not None and part is not None:
        stays = np.flatnonzero(~part[before.company])
        owner = np.concatenate([before.owner[stays], owner])
        company = np.concatenate([before.company[stays], company])
        share = np.concatenate([before.share[stays], share])
        equal = np.concatenate([before.equal[stays], equal])
        touched = set(holdings.nodes.named(np.flatnonzero(part)).to_pylist()) if before.certificate.undecided else set()
        undecided += tuple(u for u in before.certificate.undecided if u[1] not in touched)
    order = csr(len(holdings.nodes), company, owner).edge
    violation, at = _conservation(holdings, solution.solved.state, left_out)
    certificate = Certificate(
        companies=int(holdings.is_held.sum() - left_out.sum()),
        left_out=int(left_out.sum()),
        solved=int((holdings.is_held if part is None else holdings.is_held & part).sum()),
        stakes=len(holdings.owner),
        pairs=len(owner),
        at_least=at_least,
        violation=max(violation, solution.gap),
        violation_at=at,
        pruned=0.0,
        bound=bound,
        expanded=solution.expanded,
        near=len(near),
        by_text=sides.by_text,
        in_rationals=sides.in_rationals,
        in_digits=sides.in_digits,
        undecided=undecided,
    )
    return Integrated(holdings, owner[order], company[order], share[order], equal[order], solution.solved, certificate)


def _conservation(holdings: Holdings, state: State, left_out: Flags) -> tuple[float, str]:
    """The largest distance from one of all that is had in a company, and the company."""
    away = np.abs(state.owned + state.hidden + state.orphaned - 1.0)
    away[~holdings.is_held | left_out] = 0.0
    if not len(away):
        return 0.0, ""
    at = int(away.argmax())
    return float(away[at]), str(holdings.nodes.ids[at])
