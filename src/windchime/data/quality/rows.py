"""Kit of the checks: how severe a share is, and which rows to show."""

from dataclasses import dataclass
from datetime import date
from typing import Self

import ibis

from windchime.content.scheme import Scheme
from windchime.data.quality.report import Example, Severity

SHOWN = 5
_ORDER: tuple[Severity, ...] = ("normal", "watch", "high", "severe")


@dataclass(frozen=True, slots=True)
class Judge:
    """Severity from the share of rows concerned."""

    watch: float
    high: float

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The shares of the scheme as of a date."""
        return cls(float(scheme.at("watch_share", as_of).value), float(scheme.at("high_share", as_of).value))

    def severity(self, count: int, of: int) -> Severity:
        """Normal below the watch share, high from the high share."""
        share = count / of if of else 0.0
        return "high" if share >= self.high else "watch" if share >= self.watch else "normal"

    def at_least(self, floor: Severity, count: int, of: int) -> Severity:
        """The severity by share, but never below `floor`."""
        return max(floor, self.severity(count, of), key=_ORDER.index)


def examples(rows: ibis.Table) -> tuple[Example, ...]:
    """The first rows of a table by file and row number."""
    place = ["source_file", "source_sheet", "row_no"]
    first = rows.select(place).order_by(place).limit(SHOWN).to_pyarrow().to_pylist()
    return tuple(Example(r["source_file"], r["source_sheet"], r["row_no"]) for r in first)
