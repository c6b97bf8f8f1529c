"""`POST /decisions/{id}/override`: propose to put something else in the place of a decision."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.frame import Frame
from windchime.console.overriding import overriding, wanted
from windchime.console.pages.decision import TITLE, context, found, of_decision
from windchime.console.signing import fields
from windchime.core.errors import WindchimeError
from windchime.decision.override_proposals import OVERRIDE, subject
from windchime.portfolio import four_eyes
from windchime.service.http.rules import needs
from windchime.service.http.statuses import status_of

router = APIRouter()


@router.post("/decisions/{decision_id}/override")
@needs("decision.override", firm=of_decision)
async def override(request: Request, decision_id: str) -> Response:
    """Propose: on to the proposal when done, back to the form with the reason why not otherwise."""
    form = await fields(request)
    return await run_in_threadpool(_propose, request, decision_id, form)


def _propose(request: Request, decision_id: str, form: Mapping[str, str]) -> Response:
    frame = Frame.of(request)
    with frame.bank.session() as session:
        row = found(session, decision_id)
    try:
        reason = form.get("reason", "").strip()
        one = four_eyes.propose(
            frame.bank, frame.actor, OVERRIDE.name, subject(row.id), wanted(form), reason=reason, scopes=frame.scopes
        )
    except WindchimeError as refused:
        with frame.bank.session() as session:
            row = found(session, decision_id)
            again = overriding(frame, session, row, form=form, error=refused.message(frame.lang))
            return frame.render(session, TITLE, context(frame, session, row, override=again), status_of(refused))
    return RedirectResponse(addresses.proposal(one), 303)


@router.get("/decisions/{decision_id}/override")
@needs("decision.read", firm=of_decision)
def override_page(decision_id: str) -> Response:
    """The address of the form leads back to its decision."""
    return RedirectResponse(f"{addresses.decision(decision_id)}#override", 303)
