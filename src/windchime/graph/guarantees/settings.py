"""What the scheme `guarantee_circles` says, read once for a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from windchime.content.scheme import Scheme

SCHEME = "guarantee_circles"


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters of guarantee structures and calls."""

    #: statuses that count in structures, and for how many months after its end a promise does
    counted_statuses: frozenset[str]
    lookback_months: int
    #: bounds of the search for cycles: parties, cycles listed and steps of each component
    longest: int
    listed_at_most: int
    steps_at_most: int
    #: guarantees given over net assets
    warn: Decimal
    severe: Decimal
    #: by figure, 0 to 1
    motif_weights: Mapping[str, float]
    #: betweenness: nodes up to which it is exact, sources drawn above, their seed, share of the highest that is core
    exact_up_to: int
    sources: int
    seed: int
    core_of_highest: float
    #: share of a failed debtor's debts that stays unpaid; yuan that a guarantor of unknown means is taken to have
    unpaid: Decimal
    unknown_buffer: Decimal

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date."""
        cycles, lines = scheme.at("cycles", as_of).value, scheme.at("out_to_net_assets", as_of).value
        core, call = scheme.at("core", as_of).value, scheme.at("call", as_of).value
        return cls(
            counted_statuses=frozenset(scheme.at("counted_statuses", as_of).value),
            lookback_months=int(scheme.number("lookback_months", as_of)),
            longest=int(cycles["longest"]),
            listed_at_most=int(cycles["listed_at_most"]),
            steps_at_most=int(cycles["steps_at_most"]),
            warn=Decimal(lines["warn"]),
            severe=Decimal(lines["severe"]),
            motif_weights={k: float(v) for k, v in scheme.at("motif_weights", as_of).value.items()},
            exact_up_to=int(core["exact_up_to"]),
            sources=int(core["sources"]),
            seed=int(core["seed"]),
            core_of_highest=float(core["of_highest"]),
            unpaid=Decimal(call["unpaid"]),
            unknown_buffer=Decimal(call["unknown_buffer"]),
        )
