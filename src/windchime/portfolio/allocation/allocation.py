"""The allocation of a fixed total of offered credit, as a result with everything that is known of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Any

import numpy as np

from windchime.core.money import round_yuan
from windchime.portfolio.allocation import notes
from windchime.portfolio.allocation.optimum import Optimum, optimise
from windchime.portfolio.allocation.packing import Packing, packing
from windchime.portfolio.allocation.peers import equal_shares, rank_by_score
from windchime.portfolio.allocation.plan import Plan, plan
from windchime.portfolio.allocation.pricing import PROFIT_DIGITS, Prices, Whole, best_prices, fraction
from windchime.portfolio.allocation.realised import Realised, realised
from windchime.portfolio.allocation.relaxation import SolverFailed
from windchime.portfolio.allocation.shadow import ShadowPrices, shadow_prices
from windchime.portfolio.allocation.terms import Candidate, Terms, millionths, ordered
from windchime.risk.findings import Finding

#: decimals of a gap that is shown; rounded up, so that it never promises too much
GAP = Decimal("0.000000000001")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A candidate that is offered nothing."""

    firm_id: str
    #: `limit_below_minimum`, `not_profitable`, or `outbid`: it earns money, but others earn more with it
    code: str
    #: expected, yuan per yuan offered at its best rate
    profit_per_yuan: Decimal


@dataclass(frozen=True, slots=True)
class Certificate:
    """How near to the best the allocation is proven to be. Yuan, exact."""

    #: no allocation of whole yuan earns more; exact arithmetic
    bound: Decimal
    #: bound of the linear relaxation, in which the minimum amounts do not count; exact arithmetic
    relaxed_bound: Decimal
    #: the bound HiGHS states, in floating point; None where the relaxation settled everything
    solver_bound: float | None
    #: (bound − expected profit) / bound, rounded up
    gap: Decimal
    #: firms that the mixed-integer problem was left with, and nodes of the proof
    core: int
    nodes: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON: bounds to the fen, rounded up."""
        shown = {k: getattr(self, k).quantize(Decimal("0.01"), ROUND_UP) for k in ("bound", "relaxed_bound")}
        solver = None if self.solver_bound is None else round_yuan(Decimal(repr(round(self.solver_bound, 2))))
        return {**shown, "solver_bound": solver, "gap": self.gap, "core": self.core, "nodes": self.nodes}


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who is offered what, what it earns, how good it is, and what it leaves."""

    #: yuan
    budget: int
    optimum: Plan
    #: what keeps each offer from being larger, by firm: `limit`, `maximum`, `single_share`, or names of rows
    held_by: Mapping[str, tuple[str, ...]]
    left_out: tuple[LeftOut, ...]
    #: why money is left; empty where none is
    unspent_because: tuple[Finding, ...]
    remarks: tuple[Finding, ...]
    certificate: Certificate
    shadow_prices: ShadowPrices
    #: rank by score, equal shares
    peers: tuple[Plan, ...]
    #: on firms with a known outcome: the optimum against each peer; empty where no outcome is given
    realised: tuple[Realised, ...]
    #: version of what the terms were read from, by name
    versions: Mapping[str, str]

    @property
    def unspent(self) -> int:
        """Whole yuan of the budget that are offered to nobody."""
        return self.budget - self.optimum.offered

    def as_dict(self) -> dict[str, Any]:
        """For JSON and the record of it: codes and parameters, no sentence."""
        return {
            "budget": f"{self.budget}.00",
            "unspent": f"{self.unspent}.00",
            "unspent_because": [f.as_dict() for f in self.unspent_because],
            "remarks": [f.as_dict() for f in self.remarks],
            "total": self.optimum.as_dict(),
            "offers": [o.as_dict() | {"held_by": list(self.held_by[o.firm_id])} for o in self.optimum.offers],
            "left_out": [
                {"firm": x.firm_id, "code": x.code, "profit_per_yuan": x.profit_per_yuan} for x in self.left_out
            ],
            "certificate": self.certificate.as_dict(),
            "shadow_prices": self.shadow_prices.as_dict(),
            "peers": [p.as_dict() for p in self.peers],
            "realised": [r.as_dict() for r in self.realised],
            "versions": dict(self.versions),
        }


