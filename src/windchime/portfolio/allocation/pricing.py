"""What a yuan of offered credit earns, and the rate at which it earns most: in whole numbers, without rounding.

At rate r a firm of band b with default probability p earns, per yuan offered for one year,

    (1 − churn_b(r)) · [ (1 − p)·r − p·LGD − cost of funds − operating cost ]

A customer who leaves costs and earns nothing. One who stays draws the whole amount; funds and operation cost their rate
in every case. On default the bank loses LGD of the principal **and the whole interest of the year**: interest is booked
when it is paid, a firm that defaults within the year is taken to have paid none, and what is recovered afterwards is
counted in LGD once. That is the cautious reading; a bank whose loans pay monthly and default late earns a little more.

The amount does not enter: profit is linear in it. So the best rate of a firm is that of the best point of its curve,
whatever it is offered, and the rate separates from the amount.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from windchime.portfolio.allocation.terms import DIGITS, MILLION, Candidate, Terms, millionths

Whole = npt.NDArray[np.int64]
#: decimals of profit per yuan: six of the churn, six of the rate, six of the probability
PROFIT_DIGITS = 3 * DIGITS


@dataclass(frozen=True, slots=True)
class Prices:
    """The best point of each candidate's curve; arrays in the order of the candidates."""

    #: annual rate and churn at the best point, millionths
    rate: Whole
    churn: Whole
    #: expected profit per yuan offered, parts of 10⁻¹⁸
    profit: Whole


def best_prices(candidates: Sequence[Candidate], terms: Terms) -> Prices:
    """For each candidate the offered point with the highest expected profit; of equals the lowest rate."""
    probability = np.array([millionths("probability", c.probability) for c in candidates], dtype=np.int64)
    bands = np.array([c.band for c in candidates], dtype=object)
    rate, churn, profit = (np.zeros(len(candidates), dtype=np.int64) for _each in range(3))
    for band in sorted(set(bands.tolist())):
        points = terms.offered_points(band)
        rates = np.array([millionths("rate", p.rate) for p in points], dtype=np.int64)
        churns = np.array([millionths("churn", p.churn) for p in points], dtype=np.int64)
        of_band = np.flatnonzero(bands == band)
        earned = (MILLION - churns) * margin(probability[of_band, None], rates, terms)
        best = earned.argmax(axis=1)
        rate[of_band], churn[of_band] = rates[best], churns[best]
        profit[of_band] = earned[np.arange(len(of_band)), best]
    return Prices(rate, churn, profit)


def margin(probability: Whole, rate: Whole, terms: Terms) -> Whole:
    """Expected profit per drawn yuan, parts of 10⁻¹²; at probability 0 or one million, what is earned in fact."""
    lost = millionths("loss_given_default", terms.loss_given_default)
    costs = millionths("cost_of_funds", terms.cost_of_funds) + millionths("operating_cost", terms.operating_cost)
    return np.asarray((MILLION - probability) * rate - probability * lost - costs * MILLION)


def fraction(parts: int, digits: int = DIGITS) -> Decimal:
    """A whole number of parts as the decimal it stands for, exactly."""
    return Decimal(f"{int(parts)}E-{digits}")
