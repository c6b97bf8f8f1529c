"""Tables of the outbox: where events go, what happened, and what became of each delivery."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class Webhook(Base):
    """One address that events are sent to."""

    __tablename__ = "webhook"

    #: UUID version 7
    id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    #: what people call it
    label: Mapped[str]
    #: names of kinds of events, sorted, joined by blanks
    kinds: Mapped[str]
    #: the signing secret, sealed; and the one before it, which signs too until `old_until`
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_until: Mapped[datetime | None] = mapped_column(Instant)
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
    #: nothing is sent from then on; null while it is in use
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class OutboxEvent(Base):
    """One event, written in the transaction of the change it tells of."""

    __tablename__ = "outbox_event"
    #: a number is not given again when the last events were swept
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's form

    #: grows in the order of the commits
    seq: Mapped[int] = mapped_column(primary_key=True)
    #: UUID version 7: the `webhook-id` of every attempt to deliver it
    id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    #: what it is about, `kind:id`
    subject: Mapped[str]
    #: canonical JSON: the body that is sent, byte for byte
    payload: Mapped[str] = mapped_column(SqlText)
    at: Mapped[datetime] = mapped_column(Instant, index=True)


class Delivery(Base):
    """One event on its way to one webhook."""

    __tablename__ = "outbox_delivery"
    __table_args__ = (
        Index("ix_outbox_delivery_due", "state", "next_at"),
        Index("ix_outbox_delivery_subject", "webhook_id", "subject", "event_seq"),
    )

    event_seq: Mapped[int] = mapped_column(ForeignKey("outbox_event.seq"), primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id"), primary_key=True)
    #: the event's: of one subject, events arrive in their order
    subject: Mapped[str]
    #: `waiting`, `sending`, `retrying`, `sent`, `dead` or `dropped`
    state: Mapped[str]
    #: 0 before the first; a sender that comes back with an earlier number has lost its lease
    attempt: Mapped[int]
    #: attempts allowed; grows when somebody lets a dead one be tried again
    max_attempts: Mapped[int]
    #: not before this instant
    next_at: Mapped[datetime] = mapped_column(Instant)
    leased_by: Mapped[str | None]
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    #: status of the last answer; null where there was none
    status: Mapped[int | None]
    #: code of what went wrong last (`sending.REASONS`); null where nothing did
    error: Mapped[str | None]
    #: when the last attempt ended
    tried_at: Mapped[datetime | None] = mapped_column(Instant)
