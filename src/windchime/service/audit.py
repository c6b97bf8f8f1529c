"""The audit log as a hash chain: who, when, what, before, after, why; a changed byte is found and named.

A record's hash says its algorithm: plain digits are SHA-256, `sm3:` and digits SM3. The chain goes on with the algorithm of
its last record; a record of its own (`audit.suite`) is the first of another one.
"""

from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical, sha256
from windchime.core.problems import Problem
from windchime.core.settings import Crypto
from windchime.core.text import _
from windchime.core.unit import Actor, Unit
from windchime.service.tables import AuditRecord

GENESIS = "0" * 64
#: asked at every change: put together once, and answered by plain rows
_LAST = select(AuditRecord.seq, AuditRecord.hash).order_by(AuditRecord.seq.desc()).limit(1)
_APPEND = insert(AuditRecord)
#: a record as it is read, or about to be written
Line = AuditRecord | Row[*tuple[Any, ...]] | SimpleNamespace

SHA256, SM3 = "sha256", "sm3"
#: by what `WINDCHIME_CRYPTO` says
CHOICES: dict[str, str] = {"aes": SHA256, "sm": SM3}
#: the action that changes the algorithm
SWITCH = "audit.suite"


def algorithm(record: Line) -> str:
    """What a record was hashed with."""
    return SM3 if record.hash.startswith(f"{SM3}:") else SHA256


def said(record: Line) -> dict[str, Any]:
    """What is hashed of a record: every field but the hash itself."""
    return {
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


def _hash(record: Line, by: str) -> str:
    told = canonical(said(record))
    if by == SHA256:
        return sha256(told)
    from windchime.service.suites import sm3

    return f"{SM3}:{sm3(told)}"


def append(
    session: Session,
    *,
    at: datetime,
    actor: Actor,
    action: str,
    subject: str,
    before: Any,
    after: Any,
    reason: str,
    crypto: Crypto = "aes",
    by: str | None = None,
) -> None:
    """Add one record to the chain, inside the caller's write transaction (which holds the lock, so none can be between).

    A chain that begins has the algorithm that the setting `crypto` names; later ones follow it until `switch`, which alone
    says `by`.
    """
    # what the transaction has changed so far goes first: who reads the chain there sees it beside its record
    session.flush()
    last = session.connection().execute(_LAST).first()
    record = SimpleNamespace(
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
    record.hash = _hash(record, by or (algorithm(last) if last else CHOICES[crypto]))
    session.connection().execute(_APPEND, vars(record))


def switch(unit: Unit, to: str, reason: str) -> bool:
    """Let the chain go on with another algorithm; says whether that was a change."""
    last = unit.session.connection().execute(_LAST).first()
    had = algorithm(last) if last else None
    if had == to:
        return False
    append(
        unit.session,
        at=unit.now,
        actor=unit.actor,
        action=SWITCH,
        subject="audit",
        before=None if had is None else {"hash": had},
        after={"hash": to},
        reason=reason,
        by=to,
    )
    return True


def records(session: Session, *, subject: str | None = None, action: str | None = None) -> Iterator[AuditRecord]:
    """The chain in order, or the part about one subject or of one action."""
    query = select(AuditRecord).order_by(AuditRecord.seq)
    if subject is not None:
        query = query.where(AuditRecord.subject == subject)
    if action is not None:
        query = query.where(AuditRecord.action == action)
    yield from session.scalars(query.execution_options(yield_per=1000))


def length(session: Session) -> int:
    """How many records the chain has; its numbers have no gap."""
    return session.scalar(select(func.max(AuditRecord.seq))) or 0


def lines(session: Session, first: int = 1, last: int | None = None) -> Iterator[Row[Any]]:
    """The chain in order as plain rows with the fields of a record, read in pieces: quick for many, nothing to be changed."""
    query = select(*AuditRecord.__table__.columns).where(AuditRecord.seq >= first).order_by(AuditRecord.seq)
    query = query if last is None else query.where(AuditRecord.seq <= last)
    yield from session.execute(query.execution_options(yield_per=5000))


def verify(session: Session) -> list[Problem]:
    """Walk the chain and name each record that was changed, is missing or was put in between.

    A cut at the very end cannot be seen from the chain alone: compare `seq` and `hash` of the last record with a copy
    kept elsewhere.
    """
    problems: list[Problem] = []
    expected_seq, previous, by = 1, GENESIS, ""
    for record in lines(session):
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
        if _hash(record, algorithm(record)) != record.hash:
            problems.append(_fault("record_changed", _("the record was changed after it was written"), record))
        elif by not in ("", algorithm(record)) and record.action != SWITCH:
            msgid = _("the record is hashed with another algorithm than the one before, and none says that it changed")
            problems.append(_fault("algorithm_changed", msgid, record))
        expected_seq, previous, by = record.seq + 1, record.hash, algorithm(record)
    return problems


def _fault(code: str, msgid: str, record: Line, **params: int) -> Problem:
    return Problem(code, msgid, file="audit_record", row=record.seq, params=params)
