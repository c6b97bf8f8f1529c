"""What the scheme `contagion` says, read once for a run."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from windchime.content.scheme import Scheme

SCHEME = "contagion"


@dataclass(frozen=True, slots=True)
class Settings:
    """Assumptions about exposures, buffers and propagation; fractions unless a unit is said."""

    guarantee_lost: float
    #: receivables: sales of so many months, the share of them unpaid, and the share of that lost
    supply_months: int
    supply_outstanding: float
    supply_lost: float
    ownership_lost: float
    #: money lent: months looked at, categories of payments, share lost
    money_months: int
    money_categories: frozenset[str]
    money_lost: float
    #: yuan: least buffer of known net assets; share of a year's sales and least buffer where they are unknown
    least_buffer: float
    buffer_of_sales: float
    unknown_buffer: float
    #: exponent of the non-linear form; 0 is linear, infinity a threshold
    alpha: float
    least_change: float
    rounds: int
    listed_from: float

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date."""
        supply, money = scheme.at("supply", as_of).value, scheme.at("money", as_of).value
        buffer, course = scheme.at("buffer", as_of).value, scheme.at("propagation", as_of).value
        return cls(
            guarantee_lost=float(scheme.at("guarantee", as_of).value["lost"]),
            supply_months=int(supply["months"]),
            supply_outstanding=float(supply["outstanding"]),
            supply_lost=float(supply["lost"]),
            ownership_lost=float(scheme.at("ownership", as_of).value["lost"]),
            money_months=int(money["months"]),
            money_categories=frozenset(money["categories"]),
            money_lost=float(money["lost"]),
            least_buffer=float(buffer["least"]),
            buffer_of_sales=float(buffer["of_sales"]),
            unknown_buffer=float(buffer["unknown"]),
            alpha=float(course["alpha"]),
            least_change=float(course["least_change"]),
            rounds=int(course["rounds"]),
            listed_from=float(course["listed_from"]),
        )
