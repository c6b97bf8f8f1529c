"""`/jobs/{id}`: one piece of work in the background, followed until it ends; cancelled, or let run once more."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.console.job_words import SHAPES, Event, Why, as_of, events, going, label, result, seen, why
from windchime.console.signing import fields
from windchime.core.errors import WindchimeError
from windchime.core.text import Text
from windchime.portfolio import jobs as work
from windchime.present.web import Crumb, Going
from windchime.service.http.enforcing import FOLLOWS_HEADER, NoSuchRecord
from windchime.service.http.rules import needs
from windchime.service.http.statuses import status_of
from windchime.service.jobs import queue, reading
from windchime.service.jobs.errors import ENDED, STATES
from windchime.service.jobs.tables import Job
from windchime.service.tables import AuditRecord

router = APIRouter()
_ID = re.compile(r"[0-9a-f-]{36}")
#: a job that waited so long with nothing before it waits for a worker that is not there
_LONELY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class JobPage(Context):
    """One job."""

    template: ClassVar[str] = "job.html"
    #: the job
    job: Job
    #: what it is called
    label: Text
    #: its state
    state: Text
    #: the shape beside that
    shape: str
    #: as of which day it is done
    as_of: str
    #: how far it is; None where it tells nothing
    going: Going | None
    #: how long it has run or ran; None where it never began
    took: timedelta | None
    #: how long the last one of its kind took; None where none was done
    usual: timedelta | None
    #: how many jobs are done before it
    before: int
    #: address of the same work that was asked for earlier and has not ended; empty for none
    twin: str
    #: whether it looks as if no worker were there
    lonely: bool
    #: whether it waits for a later hour
    later: bool
    #: whether its worker has given no sign for too long
    silent: bool
    #: who asked it to stop and why; None where nobody did
    stopped: AuditRecord | None
    #: why its last attempt failed; None where none did
    why: Why | None
    #: what came of it, name by name
    result: tuple[tuple[Text | str, str], ...]
    #: where that is seen; None for nowhere
    seen: Crumb | None
    #: its history, oldest first
    events: tuple[Event, ...]
    #: whether it can be cancelled
    can_cancel: bool
    #: whether the reader may let it run once more
    can_again: bool
    #: whether it has ended
    ended: bool
    #: why the form was refused; empty for nothing
    message: str
    #: what was typed in it
    reason: str


def _found(session: Session, job_id: str) -> Job:
    job = session.get(Job, job_id) if _ID.fullmatch(job_id) else None
    if job is None:
        raise NoSuchRecord
    return job


@router.get("/jobs/{job_id}")
@needs("job.run")
def job(request: Request, job_id: str) -> Response:
    """One job. Whoever follows it is told to open the page anew once it has ended: other forms stand on it then."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        if FOLLOWS_HEADER in request.headers and _found(session, job_id).state in ENDED:
            return Response(status_code=204, headers={"hx-refresh": "true"})
        return _shown(frame, session, job_id)


@router.post("/jobs/{job_id}")
@needs("job.run")
async def act(request: Request, job_id: str) -> Response:
    """Cancel it, or let it run once more: `do` says which."""
    return await run_in_threadpool(_act, request, job_id, await fields(request))


def _act(request: Request, job_id: str, form: Mapping[str, str]) -> Response:
    frame = Frame.of(request)
    does, reason = form.get("do", ""), form.get("reason", "").strip()
    if does not in {"cancel", "again"}:
        raise HTTPException(400)
    with frame.bank.session() as session:
        _found(session, job_id)
    try:
        with frame.bank.unit(frame.actor) as unit:
            if does == "cancel":
                queue.cancel(unit, job_id, reason)
            else:
                work.again(frame.bank, unit, job_id, reason, scopes=frame.scopes)
    except WindchimeError as refused:
        with frame.bank.session() as session:
            return _shown(frame, session, job_id, refused.message(frame.lang), reason, status_of(refused))
    return RedirectResponse(addresses.job(job_id), 303)


def _shown(
    frame: Frame, session: Session, job_id: str, message: str = "", reason: str = "", status: int = 200
) -> Response:
    found, now = _found(session, job_id), frame.bank.clock.now()
    ended, waits = found.state in ENDED, found.state == "waiting"
    before = reading.places(session, now).get(found.id, 0) if waits else 0
    may = found.kind in work.open_to(frame.bank, session, frame.actor, frame.scopes)
    until = (found.ended_at if ended else now) or now
    context = JobPage(
        job=found,
        label=label(found.kind),
        state=STATES[found.state],
        shape=SHAPES[found.state],
        as_of=as_of(found, frame.lang),
        going=going(found, frame.lang),
        took=until - found.started_at if found.started_at and not waits else None,
        usual=None if ended else reading.last_took(session, found.kind),
        before=before,
        twin=addresses.job(twin.id) if (twin := None if ended else reading.twin(session, found)) else "",
        lonely=waits and not before and now - found.run_after > _LONELY,
        later=waits and found.run_after > now,
        silent=found.state == "running" and found.leased_until is not None and found.leased_until < now,
        stopped=reading.stopped(session, [found]).get(found.id),
        why=why(frame, session, found),
        result=result(frame, session, found) if found.state == "done" else (),
        seen=seen(frame, found),
        events=events(reading.history(session, found.id)),
        can_cancel=not ended and not found.cancel_asked,
        can_again=found.state in {"failed", "cancelled"} and may,
        ended=ended,
        message=message,
        reason=reason,
    )
    return frame.render(session, label(found.kind), context, status)
