"""`/identity`: who is who: search a firm or person, see what the newest resolution found and what waits, resolve again."""

from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.console.identity_waiting import waiting
from windchime.core.errors import WindchimeError
from windchime.core.text import Text
from windchime.data.identity import Judgement, Run, judgements, newest, resolve, standing
from windchime.data.identity.links import Mention, links_of, mentions_called, resolved
from windchime.data.lake import versions
from windchime.present.web import Column, Empty, Query, Table
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("主体识别", "Who is who")
#: mentions that a search shows
_MOST = 100
KINDS = {"firm": Text("企业", "firm"), "person": Text("自然人", "person")}
FOUND = (
    Column("name", Text("名称", "Name"), href="{href}"),
    Column("mention_id", Text("标识", "Id"), "id"),
    Column("kind", Text("类别", "Kind"), choose=True, words=KINDS, phone=False),
    Column("entity_id", Text("主体", "Entity"), "id", phone=False),
)
NOBODY = Empty(
    Text("没有找到。", "Nothing is found."),
    Text("换一个词，或先识别。", "Try another word, or resolve first."),
)


@dataclass(frozen=True, slots=True)
class Identity(Context):
    """Search, and what waits to be judged."""

    template: ClassVar[str] = "identity.html"
    #: words that were searched; empty for none
    words: str
    #: mentions that hold them; None where nothing was searched
    found: Table | None
    #: the newest resolution; None where there was none
    run: Run | None
    #: pairs that wait, the most uncertain first
    waiting: Table
    #: everything judged, newest first, each with whether it stands
    judged: tuple[tuple[Judgement, bool], ...]
    #: whether data are loaded that could be resolved
    loaded: bool
    #: why a run was refused; empty where it was not
    error: str


@router.get("/identity")
@needs("identity.read")
def search(request: Request) -> Response:
    """Search and what waits."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        return frame.render(session, TITLE, _start(frame, session))


def _start(frame: Frame, session: Session, error: str = "") -> Identity:
    words, run = frame.query.get("q", "").strip(), newest(session)
    found = None
    if words:
        rows = []
        if resolved(session):
            with links_of(frame.bank, session) as reading:
                rows = [_mention_row(m) for m in mentions_called(reading, words.split(), limit=_MOST)]
        # the words have chosen the rows; a former name is not among the columns
        query = Query.read({k: v for k, v in frame.query.items() if k != "q"}, FOUND)
        found = Table.of("found", "/identity", FOUND, rows, query=query, empty=NOBODY)
    stand = {j.judgement_id for j in standing(session)}
    judged = tuple((j, j.judgement_id in stand) for j in reversed(judgements(session)))
    return Identity(words, found, run, waiting(frame, session, run), judged, versions.head(session) is not None, error)


def _mention_row(mention: Mention) -> dict[str, Any]:
    return {
        "name": mention.name,
        "mention_id": mention.mention_id,
        "kind": mention.kind,
        "entity_id": mention.entity_id,
        "href": addresses.mention(mention.mention_id),
    }


@router.post("/identity")
@needs("identity.judge")
async def run(request: Request) -> Response:
    """Resolve again: back to the page when done, the page with the reason why not otherwise."""
    return await run_in_threadpool(_run, request)


def _run(request: Request) -> Response:
    frame = Frame.of(request)
    try:
        resolve(frame.bank, frame.actor)
    except WindchimeError as refused:
        with frame.bank.session() as session:
            return frame.render(session, TITLE, _start(frame, session, refused.message(frame.lang)), 422)
    return RedirectResponse("/identity", 303)
