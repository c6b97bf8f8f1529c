"""The figures the population is measured and judged by, read from the scheme `invoice_verification`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from windchime.content import seed
from windchime.content.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where a firm or an invoice is asked about or rejected."""

    #: share of clean firms that may be rejected by mistake
    reject: float
    #: share of clean firms that may be asked about by mistake, those rejected among them
    question: float
    #: part of `question` that is kept for hard checks
    hard_share: float
    #: without norms: rows with hard faults that reject a firm; fewer are asked about
    hard_rows: int
    #: an invoice is asked about where at most this share of the rows of clean lists are so
    rare_row: float
    #: and rejected where the fault is a hard one and at most this share
    rarest_row: float
    #: a finding is made of what at most this share of clean firms shows, though no verdict changes
    watch: float
    #: rows that another copy contradicts from which a firm is rejected; fewer are asked about
    copy_rows: int
    #: most rows that a finding names
    evidence: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """Which firms do not teach what is usual."""

    #: rows that a hard check hits at least
    rows: int
    #: and which share of the rows it could judge
    share: float
    #: a check by which a larger share of the firms it could judge would be set aside sets none aside
    most: float


@dataclass(frozen=True, slots=True)
class Settings:
    """All parameters of profile, norms and verdict at one date."""

    #: rows below which a measure of rows says nothing
    least_rows: int
    #: void or red rows, or rows of either side of a comparison, below which it says nothing
    least_cancelled: int
    #: months below which a measure of months says nothing
    least_months: int
    #: rows below which first digits say nothing
    least_digits: int
    #: rows of a month or list, and odd totals among them, below which no factor is looked for
    least_group: int
    #: probability below which so many totals made whole by one factor are no chance
    factor_chance: float
    #: two invoices of one partner and total within so many days repeat each other
    near_days: int
    #: last days of a month that count as its end
    month_end_days: int
    #: months that count as latest and as recent
    windows: tuple[int, int]
    #: clean firms below which nothing is said of what is usual
    least_firms: int
    #: parts of the clean firms, each judged by norms of the others, when bounds are set
    folds: int
    #: share of clean firms that form the tail of a distribution
    top: float
    #: share of clean firms whose rarities are kept, so that bounds up to it can be set
    kept: float
    #: measures that tell more of how a firm trades than of altered lists → what their rarity counts
    weights: Mapping[str, float]
    #: checks of what law or arithmetic forbids
    hard: frozenset[str]
    #: clean firms without such a fault that are believed in before any was seen
    pseudo_firms: float
    #: how far strays are believed to come alone: concentration of the beta-binomial, of hard checks and of others
    alone: tuple[float, float]
    set_aside: SetAside
    bounds: Bounds

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date."""

        def numbers(parameter: str) -> Mapping[str, Any]:
            return {k: _number(v) for k, v in scheme.at(parameter, as_of).value.items()}

        hard, weak = (scheme.at(name, as_of).value for name in ("hard_checks", "weak_measures"))
        return cls(
            **numbers("population_profile"),
            **numbers("population_norms"),
            hard=frozenset(hard["checks"]),
            weights=dict.fromkeys(weak["codes"], float(weak["weight"])),
            pseudo_firms=float(hard["pseudo_firms"]),
            alone=(float(hard["alone"]), float(hard["others_alone"])),
            set_aside=SetAside(**numbers("set_aside")),
            bounds=Bounds(**numbers("verdicts")),
        )

    @classmethod
    def shipped(cls) -> Self:
        """The latest values of the scheme that ships: for notebooks and tests."""
        return cls.of(Scheme.of(seed.documents("schemes")["invoice_verification"]), date.max)


def _number(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_number(v) for v in value)
    return int(value) if value == int(value) else float(value)
