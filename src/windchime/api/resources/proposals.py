"""`/api/v1/proposals`: changes that want four eyes: proposed, looked at, approved, sent back, revised, withdrawn."""

from typing import Annotated, Any

from fastapi import Path
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from windchime.api.asking import Ask, Asked, Made
from windchime.api.described import PREFIX, told
from windchime.api.opening import resource
from windchime.api.places import EXAMPLE_ID
from windchime.api.shapes import Instant, Shape, Words
from windchime.core.errors import UnknownName
from windchime.core.text import Text
from windchime.core.unit import Unit
from windchime.portfolio import four_eyes
from windchime.portfolio.account_kinds import PASSWORD
from windchime.portfolio.four_eyes import KINDS
from windchime.portfolio.shown.proposals import as_json, broken_as_json
from windchime.portfolio.shown.proposals import steps as steps_of
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import signed_in
from windchime.service.proposals import closing, life, stored
from windchime.service.proposals.reading import Broken, Seen, inbox, look

router = resource("proposals")
ProposalId = Annotated[str, Path(max_length=36, description="id of the proposal", examples=[EXAMPLE_ID])]
#: how long a comment or a reason may be
LONGEST = 2000
_TERMS = {
    "verdict": "approve", "limit": "200000.00", "rate": "0.080000", "term_months": 12, "reason_codes": ["collateral"],
}  # fmt: skip


class Proposal(Shape):
    """A proposed change, as the caller sees it."""

    id: str = Field(description="id of the proposal", examples=[EXAMPLE_ID])
    kind: str = Field(description="kind of change", examples=["decision.override"])
    subject: str = Field(description="what it is about, `kind:id`", examples=[f"decision:{EXAMPLE_ID}"])
    summary: Words = Field(description="what is proposed, in one line")
    state: str = Field(
        description="open, sent_back, effected, withdrawn, overtaken, expired or closed; the last three ended without effect",
        examples=["open"],
    )
    state_label: Words = Field(description="the state in words")
    revision: int = Field(description="number of the form that stands", examples=[1])
    made_by: str = Field(description="who made its first form", examples=["wang.officer"])
    made_at: Instant = Field(description="when", examples=["2026-01-05T04:00:00Z"])
    expires_at: Instant | None = Field(
        description="nobody can approve it from then on; null for never", examples=[None]
    )
    maker: str = Field(description="who made the form that stands", examples=["wang.officer"])
    before: Any = Field(description="what stood when it was made; null for nothing", examples=[{"verdict": "refer"}])
    after: Any = Field(description="what shall stand", examples=[_TERMS])
    attachments: dict[str, str] = Field(description="SHA-256 of each attachment by its name", examples=[{}])
    reason: str = Field(description="why", examples=["the pledge was seen"])
    digest: str = Field(description="of all of this: what an approval names as `seen`", examples=["0" * 64])
    checker: str | None = Field(description="who handled it last; null where nobody has", examples=[None])
    checked_at: Instant | None = Field(description="when", examples=[None])
    comment: str = Field(description="what they said", examples=[""])
    may_check: bool = Field(description="whether the caller can approve it or send it back now", examples=[True])
    own: bool = Field(description="whether the caller took part in making it", examples=[False])

    @classmethod
    def of(cls, seen: Seen) -> "Proposal":
        """From what the caller sees."""
        return cls(**as_json(seen))


class Damaged(Shape):
    """A proposal that the caller should see and nobody can: what is stored of it is damaged."""

    id: str = Field(description="id of the proposal", examples=[EXAMPLE_ID])
    kind: str = Field(description="kind of change", examples=["decision.override"])
    state: str = Field(description="its state; it can no longer be approved", examples=["open"])
    made_by: str = Field(description="who made its first form", examples=["wang.officer"])
    made_at: Instant = Field(description="when", examples=["2026-01-05T04:00:00Z"])
    problem: Words = Field(description="what is wrong with it")
    may_close: bool = Field(description="whether the caller can close it", examples=[True])


class Approved(Proposal):
    """A proposal that was just approved."""

    password: str | None = Field(
        description="drawn for an account: told once and kept nowhere; null where none was, or where this answer is a "
        "kept one: propose a new password",
        examples=[None],
    )


