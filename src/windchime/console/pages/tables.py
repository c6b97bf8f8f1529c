"""`/library`: the tables of the ten categories; each with its contract, quality, versions; each row with its way to decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import ibis
from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.asking import asked_number, one_of
from windchime.console.frame import Context, Frame
from windchime.console.pages.quality import reported
from windchime.core.text import Lang, Text
from windchime.data.contracts import Contract, contracts
from windchime.data.contracts.categories import CATEGORIES
from windchime.data.contracts.column import SHARED
from windchime.data.contracts.column import Column as ContractColumn
from windchime.data.lake import Lake, versions
from windchime.data.lineage import LakeRow, Place, TableState, history, trace
from windchime.data.packs import packs
from windchime.data.showing import said
from windchime.decision import log
from windchime.decision.tables import Decision
from windchime.indicators import Indicator
from windchime.indicators.uses import uses
from windchime.present.web import Column, Empty, Query, Table
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("一库", "Library")
COLUMNS = (
    Column("label", Text("表", "Table"), href="{href}"),
    Column("table", Text("表名", "Name"), "id", phone=False),
    Column("category", Text("类别", "Category"), choose=True, words=CATEGORIES),
    Column("rows", Text("行数", "Rows"), "count"),
    Column("columns", Text("列数", "Columns"), "count", phone=False),
    Column("personal", Text("个人信息列", "Personal columns"), "count", phone=False),
    Column("lake_version", Text("最近版本", "Last version"), "count", phone=False),
    Column("made_at", Text("最近更新", "Last written"), "instant", phone=False),
)
NONE = Empty(Text("没有这样的表。", "There is no such table."), Text("清除筛选", "Clear the filters"))
PERSONAL: Mapping[str, Text] = {
    "contact": Text("联系方式", "contact"),
    "identity": Text("身份", "identity"),
    "account": Text("账户", "account"),
    "sensitive": Text("敏感", "sensitive"),
}
#: decisions and versions that a page lists
_MOST = 50
#: longest file and sheet name that an address may ask for
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class LibraryPage(Context):
    """All tables."""

    template: ClassVar[str] = "list.html"
    #: one row a table, those that hold data first
    table: Table
    #: how much there is
    note: Text | str


@dataclass(frozen=True, slots=True)
class TablePage(Context):
    """One table: what it is, how good it is, how it grew."""

    template: ClassVar[str] = "table.html"
    #: what the table is
    contract: Contract
    #: of the ten, or beside them
    category: Text
    #: its own columns
    columns: tuple[ContractColumn, ...]
    #: those that every table has besides
    shared: tuple[ContractColumn, ...]
    #: how it grew, newest first
    states: tuple[TableState, ...]
    #: findings of the check that speak of this table; None while it is being made
    findings: Sequence[Any] | None
    #: whether a load has brought rows
    loaded: bool
    #: how classes of personal data are called
    personal: Mapping[str, Text] = field(default_factory=lambda: PERSONAL)


@dataclass(frozen=True, slots=True)
class RowPage(Context):
    """One row of a source file on its way to decisions."""

    template: ClassVar[str] = "row.html"
    #: of the table the row is in
    contract: Contract
    #: what the lake holds of it, newest load first
    rows: tuple[LakeRow, ...]
    #: what the rows say, as people read it: label of a column, its value in each row; columns empty in all left out
    values: tuple[tuple[Text, tuple[str, ...]], ...]
    #: the firm it is about; empty where it is about none
    firm_id: str
    #: as the register names it; empty where it does not
    firm_name: str
    #: indicators that are measured from it
    used_by: tuple[Indicator, ...]
    #: decisions about the firm at a lake version that holds the row, newest first
    decisions: tuple[Decision, ...]


def _rows(lake: Lake, session: Session) -> list[dict[str, Any]]:
    """One row a contract, those that hold data first."""
    last: dict[str, versions.LakeVersion] = {}
    before: Mapping[str, int] = {}
    for at in reversed(versions.log(session)):
        last |= {t: at for t, number in at.tables.items() if before.get(t) != number}
        before = at.tables
    found = [
        {
            "href": addresses.table(c.name),
            "label": c.label,
            "table": c.name,
            "category": c.category,
            "rows": lake.rows(c.name, before[c.name]) if c.name in before else None,
            "columns": len(c.columns),
            "personal": len(c.personal) or None,
            "lake_version": last[c.name].lake_version if c.name in last else None,
            "made_at": last[c.name].made_at if c.name in last else None,
        }
        for c in contracts().values()
    ]
    order = list(CATEGORIES)
    return sorted(found, key=lambda r: (r["rows"] is None, order.index(r["category"]), r["table"]))


@router.get("/library")
@needs("library.read")
def library(request: Request) -> Response:
    """Every table."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        head = versions.head(session)
        number = head.lake_version if head else 0
        rows = frame.library.kept.get(("tables", number), lambda: _rows(Lake(frame.bank.lake_dir), session))
        rows = [r | {"label": r["label"][frame.lang]} for r in rows]
        table = Table.of(
            "tables", "/library", COLUMNS, rows, query=Query.read(frame.query, COLUMNS, size=100), empty=NONE
        )
        held = [r for r in rows if r["rows"]]
        note = Text(
            f"{len(rows)} 张表、{sum(r['columns'] for r in rows):,} 列；其中 {len(held)} 张有数据，共 {sum(r['rows'] for r in held):,} 行",
            f"{len(rows)} tables with {sum(r['columns'] for r in rows):,} columns; {len(held)} of them hold data, {sum(r['rows'] for r in held):,} rows",
        )
        return frame.render(session, TITLE, LibraryPage(table, note))


