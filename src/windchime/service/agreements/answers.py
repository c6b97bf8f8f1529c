"""How aggregates under an agreement are made, so that no difference of two answers is one firm's figure; signed with the terms.

Answers are one a period, and the same for every bank. Counts are told in steps, sums too, and no firm's figure in a told sum is
larger than the step: what one firm adds or takes is lost in the rounding, whichever answers are subtracted from one another.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Self

from windchime.core.dates import Month
from windchime.service.agreements.errors import BadTerms

#: periods are whole parts of a calendar year, or the year
PERIODS = (1, 2, 3, 4, 6, 12)
_PLAIN = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
FIELDS = {"months", "least_firms", "largest_share", "firms_step", "amount_step"}


@dataclass(frozen=True, slots=True)
class Answers:
    """The manner of answering that both banks sign."""

    #: of a period, in which there is one answer; periods begin with the calendar year
    months: int
    #: firms that a cell has at least
    least_firms: int
    #: the largest part of a sum that one firm may make up, a fraction
    largest_share: Decimal
    #: counts are told in multiples of it, rounded down
    firms_step: int
    #: yuan: sums are told in multiples of it, and only where no firm's own figure is larger
    amount_step: Decimal

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "months": self.months,
            "least_firms": self.least_firms,
            "largest_share": format(self.largest_share.normalize(), "f"),
            "firms_step": self.firms_step,
            "amount_step": format(self.amount_step.quantize(Decimal("0.01")), "f"),
        }

    @classmethod
    def of(cls, said: Any) -> Self:
        """From JSON.

        Raises:
            BadTerms: it is none, or a manner that hides nothing.
        """
        try:
            if not isinstance(said, Mapping) or set(said) != FIELDS:
                raise BadTerms("the manner of answering is not told whole")
            whole = [said[name] for name in ("months", "least_firms", "firms_step")]
            if any(type(number) is not int for number in whole):
                raise BadTerms("months and numbers of firms are whole numbers")
            parts = [said["largest_share"], said["amount_step"]]
            if not all(_PLAIN.fullmatch(part) for part in parts):
                raise BadTerms("a part and a step of amounts are plain decimals")
        except (TypeError, ValueError):
            raise BadTerms("the manner of answering is not told in numbers") from None
        months, least, step = whole
        found = cls(months, least, Decimal(parts[0]), step, Decimal(parts[1]))
        if found.as_dict() != dict(said):
            raise BadTerms("the manner of answering is not written in its one way")
        found._examine()
        return found

    def hides(self, other: "Answers") -> bool:
        """Whether this manner hides at least what the other does, in every respect."""
        return (
            self.months >= other.months
            and self.least_firms >= other.least_firms
            and self.largest_share <= other.largest_share
            and self.firms_step >= other.firms_step
            and self.amount_step >= other.amount_step
        )

    def until(self, day: date) -> date:
        """The last day of the period that a day lies in."""
        return (Month(day.year, day.month - (day.month - 1) % self.months) + (self.months - 1)).last

    def firms(self, count: int) -> int:
        """A number of firms as it is told."""
        return count - count % self.firms_step

    def total(self, amounts: Sequence[Decimal]) -> Decimal | None:
        """The sum of the firms' figures as it is told; None where it is not, because one of them stands out.

        Args:
            amounts: one a firm, yuan, none negative.
        """
        whole, largest = sum(amounts, Decimal("0.00")), max(amounts, default=Decimal("0.00"))
        if largest > self.largest_share * whole or largest > self.amount_step:
            return None
        steps = (whole / self.amount_step).to_integral_value(ROUND_HALF_EVEN)
        return (steps * self.amount_step).quantize(Decimal("0.01"))

    def _examine(self) -> None:
        if self.months not in PERIODS:
            raise BadTerms(f"a period has so many months: {', '.join(map(str, PERIODS))}")
        if not 2 <= self.firms_step <= self.least_firms:
            raise BadTerms("firms are counted in steps of at least two, a cell has at least one step of them")
        if not 0 < self.largest_share < 1 or self.amount_step <= 0:
            raise BadTerms("a part is between 0 and 1, a step of amounts more than 0")
