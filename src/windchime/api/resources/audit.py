"""`/api/v1/audit`: who did what, when and why, as the chain holds it."""

import json
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import Field
from sqlalchemy import select
from starlette.responses import Response

from windchime.api import paging
from windchime.api.asking import Ask
from windchime.api.described import told
from windchime.api.opening import resource
from windchime.api.paging import Cursor, Limit
from windchime.api.shapes import Instant, Page, Shape
from windchime.core.text import Text
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import needs
from windchime.service.tables import AuditRecord

router = resource("audit")
Number = Annotated[int, Path(ge=1, le=paging.LARGEST, description="number of the record", examples=[1])]


class AuditEntry(Shape):
    """One link of the chain."""

    seq: int = Field(description="1, 2, 3 … without gaps", examples=[1])
    at: Instant = Field(description="when", examples=["2026-01-05T04:00:00Z"])
    actor: str = Field(description="who", examples=["wang.officer"])
    actor_kind: str = Field(description="person or system", examples=["person"])
    origin: str = Field(description="from where; empty where it is not known", examples=["token 10.1.2.3"])
    action: str = Field(description="what, `noun.verb`", examples=["decision.decide"])
    subject: str = Field(description="to what, `kind:id`", examples=["decision:019a0b1c-7d2e-7f00-8000-0123456789ab"])
    before: Any = Field(description="state before; null where there was none", examples=[None])
    after: Any = Field(description="state after; null where there is none", examples=[{"decisions": 1}])
    reason: str = Field(description="why; empty for none", examples=["loan application"])
    previous_hash: str = Field(description="hash of the record before", examples=["0" * 64])
    hash: str = Field(description="hash of this record", examples=["0" * 64])

    @classmethod
    def of(cls, row: AuditRecord) -> "AuditEntry":
        """From its row."""
        names = ("seq", "at", "actor", "actor_kind", "origin", "action", "subject", "reason", "previous_hash", "hash")
        return cls(
            **{name: getattr(row, name) for name in names},
            before=json.loads(row.before) if row.before else None,
            after=json.loads(row.after) if row.after else None,
        )


@router.get("/audit", **told(Text("审计记录列表", "List audit records"), Page[AuditEntry]))
@needs("audit.read")
def records(
    asked: Ask,
    actor: Annotated[str, Query(max_length=80, description="only by this account", examples=["wang.officer"])] = "",
    action: Annotated[str, Query(max_length=80, description="only this action", examples=["decision.decide"])] = "",
    subject: Annotated[str, Query(max_length=300, description="only about this, `kind:id`", examples=["lake:1"])] = "",
    limit: Limit = paging.USUAL,
    cursor: Cursor = None,
) -> Response:
    """Audit records, newest first."""
    before = paging.after_number(cursor)
    query = select(AuditRecord).order_by(AuditRecord.seq.desc()).limit(limit + 1)
    for column, value in ((AuditRecord.actor, actor), (AuditRecord.action, action), (AuditRecord.subject, subject)):
        query = query.where(column == value) if value else query
    with asked.session() as session:
        found = list(session.scalars(query if before is None else query.where(AuditRecord.seq < before)))
        rows, following = paging.part(found, limit, lambda r: r.seq)
        page = Page[AuditEntry](items=tuple(AuditEntry.of(row) for row in rows), next=following)
    return asked.answer(page, headers=paging.link(asked.request, following))


@router.get("/audit/{seq}", **told(Text("一条审计记录", "One audit record"), AuditEntry))
@needs("audit.read")
def record(asked: Ask, seq: Number) -> Response:
    """A record by its number."""
    with asked.session() as session:
        row = session.get(AuditRecord, seq)
        if row is None:
            raise NoSuchRecord
        return asked.answer(AuditEntry.of(row))