class Inbox(Shape):
    """What the caller should look at."""

    to_check: tuple[Proposal, ...] = Field(description="waits for the caller's check, the oldest first")
    own: tuple[Proposal, ...] = Field(description="the caller's own: sent back, waiting, ended; newest first")
    damaged: tuple[Damaged, ...] = Field(description="of either sort, what is damaged in the database")


class Step(Shape):
    """One thing that happened to a proposal."""

    seq: int = Field(description="number of the audit record", examples=[1])
    at: Instant = Field(description="when", examples=["2026-01-05T04:00:00Z"])
    actor: str = Field(description="who", examples=["wang.officer"])
    action: str = Field(description="what", examples=["proposal.make"])
    reason: str = Field(description="what they said", examples=["the pledge was seen"])
    origin: str = Field(description="from where; empty where it is not known", examples=["session 10.1.2.3"])


class History(Shape):
    """What happened to a proposal."""

    items: tuple[Step, ...] = Field(description="oldest first")


class ProposalWanted(Shape):
    """A change that is proposed."""

    kind: str = Field(max_length=80, description="kind of change", examples=["decision.override"])
    subject: str = Field(max_length=300, description="what it is about, `kind:id`", examples=[f"decision:{EXAMPLE_ID}"])
    after: Any = Field(description="what shall stand, as its kind wants it", examples=[_TERMS])
    reason: str = Field(max_length=LONGEST, description="why", examples=["the pledge was seen"])


class RevisionWanted(Shape):
    """Another form of a proposal."""

    after: Any = Field(description="what shall stand, as its kind wants it", examples=[_TERMS])
    reason: str = Field(max_length=LONGEST, description="why", examples=["a lower limit, as asked"])


class Approval(Shape):
    """A proposal is approved as it was seen."""

    seen: str = Field(max_length=64, description="digest of the form that was looked at", examples=["0" * 64])
    comment: str = Field(default="", max_length=LONGEST, description="what the checker says", examples=[""])


class Comment(Shape):
    """What somebody says to a step."""

    comment: str = Field(default="", max_length=LONGEST, description="what they say", examples=["which pledge?"])


@router.get("/proposals", **told(Text("待办与我的提案", "What waits for me, and my proposals"), Inbox))
@signed_in
def waiting(asked: Ask) -> Response:
    """What waits for your check, and what became of your own proposals."""
    with asked.session() as session:
        found = inbox(asked.bank, session, KINDS, asked.actor, scopes=_scopes(asked))
        own = (*found.sent_back, *found.waiting, *found.ended)
        shown = [tuple(Proposal.of(s) for s in part) for part in (found.to_check, own)]
    damaged = tuple(Damaged(**broken_as_json(b)) for b in found.damaged)
    return asked.answer(Inbox(to_check=shown[0], own=shown[1], damaged=damaged))


@router.get("/proposals/{proposal_id}", **told(Text("一项提案", "One proposal"), Proposal))
@signed_in
def proposal(asked: Ask, proposal_id: ProposalId) -> Response:
    """A proposal that you made or may check; any other is not there."""
    with asked.session() as session:
        return asked.answer(_shown(asked, session, proposal_id))


@router.get("/proposals/{proposal_id}/history", **told(Text("提案的经过", "What happened to a proposal"), History))
@signed_in
def history(asked: Ask, proposal_id: ProposalId) -> Response:
    """The steps of a proposal, oldest first."""
    with asked.session() as session:
        _shown(asked, session, proposal_id)
        return asked.answer(History(items=tuple(Step(**s) for s in steps_of(session, proposal_id))))


@router.post("/proposals", **told(Text("提出变更", "Propose a change"), Proposal, status=201))
@signed_in
def propose(asked: Ask, wanted: ProposalWanted) -> Response:
    """Propose a change; nothing changes before somebody else has approved it."""

    def change(unit: Unit) -> Made:
        one = four_eyes.propose_in(
            asked.bank, unit, wanted.kind, wanted.subject, wanted.after, reason=wanted.reason, scopes=_scopes(asked)
        )
        return Made(_shown(asked, unit.session, one), 201, f"{PREFIX}/proposals/{one}")

    return asked.once(change)


