"""Tables of the background work: jobs, and the schedules that make them."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class Job(Base):
    """One piece of work, from the asking to its end."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state", "state", "run_after"),)

    #: UUID version 7
    id: Mapped[str] = mapped_column(primary_key=True)
    #: which handler does it
    kind: Mapped[str]
    #: canonical JSON of what it is to do
    params: Mapped[str] = mapped_column(SqlText)
    #: `waiting`, `running`, `done`, `failed` or `cancelled`
    state: Mapped[str]
    #: asking twice with one key makes one job; null where none was named
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    #: 0 before it was first claimed; a worker that comes with an earlier number has lost its lease
    attempt: Mapped[int]
    max_attempts: Mapped[int]
    #: not before this instant
    run_after: Mapped[datetime] = mapped_column(Instant)
    #: who works on it, and until when that is believed without a sign of life
    leased_by: Mapped[str | None]
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    #: English message id of the step at hand, how much of it is done, and how much there is (0 = unknown)
    step: Mapped[str]
    steps_done: Mapped[int]
    steps_total: Mapped[int]
    cancel_asked: Mapped[bool]
    #: canonical JSON of what came of it
    result: Mapped[str | None] = mapped_column(SqlText)
    #: class of the error that ended the last attempt and what it says to people (`saying`); null where none did
    error: Mapped[str | None]
    said: Mapped[str | None] = mapped_column(SqlText)
    author: Mapped[str]
    author_kind: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class JobSchedule(Base):
    """Jobs that come again by themselves."""

    __tablename__ = "job_schedule"

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    params: Mapped[str] = mapped_column(SqlText)
    #: minutes from one to the next; whole days keep the hour in Shanghai
    every_minutes: Mapped[int]
    next_at: Mapped[datetime] = mapped_column(Instant)
    enabled: Mapped[bool]
    author: Mapped[str]
    author_kind: Mapped[str]
