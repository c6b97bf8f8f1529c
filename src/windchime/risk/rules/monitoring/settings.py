"""The figures that monitoring goes by, read from the scheme `rule_monitoring`."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from windchime.content import seed
from windchime.content.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Settings:
    """All of the scheme at one date."""

    #: most probability that a set of rules raises any false alarm within a watched year
    false_alarm: float
    #: of a watched year; the tests begin afresh after it
    months: int
    #: odds ratios below 1 that are bet on, in equal parts; their inverses for a rise
    odds_ratios: tuple[float, ...]
    #: a hit rate may be so many times what was mined, or its inverse
    hit_rate_ratio: float
    #: stability index of which rule hits, from which it is to be watched, and is high
    psi_watch: float
    psi_high: float
    #: share of a month's applications whose outcome is known, from which the month is tested
    least_matured: float

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date."""
        alarms, drift, maturity = (scheme.at(p, as_of).value for p in ("alarms", "drift", "maturity"))
        return cls(
            float(alarms["false_alarm"]),
            int(alarms["months"]),
            tuple(map(float, alarms["odds_ratios"])),
            float(drift["hit_rate_ratio"]),
            float(drift["psi_watch"]),
            float(drift["psi_high"]),
            float(maturity["least_matured"]),
        )

    @classmethod
    def shipped(cls) -> Self:
        """The latest values of the scheme that ships: for notebooks and tests."""
        return cls.of(Scheme.of(seed.documents("schemes")["rule_monitoring"]), date.max)

    def each(self, rules: int) -> float:
        """Probability of a false alarm that each test of a list of so many rules is left.

        Four rates of each rule, one of what no rule hits and one of which rule hits share the whole; half of it goes to the
        chance that the truth lies outside the interval that the expected rate has, half to the months.
        """
        return self.false_alarm / 2 / (4 * rules + 2)
