"""`/quarantine`: rows that were not accepted: where they stand, why, in which state; and the form that repairs one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.asking import NOTHING_LOADED, table_download
from windchime.console.frame import Context, Frame
from windchime.core.errors import WindchimeError
from windchime.core.text import Lang, Text
from windchime.data.contracts import contract, contracts
from windchime.data.intake.quarantine import NotInQuarantine, Quarantined, quarantined, stored
from windchime.data.intake.repair import repair
from windchime.data.lake import versions
from windchime.present.web import Column, Empty, Query, Table
from windchime.present.web.table import matching
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("隔离区", "Quarantine")
#: rows that the page looks at; the command line lists all
MOST = 5000
#: longest value and reason a repair may bring
_LONGEST = 2000
STATES = dict(contract("quarantine")["state"].values)
COLUMNS = (
    Column("file", Text("文件", "File"), href="{href}"),
    Column("sheet", Text("工作表", "Sheet"), phone=False),
    Column("row", Text("行", "Row"), "count"),
    Column("table", Text("目标表", "Table"), choose=True, words={n: c.label for n, c in contracts().items()}),
    Column("column", Text("列", "Column"), choose=True),
    Column("value", Text("值", "Value")),
    Column("why", Text("原因", "Reason")),
    Column("state", Text("状态", "State"), choose=True, words=STATES),
    Column("author", Text("处理人", "Treated by"), phone=False),
    Column("treated_at", Text("处理时间", "Treated at"), "instant", phone=False),
)
CLEAN = Empty(
    Text(
        "没有被隔离的行。加载时不合契约的行会列在这里，带文件、行、列、值与原因。",
        "No row is in quarantine. Rows that break their contract when loaded are listed here, with file, row, column, value and reason.",
    ),
    Text("加载数据包：windchime load --pack 名称 文件夹", "Load a pack: windchime load --pack NAME FOLDER"),
)


@dataclass(frozen=True, slots=True)
class QuarantineList(Context):
    """The rows in quarantine."""

    template: ClassVar[str] = "list.html"
    #: the rows, those that wait first
    table: Table
    #: said when there are more rows than the page looks at; empty otherwise
    note: Text | str


@dataclass(frozen=True, slots=True)
class RepairField:
    """One column of the row in the repair form."""

    column: str
    #: as the source wrote it; empty for a missing value
    source: str
    #: what stands in the form: as sent, as repaired, or as the source wrote it
    value: str
    #: what is wrong with it, in words
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuarantinedRow(Context):
    """One row in quarantine with its repair form."""

    template: ClassVar[str] = "quarantined.html"
    item: Quarantined
    #: where it stands: file, sheet, row
    place: str
    #: the table it was meant for
    table: Text
    state: Text
    #: its columns, faulty ones first
    fields: tuple[RepairField, ...]
    #: faults of the whole row, in words
    row_faults: tuple[str, ...]
    #: the reason as it was sent
    reason: str
    #: why the repair was refused; empty where it was not
    error: str


def _items(frame: Frame, session: Session) -> tuple[Quarantined, ...]:
    """Every row up to `MOST`, those that wait first; read once a lake version."""
    head = versions.head(session)
    if head is None:
        return ()

    def find() -> tuple[Quarantined, ...]:
        rows = quarantined(frame.bank, session, state=None, limit=MOST + 1)
        return tuple(sorted(rows, key=lambda q: q.state != "open"))

    return frame.library.kept.get(("quarantine", head.lake_version), find)


def _row(item: Quarantined, lang: Lang) -> dict[str, Any]:
    first = item.faults[0] if item.faults else None
    problems = item.problems()
    return {
        "href": addresses.quarantined(item.quarantine_id),
        "file": item.file,
        "sheet": item.sheet,
        "row": item.row,
        "table": item.table,
        "column": first.column if first else None,
        "value": first.value if first else None,
        "why": _said(problems[0], lang) + (f" (+{len(problems) - 1})" if problems[1:] else "") if problems else "",
        "state": item.state,
        "author": item.author,
        "treated_at": item.treated_at,
    }


def _place(item: Quarantined) -> str:
    return f"{item.file}{f' [{item.sheet}]' if item.sheet else ''}:{item.row}"


def _said(problem: Any, lang: Lang) -> str:
    """The fault without its place, which stands beside it."""
    where = problem.where(lang)
    return str(problem.sentence(lang)).removeprefix(where).lstrip("：: ")


@router.get("/quarantine")
@needs("data.quality")
def list_(request: Request) -> Response:
    """The rows."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        items = _items(frame, session)
        rows = [_row(i, frame.lang) for i in items[:MOST]]
        empty = CLEAN if versions.head(session) else NOTHING_LOADED
        query = Query.read(frame.query, COLUMNS)
        table = Table.of("rows", "/quarantine", COLUMNS, rows, query=query, empty=empty, export="/quarantine-export")
        more = Text(
            f"隔离区还有更多行，这里显示前 {MOST:,} 行；全部见 windchime quarantine list",
            f"There are more rows than the first {MOST:,} shown here; see windchime quarantine list",
        )
        return frame.render(session, TITLE, QuarantineList(table, more if len(items) > MOST else ""))


