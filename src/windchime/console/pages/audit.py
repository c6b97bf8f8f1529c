"""`/audit`: who did what, when and why; and the proof that nothing of it was changed."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from windchime.console.frame import Context, Frame
from windchime.core.problems import Problem
from windchime.core.text import Text
from windchime.decision import log
from windchime.present.web import Column, Empty, Query, Table
from windchime.service import audit as chain
from windchime.service.http.rules import needs
from windchime.service.tables import AuditRecord

router = APIRouter()
TITLE = Text("审计日志", "Audit log")
#: how known actions are called; one that is not known stands under its own name
ACTIONS = {
    "content.propose": Text("提交内容草稿", "content proposed"),
    "content.publish": Text("发布内容", "content published"),
    "data.load": Text("加载数据", "data loaded"),
    "decision.decide": Text("作出决策", "decided"),
    "lake.publish": Text("发布数据版本", "lake version published"),
    "model.save": Text("保存模型", "model saved"),
    "model.validate": Text("验证模型", "model validated"),
    "model.publish": Text("发布模型", "model published"),
    "model.retire": Text("退役模型", "model retired"),
    "portfolio.allocate": Text("分配授信总额", "credit allocated"),
    "quarantine.repair": Text("修复隔离行", "quarantined row repaired"),
}
COLUMNS = (
    Column("seq", Text("序号", "No."), "count", sortable=False),
    Column("at", Text("时间", "When"), "instant", sortable=False),
    Column("actor", Text("操作人", "Who"), sortable=False),
    Column("action", Text("动作", "Action"), choose=True, sortable=False, words=ACTIONS),
    Column("subject", Text("对象", "Subject"), sortable=False, phone=False),
    Column("reason", Text("理由", "Reason"), sortable=False, phone=False),
    Column("after", Text("之后的状态", "State after"), sortable=False, phone=False),
    Column("hash", Text("记录哈希", "Record hash"), "id", sortable=False, phone=False),
)
NONE = Empty(
    Text(
        "还没有记录。每次加载、发布、决策与修复都会列在这里。",
        "No record yet. Every load, publication, decision and repair would be listed here.",
    ),
    Text("例如：windchime load --pack 名称 文件夹", "For example: windchime load --pack NAME FOLDER"),
)
#: characters of a state that the list shows
_SHOWN = 120
_HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{28,}\b")


@dataclass(frozen=True, slots=True)
class Audit(Context):
    """The log and, when asked for, its proof."""

    template: ClassVar[str] = "audit.html"
    #: records, newest first
    table: Table
    #: whether the chain was just walked
    verified: bool
    #: records walked
    count: int
    #: what was found to be changed or missing
    problems: tuple[Problem, ...]


def _table(session: Session, query: Query) -> Table:
    total = session.scalar(select(func.count()).select_from(AuditRecord)) or 0
    where: list[Any] = [AuditRecord.action == query.chosen["action"]] if "action" in query.chosen else []
    if query.words:
        sought = (AuditRecord.actor, AuditRecord.action, AuditRecord.subject, AuditRecord.reason)
        where.append(or_(*(c.contains(query.words, autoescape=True) for c in sought)))
    found = session.scalar(select(func.count()).select_from(AuditRecord).where(*where)) or 0
    page = min(query.page, max(1, -(-found // query.size)))
    newest = select(AuditRecord).where(*where).order_by(AuditRecord.seq.desc())
    rows = session.scalars(newest.offset((page - 1) * query.size).limit(query.size))
    return Table(
        id="audit",
        href="/audit",
        columns=COLUMNS,
        rows=tuple(_row(r) for r in rows),
        query=Query(query.words, query.chosen, page=page, size=query.size),
        matching=found,
        total=total,
        empty=NONE,
        choices={"action": tuple(session.scalars(select(AuditRecord.action).distinct().order_by(AuditRecord.action)))},
    )


def _row(record: AuditRecord) -> dict[str, Any]:
    after = _short(record.after or "")
    return {
        "seq": record.seq,
        "at": record.at,
        "actor": record.actor,
        "action": record.action,
        "subject": _short(record.subject),
        "reason": record.reason,
        "after": after if len(after) <= _SHOWN else f"{after[:_SHOWN]}…",
        "hash": record.hash[:12],
    }


def _short(text: str) -> str:
    """Hashes cut to their beginnings."""
    return _HASH.sub(r"\1…", text)


@router.get("/audit")
@needs("audit.read")
def audit(request: Request) -> Response:
    """The log."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        table = _table(session, Query.read(frame.query, COLUMNS))
        return frame.render(session, TITLE, Audit(table, verified=False, count=0, problems=()))


@router.post("/audit/verify")
@needs("audit.read")
def verify(request: Request) -> Response:
    """Walk the chain and hold every decision against it."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        problems = (*chain.verify(session), *log.verify(session))
        table = _table(session, Query.read(frame.query, COLUMNS))
        return frame.render(session, TITLE, Audit(table, verified=True, count=table.total, problems=problems))


@router.get("/audit/verify")
@needs("audit.read")
def verify_page() -> Response:
    """The address of the proof leads back to the log."""
    return RedirectResponse("/audit", 303)
