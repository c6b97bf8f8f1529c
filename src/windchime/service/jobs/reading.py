"""Jobs as lists and pages show them: a part of the queue, what is taken up before one, what happened to it, how long its kind took."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from windchime.service import audit
from windchime.service.jobs.errors import ENDED
from windchime.service.jobs.tables import Job
from windchime.service.tables import AuditRecord


def part(
    session: Session, *, state: str = "", kind: str = "", words: str = "", first: int = 0, size: int = 50
) -> tuple[list[Job], int]:
    """A part of the jobs, the one asked for last first, and how many match.

    Args:
        session: of the bank's database.
        state: only in this state; empty for any.
        kind: only of this kind; empty for any.
        words: what id, kind or asker contain.
        first: how many to leave out.
        size: at most this many.
    """
    where: list[Any] = [c == said for c, said in ((Job.state, state), (Job.kind, kind)) if said]
    read = (Job.id, Job.kind, Job.author)
    where += [or_(*(c.contains(word, autoescape=True) for c in read)) for word in words.split()]
    matching = session.scalar(select(func.count()).select_from(Job).where(*where)) or 0
    newest = select(Job).where(*where).order_by(Job.made_at.desc(), Job.id.desc())
    return list(session.scalars(newest.offset(first).limit(size))), matching


def unended(session: Session) -> int:
    """How many jobs wait or run."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.state.not_in(ENDED))) or 0


def places(session: Session, now: datetime) -> dict[str, int]:
    """By id of each job that waits for a worker: how many are at work, or are taken up before it."""
    running = session.scalar(select(func.count()).select_from(Job).where(Job.state == "running")) or 0
    waits = select(Job.id).where(Job.state == "waiting", Job.run_after <= now).order_by(Job.run_after, Job.id)
    return {job_id: place for place, job_id in enumerate(session.scalars(waits), running)}


def twin(session: Session, job: Job) -> Job | None:
    """The same work as an unended job's, asked for earlier and not ended either; None where there is none."""
    same = select(Job).where(Job.kind == job.kind, Job.params == job.params, Job.state.not_in(ENDED), Job.id < job.id)
    return session.scalars(same.order_by(Job.id).limit(1)).first()


def history(session: Session, job_id: str) -> list[AuditRecord]:
    """What happened to a job, oldest first: its records in the audit chain."""
    return list(audit.records(session, subject=f"job:{job_id}"))


def stopped(session: Session, jobs: Collection[Job]) -> dict[str, AuditRecord]:
    """By id of those jobs that were cancelled: the record of who asked for it, and why."""
    subjects = [f"job:{j.id}" for j in jobs if j.state == "cancelled" or j.cancel_asked]
    if not subjects:
        return {}
    asked = select(AuditRecord).where(
        AuditRecord.subject.in_(subjects), AuditRecord.action.in_(("job.ask_to_stop", "job.cancelled"))
    )
    found: dict[str, AuditRecord] = {}
    for record in session.scalars(asked.order_by(AuditRecord.seq)):
        job_id = record.subject.removeprefix("job:")
        # a worker that stops says so after the person who asked it to: the person is whom people want to know
        if record.action == "job.ask_to_stop" or found.get(job_id) is None or record.actor_kind == "person":
            found[job_id] = record
    return found


def last_took(session: Session, kind: str) -> timedelta | None:
    """How long the job of a kind took that was done last; None where none was."""
    query = (
        select(Job.started_at, Job.ended_at)
        .where(Job.kind == kind, Job.state == "done", Job.started_at.is_not(None), Job.ended_at.is_not(None))
        .order_by(Job.ended_at.desc(), Job.id.desc())
        .limit(1)
    )
    found = session.execute(query).first()
    return None if found is None or found[0] is None or found[1] is None else found[1] - found[0]
