"""The best allocation and the proof that none is better.

1. The linear relaxation gives prices, a bound, and by repair a first allocation.
2. In a larger problem HiGHS first solves the firms nearest to being indifferent, for a better first allocation.
3. With the bound, the first allocation and the prices most firms are settled: those that would cost more than the gap if
   they were let in stay out, those that would cost more than the gap if they were left out stay in.
4. HiGHS solves the mixed-integer problem of the rest (semi-continuous amounts); repair makes whole yuan of its answer.
5. A search tree proves it: each of its leaves has a bound in exact arithmetic, and the largest of them is the bound of the
   whole. Where a leaf finds a better allocation, that is taken.
"""

import heapq
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from windchime.portfolio.allocation.packing import Packing
from windchime.portfolio.allocation.pricing import Whole
from windchime.portfolio.allocation.relaxation import PARTS, UNIT, Relaxed, relax
from windchime.portfolio.allocation.repair import NEARLY, by_profit, filled, repaired

#: parts of 10⁻¹⁸ yuan below which two values count as one: a ten-thousandth of a fen, the trust put into prices that the
#: solver gives as floating-point numbers
NEGLIGIBLE = PARTS // 10**6
#: firms in the problem that finds a first good allocation
NEAR = 150
_LARGE = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Optimum:
    """The best allocation found and what is known of all others; values in parts of 10⁻¹⁸ yuan."""

    #: whole yuan, feasible
    amounts: Whole
    value: int
    #: no allocation earns more; proven in exact arithmetic
    bound: int
    #: bound of the linear relaxation alone
    relaxed_bound: int
    #: LP dual of each row in the linear relaxation of the whole
    prices: Whole
    #: the solver's own bound, as it states it; None where the relaxation settled everything
    solver_bound: float | None
    #: firms the mixed-integer problem was left with
    core: int
    #: leaves and branches of the proof
    nodes: int

    @property
    def gap(self) -> Decimal:
        """What the best allocation could at most miss, as a share of the bound."""
        return Decimal(self.bound - self.value) / Decimal(self.bound) if self.bound > 0 else Decimal(0)


def optimise(problem: Packing, *, gap: Decimal, nodes: int) -> Optimum:
    """The best allocation, to a relative gap, with at most so many nodes in its proof.

    Where the nodes do not suffice the result says so by its gap; it is feasible all the same.
    """
    if problem.size == 0:
        return Optimum(np.zeros(0, dtype=np.int64), 0, 0, 0, np.zeros(len(problem.caps), dtype=np.int64), None, 0, 0)
    root = relax(problem)
    allowed = _allowed(root.bound, gap)
    first = repaired(problem, root.amounts)
    if root.bound - problem.value(first) > allowed and problem.size > NEAR:
        first = max(first, _nearby(problem, root, gap, nodes), key=problem.value)
    value = problem.value(first)
    if root.bound - value <= allowed:
        return Optimum(first, value, max(root.bound, value), root.bound, root.prices, None, 0, 1)
    settled, kept = _settle(problem, root, value)
    amounts = first.copy()
    fixed = np.setdiff1d(np.arange(problem.size), kept)
    amounts[fixed] = np.where(settled.must[fixed], settled.high[fixed], 0)
    amounts[kept] = 0
    core, rest = settled.part(kept, problem.used(amounts)), problem.value(amounts)
    start, solver_bound = _solved(core, gap, nodes)
    found = _proved(core, [first[kept], *start], allowed, nodes)
    amounts[kept] = found.amounts
    amounts = filled(problem, amounts, by_profit(problem))
    return Optimum(
        amounts,
        problem.value(amounts),
        min(root.bound, max(found.bound + rest, problem.value(amounts))),
        root.bound,
        root.prices,
        None if solver_bound is None else solver_bound + rest / PARTS,
        core.size,
        found.nodes + 1,
    )


def _allowed(bound: int, gap: Decimal) -> int:
    return int(max(NEGLIGIBLE, gap * bound))


def _nearby(problem: Packing, root: Relaxed, gap: Decimal, nodes: int) -> Whole:
    """A good allocation: HiGHS on the firms nearest to being indifferent, all others as the relaxation has them."""
    near = np.sort(np.argsort(np.abs(problem.reduced(root.prices)), kind="stable")[:NEAR])
    amounts = repaired(problem, np.where(root.amounts >= problem.low - NEARLY, root.amounts, 0))
    amounts[near] = 0
    answers, _bound = _solved(problem.part(near, problem.used(amounts)), gap, nodes)
    if answers:
        amounts[near] = answers[0]
    return filled(problem, amounts, by_profit(problem))


