"""What counts as a majority, and votes as whole numbers, so that a sum met exactly is met exactly."""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self

from windchime.core.errors import BadCall
from windchime.core.text import _

#: units of a whole: a vote written with at most twelve decimals is a whole number of them
UNITS = 10**12
#: decimals that a unit holds
DECIMALS = 12


class NoThreshold(BadCall):
    """A threshold that is no share of a whole."""

    msgid = _("{value} is no threshold; a share above 0 and up to 1 is, such as 0.5")

    def __init__(self, value: object) -> None:
        super().__init__(value=str(value))


@dataclass(frozen=True, slots=True)
class Majority:
    """Which share of votes is enough."""

    threshold: Fraction = Fraction(1, 2)
    #: whether the threshold itself is enough
    inclusive: bool = False

    @classmethod
    def of(cls, threshold: "Self | Fraction | Decimal | str | float", *, inclusive: bool = False) -> "Majority":
        """From a number as people write it; a float is taken by its shortest decimal text.

        Raises:
            NoThreshold: not in (0, 1].
        """
        if isinstance(threshold, Majority):
            return threshold
        try:
            exact = Fraction(repr(threshold) if isinstance(threshold, float) else threshold)
        except (ValueError, ZeroDivisionError):
            raise NoThreshold(threshold) from None
        if not 0 < exact <= 1:
            raise NoThreshold(threshold)
        return cls(exact, inclusive)

    @property
    def units(self) -> int:
        """The least whole number of units that is enough."""
        exact = self.threshold * UNITS
        return math.ceil(exact) if self.inclusive else math.floor(exact) + 1

    def met(self, votes: Fraction) -> bool:
        """Whether votes are enough."""
        return votes >= self.threshold if self.inclusive else votes > self.threshold
