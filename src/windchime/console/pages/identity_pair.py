"""`/identity/pair`: two mentions side by side, what speaks for and against their being one, and the form to judge them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.console.identity_waiting import undecided
from windchime.console.pages.identity import TITLE
from windchime.console.signing import fields
from windchime.core.errors import WindchimeError
from windchime.data.identity import Judgement, judge, newest, resolve, standing, undo
from windchime.data.identity.explaining import METHODS, Reason, Step, explain, reasons
from windchime.data.identity.links import Mention, known, links_of, resolved
from windchime.service.http.rules import needs

router = APIRouter()


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
    waits = next((p for p in undecided(session, newest(session)) if {p["left"], p["right"]} == {left, right}), None)
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
    return await run_in_threadpool(_judge, request, await fields(request))


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
