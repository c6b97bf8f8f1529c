"""Jobs that come again by themselves: a schedule is a row, and each turn makes one job under a key of its own."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical, digest
from windchime.core.dates import SHANGHAI
from windchime.core.errors import BadCall, UnknownName
from windchime.core.text import _
from windchime.core.unit import Actor, Unit
from windchime.service.jobs import queue
from windchime.service.jobs.tables import JobSchedule

DAY = 24 * 60
#: nothing that comes less than once a year is a schedule
LONGEST = 366 * DAY


class BadSchedule(BadCall):
    """A schedule that cannot be kept."""

    msgid = _("a schedule comes again after 1 to {longest} minutes, not {minutes}")

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes=minutes, longest=LONGEST)


def put(unit: Unit, name: str, kind: str, params: Mapping[str, Any], *, first: datetime, every_minutes: int) -> None:
    """Make or replace a schedule.

    Raises:
        BadSchedule: less than a minute, or more than a year.
    """
    if not 1 <= every_minutes <= LONGEST:
        raise BadSchedule(every_minutes)
    row = unit.session.get(JobSchedule, name)
    before = row and {"kind": row.kind, "every_minutes": row.every_minutes, "next_at": row.next_at}
    unit.session.merge(
        JobSchedule(
            name=name,
            kind=kind,
            params=canonical(params).decode(),
            every_minutes=every_minutes,
            next_at=first,
            enabled=True,
            author=unit.actor.name,
            author_kind=unit.actor.kind,
        )
    )
    after = {"kind": kind, "params": params, "every_minutes": every_minutes, "next_at": first}
    unit.record("schedule.put", f"schedule:{name}", before=before, after=after)


def end(unit: Unit, name: str, reason: str = "") -> None:
    """Stop a schedule; jobs it made stay.

    Raises:
        UnknownName: there is none.
    """
    row = unit.session.get(JobSchedule, name)
    if row is None or not row.enabled:
        raise UnknownName("schedule", name, ())
    row.enabled = False
    unit.record("schedule.end", f"schedule:{name}", reason=reason)


def schedules(session: Session) -> list[JobSchedule]:
    """All that are kept, by name."""
    return list(session.scalars(select(JobSchedule).where(JobSchedule.enabled).order_by(JobSchedule.name)))


def due(unit: Unit) -> int:
    """Make the jobs whose turn has come, in the name of who asked for the schedule. Turns that were missed while nobody worked come as one. Gives their number."""
    rows = unit.session.scalars(
        select(JobSchedule).where(JobSchedule.enabled, JobSchedule.next_at <= unit.now).order_by(JobSchedule.name)
    ).all()
    for row in rows:
        # a schedule that was replaced asks for other work at an hour that was asked for already
        what = digest([row.kind, row.params])[:12]
        key = f"schedule:{row.name}:{row.next_at.isoformat()}:{what}"
        queue.enqueue(unit, row.kind, queue.body(row.params), key=key, asker=Actor(row.author, row.author_kind))
        row.next_at = _next(row.next_at, row.every_minutes, unit.now)
    return len(rows)


def _next(last: datetime, every: int, now: datetime) -> datetime:
    """The first turn after now. Whole days keep the hour of the day in Shanghai, which has no summer time."""
    turns = max(1, -(-int((now - last).total_seconds() + 1) // (every * 60)))
    if every % DAY:
        return last + timedelta(minutes=every * turns)
    return (last.astimezone(SHANGHAI) + timedelta(days=every // DAY * turns)).astimezone(last.tzinfo)
