"""`/identity`: who is who: search a firm, see its mentions and why they are one, judge pairs that wait, take back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.core.errors import WindchimeError
from windchime.core.text import Text
from windchime.data.contracts import contract
from windchime.data.identity import Judgement, Run, judge, judgements, newest, resolve, standing, undo
from windchime.data.identity.explaining import METHODS, Reason, Step, explain, reasons, step_of
from windchime.data.identity.links import Mention, known, links_of, members, mentions_called, names_of, resolved
from windchime.data.identity.mentions import sources_of
from windchime.data.lake import Lake, versions
from windchime.present.web import Column, Empty, Query, Table
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("主体识别", "Who is who")
#: mentions that a search shows, and mentions of one entity whose rows are counted in every table
_MOST, _MOST_COUNTED = 100, 12
_LONGEST = 2000
KINDS = {"firm": Text("企业", "firm"), "person": Text("自然人", "person")}
FOUND = (
    Column("name", Text("名称", "Name"), href="{href}"),
    Column("mention_id", Text("标识", "Id"), "id"),
    Column("kind", Text("类别", "Kind"), choose=True, words=KINDS, phone=False),
    Column("entity_id", Text("主体", "Entity"), "id", phone=False),
)
WAITING = (
    Column("left", Text("名称", "Name"), href="{href}"),
    Column("right", Text("另一名称", "Other name"), href="{href}"),
    Column("probability", Text("同一概率", "Probability"), "percent"),
    Column("why", Text("最有力的线索", "Strongest sign"), phone=False),
)
NOBODY = Empty(
    Text("没有找到。", "Nothing is found."),
    Text("换一个词，或先识别。", "Try another word, or resolve first."),
)
NOTHING_WAITS = Empty(
    Text("没有等待人工判断的对。", "No pair waits for a person."),
    Text(
        "识别后，拿不准的对会列在这里，最拿不准的在前。",
        "After a run, pairs that are in doubt are listed here, the most doubtful first.",
    ),
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


@dataclass(frozen=True, slots=True)
class MentionRow:
    """One mention of an entity."""

    mention: Mention
    #: the link by which it hangs on the entity; None for the first
    step: Step | None
    #: how the link came about, in English
    method: str
    #: labels of the tables it stands in as subject, with rows; empty where there are too many mentions to count
    sources: Mapping[Text, int]
    #: where to compare it with the first mention; empty for the first
    compare: str


@dataclass(frozen=True, slots=True)
class IdentityMention(Context):
    """An entity with all its mentions, entered by one of them."""

    template: ClassVar[str] = "identity_mention.html"
    #: the id asked for
    mention_id: str
    #: None where no resolution has met it
    mention: Mention | None
    #: the first of the entity in front
    rows: tuple[MentionRow, ...]
    #: pairs that wait in which one of the mentions stands
    waiting: Table


@dataclass(frozen=True, slots=True)
class Side:
    """One of two mentions that are compared."""

    mention: Mention
    #: its name in pieces, each with whether it differs from the other's
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class IdentityPair(Context):
    """Two mentions side by side, with what speaks for and against their being one, and the form to judge them."""

    template: ClassVar[str] = "identity_pair.html"
    #: both mentions; empty where no resolution has met one of them
    sides: tuple[Side, ...]
    #: whether they are one now
    same: bool
    #: the chain of links between them; empty where they are two
    steps: tuple[Step, ...]
    #: how links come about, by method, in English
    methods: Mapping[str, str]
    #: probability of a pair that waits; None of others
    probability: float | None
    #: what was compared of a pair that waits and speaks for one
    speaking_for: tuple[Reason, ...]
    #: and what speaks against it
    against: tuple[Reason, ...]
    #: judgements on exactly these two that stand
    standing: tuple[Judgement, ...]
    #: the reason as it was sent
    reason: str
    #: why it was refused; empty where it was not
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
    waiting = _waiting(frame, session, run)
    return Identity(words, found, run, waiting, judged, versions.head(session) is not None, error)


def _mention_row(mention: Mention) -> dict[str, Any]:
    return {
        "name": mention.name,
        "mention_id": mention.mention_id,
        "kind": mention.kind,
        "entity_id": mention.entity_id,
        "href": addresses.mention(mention.mention_id),
    }


def _open(session: Session, run: Run | None) -> list[Mapping[str, Any]]:
    """Pairs of the newest run that were not judged since."""
    judged = {(j.left, j.right) for j in standing(session)}
    return [p for p in (run.body["candidates"] if run else []) if tuple(sorted((p["left"], p["right"]))) not in judged]


def _waiting(frame: Frame, session: Session, run: Run | None, among: set[str] | None = None) -> Table:
    pairs = [p for p in _open(session, run) if among is None or {p["left"], p["right"]} & among]
    names = _names(frame, session, pairs)
    rows = [
        {
            "left": names.get(p["left"], p["left"]),
            "right": names.get(p["right"], p["right"]),
            "probability": p["probability"],
            "why": reasons("probabilistic", p)[0].said[frame.lang],
            "href": addresses.pair(p["left"], p["right"]),
        }
        for p in pairs
    ]
    return Table.of(
        "waiting",
        frame.request.url.path,
        WAITING,
        rows,
        query=Query.read(_page_only(frame), WAITING, size=20),
        empty=NOTHING_WAITS,
    )


def _page_only(frame: Frame) -> dict[str, str]:
    return {k: v for k, v in frame.query.items() if k in {"page", "sort", "order"}}


def _names(frame: Frame, session: Session, pairs: list[Mapping[str, Any]]) -> dict[str, str]:
    ids = sorted({p[side] for p in pairs for side in ("left", "right")})
    if not ids or not resolved(session):
        return {}
    with links_of(frame.bank, session) as reading:
        return names_of(reading, ids)


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


@router.get("/identity/mention/{mention_id:path}")
@needs("identity.read")
def entity(request: Request, mention_id: str) -> Response:
    """The entity a mention belongs to."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        one, found = _entity(frame, session, mention_id)
        held = {m.mention_id: m for m in found}
        sources = _sources(frame, session, found)
        rows = tuple(
            MentionRow(
                m,
                step_of(m, held),
                METHODS[m.method],
                {contract(table).label: count for table, count in sources.get(m.mention_id, {}).items()},
                addresses.pair(found[0].mention_id, m.mention_id) if m.to else "",
            )
            for m in found
        )
        waiting = _waiting(frame, session, newest(session), {m.mention_id for m in found} or {mention_id})
        title = one.name if one else mention_id
        return frame.render(session, title, IdentityMention(mention_id, one, rows, waiting))


