"""`/models`: the register of models, their cards, and the form that proposes another standing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.console.markdown import Block, blocks
from windchime.console.proposed import waiting_about
from windchime.console.signing import fields
from windchime.core.errors import UnknownName, WindchimeError
from windchime.core.text import Text
from windchime.portfolio import model_proposals
from windchime.present.web import Column, Empty, Query, Table
from windchime.risk.scorecards.history import history
from windchime.risk.scorecards.proposals import subject
from windchime.risk.scorecards.roles import beside
from windchime.risk.scorecards.shifts import STATES as SHIFTS
from windchime.risk.scorecards.states import STATES
from windchime.risk.scorecards.store import ModelStore, find, versions
from windchime.risk.scorecards.tables import ModelVersion
from windchime.risk.scorecards.watching import SCORE, watches
from windchime.service.http.rules import needs
from windchime.service.http.statuses import status_of

router = APIRouter()
TITLE = Text("模型登记册", "Register of models")
NAMES = {"scorecard": Text("评分卡", "Scorecard"), "challenger": Text("挑战者（LightGBM）", "Challenger (LightGBM)")}
COLUMNS = (
    Column("model", Text("模型", "Model"), choose=True, words=NAMES),
    Column("short", Text("版本", "Version"), "id", href="{href}"),
    Column("state", Text("状态", "State"), choose=True, words=STATES),
    Column("author", Text("作者", "Author"), phone=False),
    Column("made_at", Text("制作时间", "Made at"), "instant"),
    Column("publisher", Text("发布人", "Published by"), phone=False),
    Column("published_at", Text("发布时间", "Published at"), "instant", phone=False),
)
NONE = Empty(
    Text(
        "还没有模型。训练出的评分卡与挑战者及其模型卡会列在这里。",
        "No model yet. Trained scorecards and challengers would be listed here with their cards.",
    ),
    Text("训练：windchime model train", "Train one: windchime model train"),
)


@dataclass(frozen=True, slots=True)
class Models(Context):
    """The register."""

    template: ClassVar[str] = "list.html"
    #: versions, newest first
    table: Table
    #: sentence above the table; empty for none
    note: Text | str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a version's life."""

    at: datetime
    actor: str
    words: Text
    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The newest look at how far data have moved."""

    as_of: date
    rows_before: int
    rows_after: int
    #: name, index, what it stays below by chance, judgement; the farthest first
    shifts: tuple[tuple[str, float, float, Text], ...]


@dataclass(frozen=True, slots=True)
class Card(Context):
    """The card of one version."""

    template: ClassVar[str] = "model.html"
    #: the register's row
    row: ModelVersion
    state: Text
    #: whether it is scored beside the published version, without say
    beside: bool
    #: the card, block by block
    blocks: tuple[Block, ...]
    #: what happened to it, oldest first
    steps: tuple[Step, ...]
    #: None where nobody has looked yet
    moved: Moved | None
    #: what the reader can propose of it: step and how it is called
    open: tuple[tuple[str, Text], ...]
    #: proposals about it that wait or came back: page and whether it came back
    waiting: tuple[tuple[str, bool], ...]
    #: why a proposal was refused; empty for nothing
    error: str
    #: the reason that was typed with it
    reason: str


@router.get("/models")
@needs("model.read")
def models(request: Request) -> Response:
    """The register."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        rows = [
            {
                "model": v.model,
                "short": v.version[:12],
                "href": addresses.model(v.version),
                "state": v.state,
                "author": v.author,
                "made_at": v.made_at,
                "publisher": v.publisher,
                "published_at": v.published_at,
            }
            for v in versions(session)
        ]
        table = Table.of("models", "/models", COLUMNS, rows, query=Query.read(frame.query, COLUMNS), empty=NONE)
        return frame.render(session, TITLE, Models(table, ""))


@router.get("/models/{version}")
@needs("model.read")
def card(request: Request, version: str) -> Response:
    """One card."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        return _shown(frame, session, version)


def _found(session: Session, version: str) -> ModelVersion:
    try:
        return find(session, version)
    except UnknownName:
        raise HTTPException(404) from None


def _shown(
    frame: Frame, session: Session, version: str, refused: WindchimeError | None = None, reason: str = ""
) -> Response:
    row = _found(session, version)
    text = ModelStore(frame.bank.models_dir).card(session, row.version).markdown(frame.lang)
    steps = model_proposals.steps_open(session, row) if frame.may("model.train") else ()
    context = Card(
        row=row,
        state=STATES[row.state],
        beside=row.version in beside(session, row.model),
        blocks=tuple(b for b in blocks(text) if b.level != 1),
        steps=tuple(Step(e.at, e.actor, e.words, e.reason) for e in history(session, row.version)),
        moved=_moved(session, row.version),
        open=tuple((s, model_proposals.STEPS[s].label) for s in steps),
        waiting=waiting_about(frame, session, subject(row)),
        error=refused.message(frame.lang) if refused else "",
        reason=reason,
    )
    return frame.render(session, NAMES.get(row.model, row.model), context, status_of(refused) if refused else 200)


@router.post("/models/{version}")
@needs("model.train")
async def propose(request: Request, version: str) -> Response:
    """Propose another standing: on to the proposal when done, back to the card with the reason why not otherwise."""
    return await run_in_threadpool(_propose, Frame.of(request), version, await fields(request))


def _propose(frame: Frame, version: str, form: Mapping[str, str]) -> Response:
    reason = form.get("reason", "").strip()
    with frame.bank.session() as session:
        row = _found(session, version)
    try:
        one = model_proposals.propose(
            frame.bank, frame.actor, row.version, form.get("do", ""), reason=reason, scopes=frame.scopes
        )
    except WindchimeError as refused:
        with frame.bank.session() as session:
            return _shown(frame, session, row.version, refused, reason)
    return RedirectResponse(addresses.proposal(one), 303)


def _moved(session: Session, version: str) -> Moved | None:
    seen = next(iter(watches(session, version)), None)
    if seen is None:
        return None
    ordered = sorted(seen.shifts, key=lambda s: (s.name != SCORE, -s.index))
    shown = tuple((s.name, s.index, s.critical, SHIFTS[s.state]) for s in ordered)
    return Moved(seen.as_of, seen.rows_before, seen.rows_after, shown)
