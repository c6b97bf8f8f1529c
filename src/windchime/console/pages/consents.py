"""`/consents`: which firms agreed to what; `/consents/{firm_id}`: one firm's consents, the form to record one, and to revoke it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.asking import NO_CUSTOMERS, asked_date
from windchime.console.frame import Context, Frame
from windchime.core.clock import today
from windchime.core.errors import WindchimeError
from windchime.core.text import Text
from windchime.portfolio.access import purposes
from windchime.portfolio.known_firms import can_agree
from windchime.present.web import Column, Empty, Query, Table
from windchime.service.access import consented, customers
from windchime.service.access import consents as agreed
from windchime.service.access.answering import answer
from windchime.service.access.permissions import CATEGORIES
from windchime.service.access.purposes import Purpose
from windchime.service.access.tables import Consent
from windchime.service.http.rules import needs
from windchime.service.http.statuses import status_of

router = APIRouter()
TITLE = Text("企业授权", "Consents of firms")
STATES = {
    "in_force": Text("有效", "in force"),
    "ended": Text("不在有效期", "not in its days"),
    "revoked": Text("已撤回", "revoked"),
}
COLUMNS = (
    Column("name", Text("企业", "Firm"), href="{href}"),
    Column("firm_id", Text("企业标识", "Firm id"), "id", phone=False),
    Column("purposes", Text("有效授权的目的", "Agreed to, in force")),
    Column("until", Text("最早到期", "First ends on"), "date"),
    Column("count", Text("登记份数", "Recorded"), "count", phone=False),
)
NONE = Empty(
    Text("还没有登记授权。", "No consent has been recorded yet."),
    Text(
        "登记：企业页的“授权”，或 windchime consent record", "Record one: on a firm's page, or windchime consent record"
    ),
)
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Consents(Context):
    """All firms with consents, as far as they are the visitor's to see."""

    template: ClassVar[str] = "consents_by_firm.html"
    #: one row a firm
    table: Table
    #: sentence above the table; empty for none
    note: Text | str


@dataclass(frozen=True, slots=True)
class Line:
    """One consent as a page shows it."""

    row: Consent
    purpose: Text
    categories: tuple[Text, ...]
    giver: Text
    #: in_force, ended or revoked
    state: str


@dataclass(frozen=True, slots=True)
class ConsentsOfFirm(Context):
    """One firm's consents."""

    template: ClassVar[str] = "consents.html"
    #: id of the firm
    firm_id: str
    #: as the register names it; its id where it does not
    name: str
    #: the firm's page; empty where the visitor may not open it
    firm_href: str
    #: newest first
    lines: tuple[Line, ...]
    #: how states are called
    states: Mapping[str, Text]
    #: whether the visitor may record and revoke
    may_record: bool
    #: purposes a consent can be given for
    purposes: tuple[Purpose, ...]
    #: kinds of data, by name
    categories: Mapping[str, Text]
    #: in which capacity the visitor may record one
    givers: Mapping[str, Text]
    #: whether the visitor agrees for their own firm
    is_own: bool
    #: what was sent, where it was refused
    sent: Mapping[str, str]
    #: days that the form offers
    first: date
    #: a year after
    last: date
    #: why it was refused; empty where it was not
    error: str


@router.get("/consents")
@needs("consent.read")
def consents(request: Request) -> Response:
    """Firms and what they agreed to."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        mine = frame.visible(session, "consent.read")
        found = consented.summaries(session, frame.bank.clock.now(), mine.query)
        firms = found.keys() | (mine.firms if mine.firms is not None else customers.firms(session))
        names, labels = frame.library.names(session), purposes(frame.bank, session).known
        rows = [_row(frame, f, names.get(f, f), found.get(f, consented.Summary()), labels) for f in sorted(firms)]
        table = Table.of(
            "consents",
            "/consents",
            COLUMNS,
            rows,
            query=Query.read(frame.query, COLUMNS),
            empty=NONE if mine.all else NO_CUSTOMERS,
        )
        return frame.render(session, TITLE, Consents(table, ""))


def _row(frame: Frame, firm: str, name: str, found: consented.Summary, labels: Mapping[str, Purpose]) -> dict[str, Any]:
    said = [labels[p].label[frame.lang] if p in labels else p for p in sorted(found.purposes)]
    return {
        "name": name,
        "firm_id": firm,
        "href": addresses.consents(firm),
        "purposes": ("、" if frame.lang == "zh" else ", ").join(said) or None,
        "until": found.until,
        "count": found.count,
    }


@router.get("/consents/{firm_id:path}")
@needs("consent.read", firm="firm_id")
def of_firm(request: Request, firm_id: str) -> Response:
    """One firm's consents."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        return _page(frame, session, firm_id)


