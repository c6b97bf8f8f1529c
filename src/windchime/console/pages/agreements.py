"""`/agreements`: what may cross between this bank and others, who has signed for it, what crossed last; nothing is changed here."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from windchime.console import addresses
from windchime.console.agreement_words import SHAPES, crosses, manner, next_step
from windchime.console.frame import Context, Frame
from windchime.core.text import Text
from windchime.portfolio.shown.agreements import STATES, Paper, agreements
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("跨行协议", "Agreements between banks")


@dataclass(frozen=True, slots=True)
class Line:
    """One agreement in words."""

    paper: Paper
    state: Text
    shape: str
    #: what crosses, in a sentence
    crosses: str
    #: how figures are made, sentence by sentence
    manner: tuple[str, ...]
    #: what is to be done next, and the commands that do it
    step: str
    commands: tuple[str, ...]
    #: why nothing crosses although it is in force; empty for nothing
    why: str
    #: the page of the proposal to sign it; empty for none
    proposal: str


@dataclass(frozen=True, slots=True)
class Agreements(Context):
    """The agreements of this bank."""

    template: ClassVar[str] = "agreements.html"
    #: those that wait for this bank's signature first, then the one signed last
    lines: tuple[Line, ...]
    #: whether the installation has other banks
    several: bool


@router.get("/agreements")
@needs("content.read")
def page(request: Request) -> Response:
    """The agreements."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        found = agreements(frame.bank, session, frame.actor, frame.scopes)
        several: bool = request.app.state.several
        return frame.render(session, TITLE, Agreements(tuple(_line(frame, p) for p in found), several))


def _line(frame: Frame, paper: Paper) -> Line:
    step, commands = next_step(paper, frame.lang)
    return Line(
        paper=paper,
        state=STATES[paper.state],
        shape=SHAPES[paper.state],
        crosses=crosses(paper, frame.lang),
        manner=manner(paper.terms.answers if paper.terms else None, frame.lang),
        step=step,
        commands=commands,
        why=paper.why.message(frame.lang) if paper.why else "",
        proposal=addresses.proposal(paper.proposal) if paper.proposal else "",
    )
