"""Webhooks are made, turned to a new secret, tested and ended; dead letters are tried again. Each step is audited."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, UnknownName
from windchime.core.ids import uuid7
from windchime.core.text import Text, _
from windchime.core.unit import Actor, Unit
from windchime.service.bank import Bank
from windchime.service.outbox import signing
from windchime.service.outbox.addresses import Network, Resolver, place
from windchime.service.outbox.emitting import emit_to
from windchime.service.outbox.kinds import KINDS
from windchime.service.outbox.policy import DeliveryPolicy
from windchime.service.outbox.tables import Delivery, OutboxEvent, Webhook
from windchime.service.sealing import seal, unseal

STATES = {
    "waiting": Text("等待", "waiting"),
    "sending": Text("发送中", "being sent"),
    "retrying": Text("待重试", "to be tried again"),
    "sent": Text("已送达", "sent"),
    "dead": Text("死信", "dead letter"),
    "dropped": Text("已放弃（推送已停用）", "dropped: the webhook ended"),
}
#: states in which a delivery is still to be made
OPEN = ("waiting", "sending", "retrying")
_WEBHOOK = _("webhook")
_EVENT = _("kind of event")
_LETTER = _("dead letter")


class NoEvents(BadCall):
    """A webhook that listens to nothing."""

    msgid = _("a webhook listens to at least one kind of event")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Made:
    """A new webhook, or a turned one: its secret is told here and never again."""

    id: str
    secret: str = field(repr=False)


def add(
    bank: Bank,
    actor: Actor,
    url: str,
    kinds: Collection[str],
    *,
    label: str = "",
    allowed: Sequence[Network] = (),
    resolve: Resolver | None = None,
) -> Made:
    """Make a webhook.

    Args:
        bank: whose events.
        actor: who makes it.
        url: where they go.
        kinds: which.
        label: what people call it.
        allowed: networks of the operator's, besides public addresses.
        resolve: gives addresses of a host; the system's by default.

    Raises:
        NoEvents, UnknownName: no kind, or one that is none.
        BadWebhookUrl, NoAddress, PrivateAddress: an address nothing may be sent to.
    """
    examine_kinds(kinds)
    place(url, allowed, resolve)
    with bank.unit(actor) as unit:
        return add_in(bank, unit, url, kinds, label=label)


def add_in(bank: Bank, unit: Unit, url: str, kinds: Collection[str], *, label: str = "") -> Made:
    """Make a webhook in a transaction of the caller's, who has looked at address (`addresses.place`) and kinds."""
    made, secret = uuid7(unit.clock), signing.new_secret()
    unit.session.add(
        Webhook(
            id=made,
            url=url,
            label=label[:100],
            kinds=" ".join(sorted(set(kinds))),
            secret=seal(bank, _purpose(made), secret.encode()),
            old_secret=None,
            old_until=None,
            made_by=unit.actor.name,
            made_at=unit.now,
            ended_at=None,
        )
    )
    unit.session.flush()
    unit.record("webhook.add", f"webhook:{made}", after={"url": url, "kinds": sorted(set(kinds))})
    return Made(made, secret)


def examine_kinds(kinds: Collection[str]) -> None:
    """See that a webhook could listen to these.

    Raises:
        NoEvents, UnknownName: as named.
    """
    if not kinds:
        raise NoEvents
    for kind in kinds:
        if kind not in KINDS:
            raise UnknownName(_EVENT, kind, tuple(KINDS))


def rotate(bank: Bank, unit: Unit, webhook_id: str, policy: DeliveryPolicy) -> Made:
    """Give a webhook a new secret; the one before it signs too for a while, so that the receiver can change over.

    Raises:
        UnknownName: no such webhook.
    """
    row, secret = find(unit.session, webhook_id), signing.new_secret()
    row.old_secret, row.old_until = row.secret, unit.now + policy.overlap
    row.secret = seal(bank, _purpose(row.id), secret.encode())
    unit.record("webhook.rotate", f"webhook:{row.id}", after={"old_until": row.old_until})
    return Made(row.id, secret)


def end(unit: Unit, webhook_id: str, reason: str = "") -> int:
    """Send nothing to a webhook any more; gives the number of deliveries that are dropped with it.

    Raises:
        UnknownName: no such webhook, or it has ended.
    """
    row = find(unit.session, webhook_id)
    row.ended_at, row.old_secret = unit.now, None
    open_ = update(Delivery).where(Delivery.webhook_id == row.id, Delivery.state.in_(OPEN))
    dropped = unit.session.execute(open_.values(state="dropped", leased_by=None, leased_until=None))
    count = int(getattr(dropped, "rowcount", 0))
    unit.record("webhook.end", f"webhook:{row.id}", after={"dropped": count}, reason=reason)
    return count


def send_test(unit: Unit, webhook_id: str) -> str:
    """Send one test event to a webhook; gives its id.

    Raises:
        UnknownName: no such webhook, or it has ended.
    """
    row = find(unit.session, webhook_id)
    unit.record("webhook.test", f"webhook:{row.id}")
    return emit_to(unit, row.id, "webhook.tested", f"webhook:{row.id}", {"webhook": row.id})


def retry(unit: Unit, *, webhook_id: str | None = None, event_id: str | None = None, reason: str = "") -> int:
    """Let dead letters be tried again: all, those of one webhook, or one event's. Gives their number.

    Raises:
        UnknownName: an event was named and is no dead letter of a webhook in use.
    """
    query = select(Delivery).join(Webhook).where(Delivery.state == "dead", Webhook.ended_at.is_(None))
    if webhook_id is not None:
        query = query.where(Delivery.webhook_id == webhook_id)
    if event_id is not None:
        query = query.join(OutboxEvent).where(OutboxEvent.id == event_id)
    letters = unit.session.scalars(query).all()
    if event_id is not None and not letters:
        raise UnknownName(_LETTER, event_id, ())
    for letter in letters:
        letter.state, letter.next_at, letter.max_attempts = "waiting", unit.now, letter.attempt + 1
    if letters:
        what = {"letters": len(letters), "webhook": webhook_id, "event": event_id}
        unit.record("webhook.retry", f"webhook:{webhook_id or '*'}", after=what, reason=reason)
    return len(letters)


def secrets_of(bank: Bank, row: Webhook, now: datetime) -> list[str]:
    """The secrets that sign now, the newest first."""
    boxes = [row.secret]
    if row.old_secret is not None and row.old_until is not None and row.old_until > now:
        boxes.append(row.old_secret)
    return [unseal(bank, _purpose(row.id), box).decode() for box in boxes]


def find(session: Session, webhook_id: str) -> Webhook:
    """A webhook in use.

    Raises:
        UnknownName: there is none.
    """
    found = session.get(Webhook, webhook_id)
    if found is None or found.ended_at is not None:
        raise UnknownName(_WEBHOOK, webhook_id, ())
    return found


def webhooks(session: Session, *, ended: bool = False) -> list[Webhook]:
    """All in use, or all that ever were, in the order in which they were made."""
    query = select(Webhook).order_by(Webhook.id)
    return list(session.scalars(query if ended else query.where(Webhook.ended_at.is_(None))))


def counts(session: Session) -> dict[tuple[str, str], int]:
    """How many deliveries of each webhook are in each state."""
    query = select(Delivery.webhook_id, Delivery.state, func.count()).group_by(Delivery.webhook_id, Delivery.state)
    return {(webhook, state): number for webhook, state, number in session.execute(query)}


def _purpose(webhook_id: str) -> str:
    return f"webhook:{webhook_id}"
