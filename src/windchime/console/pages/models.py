"""`/models`: the register of models and their cards."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.console.markdown import Block, blocks
from windchime.core.errors import UnknownName
from windchime.core.text import Text
from windchime.present.web import Column, Empty, Query, Table
from windchime.risk.scorecards.history import history
from windchime.risk.scorecards.roles import beside
from windchime.risk.scorecards.shifts import STATES as SHIFTS
from windchime.risk.scorecards.states import STATES
from windchime.risk.scorecards.store import ModelStore, find, versions
from windchime.risk.scorecards.tables import ModelVersion
from windchime.risk.scorecards.watching import SCORE, watches
from windchime.service.http.rules import needs

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
        try:
            row = find(session, version)
        except UnknownName:
            raise HTTPException(404) from None
        text = ModelStore(frame.bank.models_dir).card(session, row.version).markdown(frame.lang)
        found = tuple(b for b in blocks(text) if b.level != 1)
        steps = tuple(Step(e.at, e.actor, e.words, e.reason) for e in history(session, row.version))
        standing = row.version in beside(session, row.model)
        context = Card(row, STATES[row.state], standing, found, steps, _moved(session, row.version))
        return frame.render(session, NAMES.get(row.model, row.model), context)


def _moved(session: Session, version: str) -> Moved | None:
    seen = next(iter(watches(session, version)), None)
    if seen is None:
        return None
    ordered = sorted(seen.shifts, key=lambda s: (s.name != SCORE, -s.index))
    shown = tuple((s.name, s.index, s.critical, SHIFTS[s.state]) for s in ordered)
    return Moved(seen.as_of, seen.rows_before, seen.rows_after, shown)
