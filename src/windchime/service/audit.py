"""The audit log as a hash chain: who, when, what, before, after, why; a changed byte is found and named."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical, digest
from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.service.tables import AuditRecord

GENESIS = "0" * 64


def _hash(record: AuditRecord) -> str:
    return digest(
        {
            "seq": record.seq,
            "at": record.at.isoformat(),
            "actor": record.actor,
            "actor_kind": record.actor_kind,
            "action": record.action,
            "subject": record.subject,
            "before": record.before,
            "after": record.after,
            "reason": record.reason,
            "previous_hash": record.previous_hash,
            # records of releases that did not keep it have none, and hash as they did
            **({"origin": record.origin} if record.origin else {}),
        }
    )


def append(
    session: Session, *, at: datetime, actor: Actor, action: str, subject: str, before: Any, after: Any, reason: str
) -> AuditRecord:
    """Add one record to the chain, inside the caller's write transaction (which holds the lock, so none can be between)."""
    last = session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc()).limit(1)).first()
    record = AuditRecord(
        seq=last.seq + 1 if last else 1,
        at=at,
        actor=actor.name,
        actor_kind=actor.kind,
        action=action,
        subject=subject,
        before=None if before is None else canonical(before).decode(),
        after=None if after is None else canonical(after).decode(),
        reason=reason,
        origin=actor.origin,
        previous_hash=last.hash if last else GENESIS,
    )
    record.hash = _hash(record)
    session.add(record)
    session.flush()
    return record


def records(session: Session, *, subject: str | None = None) -> Iterator[AuditRecord]:
    """The chain in order, or the part about one subject."""
    query = select(AuditRecord).order_by(AuditRecord.seq)
    if subject is not None:
        query = query.where(AuditRecord.subject == subject)
    yield from session.scalars(query.execution_options(yield_per=1000))


def verify(session: Session) -> list[Problem]:
    """Walk the chain and name each record that was changed, is missing or was put in between.

    A cut at the very end cannot be seen from the chain alone: compare `seq` and `hash` of the last record with a copy
    kept elsewhere.
    """
    problems: list[Problem] = []
    expected_seq, previous = 1, GENESIS
    for record in records(session):
        if record.seq != expected_seq:
            problems.append(
                _fault(
                    "record_missing",
                    _("records {first} to {last} are missing"),
                    record,
                    first=expected_seq,
                    last=record.seq - 1,
                )
            )
        elif record.previous_hash != previous:
            problems.append(_fault("chain_broken", _("the record does not follow from the one before it"), record))
        if _hash(record) != record.hash:
            problems.append(_fault("record_changed", _("the record was changed after it was written"), record))
        expected_seq, previous = record.seq + 1, record.hash
    return problems


def _fault(code: str, msgid: str, record: AuditRecord, **params: int) -> Problem:
    return Problem(code, msgid, file="audit_record", row=record.seq, params=params)
