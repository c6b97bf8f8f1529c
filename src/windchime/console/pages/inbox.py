"""`/inbox`: what waits for one's check, what of one's own came back, waits for others, or has ended."""

from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.core.text import Text
from windchime.portfolio.four_eyes import KINDS
from windchime.present.web import Column, Empty, Query, Table
from windchime.service.http.rules import signed_in
from windchime.service.proposals.reading import Broken, Seen, inbox
from windchime.service.proposals.words import STATES

router = APIRouter()
TITLE = Text("待办", "Inbox")
LABELS = {name: kind.label for name, kind in KINDS.items()}
_KIND = Column("kind", Text("种类", "Kind"), choose=True, words=LABELS, phone=False)
_WHAT = Column("what", Text("内容", "What"), href="{href}")
_BY = Column("by", Text("提出人", "Proposed by"))
_AT = Column("at", Text("提出时间", "Proposed at"), "instant")
_REASON = Column("reason", Text("理由", "Reason"), phone=False)
TO_CHECK = (
    _WHAT,
    _KIND,
    _BY,
    _AT,
    _REASON,
    Column("until", Text("复核期限", "To be checked by"), "instant", phone=False),
)
OWN = (
    _WHAT,
    _KIND,
    Column("state", Text("状态", "State"), choose=True, words=STATES),
    _AT,
    Column("checker", Text("处理人", "Handled by"), phone=False),
    Column("comment", Text("意见", "Comment"), phone=False),
)
DAMAGED = (
    Column("why", Text("问题", "What is wrong"), href="{href}"),
    Column("id", Text("提案", "Proposal"), "id", phone=False),
    _KIND,
    _BY,
    _AT,
)
NOTHING = Empty(
    Text("没有等待您复核的提案。", "Nothing waits for your check."),
    Text(
        "他人提出的变更会列在这里，由您批准或退回。",
        "What others propose is listed here, for you to approve or send back.",
    ),
)
NONE_OWN = Empty(
    Text("您还没有提出过变更。", "You have proposed nothing yet."),
    Text(
        "在决策、内容、模型、账户等页面提出的变更会列在这里。",
        "What you propose on the pages of decisions, content, models or accounts is listed here.",
    ),
)


@dataclass(frozen=True, slots=True)
class Waiting(Context):
    """The inbox."""

    template: ClassVar[str] = "inbox.html"
    #: what waits for the reader's check, the oldest first
    to_check: Table
    #: the reader's own, those that were sent back first
    mine: Table
    #: of either sort, what is damaged in the database; None where nothing is
    damaged: Table | None


def shown(frame: Frame, seen: Seen) -> dict[str, Any]:
    """A proposal as a row."""
    return {
        "href": addresses.proposal(seen.row.id),
        "what": seen.summary[frame.lang],
        "kind": seen.row.kind,
        "state": seen.state,
        "by": seen.revision.maker,
        "at": seen.revision.made_at,
        "reason": seen.revision.reason,
        "until": seen.row.expires_at,
        "checker": seen.row.checker,
        "comment": seen.row.comment,
    }


def damaged(frame: Frame, broken: Broken) -> dict[str, Any]:
    """A proposal that cannot be shown as a row."""
    row = broken.row
    return {
        "id": row.id,
        "href": addresses.proposal(row.id),
        "kind": row.kind,
        "by": row.made_by,
        "at": row.made_at,
        "why": broken.why.message(frame.lang),
    }


@router.get("/inbox")
@signed_in
def waiting(request: Request) -> Response:
    """The inbox."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        found = inbox(frame.bank, session, KINDS, frame.actor, scopes=frame.scopes)
        asked = Query.read(frame.query, TO_CHECK)
        rows = [shown(frame, s) for s in found.to_check]
        to_check = Table.of("check", "/inbox", TO_CHECK, rows, query=asked, empty=NOTHING)
        mine = [shown(frame, s) for s in (*found.sent_back, *found.waiting, *found.ended)]
        own = Table.of("own", "/inbox", OWN, mine, query=Query(size=len(mine) or 1), empty=NONE_OWN)
        lost = [damaged(frame, b) for b in found.damaged]
        table = (
            Table.of("broken", "/inbox", DAMAGED, lost, query=Query(size=len(lost)), empty=NOTHING) if lost else None
        )
        return frame.render(session, TITLE, Waiting(to_check, own, table))
