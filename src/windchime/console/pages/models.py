"""`/models`: the register of models and their cards."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.console.markdown import Block, blocks
from windchime.core.errors import UnknownName
from windchime.core.text import Text
from windchime.present.web import Column, Empty, Query, Table
from windchime.risk.scorecards.store import STATES, ModelStore, find, versions
from windchime.risk.scorecards.tables import ModelVersion

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
class Card(Context):
    """The card of one version."""

    template: ClassVar[str] = "model.html"
    #: the register's row
    row: ModelVersion
    state: Text
    #: the card, block by block
    blocks: tuple[Block, ...]


@router.get("/models")
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
        return frame.render(session, NAMES.get(row.model, row.model), Card(row, STATES[row.state], found))
