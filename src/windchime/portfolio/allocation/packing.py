"""The allocation as a problem in whole numbers: amounts that are nothing or between two bounds, under caps that add up.

Every row of it is a packing row: amounts of its members add up to at most its cap. So whether amounts are feasible is
seen by adding whole yuan, and a bound on every feasible assignment follows from prices of the rows by adding whole
numbers. Nothing here trusts a floating-point number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array

from windchime.portfolio.allocation.pricing import Whole
from windchime.portfolio.allocation.terms import Candidate, Terms

Flags = npt.NDArray[np.bool_]
#: name of the row that holds the total; it always stands first
BUDGET = "budget"


@dataclass(frozen=True)
class Packing:
    """Maximise Σ profit·amount; each amount is 0 or within [low, high], each row adds up to at most its cap."""

    #: per yuan, parts of 10⁻¹⁸
    profit: Whole
    #: whole yuan; an amount whose high is below its low can only be 0
    low: Whole
    high: Whole
    #: True where 0 is not allowed
    must: Flags
    #: rows × amounts, 1 where the amount counts in the row
    matrix: Any
    #: whole yuan of each row
    caps: Whole
    #: `budget`, then `dimension=group`
    names: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many amounts are asked for."""
        return len(self.profit)

    def used(self, amounts: Whole) -> Whole:
        """Whole yuan that the amounts take of each row."""
        return np.asarray(self.matrix @ amounts, dtype=np.int64)

    def rows_of(self, one: int) -> Whole:
        """The rows an amount counts in."""
        return np.asarray(self.matrix.indices[self.matrix.indptr[one] : self.matrix.indptr[one + 1]])

    def is_feasible(self, amounts: Whole) -> bool:
        """Whether each amount is allowed and each row holds, to the yuan."""
        allowed = ((amounts >= self.low) & (amounts <= self.high)) | ((amounts == 0) & ~self.must)
        return bool(allowed.all() and (self.used(amounts) <= self.caps).all())

    @property
    def is_possible(self) -> bool:
        """Whether anything is feasible: what must be given, given as little as may be, holds every row."""
        least = np.where(self.must, self.low, 0)
        return bool((self.low <= self.high)[self.must].all() and (self.used(least) <= self.caps).all())

    def value(self, amounts: Whole) -> int:
        """Expected profit of the amounts, parts of 10⁻¹⁸ yuan, exactly."""
        given = np.flatnonzero(amounts)
        return sum(p * a for p, a in zip(self.profit[given].tolist(), amounts[given].tolist(), strict=True))

    def reduced(self, prices: Whole) -> Whole:
        """Profit per yuan after paying the prices of the rows."""
        return self.profit - np.asarray(self.matrix.T @ prices, dtype=np.int64)

    def bound(self, prices: Whole) -> int:
        """No feasible amounts earn more than this, whatever the prices, as long as none is negative.

        Lagrange's bound: pay the caps their prices, then let every amount do what is best for it alone.
        """
        left = self.reduced(prices)
        top = np.maximum(self.high, 0)
        best = np.where(left > 0, top, np.where(self.must, self.low, 0))
        paid = sum(p * c for p, c in zip(prices.tolist(), self.caps.tolist(), strict=True))
        return int(paid + sum(d * a for d, a in zip(left.tolist(), best.tolist(), strict=True)))

    def part(self, kept: Whole, taken: Whole) -> Self:
        """The problem of the kept amounts only, after `taken` yuan of each row are gone."""
        return replace(
            self,
            profit=self.profit[kept],
            low=self.low[kept],
            high=self.high[kept],
            must=self.must[kept],
            matrix=self.matrix[:, kept],
            caps=self.caps - taken,
        )


def packing(candidates: Sequence[Candidate], profit: Whole, high: Whole, terms: Terms) -> Packing:
    """The problem over the candidates, in their order, with a row for the budget and one for each capped group.

    A firm whose group in a capped dimension is unknown counts in no row of that dimension.
    """
    names, caps, members = [BUDGET], [terms.budget], [np.arange(len(candidates))]
    for dimension in sorted(terms.caps):
        groups = np.array([c.groups.get(dimension, "") for c in candidates], dtype=object)
        for group in sorted(set(groups.tolist()) - {""}):
            names.append(f"{dimension}={group}")
            caps.append(terms.share(terms.caps[dimension]))
            members.append(np.flatnonzero(groups == group))
    at = np.repeat(np.arange(len(names)), [len(m) for m in members])
    ones = np.ones(len(at), dtype=np.int64)
    matrix = csc_array((ones, (at, np.concatenate(members))), shape=(len(names), len(candidates)), dtype=np.int64)
    matrix.sort_indices()
    low = np.full(len(candidates), terms.minimum, dtype=np.int64)
    must = np.zeros(len(candidates), dtype=np.bool_)
    return Packing(profit, low, high, must, matrix, np.array(caps, dtype=np.int64), tuple(names))
