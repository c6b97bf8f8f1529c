"""A job in the hands of a worker: claimed with a lease, told of, ended; every step one transaction.

At least once: a worker that dies leaves a lease that runs out, and another takes the job up with the next attempt. A worker
that was only slow finds its lease gone at its next sign of life and can end nothing any more (the attempt is its fence). What
a handler changes for good is therefore done under an idempotency key of its own, or in the transaction that ends the job.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical
from windchime.core.unit import Actor, Unit
from windchime.service.jobs.errors import WORKER_DIED, LeaseLost
from windchime.service.jobs.queue import body, end
from windchime.service.jobs.tables import Job


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
            end(unit, job, "cancelled")
        elif job.attempt >= job.max_attempts:
            job.error = WORKER_DIED
            end(unit, job, "failed")
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
    end(unit, job, "done")


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
    end(unit, _held(unit.session, mine), "cancelled")


def fail(unit: Unit, mine: Claim, error: str, said: str, *, again_after: timedelta | None) -> None:
    """The attempt failed: tried again later while attempts are left, ended otherwise.

    Args:
        unit: the transaction.
        mine: the claim.
        error: class of the error.
        said: what it says to people, as `saying.written` puts it; no personal data.
        again_after: how long to wait; None where trying again would change nothing.

    Raises:
        LeaseLost: the job is not this worker's any more.
    """
    job = _held(unit.session, mine)
    job.error, job.said = error, said
    if again_after is None or job.attempt >= job.max_attempts:
        end(unit, job, "failed")
        return
    job.state, job.run_after, job.leased_by, job.leased_until = "waiting", unit.now + again_after, None, None
    unit.record("job.retry", f"job:{job.id}", after={"attempt": job.attempt, "error": error, "after": job.run_after})


def _held(session: Session, mine: Claim) -> Job:
    job = session.get(Job, mine.id)
    if job is None or (job.state, job.attempt, job.leased_by) != ("running", mine.attempt, mine.worker):
        raise LeaseLost(mine.id)
    return job
