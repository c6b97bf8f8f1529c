"""The queue of background jobs as a table: how each stands, in a bar, a place in the queue or a sentence."""

from typing import Any

from sqlalchemy.orm import Session

from windchime.console import addresses
from windchime.console.frame import Frame
from windchime.console.job_words import SHAPES, going, why
from windchime.core.text import Text, _, translate
from windchime.portfolio.jobs import LABELS
from windchime.present import formats
from windchime.present.web import Column, Empty, Query, Table
from windchime.service.jobs import reading
from windchime.service.jobs.errors import ENDED, STATES
from windchime.service.jobs.tables import Job

COLUMNS = (
    Column("kind", Text("任务", "Job"), choose=True, words=LABELS, sortable=False, href="{href}"),
    Column("state", Text("状态", "State"), choose=True, words=STATES, shapes=SHAPES, sortable=False),
    Column("now", Text("进展", "How it stands"), "going", sortable=False),
    Column("by", Text("提交人", "Asked by"), "id", sortable=False, phone=False),
    Column("at", Text("提交时间", "Asked at"), "instant", sortable=False, phone=False),
    Column("took", Text("用时", "Took"), "id", sortable=False, phone=False),
)
NONE = Empty(
    Text("还没有任务。提交的任务会列在这里。", "No job yet. What is asked for would be listed here."),
    Text("在上方提交一项，或 windchime job ask", "Ask for one above, or windchime job ask"),
)
#: characters of a reason that the list shows
_SHOWN = 120
_AHEAD, _NEXT, _LATER = _("{count} before it"), _("next in line"), _("again at {at}")
_STOPPING, _BEGUN = _("asked to stop"), _("has begun, and told nothing yet")
_SILENT = _("no sign of life since {at}")


def table(frame: Frame, session: Session, query: Query) -> Table:
    """A page of the jobs that match a question, the one asked for last first."""
    # what no column holds no database is asked for
    state, kind, words = (
        said.replace("\0", "") for said in (query.chosen.get("state", ""), query.chosen.get("kind", ""), query.words)
    )
    _none, total = reading.part(session, size=0)
    _none, matching = reading.part(session, state=state, kind=kind, words=words, size=0)
    page = min(query.page, max(1, -(-matching // query.size)))
    begin = (page - 1) * query.size
    found, _matching = reading.part(session, state=state, kind=kind, words=words, first=begin, size=query.size)
    stopped = reading.stopped(session, found)
    places = reading.places(session, frame.bank.clock.now())
    rows = tuple(
        {
            "href": addresses.job(job.id),
            "kind": job.kind,
            "state": job.state,
            "now": _now(
                frame, session, job, stopped[job.id].reason if job.id in stopped else "", places.get(job.id, 0)
            ),
            "by": job.author,
            "at": job.made_at,
            "took": _took(frame, job),
        }
        for job in found
    )
    return Table(
        id="jobs",
        href="/jobs",
        columns=COLUMNS,
        rows=rows,
        query=Query(query.words, query.chosen, page=page, size=query.size),
        matching=matching,
        total=total,
        empty=NONE,
        choices={"state": tuple(STATES), "kind": tuple(LABELS)},
    )


def _now(frame: Frame, session: Session, job: Job, reason: str, ahead: int) -> Any:
    """How it stands: a bar, a place in the queue, why it ended."""
    lang, now = frame.lang, frame.bank.clock.now()
    if job.state == "cancelled":
        return reason if len(reason) <= _SHOWN else f"{reason[:_SHOWN]}…"
    if job.state == "running":
        if job.leased_until is not None and job.leased_until < now:
            return translate(_SILENT, lang, at=formats.instant(job.leased_until))
        return translate(_STOPPING, lang) if job.cancel_asked else going(job, lang) or translate(_BEGUN, lang)
    if job.state == "waiting" and job.run_after > now:
        return translate(_LATER, lang, at=formats.instant(job.run_after))
    if job.state == "waiting":
        return translate(_AHEAD, lang, count=ahead) if ahead else translate(_NEXT, lang)
    failed = why(frame, session, job) if job.state == "failed" else None
    return failed.sentence if failed else ""


def _took(frame: Frame, job: Job) -> str:
    if job.started_at is None:
        return ""
    until = job.ended_at if job.state in ENDED else frame.bank.clock.now()
    return formats.lasting(until - job.started_at, frame.lang) if until else ""
