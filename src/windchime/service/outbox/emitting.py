"""An event is written where the change is, in its transaction: both happen or neither.

An event that no webhook listens to is not kept: the audit chain has the change.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from windchime.core.canonical import canonical
from windchime.core.ids import uuid7
from windchime.core.unit import Unit
from windchime.service.outbox.kinds import examine
from windchime.service.outbox.tables import Delivery, OutboxEvent, Webhook
from windchime.service.tables import AuditRecord

#: attempts of a delivery whose webhook's bank has said nothing else; the sender goes by the bank's policy
ATTEMPTS = 0


def emit(unit: Unit, kind: str, subject: str, body: Mapping[str, Any]) -> str | None:
    """Tell of a change in its transaction; gives the event's id, None where nobody listens.

    Call it after the audit record of the change: the event names that record's number.

    Args:
        unit: the transaction of the change.
        kind: see `kinds.KINDS`.
        subject: what it is about, `kind:id`; never a name. Of one subject, events arrive in their order.
        body: the declared fields; ids, codes and counts.

    Raises:
        UnknownName, BadEvent: an event that is not declared so.
    """
    examine(kind, body)
    open_ = select(Webhook).where(Webhook.ended_at.is_(None)).order_by(Webhook.id)
    listening = [w.id for w in unit.session.scalars(open_) if kind in w.kinds.split()]
    return _written(unit, kind, subject, body, listening) if listening else None


def emit_to(unit: Unit, webhook_id: str, kind: str, subject: str, body: Mapping[str, Any]) -> str:
    """Tell one webhook alone, whatever it listens to: a test.

    Raises:
        UnknownName, BadEvent: an event that is not declared so.
    """
    examine(kind, body)
    return _written(unit, kind, subject, body, [webhook_id])


def _written(unit: Unit, kind: str, subject: str, body: Mapping[str, Any], webhooks: list[str]) -> str:
    payload = {
        "type": kind,
        "timestamp": unit.now,
        "subject": subject,
        "audit_record": unit.session.scalar(select(func.max(AuditRecord.seq))),
        "data": body,
    }
    event = OutboxEvent(
        id=uuid7(unit.clock), kind=kind, subject=subject, payload=canonical(payload).decode(), at=unit.now
    )
    unit.session.add(event)
    unit.session.flush()
    unit.session.add_all(
        Delivery(
            event_seq=event.seq,
            webhook_id=webhook,
            subject=subject,
            state="waiting",
            attempt=0,
            max_attempts=ATTEMPTS,
            next_at=unit.now,
        )
        for webhook in webhooks
    )
    unit.session.flush()
    return event.id
