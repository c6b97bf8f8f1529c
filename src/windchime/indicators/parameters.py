"""The parameters of the invoice indicators as they stand at a date, read from their scheme."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Self

from windchime.content import seed
from windchime.content.scheme import Scheme
from windchime.core.dates import Window

SCHEME = "invoice_indicators"


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate and the issue dates on which it is legal; None: still in force."""

    rate: Decimal
    begin: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything in an indicator that is a choice and not arithmetic; meanings and units stand in the scheme."""

    as_of: date
    minimum_invoices: int
    minimum_months: int
    caps: tuple[Decimal, ...]
    near_cap: Decimal
    round_step: Decimal
    month_edge_days: int
    mutual_days: int
    mutual_low: Decimal
    mutual_high: Decimal
    number_run_gap: int
    minor_rate_share: Decimal
    tax_tolerance: Decimal
    tax_rates: tuple[TaxRate, ...]
    #: first and last day of each rest around a Spring Festival
    festivals: tuple[tuple[date, date], ...]

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The scheme's values as of a date."""

        def value(name: str) -> object:
            return scheme.at(name, as_of).value

        plain = {
            n: value(n)
            for n in (
                "minimum_invoices",
                "minimum_months",
                "near_cap",
                "round_step",
                "month_edge_days",
                "mutual_days",
                "number_run_gap",
                "minor_rate_share",
                "tax_tolerance",
            )
        }
        mutual, rest = scheme.at("mutual_ratio", as_of).value, scheme.at("festival_days", as_of).value
        before, after = timedelta(days=int(rest["before"])), timedelta(days=int(rest["after"]))
        return cls(
            as_of=as_of,
            caps=tuple(scheme.at("caps", as_of).value),
            mutual_low=mutual["low"],
            mutual_high=mutual["high"],
            tax_rates=tuple(TaxRate(r["rate"], r["from"], r.get("until")) for r in scheme.at("tax_rates", as_of).value),
            festivals=tuple((day - before, day + after) for day in scheme.at("spring_festivals", as_of).value),
            **plain,  # type: ignore[arg-type]  # whole numbers and decimals as the scheme writes them
        )

    def window_days(self, months: int) -> int:
        """Days in a window of whole months."""
        first, after = Window(months).bounds(self.as_of)
        return (after - first).days

    def festival_days(self, months: int) -> int:
        """Days of a window that fall into a rest around a Spring Festival."""
        first, after = Window(months).bounds(self.as_of)
        overlaps = ((min(end + timedelta(days=1), after) - max(begin, first)).days for begin, end in self.festivals)
        return sum(max(days, 0) for days in overlaps)


@cache
def shipped() -> Scheme:
    """The scheme that ships with the release."""
    return Scheme.of(seed.documents("schemes")[SCHEME])
