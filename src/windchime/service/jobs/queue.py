"""The life of a job: asked for, claimed with a lease, told of, ended; every step one transaction.

At least once: a worker that dies leaves a lease that runs out, and another takes the job up with the next attempt. A worker
that was only slow finds its lease gone at its next sign of life and can end nothing any more (the attempt is its fence). What
a handler changes for good is therefore done under an idempotency key of its own, or in the transaction that ends the job.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical
from windchime.core.errors import BadCall, Refused, UnknownName
from windchime.core.ids import uuid7
from windchime.core.text import Text, _
from windchime.core.unit import Actor, Unit
from windchime.service.jobs.tables import Job

STATES = {
    "waiting": Text("等待", "waiting"),
    "running": Text("运行中", "running"),
    "done": Text("完成", "done"),
    "failed": Text("失败", "failed"),
    "cancelled": Text("已取消", "cancelled"),
}
ENDED = ("done", "failed", "cancelled")
#: what a job is said to have ended with when its workers died once too often
WORKER_DIED = "WorkerDied"


class LeaseLost(Refused):
    """The job is another worker's now, or has ended."""

    msgid = _("job {job} is no longer this worker's")
    hint = _("its lease ran out; another worker has taken it up, or it was ended")

    def __init__(self, job: str) -> None:
        super().__init__(job=job)


class OtherBody(BadCall):
    """An idempotency key that was used for something else."""

    msgid = _("the key {key} was used for another job")
    hint = _("use a new key for new work")

    def __init__(self, key: str) -> None:
        super().__init__(key=key)


class AlreadyEnded(Refused):
    """A job that cannot be changed any more."""

    msgid = _("job {job} has ended: {state}")

    def __init__(self, job: str, state: str) -> None:
        super().__init__(job=job, state=STATES[state])


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in the hands of one worker, and the fence that says so."""

    id: str
    kind: str
    params: Mapping[str, Any]
    attempt: int
    worker: str
    #: who asked for it: what it changes is changed in their name
    asker: Actor


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


def claim(unit: Unit, worker: str, kinds: frozenset[str], lease: timedelta) -> Claim | None:
    """Take the job that has waited longest, or one whose worker gives no sign of life; None where there is none.

    A job that its workers died of as often as they may try is ended as failed here.
    """
    open_ = or_(
        and_(Job.state == "waiting", Job.run_after <= unit.now),
        and_(Job.state == "running", Job.leased_until < unit.now),
    )
    query = select(Job).where(open_, Job.kind.in_(kinds)).order_by(Job.run_after, Job.id).limit(1)
    while (job := unit.session.scalars(query).first()) is not None:
        if job.cancel_asked:
            _end(unit, job, "cancelled")
        elif job.attempt >= job.max_attempts:
            job.error = WORKER_DIED
            _end(unit, job, "failed")
        else:
            job.state, job.attempt = "running", job.attempt + 1
            job.leased_by, job.leased_until = worker, unit.now + lease
            job.started_at = job.started_at or unit.now
            job.step, job.steps_done, job.steps_total = "", 0, 0
            unit.session.flush()
            said = {"worker": worker, "attempt": job.attempt}
            unit.record("job.claim", f"job:{job.id}", after=said)
            asker = Actor(job.author, job.author_kind)
            return Claim(job.id, job.kind, body(job.params), job.attempt, worker, asker)
        unit.session.flush()
    return None


def beat(unit: Unit, mine: Claim, lease: timedelta, step: tuple[str, int, int] | None = None) -> bool:
    """A sign of life, with progress; whether the work is to stop because somebody asked for it.

    Raises:
        LeaseLost: the job is not this worker's any more.
    """
    job = _held(unit.session, mine)
    job.leased_until = unit.now + lease
    if step is not None:
        job.step, job.steps_done, job.steps_total = step
    return job.cancel_asked


def finish(unit: Unit, mine: Claim, result: Any) -> None:
    """The work is done; call it in the transaction of its effect, so that both happen or neither.

    Raises:
        LeaseLost: the job is not this worker's any more: roll back.
    """
    job = _held(unit.session, mine)
    job.result, job.error, job.said = canonical(result).decode(), None, None
    _end(unit, job, "done")


def hand_back(unit: Unit, mine: Claim) -> None:
    """The worker is leaving: another takes the job up at once, and the attempt that was cut off does not count.

    Raises:
        LeaseLost: the job is not this worker's any more.
    """
    job = _held(unit.session, mine)
    job.state, job.run_after, job.leased_by, job.leased_until = "waiting", unit.now, None, None
    job.max_attempts += 1
    unit.record("job.hand_back", f"job:{job.id}", after={"attempt": job.attempt})


def stop(unit: Unit, mine: Claim) -> None:
    """The worker stopped because it was asked to.

    Raises:
        LeaseLost: the job is not this worker's any more.
    """
    _end(unit, _held(unit.session, mine), "cancelled")


def fail(unit: Unit, mine: Claim, error: str, said: str, *, again_after: timedelta | None) -> None:
    """The attempt failed: tried again later while attempts are left, ended otherwise.

    Args:
        unit: the transaction.
        mine: the claim.
        error: class of the error.
        said: what it says to people; no personal data.
        again_after: how long to wait; None where trying again would change nothing.

    Raises:
        LeaseLost: the job is not this worker's any more.
    """
    job = _held(unit.session, mine)
    job.error, job.said = error, said
    if again_after is None or job.attempt >= job.max_attempts:
        _end(unit, job, "failed")
        return
    job.state, job.run_after, job.leased_by, job.leased_until = "waiting", unit.now + again_after, None, None
    unit.record("job.retry", f"job:{job.id}", after={"attempt": job.attempt, "error": error, "after": job.run_after})


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
        _end(unit, job, "cancelled", reason)
    else:
        unit.record("job.ask_to_stop", f"job:{job.id}", reason=reason)


def again(unit: Unit, job_id: str, reason: str = "") -> None:
    """Let a failed or cancelled job be tried once more.

    Raises:
        UnknownName: no such job.
        AlreadyEnded: it is done: what is done is not done again.
        LeaseLost: it waits or runs.
    """
    job = find(unit.session, job_id)
    if job.state == "done":
        raise AlreadyEnded(job.id, job.state)
    if job.state not in ENDED:
        raise LeaseLost(job.id)
    before = {"state": job.state, "error": job.error}
    job.state, job.run_after, job.cancel_asked, job.ended_at = "waiting", unit.now, False, None
    job.max_attempts = job.attempt + 1
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


def _held(session: Session, mine: Claim) -> Job:
    job = session.get(Job, mine.id)
    if job is None or (job.state, job.attempt, job.leased_by) != ("running", mine.attempt, mine.worker):
        raise LeaseLost(mine.id)
    return job


def _end(unit: Unit, job: Job, state: str, reason: str = "") -> None:
    before = job.state
    job.state, job.ended_at, job.leased_by, job.leased_until = state, unit.now, None, None
    after = {"state": state, "attempt": job.attempt} | ({"error": job.error} if job.error else {})
    unit.record(f"job.{state}", f"job:{job.id}", before={"state": before}, after=after, reason=reason)
    unit.emit("job.ended", f"job:{job.id}", {"job": job.id, "kind": job.kind, "state": state})


def body(text: str) -> dict[str, Any]:
    """What a job or a schedule is to do, from its stored form."""
    found: dict[str, Any] = json.loads(text)
    return found
