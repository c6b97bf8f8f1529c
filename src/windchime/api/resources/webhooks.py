"""`/api/v1/webhooks`: where events go; what became of each delivery; dead letters tried once more."""

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import Field
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from windchime.api import paging
from windchime.api.asking import Ask, Asked, Made
from windchime.api.described import PREFIX, told
from windchime.api.opening import resource
from windchime.api.paging import Cursor, Limit
from windchime.api.places import EXAMPLE_ID
from windchime.api.shapes import Instant, Page, Sentence, Shape, Why
from windchime.core.text import Text
from windchime.core.unit import Unit
from windchime.portfolio.outbox import delivery_policy
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import needs
from windchime.service.outbox import webhooks as kept
from windchime.service.outbox.addresses import place
from windchime.service.outbox.tables import Delivery as DeliveryRow
from windchime.service.outbox.tables import OutboxEvent
from windchime.service.outbox.tables import Webhook as Row

router = resource("webhooks")
WebhookId = Annotated[str, Path(max_length=36, description="id of the webhook", examples=[EXAMPLE_ID])]
State = Literal["waiting", "sending", "retrying", "sent", "dead", "dropped"]


class Webhook(Shape):
    """One address that events are sent to."""

    id: str = Field(description="id of the webhook", examples=[EXAMPLE_ID])
    url: str = Field(description="where events go", examples=["https://93.184.215.14/windchime"])
    label: str = Field(description="what people call it", examples=["core system"])
    kinds: tuple[str, ...] = Field(description="kinds of events it is sent", examples=[["job.ended"]])
    made_by: str = Field(description="who made it", examples=["zhao.admin"])
    made_at: Instant = Field(description="when", examples=["2026-01-05T04:00:00Z"])
    old_until: Instant | None = Field(description="until when the secret before this one signs too", examples=[None])

    @classmethod
    def of(cls, row: Row) -> "Webhook":
        """From a row."""
        names = ("id", "url", "label", "made_by", "made_at", "old_until")
        return cls(**{name: getattr(row, name) for name in names}, kinds=tuple(row.kinds.split()))


class Webhooks(Shape):
    """All webhooks in use."""

    items: tuple[Webhook, ...] = Field(description="in the order in which they were made")


class FreshWebhook(Webhook):
    """A webhook with a new secret."""

    secret: str | None = Field(
        description="signs its events; told once; null where this answer is a kept one: rotate it", examples=[None]
    )


class WebhookWanted(Shape):
    """A webhook that is asked for."""

    # an address, so that the example needs no name server
    url: str = Field(
        min_length=1,
        max_length=2000,
        description="https, and not in a private network",
        examples=["https://93.184.215.14/windchime"],
    )
    kinds: tuple[str, ...] = Field(
        min_length=1, max_length=50, description="kinds of events", examples=[["job.ended", "decision.made"]]
    )
    label: Sentence = Field(default="", description="what people call it", examples=["core system"])


class Delivery(Shape):
    """One event on its way to one webhook."""

    event: str = Field(description="id of the event: its webhook-id", examples=[EXAMPLE_ID])
    webhook: str = Field(description="id of the webhook", examples=[EXAMPLE_ID])
    kind: str = Field(description="kind of the event", examples=["job.ended"])
    subject: str = Field(description="what it is about", examples=[f"job:{EXAMPLE_ID}"])
    at: Instant = Field(description="when it happened", examples=["2026-01-05T04:00:00Z"])
    state: State = Field(description="where it stands", examples=["dead"])
    attempt: int = Field(description="attempts begun", examples=[10])
    status: int | None = Field(description="status of the last answer; null where there was none", examples=[503])
    error: str | None = Field(description="what went wrong last; null for nothing", examples=["failed"])
    tried_at: Instant | None = Field(description="when the last attempt ended", examples=["2026-01-05T05:00:00Z"])


class RetryWanted(Shape):
    """Which dead letters are to be tried once more."""

    webhook: str | None = Field(
        default=None, max_length=36, description="of this webhook; all by default", examples=[None]
    )
    reason: Sentence = Field(default="", description="for the audit chain", examples=["the receiver is back"])


class Retried(Shape):
    """What a retry found."""

    letters: int = Field(description="dead letters that are tried once more", examples=[2])


class Tested(Shape):
    """A test event that was written."""

    event: str = Field(description="id of the event", examples=[EXAMPLE_ID])


@router.get("/webhooks", **told(Text("事件推送列表", "List webhooks"), Webhooks))
@needs("webhook.manage")
def webhooks(asked: Ask) -> Response:
    """The webhooks in use, without their secrets."""
    with asked.session() as session:
        return asked.answer(Webhooks(items=tuple(Webhook.of(row) for row in kept.webhooks(session))))


@router.post("/webhooks", **told(Text("建立事件推送", "Make a webhook"), FreshWebhook, status=201))
@needs("webhook.manage")
def make(asked: Ask, wanted: WebhookWanted) -> Response:
    """Send events to an address; the secret that signs them is in this answer and nowhere else."""
    kept.examine_kinds(wanted.kinds)
    place(wanted.url, getattr(asked.request.app.state, "webhook_networks", ()))

    def change(unit: Unit) -> Made:
        made = kept.add_in(asked.bank, unit, wanted.url, wanted.kinds, label=wanted.label)
        return _fresh(unit.session, made, 201)

    return asked.once(change)