@router.post("/proposals/{proposal_id}/approve", **told(Text("批准提案", "Approve a proposal"), Approved))
@signed_in
def approve(asked: Ask, proposal_id: ProposalId, given: Approval) -> Response:
    """Let a proposal take effect as you have seen it. Its state says whether it did: it may have been overtaken or expired."""

    def change(unit: Unit) -> Made:
        its = KINDS[_shown(asked, unit.session, proposal_id).kind]
        once: dict[str, str] = {}
        life.approve(
            asked.bank,
            unit,
            its,
            proposal_id,
            seen=given.seen,
            comment=given.comment,
            scopes=_scopes(asked),
            tell=once.update,
        )
        shown = _made(asked, unit, proposal_id).shape.model_dump()
        return Made(Approved(**shown, password=once.get(PASSWORD)), kept=Approved(**shown, password=None))

    return asked.once(change)


@router.post("/proposals/{proposal_id}/send-back", **told(Text("退回提案", "Send a proposal back"), Proposal))
@signed_in
def send_back(asked: Ask, proposal_id: ProposalId, given: Comment) -> Response:
    """Give a proposal back to its maker; the comment says what is to be better."""

    def change(unit: Unit) -> Made:
        its = KINDS[_shown(asked, unit.session, proposal_id).kind]
        life.send_back(asked.bank, unit, its, proposal_id, comment=given.comment, scopes=_scopes(asked))
        return _made(asked, unit, proposal_id)

    return asked.once(change)


@router.post("/proposals/{proposal_id}/revise", **told(Text("修改提案", "Revise a proposal"), Proposal))
@signed_in
def revise(asked: Ask, proposal_id: ProposalId, wanted: RevisionWanted) -> Response:
    """Give your own proposal another form; whoever has seen an earlier one must look again."""

    def change(unit: Unit) -> Made:
        its = KINDS[_shown(asked, unit.session, proposal_id).kind]
        life.revise(asked.bank, unit, its, proposal_id, wanted.after, reason=wanted.reason, scopes=_scopes(asked))
        return _made(asked, unit, proposal_id)

    return asked.once(change)


@router.post("/proposals/{proposal_id}/withdraw", **told(Text("撤回提案", "Withdraw a proposal"), Proposal))
@signed_in
def withdraw(asked: Ask, proposal_id: ProposalId, given: Comment) -> Response:
    """Take your own proposal back."""

    def change(unit: Unit) -> Made:
        its = KINDS[_shown(asked, unit.session, proposal_id).kind]
        life.withdraw(asked.bank, unit, its, proposal_id, comment=given.comment, scopes=_scopes(asked))
        return _made(asked, unit, proposal_id)

    return asked.once(change)


@router.post("/proposals/{proposal_id}/close", **told(Text("关闭受损提案", "Close a damaged proposal"), Damaged))
@signed_in
def close(asked: Ask, proposal_id: ProposalId, given: Comment) -> Response:
    """End a proposal that is damaged in the database, without effect: one of yours, or any where you keep the system."""

    def change(unit: Unit) -> Made:
        its = _looked(asked, unit.session, proposal_id).kind
        why = closing.close(asked.bank, unit, its, proposal_id, comment=given.comment, scopes=_scopes(asked))
        row = stored.find(unit.session, proposal_id)
        return Made(Damaged(**broken_as_json(Broken(row, its, why, may_close=False))))

    return asked.once(change)


def _looked(asked: Asked, session: Session, proposal_id: str) -> Seen | Broken:
    try:
        return look(asked.bank, session, KINDS, asked.actor, proposal_id, scopes=_scopes(asked))
    except UnknownName:
        raise NoSuchRecord from None


def _shown(asked: Asked, session: Session, proposal_id: str) -> Proposal:
    found = _looked(asked, session, proposal_id)
    if isinstance(found, Broken):
        raise found.why
    return Proposal.of(found)


def _made(asked: Asked, unit: Unit, proposal_id: str) -> Made:
    unit.session.flush()
    return Made(_shown(asked, unit.session, proposal_id))


def _scopes(asked: Asked) -> frozenset[str] | None:
    return asked.subject.scopes if asked.subject else None
