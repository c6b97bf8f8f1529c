"""`/api/v1/jobs`: work in the background: asked for, watched, stopped."""

import json
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field
from sqlalchemy import select
from starlette.responses import Response

from windchime.api import paging
from windchime.api.asking import Ask, Made
from windchime.api.described import PREFIX, told
from windchime.api.opening import resource
from windchime.api.paging import Cursor, Limit
from windchime.api.places import JobId
from windchime.api.shapes import Instant, Page, Shape, Why, Words
from windchime.core.text import LANGS, Text, translate
from windchime.core.unit import Unit
from windchime.portfolio import jobs as work
from windchime.portfolio.jobs import LABELS
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import needs
from windchime.service.jobs import queue
from windchime.service.jobs.tables import Job as Row

router = resource("jobs")
State = Literal["waiting", "running", "done", "failed", "cancelled"]


class Job(Shape):
    """One piece of work."""

    id: str = Field(description="id of the job", examples=["019a0b1c-7d2e-7f00-8000-0123456789ab"])
    kind: str = Field(description="what is to be done", examples=["quality.check"])
    label: Words
    params: dict[str, Any] = Field(description="with what", examples=[{"as_of": "2020-02-21"}])
    state: State = Field(description="where it stands", examples=["waiting"])
    attempt: int = Field(description="how often it was begun", examples=[0])
    step: Words | None = Field(description="the step at hand; null where none was told")
    steps_done: int = Field(description="how much of the step is done", examples=[0])
    steps_total: int = Field(description="how much there is; 0 where it is not known", examples=[0])
    cancel_asked: bool = Field(description="whether somebody asked it to stop", examples=[False])
    result: Any = Field(description="what came of it; null until it is done", examples=[None])
    error: str | None = Field(description="what ended the last attempt; null for nothing", examples=[None])
    author: str = Field(description="who asked", examples=["zhao.admin"])
    made_at: Instant = Field(description="when it was asked for", examples=["2026-01-05T04:00:00Z"])
    ended_at: Instant | None = Field(description="when it ended; null until then", examples=[None])

    @classmethod
    def of(cls, row: Row) -> "Job":
        """From a row of the queue."""
        names = (
            "id", "kind", "state", "attempt", "steps_done", "steps_total", "cancel_asked", "error", "author", "made_at",
            "ended_at",
        )  # fmt: skip
        step = Words(**{lang: translate(row.step, lang) for lang in LANGS}) if row.step else None
        return cls(
            **{name: getattr(row, name) for name in names},
            label=Words.told(LABELS.get(row.kind, Text.of(row.kind))),
            params=json.loads(row.params),
            step=step,
            result=json.loads(row.result) if row.result else None,
        )


class JobWanted(Shape):
    """Work that is asked for."""

    kind: Literal[
        "identity.resolve", "graph.run", "quality.check", "invoices.verify", "decision.all", "lake.compact"
    ] = Field(description="what is to be done", examples=["quality.check"])
    as_of: date | None = Field(
        default=None, description="last day of knowledge; the newest pack's by default", examples=[None]
    )


@router.get("/jobs", **told(Text("后台任务列表", "List jobs"), Page[Job]))
@needs("job.run")
def jobs(
    asked: Ask,
    state: Annotated[State | None, Query(description="only in this state", examples=["waiting"])] = None,
    kind: Annotated[str, Query(max_length=80, description="only of this kind", examples=["quality.check"])] = "",
    limit: Limit = paging.USUAL,
    cursor: Cursor = None,
) -> Response:
    """Jobs, the one asked for last first."""
    before = paging.after_text(cursor)
    query = select(Row).order_by(Row.id.desc()).limit(limit + 1)
    for column, value in ((Row.state, state), (Row.kind, kind)):
        query = query.where(column == value) if value else query
    with asked.session() as session:
        found = list(session.scalars(query if before is None else query.where(Row.id < before)))
        rows, following = paging.part(found, limit, lambda j: j.id)
        page = Page[Job](items=tuple(Job.of(row) for row in rows), next=following)
    return asked.answer(page, headers=paging.link(asked.request, following))


@router.get("/jobs/{job_id}", **told(Text("一项后台任务", "One job"), Job))
@needs("job.run")
def job(asked: Ask, job_id: JobId) -> Response:
    """A job, as it stands."""
    with asked.session() as session:
        row = session.get(Row, job_id)
        if row is None:
            raise NoSuchRecord
        return asked.answer(Job.of(row))


@router.post("/jobs", **told(Text("请求一项后台任务", "Ask for a job"), Job, status=202))
@needs("job.run")
def ask(asked: Ask, wanted: JobWanted) -> Response:
    """Put a job in the queue; a worker does it."""

    def change(unit: Unit) -> Made:
        params = {"as_of": wanted.as_of.isoformat()} if wanted.as_of else {}
        scopes = asked.subject.scopes if asked.subject else None
        job_id = work.ask(asked.bank, unit, wanted.kind, params, scopes=scopes)
        return Made(Job.of(queue.find(unit.session, job_id)), 202, f"{PREFIX}/jobs/{job_id}")

    return asked.once(change)


@router.post("/jobs/{job_id}/cancel", **told(Text("取消后台任务", "Cancel a job"), Job))
@needs("job.run")
def cancel(asked: Ask, job_id: JobId, why: Why) -> Response:
    """End a waiting job, ask the worker of a running one to stop; 409 where it has ended."""

    def change(unit: Unit) -> Made:
        row = unit.session.get(Row, job_id)
        if row is None:
            raise NoSuchRecord
        asked.unchanged(Job.of(row))
        queue.cancel(unit, job_id, why.reason)
        unit.session.flush()
        return Made(Job.of(row))

    return asked.once(change)


@router.post("/jobs/{job_id}/retry", **told(Text("再次运行后台任务", "Let a job run once more"), Job))
@needs("job.run")
def retry(asked: Ask, job_id: JobId, why: Why) -> Response:
    """Let a failed or cancelled job be tried once more, in the name of whoever asks now; 409 where it waits, runs or is done."""

    def change(unit: Unit) -> Made:
        row = unit.session.get(Row, job_id)
        if row is None:
            raise NoSuchRecord
        asked.unchanged(Job.of(row))
        scopes = asked.subject.scopes if asked.subject else None
        work.again(asked.bank, unit, job_id, why.reason, scopes=scopes)
        unit.session.flush()
        return Made(Job.of(row))

    return asked.once(change)
