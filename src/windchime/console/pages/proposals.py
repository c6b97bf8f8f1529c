"""`/proposals/{id}`: one proposed change, before and after side by side; approve it, send it back, withdraw or close it."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.console.proposed import href_of
from windchime.console.signing import fields
from windchime.core.errors import UnknownName, WindchimeError
from windchime.core.text import Text
from windchime.portfolio import four_eyes
from windchime.portfolio.account_kinds import PASSWORD
from windchime.portfolio.four_eyes import KINDS
from windchime.portfolio.shown.proposals import Side, sides
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import signed_in
from windchime.service.http.statuses import status_of
from windchime.service.proposals.errors import TextsGone
from windchime.service.proposals.reading import Broken, Seen, history, inbox, look
from windchime.service.proposals.stored import revisions, texts
from windchime.service.proposals.tables import Proposal, ProposalRevision
from windchime.service.proposals.words import STEPS, called
from windchime.service.tables import AuditRecord

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Differing:
    """One text, line by line: lines with `add`, `cut`, `same` or `place`."""

    label: Text | str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One step of its history."""

    record: AuditRecord
    words: Text | str


@dataclass(frozen=True, slots=True)
class ProposalPage(Context):
    """One proposal."""

    template: ClassVar[str] = "proposal.html"
    #: the proposal as the reader sees it
    seen: Seen
    state: Text
    #: one line that says what is proposed
    summary: str
    #: field by field: before and after
    sides: tuple[Side, ...]
    #: texts line by line
    texts: tuple[Differing, ...]
    #: why there are none although there should be, and what to do; empty for nothing
    lost: str
    #: every form it was proposed in, oldest first
    forms: tuple[ProposalRevision, ...]
    #: its history, oldest first
    events: tuple[Event, ...]
    #: page of what it is about; empty for none
    about: str
    #: what waits for the reader's check after it; empty for nothing
    next: str
    #: why the step that was just asked for was refused; empty for nothing
    error: str
    #: what was typed with it
    comment: str
    #: password that the approval has drawn, shown on this one page; empty for none
    drawn: str = ""


@dataclass(frozen=True, slots=True)
class DamagedPage(Context):
    """A proposal that nobody can look at: what is stored of it is damaged."""

    template: ClassVar[str] = "proposal_damaged.html"
    #: the proposal, and whether the reader can close it
    broken: Broken
    state: Text
    #: what is wrong with it, and what to do
    why: str
    #: its history, oldest first
    events: tuple[Event, ...]
    #: why closing it was refused; empty for nothing
    error: str
    #: what was typed with it
    comment: str


def _found(frame: Frame, session: Session, proposal_id: str) -> Seen | Broken:
    try:
        return look(frame.bank, session, KINDS, frame.actor, proposal_id, scopes=frame.scopes)
    except UnknownName:
        raise NoSuchRecord from None


def _events(session: Session, row: Proposal) -> tuple[Event, ...]:
    return tuple(Event(r, STEPS.get(r.action, r.action)) for r in history(session, row.id))


def _texts(frame: Frame, session: Session, seen: Seen) -> tuple[tuple[Differing, ...], str]:
    """The texts line by line; where they cannot be read none, and what is wrong."""
    marks = {"+": "add", "-": "cut", "@": "place"}
    try:
        found = texts(frame.bank, session, seen.kind, seen.change, frame.lang)
    except TextsGone as why:
        return (), why.message(frame.lang)
    lines = tuple(
        Differing(
            t.label,
            tuple(
                (marks.get(line[:1], "same"), line)
                for line in list(difflib.unified_diff(t.before.splitlines(), t.after.splitlines(), lineterm=""))[2:]
            ),
        )
        for t in found
    )
    return lines, ""


def _page(
    frame: Frame, session: Session, seen: Seen, *, error: str = "", comment: str = "", drawn: str = ""
) -> ProposalPage:
    waits = inbox(frame.bank, session, KINDS, frame.actor, scopes=frame.scopes).to_check
    after = next((s.row.id for s in waits if s.row.id != seen.row.id), "")
    compared, lost = _texts(frame, session, seen)
    return ProposalPage(
        seen=seen,
        state=called(seen.state),
        summary=seen.summary[frame.lang],
        sides=sides(frame.bank, session, seen, frame.lang),
        texts=compared,
        lost=lost,
        forms=tuple(revisions(session, seen.row)),
        events=_events(session, seen.row),
        about=seen.kind.page(seen.row.subject),
        next=addresses.proposal(after) if after else "",
        error=error,
        comment=comment,
        drawn=drawn,
    )


@router.get("/proposals/{proposal_id}")
@signed_in
def proposal(request: Request, proposal_id: str) -> Response:
    """One proposal."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        return _shown(frame, session, proposal_id)


def _shown(
    frame: Frame,
    session: Session,
    proposal_id: str,
    refused: WindchimeError | None = None,
    *,
    comment: str = "",
    drawn: str = "",
) -> Response:
    found, error = _found(frame, session, proposal_id), refused.message(frame.lang) if refused else ""
    if isinstance(found, Broken):
        page = DamagedPage(
            found,
            called(found.row.state),
            found.why.message(frame.lang),
            _events(session, found.row),
            error,
            comment,
        )
        return frame.render(session, found.kind.label, page, status_of(refused or found.why))
    whole = _page(frame, session, found, error=error, comment=comment, drawn=drawn)
    return frame.render(session, found.kind.label, whole, status_of(refused) if refused else 200)


@router.post("/proposals/{proposal_id}")
@signed_in
async def stepped(request: Request, proposal_id: str) -> Response:
    """Approve, send back or withdraw: back to the page, which says what became of it."""
    form = await fields(request)
    return await run_in_threadpool(_step, request, proposal_id, form)


def _step(request: Request, proposal_id: str, form: Mapping[str, str]) -> Response:
    frame = Frame.of(request)
    comment = form.get("comment", "").strip()
    with frame.bank.session() as session:
        _found(frame, session, proposal_id)
    try:
        once = _do(frame, proposal_id, form, comment)
    except WindchimeError as refused:
        with frame.bank.session() as session:
            return _shown(frame, session, proposal_id, refused, comment=comment)
    if once:
        with frame.bank.session() as session:
            return _shown(frame, session, proposal_id, drawn=once[PASSWORD])
    with frame.bank.session() as session:
        # whoever closed another's proposal need not be one who may look at it now
        return RedirectResponse(href_of(frame, session, proposal_id) or "/inbox", 303)


def _do(frame: Frame, proposal_id: str, form: Mapping[str, str], comment: str) -> Mapping[str, str]:
    """Take the step; gives back what is told once."""
    bank, actor, scopes = frame.bank, frame.actor, frame.scopes
    match form.get("do", ""):
        case "approve":
            return four_eyes.approve(
                bank, actor, proposal_id, seen=form.get("seen", ""), comment=comment, scopes=scopes
            )
        case "send_back":
            four_eyes.send_back(bank, actor, proposal_id, comment=comment, scopes=scopes)
        case "withdraw":
            four_eyes.withdraw(bank, actor, proposal_id, comment=comment, scopes=scopes)
        case "close":
            four_eyes.close(bank, actor, proposal_id, comment=comment, scopes=scopes)
        case other:
            raise UnknownName("step", other[:20], ("approve", "send_back", "withdraw", "close"))
    return {}
