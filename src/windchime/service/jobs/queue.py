"""The queue of jobs: what is asked for, cancelled, tried once more and looked at; every step one transaction."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical
from windchime.core.errors import UnknownName
from windchime.core.ids import uuid7
from windchime.core.unit import Actor, Unit
from windchime.service.jobs.errors import ENDED, AlreadyEnded, NotEnded, OtherBody
from windchime.service.jobs.tables import Job


def enqueue(
    unit: Unit,
    kind: str,
    params: Mapping[str, Any],
    *,
    key: str | None = None,
    run_after: datetime | None = None,
    max_attempts: int = 3,
    asker: Actor | None = None,
) -> str:
    """Ask for work, in the transaction of what caused it; gives the job's id.

    Args:
        unit: the transaction.
        kind: which handler does it.
        params: what it is to do; canonical JSON is stored.
        key: asking again with the same key and the same work gives the job that is there.
        run_after: not before; at once by default.
        max_attempts: how often workers may try.
        asker: in whose name it is done; whoever acts by default.

    Raises:
        OtherBody: the key was used for other work.
    """
    body, asker = canonical(params).decode(), asker or unit.actor
    if key is not None:
        known = unit.session.scalars(select(Job).where(Job.idempotency_key == key)).one_or_none()
        if known is not None:
            if (known.kind, known.params) != (kind, body):
                raise OtherBody(key)
            return known.id
    job = Job(
        id=uuid7(unit.clock),
        kind=kind,
        params=body,
        state="waiting",
        idempotency_key=key,
        attempt=0,
        max_attempts=max_attempts,
        run_after=run_after or unit.now,
        step="",
        steps_done=0,
        steps_total=0,
        cancel_asked=False,
        author=asker.name,
        author_kind=asker.kind,
        made_at=unit.now,
    )
    unit.session.add(job)
    unit.session.flush()
    unit.record("job.ask", f"job:{job.id}", after={"kind": kind, "params": params, "run_after": job.run_after})
    return job.id


def cancel(unit: Unit, job_id: str, reason: str = "") -> None:
    """End a waiting job; ask the worker of a running one to stop.

    Raises:
        UnknownName: no such job.
        AlreadyEnded: it has ended.
    """
    job = find(unit.session, job_id)
    if job.state in ENDED:
        raise AlreadyEnded(job.id, job.state)
    job.cancel_asked = True
    if job.state == "waiting":
        end(unit, job, "cancelled", reason)
    else:
        unit.record("job.ask_to_stop", f"job:{job.id}", reason=reason)


def again(unit: Unit, job_id: str, reason: str = "") -> None:
    """Let a failed or cancelled job be tried once more, in the name of whoever asks now.

    Raises:
        UnknownName: no such job.
        AlreadyEnded: it is done: what is done is not done again.
        NotEnded: it waits or runs.
    """
    job = find(unit.session, job_id)
    if job.state == "done":
        raise AlreadyEnded(job.id, job.state)
    if job.state not in ENDED:
        raise NotEnded(job.id, job.state)
    before = {"state": job.state, "error": job.error, "author": job.author}
    job.state, job.run_after, job.cancel_asked, job.started_at, job.ended_at = "waiting", unit.now, False, None, None
    job.max_attempts = job.attempt + 1
    job.author, job.author_kind = unit.actor.name, unit.actor.kind
    unit.record("job.again", f"job:{job.id}", before=before, reason=reason)


def jobs(session: Session, *, state: str | None = None, last: int = 50) -> list[Job]:
    """The jobs asked for last, newest first."""
    query = select(Job).order_by(Job.made_at.desc(), Job.id.desc()).limit(last)
    return list(session.scalars(query if state is None else query.where(Job.state == state)))


def find(session: Session, job_id: str) -> Job:
    """The job.

    Raises:
        UnknownName: there is none.
    """
    found = session.get(Job, job_id)
    if found is None:
        raise UnknownName("job", job_id, ())
    return found


def end(unit: Unit, job: Job, state: str, reason: str = "") -> None:
    """A job comes to its end: on record, and told to other systems."""
    before = job.state
    job.state, job.ended_at, job.leased_by, job.leased_until = state, unit.now, None, None
    after = {"state": state, "attempt": job.attempt} | ({"error": job.error} if job.error else {})
    unit.record(f"job.{state}", f"job:{job.id}", before={"state": before}, after=after, reason=reason)
    unit.emit("job.ended", f"job:{job.id}", {"job": job.id, "kind": job.kind, "state": state})


def body(text: str) -> dict[str, Any]:
    """What a job or a schedule is to do, from its stored form."""
    found: dict[str, Any] = json.loads(text)
    return found
