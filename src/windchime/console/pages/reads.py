"""`/reads`: who looked at personal data in clear: whose, what, for which purpose, from where, when."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.core.text import Text
from windchime.data.vault.masking import shown
from windchime.portfolio.access import purposes
from windchime.present.web import Column, Empty, Query, Table
from windchime.service.access import reads as looks
from windchime.service.access.tables import PersonalRead
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("个人信息查阅记录", "Who looked at personal data")
COLUMNS = (
    Column("at", Text("时间", "When"), "instant", sortable=False),
    Column("actor", Text("查阅人", "Who"), choose=True, sortable=False),
    Column("firm", Text("企业", "Firm"), href="{firm_href}", sortable=False),
    Column("subject_id", Text("信息主体", "Whose"), "id", sortable=False, phone=False),
    Column("field", Text("字段", "What"), "id", sortable=False),
    Column("purpose", Text("目的", "Purpose"), choose=True, sortable=False),
    Column("reason", Text("说明", "Reason"), sortable=False, phone=False),
    Column("origin", Text("来源", "From where"), sortable=False, phone=False),
    Column("token", Text("令牌", "Token"), "id", sortable=False, phone=False),
)
NONE = Empty(
    Text("还没有人查看过个人信息明文。", "Nobody has looked at personal data in clear yet."),
    Text("每次查看都会先记在这里，再显示", "Each look is put on record here before it is shown"),
)


@dataclass(frozen=True, slots=True)
class Reads(Context):
    """The looks."""

    template: ClassVar[str] = "list.html"
    #: newest first
    table: Table
    #: sentence above the table; empty for none
    note: Text | str


@router.get("/reads")
@needs("reads.read")
def reads(request: Request) -> Response:
    """The looks, newest first."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        known = {p.name: p.label for p in purposes(frame.bank, session).known.values()}
        columns = tuple(replace(c, words=known) if c.name == "purpose" else c for c in COLUMNS)
        query = Query.read(frame.query, columns)
        wanted = {
            "words": query.words,
            "actor": query.chosen.get("actor", ""),
            "purpose": query.chosen.get("purpose", ""),
        }
        size = query.size
        found, matching = looks.page(session, **wanted, offset=(query.page - 1) * size, size=size)
        if matching and not found:
            query = replace(query, page=-(-matching // size))
            found, matching = looks.page(session, **wanted, offset=(query.page - 1) * size, size=size)
        total = matching if not any(wanted.values()) else looks.page(session, size=0)[1]
        names = frame.library.names(session)
        table = Table(
            id="reads",
            href="/reads",
            columns=columns,
            rows=tuple(_row(r, names.get(r.firm_id, r.firm_id)) for r in found),
            query=query,
            matching=matching,
            total=total,
            empty=NONE,
            choices={"actor": looks.readers(session), "purpose": tuple(known)},
        )
        return frame.render(session, TITLE, Reads(table, ""))


def _row(read: PersonalRead, firm: str) -> dict[str, Any]:
    return {
        "at": read.at,
        "actor": read.actor,
        "firm": firm,
        "firm_href": addresses.firm(read.firm_id) if read.firm_id else "",
        "subject_id": shown(read.subject_id),
        "field": read.field,
        "purpose": read.purpose,
        "reason": read.reason,
        "origin": read.origin,
        "token": shown(read.token),
    }