@router.get("/quarantine-export")
@needs("data.quality")
def export(request: Request) -> Response:
    """The matching rows as a file."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        rows = [_row(i, frame.lang) for i in _items(frame, session)]
        return table_download(
            frame, session, COLUMNS, matching(rows, COLUMNS, Query.read(frame.query, COLUMNS)), "quarantine"
        )


def _item(frame: Frame, session: Session, quarantine_id: str) -> Quarantined:
    try:
        return Quarantined.of(stored(frame.bank, session, quarantine_id))
    except NotInQuarantine:
        raise HTTPException(404) from None


def _page(
    frame: Frame, item: Quarantined, *, sent: Mapping[str, str] | None = None, reason: str = "", error: str = ""
) -> QuarantinedRow:
    problems = item.problems()
    by_column: dict[str, list[str]] = {}
    for problem in problems:
        by_column.setdefault(problem.column, []).append(_said(problem, frame.lang))
    values = {**item.source_row, **item.changed, **(sent or {})}
    fields = [
        RepairField(c, item.source_row[c] or "", values[c] or "", tuple(by_column.get(c, ()))) for c in item.source_row
    ]
    return QuarantinedRow(
        item=item,
        place=_place(item),
        table=contract(item.table).label,
        state=STATES.get(item.state, Text.of(item.state)),
        fields=tuple(sorted(fields, key=lambda f: not f.faults)),
        row_faults=tuple(s for c, said in by_column.items() if c not in item.source_row for s in said),
        reason=reason,
        error=error,
    )


@router.get("/quarantine/{quarantine_id:path}")
@needs("data.quality")
def row(request: Request, quarantine_id: str) -> Response:
    """One row with its repair form."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        item = _item(frame, session, quarantine_id)
        return frame.render(session, _place(item), _page(frame, item))


@router.post("/quarantine/{quarantine_id:path}")
@needs("data.repair")
async def repaired(request: Request, quarantine_id: str) -> Response:
    """Repair the row: back to its page when done, the form with the reason why not otherwise."""
    from starlette.concurrency import run_in_threadpool

    form = {k: str(v)[:_LONGEST] for k, v in (await request.form()).items()}
    return await run_in_threadpool(_repair, request, quarantine_id, form)


def _repair(request: Request, quarantine_id: str, form: Mapping[str, str]) -> Response:
    frame = Frame.of(request)
    sent = {k.removeprefix("column:"): v for k, v in form.items() if k.startswith("column:")}
    reason = form.get("reason", "").strip()
    with frame.bank.session() as session:
        item = _item(frame, session, quarantine_id)
        changes = {c: v for c, v in sent.items() if c not in item.source_row or v != (item.source_row[c] or "")}
        try:
            repair(frame.bank, frame.actor, quarantine_id, changes, reason)
        except WindchimeError as refused:
            page = _page(frame, item, sent=sent, reason=reason, error=refused.message(frame.lang))
            return frame.render(session, page.place, page, 422)
    return RedirectResponse(addresses.quarantined(quarantine_id), 303)


def rows_naming(frame: Frame, session: Session, firm_id: str) -> tuple[tuple[str, str], ...]:
    """Rows that wait in quarantine and hold the firm's id as its source writes it: id and sentence of each."""
    source, _colon, local = firm_id.partition(":")
    wanted = {firm_id, local} - {""}
    found = (
        item
        for item in _items(frame, session)
        if item.state == "open" and item.source == source and wanted & set(item.source_row.values())
    )
    return tuple((i.quarantine_id, i.problems()[0].sentence(frame.lang) if i.faults else _place(i)) for i in found)
