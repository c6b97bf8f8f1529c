"""`/outbox`: where events go, what became of each delivery, dead letters with their reason, and what can be done about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime.console.frame import Context, Frame
from windchime.core.errors import WindchimeError
from windchime.core.text import Text
from windchime.portfolio.outbox import delivery_policy
from windchime.present.web import Column, Empty, Query, Table
from windchime.service.http.rules import needs
from windchime.service.http.statuses import status_of
from windchime.service.outbox import webhooks
from windchime.service.outbox.kinds import KINDS
from windchime.service.outbox.reading import Letter, letters
from windchime.service.outbox.sending import REASONS
from windchime.service.outbox.tables import Webhook

router = APIRouter()
TITLE = Text("事件推送", "Events")
LABELS = {kind.name: kind.label for kind in KINDS.values()}
COLUMNS = (
    Column("at", Text("时间", "When"), "instant", sortable=False),
    Column("kind", Text("事件", "Event"), sortable=False, words=LABELS),
    Column("called", Text("推送", "Webhook"), sortable=False),
    Column("state", Text("状态", "State"), choose=True, sortable=False, words=webhooks.STATES),
    Column("attempt", Text("次数", "Attempts"), "count", sortable=False, phone=False),
    Column("status", Text("应答状态码", "Answer"), "id", sortable=False, phone=False),
    Column("error", Text("原因", "Reason"), sortable=False, words=REASONS),
    Column("tried_at", Text("最近一次", "Last tried"), "instant", sortable=False, phone=False),
    Column("event", Text("事件编号", "Event id"), "id", sortable=False, phone=False),
)
NONE = Empty(
    Text("还没有投递。事件发生后会列在这里。", "Nothing was delivered yet. Events would be listed here."),
    Text("先建立一个推送，再发送测试事件。", "Make a webhook first, then send a test event."),
)
#: dead letters that are shown at once
_LETTERS = 50
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """A webhook with the number of its deliveries by state."""

    row: Webhook
    kinds: tuple[Text | str, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Outbox(Context):
    """Webhooks, dead letters, deliveries, and the form that makes a webhook."""

    template: ClassVar[str] = "outbox.html"
    #: the webhooks
    lines: tuple[Line, ...]
    #: the newest dead letters
    dead: tuple[Letter, ...]
    #: how many dead letters there are
    dead_total: int
    #: why deliveries fail, in words
    reasons: Mapping[str, Text]
    #: how kinds of events are called
    labels: Mapping[str, Text]
    #: deliveries, newest first
    table: Table
    #: kinds that can be chosen
    kinds: Mapping[str, Text]
    #: the form as it was sent
    sent: Mapping[str, Any]
    #: the webhook and its secret, shown this once; None where none was made
    fresh: webhooks.Made | None
    #: why it was refused; empty for nothing
    message: str


@router.get("/outbox")
@needs("webhook.manage")
def outbox(request: Request) -> Response:
    """The outbox."""
    return _shown(Frame.of(request))


@router.post("/outbox")
@needs("webhook.manage")
async def act(request: Request) -> Response:
    """Make, test, turn or end a webhook; let dead letters be tried once more: `do` says which."""
    return await run_in_threadpool(_act, Frame.of(request), await request.form())


def _act(frame: Frame, form: FormData) -> Response:
    does = _DOES.get(str(form.get("do", "")))
    if does is None:
        raise HTTPException(400)
    try:
        fresh = does(frame, form)
    except WindchimeError as refused:
        return _shown(frame, form, refused.message(frame.lang), status_of(refused))
    return _shown(frame, fresh=fresh) if fresh else RedirectResponse("/outbox", 303)


def _make(frame: Frame, form: FormData) -> webhooks.Made:
    kinds = [str(kind) for kind in form.getlist("kind")]
    allowed = getattr(frame.request.app.state, "webhook_networks", ())
    url, label = _field(form, "url"), _field(form, "label")
    return webhooks.add(frame.bank, frame.actor, url, kinds, label=label, allowed=allowed)


def _test(frame: Frame, form: FormData) -> None:
    with frame.bank.unit(frame.actor) as unit:
        webhooks.send_test(unit, _field(form, "webhook"))


def _rotate(frame: Frame, form: FormData) -> webhooks.Made:
    with frame.bank.unit(frame.actor) as unit:
        policy = delivery_policy(frame.bank, unit.session)
        return webhooks.rotate(frame.bank, unit, _field(form, "webhook"), policy)


def _end(frame: Frame, form: FormData) -> None:
    with frame.bank.unit(frame.actor) as unit:
        webhooks.end(unit, _field(form, "webhook"), _field(form, "reason"))


def _retry(frame: Frame, form: FormData) -> None:
    event, webhook = _field(form, "event") or None, _field(form, "webhook") or None
    with frame.bank.unit(frame.actor) as unit:
        webhooks.retry(unit, event_id=event, webhook_id=webhook)


_DOES: Mapping[str, Callable[[Frame, FormData], webhooks.Made | None]] = {
    "make": _make,
    "test": _test,
    "rotate": _rotate,
    "end": _end,
    "retry": _retry,
}


def _field(form: FormData, name: str) -> str:
    return str(form.get(name, ""))[:_LONGEST].strip()


def _shown(
    frame: Frame,
    form: FormData | None = None,
    message: str = "",
    status: int = 200,
    fresh: webhooks.Made | None = None,
) -> Response:
    sent = {"url": _field(form, "url"), "label": _field(form, "label"), "kind": form.getlist("kind")} if form else {}
    with frame.bank.session() as session:
        numbers = webhooks.counts(session)
        dead, dead_total = letters(session, state="dead", size=_LETTERS)
        context = Outbox(
            lines=tuple(
                Line(
                    row,
                    tuple(LABELS.get(k, k) for k in row.kinds.split()),
                    {state: numbers.get((row.id, state), 0) for state in webhooks.STATES},
                )
                for row in webhooks.webhooks(session)
            ),
            dead=tuple(dead),
            dead_total=dead_total,
            reasons=REASONS,
            labels=LABELS,
            table=_table(session, Query.read(frame.query, COLUMNS)),
            kinds={name: label for name, label in LABELS.items() if name != "webhook.tested"},
            sent=sent,
            fresh=fresh,
            message=message,
        )
        return frame.render(session, TITLE, context, status)


def _table(session: Session, query: Query) -> Table:
    state = query.chosen.get("state", "")
    _none, total = letters(session, size=0)
    _none, matching = letters(session, state=state, words=query.words, size=0)
    page = min(query.page, max(1, -(-matching // query.size)))
    begin = (page - 1) * query.size
    found, _matching = letters(session, state=state, words=query.words, offset=begin, size=query.size)
    return Table(
        id="deliveries",
        href="/outbox",
        columns=COLUMNS,
        rows=tuple({c.name: getattr(letter, c.name) for c in COLUMNS} for letter in found),
        query=Query(query.words, query.chosen, page=page, size=query.size),
        matching=matching,
        total=total,
        empty=NONE,
        choices={"state": tuple(webhooks.STATES)},
    )