@router.get("/library/{name}")
@needs("library.read")
def table(request: Request, name: str) -> Response:
    """One table."""
    found = contracts()[one_of(name, list(contracts()))]
    frame = Frame.of(request)
    with frame.bank.session() as session:
        states = history(Lake(frame.bank.lake_dir), session, name)
        shelf = frame.library.newest(session)
        report = None if shelf is None else reported(frame, shelf)
        context = TablePage(
            found,
            CATEGORIES[found.category],
            found.columns,
            SHARED,
            tuple(states[:_MOST]),
            None if report is None and states else [f for f in (report.findings if report else ()) if f.table == name],
            bool(states),
        )
        return frame.render(session, found.label, context)


def _values(found: Contract, rows: Sequence[LakeRow], lang: Lang) -> tuple[tuple[Text, tuple[str, ...]], ...]:
    filled = [c for c in found.columns if any(r.values[c.name] is not None for r in rows)]
    return tuple((c.label, tuple(_cell(c, r.values[c.name], lang) for r in rows)) for c in filled)


def _cell(column: ContractColumn, value: Any, lang: Lang) -> str:
    return "" if value is None else said(column, value)[lang]


def _of_key(frame: Frame, found: Contract, key: str) -> Response:
    """To the row of a key, its parts joined by `|`: the one that counts, by its place in its source file."""
    with frame.bank.session() as session:
        head = versions.head(session)
        if head is None or found.name not in head.tables:
            raise HTTPException(404)
        as_of = max(p.as_of for p in packs(session))
        with Lake(frame.bank.lake_dir).reading(session, as_of=as_of, tables=[found.name]) as reading:
            rows = reading.table(found.name)
            parts = [rows[c].cast("string").fill_null("") for c in found.key]
            # keys of evidence leave out what is not there, or leave its place empty
            written = [
                ibis.literal("|").join(parts),
                ibis.literal("|").join([rows[c].cast("string") for c in found.key]),
            ]
            mine = rows.filter((written[0] == key) | (written[1] == key)).order_by(ibis.desc(rows["known_at"])).limit(1)
            places = mine.select("source_file", "row_no", "source_sheet", "source").to_pyarrow().to_pylist()
    if not places:
        raise HTTPException(404)
    at = places[0]
    return RedirectResponse(
        addresses.row(found.name, at["source_file"], at["row_no"], at["source_sheet"], at["source"]), 303
    )


@router.get("/library/{name}/row")
@needs("library.read")
def row(request: Request, name: str) -> Response:
    """One row of a source file: in the lake, in figures, in decisions."""
    found = contracts()[one_of(name, list(contracts()))]
    frame = Frame.of(request)
    asked = {k: v[:_LONGEST] for k, v in frame.query.items()}
    if asked.get("key"):
        return _of_key(frame, found, asked["key"])
    number = asked_number(asked.get("row"))
    if number is None or not asked.get("file"):
        raise HTTPException(404)
    place = Place(asked["file"], number, asked.get("sheet") or None, asked.get("source", ""))
    with frame.bank.session() as session:
        head = versions.head(session)
        if head is None or name not in head.tables:
            raise HTTPException(404)
        mine = [p for p in packs(session) if not place.source or p.source == place.source] or packs(session)
        lake = Lake(frame.bank.lake_dir)
        with lake.reading(session, as_of=mine[0].as_of, tables=[name, "firms"]) as reading:
            rows = trace(reading, session, name, place)
            if not rows:
                raise HTTPException(404)
            used = (
                uses(reading, place.file, place.row_no, sheet=place.sheet, source=place.source)
                if name == "invoices"
                else []
            )
        firm_id = str(rows[0].values.get(found.firm_column or "") or "")
        context = RowPage(
            found,
            tuple(rows),
            _values(found, rows, frame.lang),
            firm_id,
            frame.library.names(session).get(firm_id, ""),
            tuple(used),
            log.resting_on(session, name, rows),
        )
        return frame.render(
            session, f"{place.file}{f' [{place.sheet}]' if place.sheet else ''}:{place.row_no}", context
        )
