"""The shadow price of the budget: what one more yuan of it is worth, asked in two ways that are each named.

**LP dual**: the price HiGHS gives the budget row of the linear relaxation (minimum amounts ignored, firms divisible).
It is a derivative at one point; at a kink, where the budget ends exactly with a firm, any price between the two slopes
is a right answer and the solver names one of them.

**Finite difference**: the whole problem solved again with the budget a step larger and a step smaller; the profit gained
or lost per yuan. It knows the minimum amounts and looks a whole step ahead, so it falls with the step; forward is at most
about the dual, backward at least about it, and minimum amounts let each miss that a little.

In both the caps of groups and of the single firm stay where they are in yuan: the price is that of the total alone.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np

from windchime.portfolio.allocation.optimum import Optimum, optimise
from windchime.portfolio.allocation.packing import Packing
from windchime.portfolio.allocation.pricing import PROFIT_DIGITS, fraction
from windchime.portfolio.allocation.terms import Terms

#: decimals of a price that is shown: a fen on ten million yuan
PRICE = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class ShadowPrices:
    """Yuan of expected profit a year per yuan of budget."""

    #: price of the budget row in the linear relaxation
    lp_dual: Decimal
    #: (profit with a step more − profit) / step
    finite_difference_forward: Decimal
    #: (profit − profit with a step less) / step; None where the budget is smaller than the step
    finite_difference_backward: Decimal | None
    #: yuan
    step: int
    #: LP dual of each cap that has a price, by the name of its row
    caps: dict[str, Decimal]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "lp_dual": self.lp_dual,
            "finite_difference_forward": self.finite_difference_forward,
            "finite_difference_backward": self.finite_difference_backward,
            "step": f"{self.step}.00",
            "caps_lp_dual": self.caps,
        }


def shadow_prices(problem: Packing, found: Optimum, terms: Terms) -> ShadowPrices:
    """Both prices of the budget; solves the problem twice more."""
    step = terms.budget_step
    more = _value(problem, step, terms) - found.value
    less = found.value - _value(problem, -step, terms) if problem.caps[0] >= step else None
    duals = [_price(fraction(p, PROFIT_DIGITS)) for p in found.prices.tolist()]
    return ShadowPrices(
        lp_dual=duals[0],
        finite_difference_forward=_price(fraction(more, PROFIT_DIGITS) / step),
        finite_difference_backward=None if less is None else _price(fraction(less, PROFIT_DIGITS) / step),
        step=step,
        caps={name: dual for name, dual in zip(problem.names[1:], duals[1:], strict=True) if dual},
    )


def _value(problem: Packing, step: int, terms: Terms) -> int:
    caps = problem.caps + np.eye(1, len(problem.caps), dtype=np.int64)[0] * step
    return optimise(replace(problem, caps=caps), gap=terms.gap, nodes=terms.proof_nodes).value


def _price(value: Decimal) -> Decimal:
    return value.quantize(PRICE, ROUND_HALF_EVEN)
