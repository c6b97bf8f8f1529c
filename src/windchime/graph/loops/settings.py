"""What the scheme `money_loops` says, read once for a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from windchime.content.scheme import Scheme
from windchime.graph.loops.rings import Keep
from windchime.graph.loops.search import Search

SCHEME = "money_loops"


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters of loops and patterns."""

    payments: Search
    invoices: Search
    keep: Keep
    #: categories of payments that are not looked at
    left_out: tuple[str, ...]
    #: and these neither where patterns are looked for
    left_out_of_patterns: tuple[str, ...]
    #: yuan
    smallest: Decimal
    fans: Mapping[str, Any]
    pass_through: Mapping[str, Any]
    below_limit: Mapping[str, Any]

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date."""

        def at(parameter: str) -> Any:
            return scheme.at(parameter, as_of).value

        keep = at("keep")
        return cls(
            payments=Search.of(at("payments")),
            invoices=Search.of(at("invoices")),
            keep=Keep(float(keep["alone"]), float(keep["least"]), float(keep["share"])),
            left_out=tuple(at("left_out")),
            left_out_of_patterns=tuple(at("left_out_of_patterns")),
            smallest=scheme.number("smallest", as_of),
            fans=at("fans"),
            pass_through=at("pass_through"),
            below_limit=at("below_limit"),
        )
