"""When a row happened and when it could first be known, as SQL over its converted columns."""

from collections.abc import Sequence

from windchime.core.dates import SHANGHAI
from windchime.data.contracts import Column, Contract
from windchime.data.intake.rules import value
from windchime.data.lake.opening import literal


def of(found: Contract) -> tuple[str, str, str]:
    """SQL of the day a row happened, the day it was known and on what basis that is said.

    The first filled column counts for each. Where no column says when a row was known, it is the contract's lag after
    it happened; where none says when it happened, it is the day it was known. No row was known before the days of the
    facts it bears (`known_not_before`), whatever its source says; a day after the pack's own as-of is a plan, no fact.
    """
    happened = [_day(found[name]) for name in found.happened_from]
    said = [_day(found[name]) for name in found.known_from]
    facts = [f"CASE WHEN {day} <= __as_of THEN {day} END" for day in (_day(found[n]) for n in found.known_not_before)]
    lag = f"{_latest([_first(happened), *facts])} + INTERVAL {found.known_lag_days} DAY"
    return (
        f"CAST({_first([*happened, *said])} AS DATE)",
        f"CAST({_latest([_first([*said, lag]), *facts])} AS DATE)",
        f"CASE WHEN {_first(said)} IS NULL THEN 'lag' ELSE 'column' END",
    )


def _first(days: Sequence[str]) -> str:
    """The first of some days that is filled."""
    return f"coalesce({', '.join(days)})"


def _latest(days: Sequence[str]) -> str:
    """The latest of some days; empty ones do not count."""
    return f"greatest({', '.join(days)})"


def _day(column: Column) -> str:
    """The day a column speaks of: a month ends on its last day, an instant falls on its day in Shanghai."""
    it = value(column.name)
    match column.type:
        case "month":
            return f"last_day({it})"
        case "instant":
            return f"CAST(timezone({literal(SHANGHAI.key)}, {it}) AS DATE)"
        case _:
            return it
