"""What a plan would have earned on firms whose outcome is known, with an interval that says how little that proves."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from windchime.core.money import round_yuan
from windchime.portfolio.allocation.plan import Offer, Plan, total
from windchime.portfolio.allocation.pricing import fraction, margin
from windchime.portfolio.allocation.terms import DIGITS, MILLION, Terms, millionths

#: resamples held in memory at once
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Realised:
    """Realised profit of a plan on the firms with a known outcome; yuan to the fen."""

    plan: str
    #: firms with a known outcome that could be offered credit, those among them that are, and those of these that default
    labelled: int
    offered_firms: int
    defaults: int
    #: yuan offered to labelled firms
    offered: Decimal
    #: what was expected of them, and what came of it
    expected: Decimal
    profit: Decimal
    #: percentile interval of the realised profit over resampled firms; the plan itself is held fixed
    low: Decimal
    high: Decimal
    #: the plan it is held against, the difference in realised profit and its interval over the same resamples
    against: str
    difference: Decimal
    difference_low: Decimal
    difference_high: Decimal
    draws: int
    level: Decimal

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def realised(plan: Plan, outcomes: Mapping[str, bool], terms: Terms, *, against: Plan | None = None) -> Realised:
    """Profit of a plan with the outcomes that came, and an interval by resampling firms.

    Whether a customer would have stayed at the offered rate is not known, so churn stays an expectation; default is what
    happened. The interval tells how the figure would vary with another draw of such firms, not how the plan would.

    Args:
        plan: what is offered.
        outcomes: True where the firm defaulted; the firms that could have been offered credit, and no others.
        terms: on which terms, with draws, seed and level of the interval.
        against: a plan to compare with, on the same resamples; none leaves the difference at the profit itself.
    """
    firms = sorted(outcomes)
    own = _profits(plan, firms, outcomes, terms)
    other = _profits(against, firms, outcomes, terms) if against else np.zeros(len(firms))
    sums = _resampled(np.column_stack((own, own - other)), terms)
    ends = [float(1 - terms.level) / 2, float(1 + terms.level) / 2]
    (low, difference_low), (high, difference_high) = np.quantile(sums, ends, axis=0).tolist()
    given = [o for o in plan.offers if o.firm_id in outcomes]
    return Realised(
        plan=plan.name,
        labelled=len(firms),
        offered_firms=len(given),
        defaults=sum(outcomes[o.firm_id] for o in given),
        offered=round_yuan(Decimal(sum(o.amount for o in given))),
        expected=round_yuan(total(o.profit for o in given)),
        profit=_fen(own.sum()),
        low=_fen(low),
        high=_fen(high),
        against=against.name if against else "",
        difference=_fen((own - other).sum()),
        difference_low=_fen(difference_low),
        difference_high=_fen(difference_high),
        draws=terms.draws,
        level=terms.level,
    )


def earned(offer: Offer, bad: bool, terms: Terms) -> Decimal:
    """Profit of one offer when it is known whether the firm defaulted, yuan, exact."""
    per_drawn = margin(np.array(MILLION if bad else 0), np.array(millionths("rate", offer.rate)), terms)
    return offer.drawn * fraction(int(per_drawn), 2 * DIGITS)


def _profits(plan: Plan, firms: list[str], outcomes: Mapping[str, bool], terms: Terms) -> npt.NDArray[np.float64]:
    """Realised profit of each firm, 0 where it is offered nothing."""
    found = {o.firm_id: float(earned(o, outcomes[o.firm_id], terms)) for o in plan.offers if o.firm_id in outcomes}
    return np.array([found.get(f, 0.0) for f in firms], dtype=np.float64)


def _resampled(profits: npt.NDArray[np.float64], terms: Terms) -> npt.NDArray[np.float64]:
    """Sums over firms drawn with replacement, draws × columns."""
    random, size = np.random.default_rng(terms.seed), len(profits)
    if not size:
        return np.zeros((1, profits.shape[1]))
    counts = (min(_CHUNK, terms.draws - start) for start in range(0, terms.draws, _CHUNK))
    return np.concatenate([profits[random.integers(0, size, (n, size))].sum(axis=1) for n in counts])


def _fen(value: float) -> Decimal:
    return round_yuan(Decimal(repr(round(float(value), 2))))
