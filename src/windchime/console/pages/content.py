"""`/content`: schemes, products and policies: every version, its text, and a draft against what is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.content.store import ContentStore, NotPublished
from windchime.content.tables import ContentVersion
from windchime.core.clock import today
from windchime.core.text import Text
from windchime.present.web import Column, Empty, Query, Table
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("内容登记册：方案、产品、策略", "Register of content: schemes, products, policies")
KINDS = {
    "schemes": Text("参数方案", "Scheme"),
    "products": Text("产品", "Product"),
    "policies": Text("策略", "Policy"),
}
STATES = {
    "draft": Text("草稿", "draft"),
    "in_force": Text("生效中", "in force"),
    "published": Text("已发布", "published"),
}
COLUMNS = (
    Column("name", Text("名称", "Name"), href="{href}"),
    Column("kind", Text("种类", "Kind"), choose=True, words=KINDS),
    Column("state", Text("状态", "State"), choose=True, words=STATES),
    Column("valid_from", Text("生效日", "Valid from"), "date"),
    Column("short", Text("版本", "Version"), "id", phone=False),
    Column("author", Text("作者", "Author"), phone=False),
    Column("checker", Text("复核发布人", "Checked and published by"), phone=False),
    Column("published_at", Text("发布时间", "Published at"), "instant", phone=False),
)
NONE = Empty(
    Text(
        "还没有发布内容。生效的方案、产品与策略会列在这里。",
        "Nothing is published yet. Schemes, products and policies in force would be listed here.",
    ),
    Text("发布随程序提供的内容：windchime content set-up", "Publish the content that ships: windchime content set-up"),
)


@dataclass(frozen=True, slots=True)
class Register(Context):
    """The register."""

    template: ClassVar[str] = "list.html"
    #: every version of every document
    table: Table
    #: sentence above the table; empty for none
    note: Text | str


@dataclass(frozen=True, slots=True)
class Document(Context):
    """One version of one document."""

    template: ClassVar[str] = "content.html"
    #: the register's row
    row: ContentVersion
    kind: Text
    state: Text
    #: its text as it was imported
    text: str
    #: what it would change: lines with `add`, `cut`, `same` or `place`; empty where it is in force or alone
    changes: tuple[tuple[str, str], ...]
    #: version that is in force, which the changes are against; empty for none
    against: str
    #: other versions of the document, newest first
    others: tuple[ContentVersion, ...]


def _in_force(store: ContentStore, session: Session, kind: str, name: str, day: date) -> str:
    try:
        return store.version_at(session, kind, name, day)
    except NotPublished:
        return ""


def _state(row: ContentVersion, in_force: str) -> str:
    return "in_force" if row.state == "published" and row.sha256 == in_force else row.state


@router.get("/content")
@needs("content.read")
def register(request: Request) -> Response:
    """The register."""
    frame = Frame.of(request)
    store = ContentStore(frame.bank.content_dir)
    with frame.bank.session() as session:
        found = store.versions(session)
        day = today(frame.bank.clock)
        force = {key: _in_force(store, session, *key, day) for key in dict.fromkeys((v.kind, v.name) for v in found)}
        rows = [_row(v, _state(v, force[v.kind, v.name])) for v in reversed(found)]
        table = Table.of("content", "/content", COLUMNS, rows, query=Query.read(frame.query, COLUMNS), empty=NONE)
        return frame.render(session, TITLE, Register(table, ""))


def _row(version: ContentVersion, state: str) -> Mapping[str, Any]:
    return {
        "name": version.name,
        "kind": version.kind,
        "state": state,
        "valid_from": version.valid_from,
        "short": version.sha256[:12],
        "href": addresses.content(version.kind, version.name, version.sha256),
        "author": version.author,
        "checker": version.checker,
        "published_at": version.published_at,
    }


@router.get("/content/{kind}/{name}/{version}")
@needs("content.read")
def document(request: Request, kind: str, name: str, version: str) -> Response:
    """One version."""
    frame = Frame.of(request)
    store = ContentStore(frame.bank.content_dir)
    with frame.bank.session() as session:
        known = store.versions(session, kind, name) if kind in KINDS else []
        mine = next((v for v in reversed(known) if v.sha256 == version), None)
        if mine is None:
            raise HTTPException(404)
        in_force = _in_force(store, session, kind, name, max(today(frame.bank.clock), mine.valid_from))
        against = in_force if in_force != version else ""
        context = Document(
            row=mine,
            kind=KINDS[kind],
            state=STATES[_state(mine, in_force)],
            text=store.bytes_of(version).decode(),
            changes=tuple(_lines(store.diff(against, version))) if against else (),
            against=against,
            others=tuple(v for v in reversed(known) if v is not mine),
        )
        return frame.render(session, name, context)


def _lines(diff: str) -> list[tuple[str, str]]:
    marks = {"+": "add", "-": "cut", "@": "place"}
    return [(marks.get(line[:1], "same"), line) for line in diff.splitlines()[2:]]
