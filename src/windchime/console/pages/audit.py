"""`/audit`: who did what, when and why; and the proof that nothing of it was changed."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime.console.frame import Context, Frame
from windchime.console.job_words import STEPS as JOB_STEPS
from windchime.core.problems import Problem
from windchime.core.text import Text
from windchime.decision import log, overriding
from windchime.present.web import Column, Empty, Query, Table
from windchime.service import audit as chain
from windchime.service.http.rules import needs
from windchime.service.proposals import verifying
from windchime.service.proposals.words import STEPS
from windchime.service.tables import AuditRecord

router = APIRouter()
TITLE = Text("审计日志", "Audit log")
#: how known actions are called; one that is not known stands under its own name
ACTIONS = {
    "account.make": Text("开立账户", "account made"),
    "account.roles": Text("变更角色", "roles given"),
    "account.close": Text("关闭账户", "account closed"),
    "account.sign_in": Text("登录", "signed in"),
    "account.sign_out": Text("退出", "signed out"),
    "consent.record": Text("登记授权", "consent recorded"),
    "consent.revoke": Text("撤回授权", "consent revoked"),
    "customer.assign": Text("分配客户", "customer assigned"),
    "content.propose": Text("提交内容草稿", "content proposed"),
    "content.publish": Text("发布内容", "content published"),
    "data.load": Text("加载数据", "data loaded"),
    "decision.decide": Text("作出决策", "decided"),
    "decision.override": Text("人工改判", "decision overridden"),
    "lake.publish": Text("发布数据版本", "lake version published"),
    "model.save": Text("保存模型", "model saved"),
    "model.validate": Text("验证模型", "model validated"),
    "model.publish": Text("发布模型", "model published"),
    "model.retire": Text("退役模型", "model retired"),
    **{action: Text(f"提案：{said.zh}", f"proposal: {said.en}") for action, said in STEPS.items()},
    **{action: Text(f"后台任务：{said.zh}", f"job: {said.en}") for action, said in JOB_STEPS.items()},
    "schedule.put": Text("建立定时计划", "schedule made"),
    "schedule.end": Text("终止定时计划", "schedule ended"),
    "agreement.sign": Text("签署跨行协议", "agreement signed"),
    "agreement.complete": Text("收到对方签名", "the other bank's signature taken"),
    "agreement.revoke": Text("撤销跨行协议", "agreement revoked"),
    "agreement.give": Text("向他行交付", "handed to another bank"),
    "agreement.receive": Text("从他行收到", "received from another bank"),
    "rules.keep": Text("收存规则集", "rules kept"),
    "portfolio.allocate": Text("分配授信总额", "credit allocated"),
    "quarantine.repair": Text("修复隔离行", "quarantined row repaired"),
}
COLUMNS = (
    Column("seq", Text("序号", "No."), "count", sortable=False, href="{href}"),
    Column("at", Text("时间", "When"), "instant", sortable=False),
    Column("actor", Text("操作人", "Who"), choose=True, sortable=False),
    Column("action", Text("动作", "Action"), choose=True, sortable=False, words=ACTIONS),
    Column("subject", Text("对象", "Subject"), sortable=False, phone=False),
    Column("reason", Text("理由", "Reason"), sortable=False, phone=False),
    Column("origin", Text("来源", "From where"), sortable=False, phone=False),
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
#: no database numbers further
LARGEST = 2**31
#: columns with a list to choose from, and how long such a list gets
CHOSEN, MOST_CHOICES = ("actor", "action"), 200
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


@dataclass(frozen=True, slots=True)
class One(Context):
    """One record."""

    template: ClassVar[str] = "audit_record.html"
    #: the record as it stands in the chain
    row: AuditRecord
    #: what was done, in words
    label: Text
    #: field, before, after, whether they differ
    sides: tuple[tuple[str, str, str, bool], ...]


def _table(session: Session, query: Query) -> Table:
    total = chain.length(session)
    where: list[Any] = [getattr(AuditRecord, name) == query.chosen[name] for name in CHOSEN if name in query.chosen]
    if query.words:
        where.append(_sought(session, query.words))
    found = session.scalar(select(func.count()).select_from(AuditRecord).where(*where)) or 0 if where else total
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
        choices={name: _known(session, getattr(AuditRecord, name)) for name in CHOSEN},
    )


def _sought(session: Session, words: str) -> Any:
    """A subject in full is found by its index, anything else in whatever people read."""
    whole = AuditRecord.subject == words
    if session.scalar(select(AuditRecord.seq).where(whole).limit(1)) is not None:
        return whole
    sought = (AuditRecord.actor, AuditRecord.action, AuditRecord.subject, AuditRecord.reason, AuditRecord.origin)
    return or_(*(c.contains(words, autoescape=True) for c in sought))


def _known(session: Session, column: Any) -> tuple[str, ...]:
    """The values of an indexed column, sorted: each found from the one before, however long the chain is."""
    found: list[str] = []
    least = session.scalar(select(func.min(column)))
    while least is not None and len(found) < MOST_CHOICES:
        found.append(least)
        least = session.scalar(select(func.min(column)).where(column > least))
    return tuple(found)


def _row(record: AuditRecord) -> dict[str, Any]:
    after = _short(record.after or "")
    return {
        "seq": record.seq,
        "href": f"/audit/{record.seq}",
        "at": record.at,
        "actor": record.actor,
        "action": record.action,
        "subject": _short(record.subject),
        "reason": record.reason,
        "origin": record.origin,
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


@router.get("/audit/verify")
@needs("audit.read")
def verify_page() -> Response:
    """The address of the proof leads back to the log."""
    return RedirectResponse("/audit", 303)


@router.get("/audit/{seq}")
@needs("audit.read")
def record(request: Request, seq: int) -> Response:
    """One record: before and after, and its place in the chain."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        row = session.get(AuditRecord, seq) if seq < LARGEST else None
        if row is None:
            raise HTTPException(404)
        sides = tuple(_sides(_body(row.before), _body(row.after)))
        label = ACTIONS.get(row.action, Text.of(row.action))
        return frame.render(session, label, One(row, label, sides))


def _body(text: str | None) -> Mapping[str, Any]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {"": found}


def _sides(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str, str, bool]]:
    for name in [*before, *(n for n in after if n not in before)]:
        stood, stands = (_written(side[name]) if name in side else "" for side in (before, after))
        yield name, stood, stands, stood != stands


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@router.post("/audit/verify")
@needs("audit.read")
def verify(request: Request) -> Response:
    """Walk the chain and hold every decision and proposal against it."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        books = (chain.verify, log.verify, overriding.verify, verifying.verify)
        problems = tuple(problem for book in books for problem in book(session))
        table = _table(session, Query.read(frame.query, COLUMNS))
        return frame.render(session, TITLE, Audit(table, verified=True, count=table.total, problems=problems))
