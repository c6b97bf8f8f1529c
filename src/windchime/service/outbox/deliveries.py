"""The life of a delivery: claimed with a lease, sent or failed, tried again later, dead in the end; every step one transaction.

At least once: a sender that dies between sending and telling leaves a lease that runs out, and the next attempt bears the same
`webhook-id`. Of one subject a webhook gets events in their order: a later one waits until the one before it was sent or died.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from windchime.core.unit import Unit
from windchime.service.outbox.policy import DeliveryPolicy
from windchime.service.outbox.tables import Delivery, OutboxEvent, Webhook
from windchime.service.outbox.webhooks import OPEN, end

#: deliveries one sender takes of one webhook at once
BATCH = 20
#: the answer of a receiver that wants nothing any more
GONE = 410


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery in the hands of one sender, and the fence that says so."""

    seq: int
    event_id: str
    webhook_id: str
    payload: str
    attempt: int
    sender: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt: a status, or a code of what went wrong before there was one."""

    #: of the answer; None where there was none
    status: int | None = None
    #: None where the receiver took it
    error: str | None = None


def due(session: Session, now: datetime) -> bool:
    """Whether anything waits to be sent."""
    return bool(session.scalar(select(_due(now).exists())))


def claim(unit: Unit, sender: str, lease: timedelta) -> list[Parcel]:
    """Take what is due, at most `BATCH` of each webhook, the oldest first."""
    parcels = []
    webhooks = unit.session.scalars(select(Webhook.id).where(Webhook.ended_at.is_(None)).order_by(Webhook.id)).all()
    for webhook in webhooks:
        query = (
            _due(unit.now)
            .where(Delivery.webhook_id == webhook, _first_of_subject())
            .order_by(Delivery.event_seq)
            .limit(BATCH)
        )
        for row, event in unit.session.execute(query.add_columns(OutboxEvent).join(OutboxEvent)):
            row.state, row.attempt = "sending", row.attempt + 1
            row.leased_by, row.leased_until = sender, unit.now + lease
            parcels.append(Parcel(event.seq, event.id, webhook, event.payload, row.attempt, sender, row.leased_until))
    return parcels


def settle(unit: Unit, parcel: Parcel, outcome: Outcome, policy: DeliveryPolicy, random: Random) -> str:
    """Tell how an attempt ended; gives the state. One whose lease was lost is another sender's to tell, and changes nothing."""
    row = _held(unit.session, parcel)
    if row is None:
        return "lost"
    row.status, row.error, row.tried_at = outcome.status, outcome.error, unit.now
    row.leased_by, row.leased_until = None, None
    if outcome.error is None:
        row.state = "sent"
    elif outcome.status == GONE:
        row.state = "dead"
        _dead(unit, parcel, row)
        end(unit, parcel.webhook_id, "410")
    elif row.attempt >= (row.max_attempts or policy.most_attempts):
        row.state = "dead"
        _dead(unit, parcel, row)
    else:
        row.state, row.next_at = "retrying", unit.now + policy.pause(row.attempt, random)
    return row.state


def release(unit: Unit, parcel: Parcel) -> None:
    """Give back what was claimed and not tried: it counts as no attempt."""
    row = _held(unit.session, parcel)
    if row is not None:
        row.state, row.attempt = "waiting" if row.attempt == 1 else "retrying", row.attempt - 1
        row.leased_by, row.leased_until = None, None


def sweep(unit: Unit, policy: DeliveryPolicy) -> int:
    """Forget events that ended their ways longer ago than they are kept; gives the number."""
    ways = select(Delivery.event_seq).where(Delivery.event_seq == OutboxEvent.seq)
    still = ways.where(Delivery.state.in_(OPEN)).exists()
    old = select(OutboxEvent.seq).where(OutboxEvent.at < unit.now - policy.keep, ~still)
    found = unit.session.scalars(old.order_by(OutboxEvent.seq).limit(1000)).all()
    if found:
        unit.session.execute(delete(Delivery).where(Delivery.event_seq.in_(found)))
        unit.session.execute(delete(OutboxEvent).where(OutboxEvent.seq.in_(found)))
        unit.record("outbox.sweep", "outbox:*", after={"events": len(found)})
    forgotten = update(Webhook).where(Webhook.old_until < unit.now, Webhook.old_secret.is_not(None))
    unit.session.execute(forgotten.values(old_secret=None))
    return len(found)


def _due(now: datetime) -> Select[Delivery]:
    waits = and_(Delivery.state.in_(("waiting", "retrying")), Delivery.next_at <= now)
    abandoned = and_(Delivery.state == "sending", Delivery.leased_until < now)
    return select(Delivery).where(or_(waits, abandoned))


def _first_of_subject() -> ColumnElement[bool]:
    earlier = aliased(Delivery)
    return ~exists().where(
        earlier.webhook_id == Delivery.webhook_id,
        earlier.subject == Delivery.subject,
        earlier.event_seq < Delivery.event_seq,
        earlier.state.in_(OPEN),
    )


def _held(session: Session, parcel: Parcel) -> Delivery | None:
    row = session.get(Delivery, (parcel.seq, parcel.webhook_id))
    if row is None or (row.state, row.attempt, row.leased_by) != ("sending", parcel.attempt, parcel.sender):
        return None
    return row


def _dead(unit: Unit, parcel: Parcel, row: Delivery) -> None:
    said = {"webhook": parcel.webhook_id, "attempts": row.attempt, "status": row.status, "error": row.error}
    unit.record("webhook.dead", f"event:{parcel.event_id}", after=said)
