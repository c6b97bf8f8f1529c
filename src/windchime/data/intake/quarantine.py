"""The quarantine: what was not accepted and why, row by row, in its present state."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy.orm import Session

from windchime.core.errors import BadCall
from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.data.intake import words
from windchime.data.intake.rejected import QUARANTINE
from windchime.data.lake import Lake, versions
from windchime.service.bank import Bank

#: quarantine is looked at as it is now, whenever the data were taken
NOW = date(9999, 1, 1)


class NotInQuarantine(BadCall):
    """A quarantine id that does not exist."""

    msgid = _("quarantine holds no row {quarantine_id}")

    def __init__(self, quarantine_id: str) -> None:
        super().__init__(quarantine_id=quarantine_id[:60])


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why a row was not accepted."""

    code: str
    #: as the source names it
    column: str
    #: as it stood there; None for personal data and missing values
    value: str | None
    #: accepted words, or the bound that was passed; empty where the kind of value says it
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One row in quarantine, in its present state."""

    quarantine_id: str
    table: str
    state: str
    source: str
    file: str
    sheet: str | None
    row: int
    #: in the order of the checks; the first is the one shown in lists
    faults: tuple[Fault, ...]
    #: the source's columns and values, without personal data
    source_row: Mapping[str, str | None]
    feed: str
    load_id: str
    #: columns and values that a repair set
    changed: Mapping[str, str]
    author: str | None
    reason: str | None
    treated_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a row of the quarantine table."""
        return cls(
            row["quarantine_id"],
            row["table_name"],
            row["state"],
            row["source"],
            row["source_file"],
            row["source_sheet"],
            row["row_no"],
            tuple(Fault(**f) for f in json.loads(row["faults"])),
            json.loads(row["source_row"]),
            row["feed"],
            row["load_id"],
            json.loads(row["changed"] or "{}"),
            row["author"],
            row["reason"],
            row["treated_at"],
        )

    def problems(self) -> list[Problem]:
        """Its faults as problems: place, what was found, what is accepted, in both languages."""
        return [self._problem(fault) for fault in self.faults]

    def _problem(self, fault: Fault) -> Problem:
        label = words.rule_label(self.table, fault.code)
        msgid, expected = (words.BROKEN_RULE, "") if label else words.REASONS[fault.code]
        return Problem(
            fault.code,
            msgid,
            file=self.file,
            sheet=self.sheet or "",
            row=self.row,
            column=fault.column,
            value=fault.value or "",
            expected=expected,
            params={"label": label, "accepted": fault.accepted},
        )


def quarantined(
    bank: Bank,
    session: Session,
    *,
    load_id: str | None = None,
    table: str | None = None,
    code: str | None = None,
    state: str | None = "open",
    limit: int | None = None,
) -> list[Quarantined]:
    """Rows in quarantine in their present state, ordered by place; each filter that is given narrows them.

    Args:
        bank: whose quarantine.
        session: to look the newest lake version up in.
        load_id: rows that this load rejected.
        table: rows meant for this table.
        code: rows with this among their reasons.
        state: `open`, `repaired`, `replaced`; None for all.
        limit: at most so many.
    """
    wanted = {"table_name": table, "state": state}
    return [Quarantined.of(row) for row in _rows(bank, session, wanted, load_id, code, limit)]


def stored(bank: Bank, session: Session, quarantine_id: str) -> dict[str, Any]:
    """One row of the quarantine table in its present state, as the lake holds it.

    Raises:
        NotInQuarantine: there is none of this id.
    """
    found = _rows(bank, session, {"quarantine_id": quarantine_id}, None, None, 1)
    if not found:
        raise NotInQuarantine(quarantine_id)
    return found[0]


def _rows(
    bank: Bank,
    session: Session,
    wanted: Mapping[str, str | None],
    load_id: str | None,
    code: str | None,
    limit: int | None,
) -> list[dict[str, Any]]:
    head = versions.head(session)
    if head is None or QUARANTINE not in head.tables:
        return []
    with Lake(bank.lake_dir).reading(session, as_of=NOW, tables=[QUARANTINE]) as reading:
        rows = reading.table(QUARANTINE)
        for column, value in wanted.items():
            if value is not None:
                rows = rows.filter(rows[column] == value)
        if load_id is not None:
            rows = rows.filter(rows["quarantine_id"].startswith(f"{load_id}-"))
        if code is not None:
            rows = rows.filter(rows["faults"].contains(f'"code":"{code}"'))
        rows = rows.order_by("source_file", "source_sheet", "row_no", "quarantine_id")
        found: list[dict[str, Any]] = (rows if limit is None else rows.limit(limit)).to_pyarrow().to_pylist()
        return found
