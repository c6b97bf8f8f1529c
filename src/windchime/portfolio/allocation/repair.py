"""From the solver's floating-point amounts to whole yuan that hold every row: cut what is over, then fill what is left."""

import numpy as np
import numpy.typing as npt

from windchime.portfolio.allocation.packing import Packing
from windchime.portfolio.allocation.pricing import Whole

#: yuan by which a floating-point amount may lie below the whole yuan it stands for
NEARLY = 1e-4


def repaired(problem: Packing, amounts: npt.NDArray[np.float64]) -> Whole:
    """Feasible whole yuan near to the given amounts, which no single amount could be raised above.

    Deterministic: the least profitable are cut first, the most profitable filled first, of equals the first in order.
    The problem must be possible (`Packing.is_possible`).
    """
    whole = np.minimum(np.floor(amounts + NEARLY).astype(np.int64), problem.high)
    whole = np.where(whole >= problem.low, whole, np.where(problem.must, problem.low, 0))
    order = by_profit(problem)
    whole = _cut(problem, whole, order[::-1])
    return filled(problem, whole, order)


def by_profit(problem: Packing) -> Whole:
    """Positions from the most to the least profitable per yuan, of equals the first in order."""
    return np.argsort(-problem.profit, kind="stable")


def _cut(problem: Packing, whole: Whole, order: Whole) -> Whole:
    """Take from those first in the order until every row holds: first down to the low, then to nothing."""
    slack = problem.caps - problem.used(whole)
    cut = whole.copy()
    for floor in (problem.low, np.where(problem.must, problem.low, 0)):
        if (slack >= 0).all():
            return cut
        for one in order[cut[order] > floor[order]].tolist():
            rows = problem.rows_of(one)
            over = -int(slack[rows].min())
            if over > 0:
                left = max(int(floor[one]), int(cut[one]) - over)
                left = left if left >= problem.low[one] else int(floor[one])
                slack[rows] += cut[one] - left
                cut[one] = left
    return cut


def filled(problem: Packing, whole: Whole, order: Whole) -> Whole:
    """Raise amounts, those first in the order first, as far as their bounds and the rows allow."""
    slack = problem.caps - problem.used(whole)
    full = whole.copy()
    for one in order[(full < problem.high)[order] & (problem.high >= problem.low)[order]].tolist():
        if slack[0] <= 0:
            break
        rows = problem.rows_of(one)
        to = min(int(problem.high[one]), int(full[one]) + int(slack[rows].min()))
        if to >= problem.low[one] and to > full[one]:
            slack[rows] -= to - full[one]
            full[one] = to
    return full
