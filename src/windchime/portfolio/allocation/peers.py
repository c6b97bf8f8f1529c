"""What the optimum is compared with: the two ways a bank spends a total without solving anything.

Both offer the rate that is best for each firm, hold the same caps to the yuan and leave out firms that would lose money,
so what separates them from the optimum is the split of the money alone.
"""

import numpy as np

from windchime.portfolio.allocation.packing import Packing
from windchime.portfolio.allocation.pricing import Whole
from windchime.portfolio.allocation.repair import filled


def rank_by_score(problem: Packing, probability: Whole) -> Whole:
    """The safest firm is offered as much as it may have, then the next, until the money or the caps end.

    Args:
        problem: the allocation.
        probability: of default, any scale; of equals the first in order is served first.
    """
    return filled(problem, np.zeros(problem.size, dtype=np.int64), np.argsort(probability, kind="stable"))


def equal_shares(problem: Packing, probability: Whole) -> Whole:
    """Every firm is offered the same amount, as far as its own bounds and the caps allow.

    Where not all can have the minimum, the safest get it. What a capped group leaves is shared by the others (amounts rise
    together; a group stops when its cap is reached): max-min fairness.
    """
    served = _served(problem, probability)
    level = np.zeros(problem.size, dtype=np.int64)
    level[served] = problem.low[served]
    rising = served.copy()
    while rising.any():
        top = _highest(problem, level, rising)
        level = np.where(rising, np.clip(top, level, problem.high), level)
        beyond = problem.used(np.where(rising, np.minimum(level + 1, problem.high), level)) > problem.caps
        stopped = np.asarray(problem.matrix.T @ beyond.astype(np.int64)) > 0
        rising &= ~stopped & (level < problem.high)
    return level


def _served(problem: Packing, probability: Whole) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Who gets the minimum, the safest first."""
    slack = problem.caps.copy()
    served = np.zeros(problem.size, dtype=np.bool_)
    for one in np.argsort(probability, kind="stable").tolist():
        rows = problem.rows_of(one)
        if slack[rows].min() >= problem.low[one]:
            slack[rows] -= problem.low[one]
            served[one] = True
        elif slack[0] < problem.low[one]:
            break
    return served


def _highest(problem: Packing, level: Whole, rising: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """The highest common amount of those that still rise under which every row holds, by bisection."""
    low, high = int(level[rising].max()), int(problem.high[rising].max())
    while low < high:
        middle = (low + high + 1) // 2
        tried = np.where(rising, np.clip(middle, level, problem.high), level)
        low, high = (middle, high) if (problem.used(tried) <= problem.caps).all() else (low, middle - 1)
    return low