@router.get("/webhooks/{webhook_id}", **told(Text("一个事件推送", "One webhook"), Webhook))
@needs("webhook.manage")
def webhook(asked: Ask, webhook_id: WebhookId) -> Response:
    """A webhook in use, without its secret."""
    with asked.session() as session:
        return asked.answer(Webhook.of(_row(session, webhook_id)))


@router.post("/webhooks/{webhook_id}/rotate", **told(Text("更换签名密钥", "Turn the secret"), FreshWebhook))
@needs("webhook.manage")
def rotate(asked: Ask, webhook_id: WebhookId) -> Response:
    """Give a webhook a new secret; the one before it signs too for a while."""

    def change(unit: Unit) -> Made:
        _unchanged(asked, unit, webhook_id)
        policy = delivery_policy(asked.bank, unit.session)
        return _fresh(unit.session, kept.rotate(asked.bank, unit, webhook_id, policy), 200)

    return asked.once(change)


@router.post("/webhooks/{webhook_id}/test", **told(Text("发送测试事件", "Send a test event"), Tested, status=202))
@needs("webhook.manage")
def test_event(asked: Ask, webhook_id: WebhookId) -> Response:
    """Write one test event; a worker sends it."""

    def change(unit: Unit) -> Made:
        _row(unit.session, webhook_id)
        return Made(Tested(event=kept.send_test(unit, webhook_id)), 202)

    return asked.once(change)


@router.post("/webhooks/{webhook_id}/end", **told(Text("停用事件推送", "End a webhook"), Webhook))
@needs("webhook.manage")
def end(asked: Ask, webhook_id: WebhookId, why: Why) -> Response:
    """Send nothing to a webhook any more; what waits is dropped."""

    def change(unit: Unit) -> Made:
        shown = _unchanged(asked, unit, webhook_id)
        kept.end(unit, webhook_id, why.reason)
        return Made(shown)

    return asked.once(change)


@router.get("/deliveries", **told(Text("投递列表", "List deliveries"), Page[Delivery]))
@needs("webhook.manage")
def deliveries(
    asked: Ask,
    state: Annotated[State | None, Query(description="only in this state", examples=["dead"])] = None,
    webhook: Annotated[str, Query(max_length=36, description="only to this webhook", examples=[EXAMPLE_ID])] = "",
    limit: Limit = paging.USUAL,
    cursor: Cursor = None,
) -> Response:
    """Deliveries, those of the newest event first."""
    query = select(DeliveryRow, OutboxEvent).join(OutboxEvent)
    for column, value in ((DeliveryRow.state, state), (DeliveryRow.webhook_id, webhook)):
        query = query.where(column == value) if value else query
    if (after := paging.after_text(cursor)) is not None:
        seq, _blank, one = after.partition(" ")
        if not (seq.isascii() and seq.isdigit()) or int(seq) > paging.LARGEST:
            raise paging.BadCursor
        same = (DeliveryRow.event_seq == int(seq)) & (DeliveryRow.webhook_id > one)
        query = query.where(or_(DeliveryRow.event_seq < int(seq), same))
    query = query.order_by(DeliveryRow.event_seq.desc(), DeliveryRow.webhook_id).limit(limit + 1)
    with asked.session() as session:
        found = [(row, event) for row, event in session.execute(query)]
        rows, following = paging.part(found, limit, lambda f: f"{f[0].event_seq} {f[0].webhook_id}")
        page = Page[Delivery](items=tuple(_delivery(row, event) for row, event in rows), next=following)
    return asked.answer(page, headers=paging.link(asked.request, following))


@router.post("/deliveries/retry", **told(Text("重投死信", "Retry dead letters"), Retried))
@needs("webhook.manage")
def retry(asked: Ask, wanted: RetryWanted) -> Response:
    """Let dead letters be tried once more: of one webhook, or all."""
    return asked.once(
        lambda unit: Made(Retried(letters=kept.retry(unit, webhook_id=wanted.webhook, reason=wanted.reason)))
    )


def _row(session: Session, webhook_id: str) -> Row:
    row = session.get(Row, webhook_id)
    if row is None or row.ended_at is not None:
        raise NoSuchRecord
    return row


def _unchanged(asked: Asked, unit: Unit, webhook_id: str) -> Webhook:
    shown = Webhook.of(_row(unit.session, webhook_id))
    asked.unchanged(shown)
    return shown


def _fresh(session: Session, made: kept.Made, status: int) -> Made:
    session.flush()
    shown = Webhook.of(_row(session, made.id)).model_dump()
    fresh, stored = FreshWebhook(**shown, secret=made.secret), FreshWebhook(**shown, secret=None)
    return Made(fresh, status, f"{PREFIX}/webhooks/{made.id}" if status == 201 else "", kept=stored)


def _delivery(row: DeliveryRow, event: OutboxEvent) -> Delivery:
    names = ("state", "attempt", "status", "error", "tried_at")
    return Delivery(
        event=event.id,
        webhook=row.webhook_id,
        kind=event.kind,
        subject=event.subject,
        at=event.at,
        **{name: getattr(row, name) for name in names},
    )