@router.post("/consents/{firm_id:path}")
@needs("consent.record", firm="firm_id")
async def record(request: Request, firm_id: str) -> Response:
    """Record a consent."""
    form = await request.form()
    sent = {k: str(v)[:_LONGEST].strip() for k, v in form.items()}
    categories = [str(c)[:_LONGEST] for c in form.getlist("category")]
    return await run_in_threadpool(_record, request, firm_id, sent, categories)


def _record(request: Request, firm_id: str, sent: Mapping[str, str], categories: list[str]) -> Response:
    frame = Frame.of(request)
    # one connection at a time: reading ends before writing begins
    with frame.bank.session() as session:
        if not _known(frame, session, firm_id):
            raise HTTPException(404)
        known = purposes(frame.bank, session).known
    day = today(frame.bank.clock)
    first, last = asked_date(sent.get("valid_from")) or day, asked_date(sent.get("valid_to"))
    terms = agreed.Terms(firm_id, sent.get("purpose", ""), tuple(categories), first, last or first)
    giver = sent.get("given_by", "")
    try:
        agreed.allowed_to_give(frame.subject, giver)
        with frame.bank.unit(frame.actor) as unit:
            agreed.record(unit, terms, given_by=giver, document=sent.get("document", ""), known=known)
    except WindchimeError as refused:
        with frame.bank.session() as session:
            return _page(frame, session, firm_id, sent, refused)
    return RedirectResponse(addresses.consents(firm_id), 303)


@router.post("/consent-revocations/{firm_id:path}")
@needs("consent.record", firm="firm_id")
async def revoke(request: Request, firm_id: str) -> Response:
    """Revoke a consent at once."""
    form = await request.form()
    sent = {k: str(v)[:_LONGEST].strip() for k, v in form.items()}
    return await run_in_threadpool(_revoke, request, firm_id, sent)


def _revoke(request: Request, firm_id: str, sent: Mapping[str, str]) -> Response:
    frame = Frame.of(request)
    try:
        with frame.bank.unit(frame.actor) as unit:
            agreed.revoke(unit, sent.get("consent", ""), sent.get("reason", ""), firm_id=firm_id)
    except WindchimeError as refused:
        with frame.bank.session() as session:
            return _page(frame, session, firm_id, sent, refused)
    return RedirectResponse(addresses.consents(firm_id), 303)


def _known(frame: Frame, session: Session, firm_id: str) -> bool:
    """Whether there is such a firm."""
    return can_agree(session, firm_id, frame.library.names(session))


def _page(
    frame: Frame,
    session: Session,
    firm_id: str,
    sent: Mapping[str, str] | None = None,
    refused: WindchimeError | None = None,
) -> Response:
    found = consented.of_firm(session, firm_id)
    if not found and not _known(frame, session, firm_id):
        raise HTTPException(404)
    known, now, day = purposes(frame.bank, session).known, frame.bank.clock.now(), today(frame.bank.clock)
    resource = customers.resource_of(session, frame.bank.name, firm_id)
    lines = tuple(
        Line(
            c,
            known[c.purpose].label if c.purpose in known else Text.of(c.purpose),
            tuple(CATEGORIES.get(k, Text.of(k)) for k in c.categories.split()),
            agreed.GIVERS.get(c.given_by, Text.of(c.given_by)),
            "revoked" if c.revoked_at else "in_force" if consented.holds(c, now) else "ended",
        )
        for c in found
    )
    own = agreed.is_applicant(frame.subject)
    context = ConsentsOfFirm(
        firm_id=firm_id,
        name=frame.library.names(session).get(firm_id, firm_id),
        firm_href=addresses.firm(firm_id) if frame.may("firm.read") else "",
        lines=lines,
        states=STATES,
        may_record=frame.subject is None or answer(frame.subject, "consent.record", resource).allowed,
        purposes=tuple(p for p in known.values() if p.needs_consent),
        categories=CATEGORIES,
        givers={k: v for k, v in agreed.GIVERS.items() if (k == agreed.ONLINE) == own},
        is_own=own,
        sent=sent or {},
        first=day,
        last=agreed.year_later(day),
        error=refused.message(frame.lang) if refused else "",
    )
    title = Text(f"{TITLE.zh} · {context.name}", f"{TITLE.en} · {context.name}")
    return frame.render(session, title, context, status_of(refused) if refused else 200)
