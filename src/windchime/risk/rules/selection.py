"""The short list: which rules, in which order, catch the most bads for the hits that the budget allows.

Greedy: at a price λ a bad rate has to pay for each hit, the rule is added whose new hits earn the most,
(lower bound of the bad rate of the new hits − λ) · new hits; so down the list until nothing earns. A low price
fills the budget with all that is better than usual, a high price leaves it half empty with the very best: a ladder of
prices is tried, and the list kept that earns the most bads, by the lower bound of all it hits. Then rules are exchanged one
by one as long as that helps. (A greedy list under a budget is within 1 − 1/e of the best for coverage: Nemhauser, Wolsey
and Fisher 1978; with bounds in place of rates this is a guide, not a guarantee.)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats
from windchime.risk.rules.evidence import Counts, drift, standardised
from windchime.risk.rules.field import Field
from windchime.risk.rules.settings import BudgetSettings, EvidenceSettings, TimeSettings
from windchime.risk.rules.tallies import all_rows

#: prices tried, from the base rate to the best bound
PRICES = 12
#: rounds of exchange
ROUNDS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Chooser:
    """What a list must keep to."""

    field: Field
    #: (r,) factors of the bounds: below 1 where a rule drifts
    factor: Floats
    budget: BudgetSettings
    evidence: EvidenceSettings
    time: TimeSettings

    def ladder(self) -> list[list[int]]:
        """One list for each price, the cheapest first."""
        rows, bads = self.field.tally(self.field.bits)
        low = standardised(rows, bads, self.field.sample, self.evidence.z)[1] * self.factor
        if not len(low) or low.max() <= self._floor:
            return []
        return [self.greedy(float(price)) for price in np.linspace(self._floor, low.max(), PRICES, endpoint=False)]

    def best(self) -> list[int]:
        """The list that earns the most, exchanged and put in order."""
        lists = [found for found in self.ladder() if self.worth(found) > 0]
        if not lists:
            return []
        start = max(lists, key=lambda found: (self.worth(found), [-i for i in found]))
        return self._ordered(self._exchanged(start))

    def worth(self, chosen: list[int]) -> float:
        """Bads that the list catches, by the lower bound, beyond what its hits cost at the lowest price.

        −1 where it breaks the budget or drifts too far.
        """
        if not chosen:
            return 0.0
        rows, bads = self.field.tally(np.bitwise_or.reduce(self.field.bits[chosen])[None])
        moved = float(drift(rows, self.field.sample.rows, self.time)[0])
        if rows.sum() > self._allowed or moved > self.time.max_drift:
            return -1.0
        low = float(standardised(rows, bads, self.field.sample, self.evidence.z)[1][0])
        return float((low * moved**-self.time.drift_penalty - self._floor) * rows.sum())

    def greedy(self, price: float) -> list[int]:
        """Positions of the rules, in order."""
        field = self.field
        among = np.arange(len(field.bits))
        chosen: list[int] = []
        free, hit, used = all_rows(field.bits.shape[1]), np.zeros(len(field.start) - 1), 0.0
        while len(chosen) < self.budget.max_rules and len(among):
            bits = field.bits[among]
            rows, bads = field.tally(bits, free)
            low = standardised(rows, bads, field.sample, self.evidence.z)[1] * self.factor[among]
            cost = rows.sum(axis=1)
            gain = (low - price) * cost
            fits = (gain > 0) & (bads.sum(axis=1) >= self.evidence.min_bads) & (used + cost <= self._allowed)
            place = self._first(np.argsort(-gain, kind="stable"), fits, among, chosen, rows + hit)
            if place is None:
                break
            chosen.append(int(among[place]))
            free = free & ~bits[place]
            hit, used = hit + rows[place], used + float(cost[place])
            among = np.delete(among, place)
        return chosen

    def _first(
        self, order: Counts, fits: NDArray[np.bool_], among: Counts, chosen: list[int], union: Floats
    ) -> int | None:
        steady = drift(union, self.field.sample.rows, self.time) <= self.time.max_drift
        for place in order:
            if fits[place] and steady[place] and self._distinct(int(among[place]), chosen):
                return int(place)
        return None

    def _distinct(self, rule: int, chosen: list[int]) -> bool:
        if not chosen:
            return True
        alike = self.field.alike[rule, chosen]
        return bool(alike.max() < self.budget.duplicate and alike.mean() <= self.budget.max_overlap)

    @property
    def _floor(self) -> float:
        """The lowest price of a hit: the bad rate that is the least lift."""
        return self.field.sample.base * self.evidence.min_lift

    @property
    def _allowed(self) -> float:
        return self.budget.budget * float(self.field.sample.rows.sum())

    def _exchanged(self, chosen: list[int]) -> list[int]:
        """Leave one rule out, put another in its place, or add one, as long as the list earns more."""
        best, worth = chosen, self.worth(chosen)
        for _round in range(ROUNDS):
            before = worth
            for place in range(len(best) + 1):
                rest = [*best[:place], *best[place + 1 :]]
                for other in [None, *range(len(self.field.bits))]:
                    if other is not None and (other in best or not self._distinct(other, rest)):
                        continue
                    tried = rest if other is None else [*rest[:place], other, *rest[place:]]
                    if 0 < len(tried) <= self.budget.max_rules and (now := self.worth(tried)) > worth * (1 + 1e-12):
                        best, worth = tried, now
                        break
            if worth == before:
                break
        return best

    def _ordered(self, chosen: list[int]) -> list[int]:
        """The purest new hits first."""
        free, left, found = all_rows(self.field.bits.shape[1]), sorted(chosen), []
        while left:
            rows, bads = self.field.tally(self.field.bits[left], free)
            low = standardised(rows, bads, self.field.sample, self.evidence.z)[1]
            place = int(np.argmax(low))
            free = free & ~self.field.bits[left[place]]
            found.append(left.pop(place))
        return found
