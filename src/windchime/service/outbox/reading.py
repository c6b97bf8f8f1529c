"""Deliveries as people look at them: what waits, what was sent, what died and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from windchime.service.outbox.tables import Delivery, OutboxEvent, Webhook


@dataclass(frozen=True, slots=True)
class Letter:
    """One event on its way to one webhook."""

    event: str
    kind: str
    subject: str
    #: when it happened
    at: datetime
    webhook: str
    #: what people call the webhook; its address where it has no name
    called: str
    #: see `webhooks.STATES`
    state: str
    #: attempts begun
    attempt: int
    #: the next attempt is not before; told while one is to come
    next_at: datetime | None
    #: when the last attempt ended; None before the first
    tried_at: datetime | None
    #: status of the last answer; None where there was none
    status: int | None
    #: code of what went wrong last (`sending.REASONS`)
    error: str | None


def letters(
    session: Session,
    *,
    state: str = "",
    webhook_id: str = "",
    words: str = "",
    offset: int = 0,
    size: int | None = 50,
) -> tuple[list[Letter], int]:
    """Deliveries, the newest event first: one page of them, and how many there are.

    Args:
        session: to look in.
        state: only in this state.
        webhook_id: only to this webhook.
        words: part of an event's id, kind or subject, or of what the webhook is called.
        offset: how many to leave out.
        size: how many to give; None for all.
    """
    where: list[ColumnElement[bool]] = [Delivery.state == state] if state else []
    where += [Delivery.webhook_id == webhook_id] if webhook_id else []
    if words:
        sought = (OutboxEvent.id, OutboxEvent.kind, OutboxEvent.subject, Webhook.label, Webhook.url)
        where.append(or_(*(column.contains(words, autoescape=True) for column in sought)))
    query = select(Delivery, OutboxEvent, Webhook).join(OutboxEvent).join(Webhook).where(*where)
    newest = query.order_by(Delivery.event_seq.desc(), Delivery.webhook_id).offset(offset).limit(size)
    counted = select(func.count()).select_from(Delivery).join(OutboxEvent).join(Webhook).where(*where)
    found = [_letter(row, event, webhook) for row, event, webhook in session.execute(newest)]
    return found, session.scalar(counted) or 0


def _letter(row: Delivery, event: OutboxEvent, webhook: Webhook) -> Letter:
    comes = row.state in ("waiting", "retrying")
    return Letter(
        event=event.id,
        kind=event.kind,
        subject=event.subject,
        at=event.at,
        webhook=webhook.id,
        called=webhook.label or webhook.url,
        state=row.state,
        attempt=row.attempt,
        next_at=row.next_at if comes else None,
        tried_at=row.tried_at,
        status=row.status,
        error=row.error,
    )
