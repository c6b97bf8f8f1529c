"""Lineage: how a table grew from load to load, and what became of one row of a source file, from quarantine to lake."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import ibis
from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.text import Text
from windchime.data.contracts import SHARED, contract
from windchime.data.lake import Lake, versions
from windchime.data.reading import Reading
from windchime.data.tables import LoadRecord

#: rows of one source place that are shown; a place has one row a load
MOST = 50


@dataclass(frozen=True, slots=True)
class TableState:
    """A table after one lake version that changed it."""

    lake_version: int
    made_at: datetime
    #: the load or repair that made the version
    load_id: str
    #: rows after it, corrected ones included, and how many it added
    rows: int
    added: int
    #: the load's pack, its source and who loaded it; empty for a repair
    pack: str
    label: Text | None
    source: str
    actor: str


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a source file, as a person counts it."""

    file: str
    row_no: int
    #: of a workbook
    sheet: str | None = None
    #: of the pack; where two sources have files of one name
    source: str = ""


@dataclass(frozen=True, slots=True)
class LakeRow:
    """What the lake holds of one source row after one load."""

    #: own columns of the contract
    values: Mapping[str, Any]
    source: str
    load_id: str
    happened_at: date
    known_at: datetime
    #: the load whose row of the same key it corrects
    supersedes: str | None
    #: the first lake version that holds it; None where the load is not found
    lake_version: int | None
    #: whether a reading as of the date shows it
    shown: bool


def history(lake: Lake, session: Session, table: str) -> list[TableState]:
    """The states of a table, newest first.

    Raises:
        UnknownName: no contract has this name.
    """
    contract(table)
    loads = {r.load_id: r for r in session.scalars(select(LoadRecord))}
    found: list[TableState] = []
    before: int | None = None
    rows = 0
    for at in reversed(versions.log(session)):
        if (now := at.tables.get(table)) is None or now == before:
            continue
        after, record = lake.rows(table, now), loads.get(at.load_id)
        found.append(
            TableState(
                at.lake_version,
                at.made_at,
                at.load_id,
                after,
                after - rows,
                record.pack if record else "",
                Text.of(json.loads(record.label)) if record else None,
                record.source if record else "",
                record.actor if record else "",
            )
        )
        before, rows = now, after
    return found[::-1]


def trace(reading: Reading, session: Session, table: str, place: Place) -> list[LakeRow]:
    """Every row the lake version holds of one source row, newest load first.

    Raises:
        UnknownName: no contract has this name.
        TableNotLoaded: the version holds no such table.
    """
    shown = {_identity(r) for r in _rows(reading.table(table), place)}
    made = {at.load_id: at.lake_version for at in versions.log(session) if at.lake_version <= reading.lake_version}
    own = [c.name for c in contract(table).columns]
    return [
        LakeRow(
            {c: r[c] for c in own},
            r["source"],
            r["load_id"],
            r["happened_at"],
            r["known_at"],
            r["supersedes"],
            made.get(r["load_id"]),
            _identity(r) in shown,
        )
        for r in _rows(reading.con.table(table), place)
    ]


def _rows(t: ibis.Table, place: Place) -> list[dict[str, Any]]:
    wanted = [t["source_file"] == place.file, t["row_no"] == place.row_no]
    wanted += [t["source_sheet"] == place.sheet] if place.sheet else []
    wanted += [t["source"] == place.source] if place.source else []
    newest = t.filter(wanted).order_by([ibis.desc(t["load_id"]), t["source"]]).limit(MOST)
    found: list[dict[str, Any]] = newest.to_pyarrow().to_pylist()
    return found


def _identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[c.name] for c in SHARED)
