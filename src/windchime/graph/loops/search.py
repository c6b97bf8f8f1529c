"""What is searched for: how long a loop may be, how long it may take, how far amounts may change from hop to hop."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Search:
    """Parameters of a search for loops."""

    #: transfers in a loop, at most; two at least
    hops: int = 5
    #: from the first transfer to the last, at most; met exactly counts
    window: timedelta = timedelta(days=7)
    #: each amount as a multiple of the one before; met exactly counts
    low: Fraction = Fraction(4, 5)
    high: Fraction = Fraction(6, 5)
    #: where the order of two transfers of one day is unknown: whether any order is taken, or none
    any_order: bool = False
    #: transfers looked at from one first transfer, at most; what is cut is told
    work: int = 1_000_000

    @property
    def window_us(self) -> int:
        """The window in microseconds."""
        return self.window // timedelta(microseconds=1)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From the map of a scheme: hops, window_days, ratio_low, ratio_high, any_order, work."""
        return cls(
            hops=int(values["hops"]),
            window=timedelta(days=int(values["window_days"])),
            low=_exact(values["ratio_low"]),
            high=_exact(values["ratio_high"]),
            any_order=bool(values["any_order"]),
            work=int(values["work"]),
        )


def _exact(value: Decimal | int) -> Fraction:
    return Fraction(value)
