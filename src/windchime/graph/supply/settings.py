"""What the scheme `supply_chain` says, read once for a run."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from windchime.content.scheme import Scheme

SCHEME = "supply_chain"


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters of the supply chain."""

    window_months: int
    #: share above which a supplier may be a single source
    single_source: float
    #: smallest share that is listed
    smallest_share: float

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date."""
        return cls(
            int(scheme.number("window_months", as_of)),
            float(scheme.number("single_source", as_of)),
            float(scheme.number("smallest_share", as_of)),
        )
