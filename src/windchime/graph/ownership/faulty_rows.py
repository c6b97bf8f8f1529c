"""Rows of a table of shareholdings that say nothing usable: which, and why."""

from dataclasses import dataclass, field

import pyarrow as pa

from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.graph.csr import Longs

#: more rows than this with one fault are counted, not listed
LISTED = 1_000

#: what is true of a row, by the code of the problem; `share_undisclosed` is a note: such a row is no fault
MESSAGES = {
    "owner_missing": _("the owner's id is missing"),
    "company_missing": _("the company's id is missing"),
    "share_undisclosed": _("the share is not disclosed"),
    "share_not_a_number": _("'{value}' is not a share"),
    "share_not_positive": _("a share of {value} holds nothing"),
    "votes_not_a_share": _("'{value}' is not a share of votes"),
    "not_a_date": _("'{value}' is not a date"),
    "person_held": _("a natural person cannot be held"),
}
_EXPECTED = {
    "share_not_a_number": _("a number above 0, at most 1"),
    "share_not_positive": _("a number above 0, at most 1"),
    "votes_not_a_share": _("a number from 0 to 1"),
    "not_a_date": _("a day such as 2026-01-31"),
}
_MORE = _("{count} more rows have the same fault as those listed: {code}")


@dataclass(frozen=True, slots=True)
class Faults:
    """Collects faults while a table is read."""

    #: the number that a person gives the first row
    first: int
    #: code, column, value (text, empty where none is shown), by row
    found: list[tuple[int, str, str, str]] = field(default_factory=list)
    #: how many more rows have each fault
    more: dict[str, int] = field(default_factory=dict)

    def add(self, code: str, rows: Longs, column: str, values: pa.ChunkedArray | None = None) -> None:
        """Note that rows (0-based) have a fault, with the values found there."""
        for row in rows[:LISTED].tolist():
            self.found.append((row, code, column, "" if values is None else str(values[row].as_py())[:40]))
        if len(rows) > LISTED:
            self.more[code] = self.more.get(code, 0) + len(rows) - LISTED

    def problems(self) -> list[Problem]:
        """Every fault as a problem, in the order of the rows."""
        listed = [
            Problem(
                code, MESSAGES[code], row=row + self.first, column=column, value=value, expected=_EXPECTED.get(code, "")
            )
            for row, code, column, value in sorted(self.found)
        ]
        return listed + [Problem(c, _MORE, params={"count": n, "code": c}) for c, n in sorted(self.more.items())]
