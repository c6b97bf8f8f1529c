"""What an answer about ownership proves of itself."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Certificate:
    """How exact an answer is. Nothing is dropped or cut off: lists of owners are kept whole, with knots where they are long."""

    #: companies answered, and left out because they or their owners are over-issued
    companies: int
    left_out: int
    #: companies solved for this answer: all, or those downstream of a change; the counts of pairs near are of these
    solved: int
    #: stakes and pairs told
    stakes: int
    pairs: int
    #: share from which pairs are told
    at_least: Fraction
    #: the largest distance from one of what owners, the undisclosed and orphan loops have in a company, and where
    violation: float
    violation_at: str
    #: shares dropped as too small: always 0
    pruned: float
    #: how far a share may be from the true one: rounding alone, times how often a share goes around a loop
    bound: float
    #: lists whose knots were put back by the owners behind them
    expanded: int
    #: pairs as near to the threshold as rounding or 1e-9 reach; of these decided by one stake's text, in rationals, and in
    #: decimals of 120 digits
    near: int
    by_text: int
    in_rationals: int
    in_digits: int
    #: pairs (owner, company) that agree with the threshold to 90 digits in a loop too dense for rationals: told as equal
    undecided: tuple[tuple[str, str], ...]

    @property
    def holds(self) -> bool:
        """Whether all adds up within 1e-9 and every pair near the threshold is decided."""
        return self.violation <= 1e-9 and not self.undecided

    def __str__(self) -> str:
        return (
            f"{self.pairs:,} pairs of {self.companies:,} companies; conservation within {self.violation:.1e}, rounding bound "
            f"{self.bound:.1e}, nothing pruned; {self.near:,} pairs near the threshold: {self.by_text:,} by text, "
            f"{self.in_rationals:,} in rationals, {self.in_digits:,} in {120} digits, {len(self.undecided):,} undecided"
        )