def allocate(candidates: Sequence[Candidate], terms: Terms, outcomes: Mapping[str, bool] | None = None) -> Allocation:
    """Spend the budget so that expected profit is highest.

    Args:
        candidates: the firms that policy approved, in any order.
        terms: on what terms.
        outcomes: True where a firm is known to have defaulted, False where it is known not to have; others left out.

    Raises:
        FirmTwice, NoCurve, NotAShare: see `ordered`.
        SolverFailed: HiGHS gave nothing, or the amounts fail the last check in whole yuan.
    """
    firms = ordered(candidates, terms)
    prices = best_prices(firms, terms)
    high = np.array([min(int(c.limit), terms.maximum, terms.firm_cap) for c in firms], dtype=np.int64)
    fits, earns = high >= terms.minimum, prices.profit > 0
    kept = np.flatnonzero(fits & earns)
    able = [firms[i] for i in kept.tolist()]
    own = Prices(prices.rate[kept], prices.churn[kept], prices.profit[kept])
    problem = packing(able, own.profit, high[kept], terms)
    found = optimise(problem, gap=terms.gap, nodes=terms.proof_nodes)
    if not problem.is_feasible(found.amounts):
        raise SolverFailed("amounts that do not hold every limit")
    offered = plan("optimum", able, own, found.amounts)
    risk = np.array([millionths("probability", c.probability) for c in able], dtype=np.int64)
    peers = tuple(plan(way.__name__, able, own, way(problem, risk)) for way in (rank_by_score, equal_shares))
    given = np.zeros(len(firms), dtype=np.int64)
    given[kept] = found.amounts
    left_out = tuple(
        LeftOut(firms[i].firm_id, _why(fits[i], earns[i]), fraction(int(prices.profit[i]), PROFIT_DIGITS))
        for i in np.flatnonzero(given == 0).tolist()
    )
    certificate = _certificate(found)
    known = {c.firm_id: outcomes[c.firm_id] for c in firms if c.firm_id in outcomes} if outcomes else {}
    came = tuple(realised(offered, known, terms, against=peer) for peer in peers) if known else ()
    return Allocation(
        budget=terms.budget,
        optimum=offered,
        held_by=_held_by(problem, able, found.amounts, terms),
        left_out=left_out,
        unspent_because=notes.unspent(problem, found.amounts, Counter(x.code for x in left_out)),
        remarks=notes.remarks(firms, terms, certificate.gap) + notes.outcomes(came),
        certificate=certificate,
        shadow_prices=shadow_prices(problem, found, terms),
        peers=peers,
        realised=came,
        versions=terms.versions,
    )


def _why(fits: bool, earns: bool) -> str:
    if not fits:
        return "limit_below_minimum"
    return "outbid" if earns else "not_profitable"


def _certificate(found: Optimum) -> Certificate:
    return Certificate(
        bound=fraction(found.bound, PROFIT_DIGITS),
        relaxed_bound=fraction(found.relaxed_bound, PROFIT_DIGITS),
        solver_bound=found.solver_bound,
        gap=found.gap.quantize(GAP, ROUND_UP),
        core=found.core,
        nodes=found.nodes,
    )


def _held_by(problem: Packing, able: Sequence[Candidate], amounts: Whole, terms: Terms) -> dict[str, tuple[str, ...]]:
    """What keeps each offered amount from being larger."""
    full = problem.caps - problem.used(amounts) == 0
    found = {}
    for one in np.flatnonzero(amounts).tolist():
        amount, firm = int(amounts[one]), able[one]
        bounds = (("limit", int(firm.limit)), ("maximum", terms.maximum), ("single_share", terms.firm_cap))
        rows = [problem.names[r] for r in problem.rows_of(one).tolist() if full[r]]
        found[firm.firm_id] = tuple([name for name, bound in bounds if bound == amount] + rows)
    return found
