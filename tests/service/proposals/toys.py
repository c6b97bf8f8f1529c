"""A kind of change with nothing behind it but a table of notes in memory of the database: the audit chain."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.text import Text
from windchime.core.unit import Actor, Unit
from windchime.service.access.answering import Resource
from windchime.service.access.tables import Account
from windchime.service.bank import Bank
from windchime.service.proposals.kinds import Change, Kind
from windchime.service.tables import AuditRecord

WRITTEN = "toy.write"
REASON = "because"


def stands(_bank: Bank, session: Session, subject: str, _after: Any = None) -> Any:
    """What was written of a subject last."""
    query = select(AuditRecord).where(AuditRecord.action == WRITTEN, AuditRecord.subject == subject)
    last = session.scalars(query.order_by(AuditRecord.seq.desc())).first()
    return json.loads(last.after or "null") if last else None


def writes(session: Session) -> list[tuple[str, Any, str]]:
    """Every effect: subject, what was written, by whom."""
    query = select(AuditRecord).where(AuditRecord.action == WRITTEN).order_by(AuditRecord.seq)
    return [(r.subject, json.loads(r.after or "null"), r.actor) for r in session.scalars(query)]


def write(unit: Unit, subject: str, value: Any) -> None:
    """Change something, with its audit record."""
    unit.record(WRITTEN, subject, after=value)


def _effect(_bank: Bank, unit: Unit, change: Change) -> None:
    if change.after == "broken":
        raise RuntimeError("half")
    write(unit, change.subject, change.after)


TOY = Kind(
    name="toy",
    label=Text("玩具", "Toy"),
    propose_permission="decision.override",
    check_permission="decision.override.check",
    before=stands,
    effect=_effect,
    resource=lambda bank, _session, _subject: Resource(bank.name, "north"),
)
KINDS = {TOY.name: TOY}


def account(bank: Bank, name: str, *roles: str, branch: str = "north") -> Actor:
    """Somebody with roles; no password, as who signs in elsewhere."""
    with bank.unit(Actor("setter-up", "system")) as unit:
        unit.session.add(
            Account(
                name=name,
                plain_name=name,
                label=name,
                branch=branch,
                roles=" ".join(sorted(roles)),
                active=True,
                must_change=False,
                failures=0,
                made_by="setter-up",
                made_at=unit.now,
            )
        )
    return Actor(name)
