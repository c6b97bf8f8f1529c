"""The linear relaxation, solved by HiGHS: amounts from 0 to their high, and with them a price for every row."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from windchime.core.errors import WindchimeError
from windchime.core.text import _
from windchime.portfolio.allocation.packing import Packing
from windchime.portfolio.allocation.pricing import PROFIT_DIGITS, Whole

#: the solver counts in thousands of yuan: its tolerance of 1e-6 is then a tenth of a fen
UNIT = 1_000.0
#: parts of 10⁻¹⁸ in one yuan
PARTS = 10**PROFIT_DIGITS
#: amounts up to which the programme is solved in one piece
WHOLE = 4_000


class SolverFailed(WindchimeError):
    """The solver gave no solution to a problem that has one."""

    msgid = _("the solver gave no solution: {reason}")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


@dataclass(frozen=True)
class Relaxed:
    """Solution of the relaxation."""

    #: yuan, fractional
    amounts: npt.NDArray[np.float64]
    #: LP dual of each row, parts of 10⁻¹⁸ yuan of profit per yuan of cap; none below 0
    prices: Whole
    #: bound that follows from the prices in exact arithmetic, parts of 10⁻¹⁸ yuan
    bound: int


def relax(problem: Packing) -> Relaxed:
    """Solve the relaxation; the problem must be possible.

    Large problems are sifted: prices from a sample say for most amounts whether they are at the top or at nothing, the
    programme is solved over the rest, and whoever the new prices contradict is let in, until they contradict nobody. The
    answer is that of the whole programme.

    Raises:
        SolverFailed: HiGHS did not end with an optimum.
    """
    if problem.size <= WHOLE:
        return _solved(problem)
    every = -(-problem.size // WHOLE)
    sample = np.arange(0, problem.size, every)
    prices = _solved(replace(problem.part(sample, 0 * problem.caps), caps=problem.caps // every)).prices
    closest = np.argsort(np.abs(problem.reduced(prices)), kind="stable")
    inside = np.zeros(problem.size, dtype=np.bool_)
    inside[closest[:WHOLE]] = True
    while True:
        fixed = np.where(problem.reduced(prices) > 0, np.maximum(problem.high, 0), _least(problem))
        fixed[inside] = 0
        part = problem.part(np.flatnonzero(inside), problem.used(fixed))
        if not part.is_possible:  # too much was settled: let twice as many in
            inside[closest[: 2 * int(inside.sum())]] = True
            continue
        found = _solved(part)
        amounts = fixed.astype(np.float64)
        amounts[inside] = found.amounts
        left = problem.reduced(found.prices)
        contradicted = ~inside & np.where(fixed > _least(problem), left < 0, left > 0) & (problem.high > 0)
        if not contradicted.any():
            return Relaxed(amounts, found.prices, problem.bound(found.prices))
        inside |= contradicted


def _least(problem: Packing) -> Whole:
    return np.where(problem.must, problem.low, 0)


def _solved(problem: Packing) -> Relaxed:
    """Solve one linear programme whole."""
    found = linprog(
        -problem.profit / PARTS * UNIT,
        A_ub=problem.matrix,
        b_ub=problem.caps / UNIT,
        bounds=np.column_stack((_least(problem), np.maximum(problem.high, 0))) / UNIT,
        method="highs",
    )
    if found.status != 0:
        raise SolverFailed(str(found.message))
    duals = np.maximum(-found.ineqlin.marginals, 0.0) / UNIT
    prices = np.rint(duals * PARTS).astype(np.int64)
    return Relaxed(found.x * UNIT, prices, problem.bound(prices))