def _entity(frame: Frame, session: Session, mention_id: str) -> tuple[Mention | None, list[Mention]]:
    if not resolved(session):
        return None, []
    with links_of(frame.bank, session) as reading:
        one = known(reading, mention_id)
        if one is None:
            raise HTTPException(404)
        return one, members(reading, one.entity_id)


def _sources(frame: Frame, session: Session, found: list[Mention]) -> dict[str, dict[str, int]]:
    if not found or len(found) > _MOST_COUNTED:
        return {}
    lake = Lake(frame.bank.lake_dir)
    with lake.reading(session, as_of=lake.pack(session).as_of) as reading:
        return sources_of(reading, [m.mention_id for m in found])


@router.get("/identity/pair")
@needs("identity.read")
def pair(request: Request) -> Response:
    """Two mentions side by side."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        page = _pair(frame, session, frame.query.get("left", ""), frame.query.get("right", ""))
        return frame.render(session, TITLE, page)


def _pair(frame: Frame, session: Session, left: str, right: str, *, reason: str = "", error: str = "") -> IdentityPair:
    if left == right:
        raise HTTPException(404)
    if not resolved(session):
        return IdentityPair((), False, (), METHODS, None, (), (), (), reason, error)
    with links_of(frame.bank, session) as reading:
        if not (known(reading, left) and known(reading, right)):
            raise HTTPException(404)
        found = explain(reading, left, right)
    waits = next((p for p in _open(session, newest(session)) if {p["left"], p["right"]} == {left, right}), None)
    weighed = reasons("probabilistic", waits) if waits else ()
    return IdentityPair(
        tuple(
            Side(m, pieces)
            for m, pieces in zip((found.left, found.right), _marked(found.left.name, found.right.name), strict=True)
        ),
        found.same,
        found.steps,
        METHODS,
        waits["probability"] if waits else None,
        tuple(r for r in weighed if (r.bits or 0) >= 0),
        tuple(r for r in weighed if (r.bits or 0) < 0),
        tuple(j for j in standing(session) if {j.left, j.right} == {left, right}),
        reason,
        error,
    )


def _marked(left: str, right: str) -> tuple[tuple[tuple[str, bool], ...], ...]:
    """Both names in pieces, each with whether it differs from the other's."""
    steps = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    sides: Iterator[tuple[tuple[str, bool], ...]] = (
        tuple((text, tag != "equal") for tag, *at in steps if (text := name[at[side] : at[side + 1]]))
        for name, side in ((left, 0), (right, 2))
    )
    return tuple(sides)


@router.post("/identity/pair")
@needs("identity.judge")
async def judged(request: Request) -> Response:
    """Judge the two, or take a judgement back, and resolve: back to them when done, the form with the reason why not otherwise."""
    form = {k: str(v)[:_LONGEST] for k, v in (await request.form()).items()}
    return await run_in_threadpool(_judge, request, form)


def _judge(request: Request, form: Mapping[str, str]) -> Response:
    frame = Frame.of(request)
    left, right = frame.query.get("left", ""), frame.query.get("right", "")
    reason = form.get("reason", "").strip()
    try:
        if form.get("undo"):
            undo(frame.bank, frame.actor, form["undo"], reason=reason)
        else:
            judge(frame.bank, frame.actor, left, right, same=form.get("judged") == "same", reason=reason)
        resolve(frame.bank, frame.actor)
    except WindchimeError as refused:
        with frame.bank.session() as session:
            page = _pair(frame, session, left, right, reason=reason, error=refused.message(frame.lang))
            return frame.render(session, TITLE, page, 422)
    return RedirectResponse(addresses.pair(left, right), 303)
