"""`/consents-recorded`: every consent, the one recorded last first: what, of whom, by whom; for those who look after the recorders."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from windchime.console import addresses
from windchime.console.asking import NO_CUSTOMERS, table_download
from windchime.console.frame import Context, Frame
from windchime.console.pages.consents import NONE, STATES
from windchime.core.text import Text
from windchime.portfolio.access import purposes
from windchime.present.web import Column, Query, Table
from windchime.service.access import consented
from windchime.service.access.consented import Sought
from windchime.service.access.consents import GIVERS
from windchime.service.access.permissions import CATEGORIES
from windchime.service.access.tables import Consent
from windchime.service.http.reach import Visible
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("授权登记记录", "Consents as they were recorded")
NOTE = Text(
    "每项授权只凭登记人一人所言：请对照签署文件抽查。文件哈希可用 sha256sum 核对。",
    "Each consent rests on the word of whoever recorded it: check some against the signed papers. sha256sum gives a document's hash.",
)
COLUMNS = (
    Column("recorded_at", Text("登记时间", "Recorded at"), "instant", sortable=False),
    Column("recorded_by", Text("登记人", "Recorded by"), choose=True, sortable=False),
    Column("name", Text("企业", "Firm"), href="{href}", sortable=False),
    Column("firm_id", Text("企业标识", "Firm id"), "id", sortable=False, phone=False),
    Column("purpose", Text("目的", "Purpose"), choose=True, sortable=False, phone=False),
    Column("categories", Text("数据类别", "Data"), sortable=False, phone=False),
    Column("given_by", Text("授权人身份", "Given by"), choose=True, words=GIVERS, sortable=False, phone=False),
    Column("valid_from", Text("起始日", "First day"), "date", sortable=False, phone=False),
    Column("valid_to", Text("截止日", "Last day"), "date", sortable=False, phone=False),
    Column("state", Text("状态", "State"), words=STATES, sortable=False, phone=False),
    Column("document", Text("文件哈希", "Document"), "id", sortable=False, phone=False),
)
#: digits of a hash that the page shows; the file has all
_SHORT = 16


@dataclass(frozen=True, slots=True)
class ConsentsRecorded(Context):
    """Consents in the order in which they were recorded."""

    template: ClassVar[str] = "consents_recorded.html"
    #: one page of them
    table: Table
    #: sentence above the table
    note: Text | str


@router.get("/consents-recorded")
@needs("consent.read")
def recorded(request: Request) -> Response:
    """One page of the consents that are the visitor's to see."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        mine, columns = frame.visible(session, "consent.read"), _columns(frame, session)
        query = Query.read(frame.query, columns)
        sought = _sought(query, mine)
        matching = consented.count(session, sought)
        query = replace(query, page=min(query.page, max(1, -(-matching // query.size))))
        found = consented.recorded(session, sought, offset=(query.page - 1) * query.size, size=query.size)
        kept = {k: v for k, v in query.params().items() if k != "page"}
        table = Table(
            id="consents",
            href="/consents-recorded",
            columns=columns,
            rows=tuple(r | {"document": f"{r['document'][:_SHORT]}…"} for r in _rows(frame, session, found)),
            query=query,
            matching=matching,
            total=consented.count(session, Sought(within=mine.query)),
            empty=NONE if mine.all else NO_CUSTOMERS,
            choices={
                "recorded_by": consented.recorders(session, mine.query),
                "purpose": next(tuple(c.words) for c in columns if c.name == "purpose"),
                "given_by": tuple(GIVERS),
            },
            exports={f: f"/consents-recorded-export?{urlencode({**kept, 'format': f})}" for f in ("csv", "xlsx")},
        )
        return frame.render(session, TITLE, ConsentsRecorded(table, NOTE))


@router.get("/consents-recorded-export")
@needs("consent.read")
def export(request: Request) -> Response:
    """All that match, as a file."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        columns = _columns(frame, session)
        sought = _sought(Query.read(frame.query, columns), frame.visible(session, "consent.read"))
        rows = _rows(frame, session, consented.recorded(session, sought))
        return table_download(frame, session, columns, rows, "consents")


def _columns(frame: Frame, session: Session) -> tuple[Column, ...]:
    """The columns, purposes called as the bank calls them."""
    known = {p.name: p.label for p in purposes(frame.bank, session).known.values()}
    return tuple(replace(c, words=known) if c.name == "purpose" else c for c in COLUMNS)


def _sought(query: Query, mine: Visible) -> Sought:
    chosen = query.chosen
    return Sought(
        words=query.words,
        recorded_by=chosen.get("recorded_by", ""),
        purpose=chosen.get("purpose", ""),
        given_by=chosen.get("given_by", ""),
        within=mine.query,
    )


def _rows(frame: Frame, session: Session, found: list[Consent]) -> tuple[dict[str, Any], ...]:
    names = frame.library.names(session)
    now, comma = frame.bank.clock.now(), "、" if frame.lang == "zh" else ", "
    return tuple(
        {
            "recorded_at": c.recorded_at,
            "recorded_by": c.recorded_by,
            "name": names.get(c.firm_id, c.firm_id),
            "firm_id": c.firm_id,
            "href": addresses.consents(c.firm_id),
            "purpose": c.purpose,
            "categories": comma.join(CATEGORIES[k][frame.lang] if k in CATEGORIES else k for k in c.categories.split()),
            "given_by": c.given_by,
            "valid_from": c.valid_from,
            "valid_to": c.valid_to,
            "state": "revoked" if c.revoked_at else "in_force" if consented.holds(c, now) else "ended",
            "document": c.document,
        }
        for c in found
    )