def _settle(problem: Packing, root: Relaxed, value: int) -> tuple[Packing, Whole]:
    """The problem with what every better allocation has in common, and the positions that remain open."""
    missing = root.bound - value
    left = problem.reduced(root.prices)
    by_low, by_high = _quotients(missing, problem.low), _quotients(missing, np.maximum(problem.high, 1))
    out = -left > by_low
    must = left > by_high
    down = _quotients(missing, np.maximum(left, 1))
    low = np.where(must, np.maximum(problem.low, problem.high - np.minimum(down, problem.high)), problem.low)
    settled = replace(problem, must=must, low=low)
    kept = np.flatnonzero(~out & ~(must & (low == problem.high)))
    return settled, kept


def _quotients(missing: int, by: Whole) -> Whole:
    """`missing` divided by each, rounded down; what exceeds 64 bits is as good as the largest number."""
    return np.array([min(missing // b, _LARGE) for b in by.tolist()], dtype=np.int64)


def _solved(core: Packing, gap: Decimal, nodes: int) -> tuple[list[Whole], float | None]:
    """HiGHS on the mixed-integer problem: its answer in whole yuan (none where it stopped early), and its bound."""
    semi_continuous, continuous = 2, 0
    found = milp(
        -core.profit / PARTS * UNIT,
        integrality=np.where(core.must, continuous, semi_continuous),
        bounds=Bounds(core.low / UNIT, core.high / UNIT),
        constraints=LinearConstraint(core.matrix, ub=core.caps / UNIT),
        options={"mip_rel_gap": float(gap) / 10, "node_limit": nodes},
    )
    bound = -float(found.mip_dual_bound) if found.mip_dual_bound is not None else None
    return ([repaired(core, found.x * UNIT)] if found.x is not None else []), bound


@dataclass(frozen=True)
class _Proof:
    amounts: Whole
    value: int
    bound: int
    nodes: int


def _proved(core: Packing, known: list[Whole], allowed: int, nodes: int) -> _Proof:
    """Branch and bound, the leaf with the largest bound first; every bound in exact arithmetic."""
    best = max(known, key=core.value)
    value, closed, used, ticket = core.value(best), 0, 1, count()
    root = relax(core)
    open_leaves = [(-root.bound, next(ticket), core, root)]
    while open_leaves and used < nodes and -open_leaves[0][0] - value > allowed:
        minus, _ticket, problem, relaxed = heapq.heappop(open_leaves)
        children = _branch(problem, relaxed)
        if not children:  # the relaxation is an allocation: nothing is left to branch on
            closed = max(closed, -minus)
        for child in children:
            if not child.is_possible:
                continue
            used += 1
            solved = relax(child)
            tried = repaired(child, solved.amounts)
            if (worth := core.value(tried)) > value:
                best, value = tried, worth
            if solved.bound - value <= allowed:
                closed = max(closed, solved.bound)
            else:
                heapq.heappush(open_leaves, (-solved.bound, next(ticket), child, solved))
    return _Proof(best, value, max([value, closed, *(-leaf[0] for leaf in open_leaves)]), used)


def _branch(problem: Packing, relaxed: Relaxed) -> list[Packing]:
    """Two problems that share all allocations of one: on an amount below its low, else on one that is no whole yuan."""
    amounts = relaxed.amounts
    below = np.flatnonzero((amounts > NEARLY) & (amounts < problem.low - NEARLY))
    if len(below):
        one = int(below[np.abs(amounts[below] / problem.low[below] - 0.5).argmin()])
        return [_with(problem, one, high=0), _with(problem, one, must=True)]
    broken = np.flatnonzero(np.abs(amounts - np.rint(amounts)) > NEARLY)
    if len(broken):
        one = int(broken[0])
        whole = int(np.floor(amounts[one]))
        return [_with(problem, one, high=whole), _with(problem, one, low=whole + 1, must=True)]
    return []


def _with(
    problem: Packing, one: int, *, low: int | None = None, high: int | None = None, must: bool | None = None
) -> Packing:
    """The problem with one amount's bounds changed."""
    lows, highs, musts = problem.low.copy(), problem.high.copy(), problem.must.copy()
    lows[one] = lows[one] if low is None else low
    highs[one] = highs[one] if high is None else high
    musts[one] = musts[one] if must is None else must
    return replace(problem, low=lows, high=highs, must=musts)
