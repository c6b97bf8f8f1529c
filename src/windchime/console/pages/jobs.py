"""`/jobs`: work in the background: what runs, waits and has ended; asking for more; what comes again by itself."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.console.job_words import SHAPES, going, label, why
from windchime.console.signing import fields
from windchime.core.dates import SHANGHAI, parse_date
from windchime.core.errors import BadCall, WindchimeError
from windchime.core.text import Text, _, translate
from windchime.portfolio import jobs as work
from windchime.portfolio.jobs import DATED, KINDS, LABELS
from windchime.present import formats
from windchime.present.web import Column, Empty, Query, Table
from windchime.service.http.rules import needs
from windchime.service.http.statuses import status_of
from windchime.service.jobs import reading, scheduling
from windchime.service.jobs.errors import ENDED, STATES
from windchime.service.jobs.tables import Job, JobSchedule
from windchime.service.jobs.worker import let

router = APIRouter()
TITLE = Text("后台任务", "Background jobs")
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
#: minutes from one turn to the next that the form offers
EVERY = {60: Text("每小时", "every hour"), 1440: Text("每天", "every day"), 10080: Text("每周", "every week")}
_NAME = re.compile(r"[\w.-]{1,60}")
_COMES = {
    1440: (_("every day"), _("every {many} days")),
    60: (_("every hour"), _("every {many} hours")),
    1: (_("every minute"), _("every {many} minutes")),
}
_AHEAD, _NEXT, _LATER = _("{count} before it"), _("waits for a worker"), _("again at {at}")
_STOPPING, _BEGUN = _("asked to stop"), _("has begun, and told nothing yet")
_SILENT = _("no sign of life since {at}")


class NoSuchTime(BadCall):
    """A first time of a schedule that cannot be read."""

    msgid = _("'{said}' is no time; a time is such as 2026-11-22T02:30, in Shanghai")

    def __init__(self, said: str) -> None:
        super().__init__(said=said)


class BadName(BadCall):
    """A name that no schedule has."""

    msgid = _("a schedule's name has 1 to 60 letters, digits, dots, dashes")

    def __init__(self) -> None:
        super().__init__()


class NameTaken(BadCall):
    """There is a schedule of this name: replaced at the machine, by those who know what it was."""

    msgid = _("there is a schedule {name} already: end it first, or choose another name")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


@dataclass(frozen=True, slots=True)
class Turn:
    """A schedule."""

    row: JobSchedule
    label: Text
    #: how often it comes, in words
    often: str


@dataclass(frozen=True, slots=True)
class Jobs(Context):
    """The queue, the forms that ask for work, the schedules."""

    template: ClassVar[str] = "jobs.html"
    #: jobs, the one asked for last first
    table: Table
    #: address that renews the table; empty where nothing waits or runs
    renew: str
    #: kinds that the reader may ask for
    kinds: Mapping[str, Text]
    #: how often a schedule can come
    every: Mapping[int, Text]
    #: the form as it was sent, or the kind that was asked about
    sent: Mapping[str, str]
    #: schedules that are kept
    turns: tuple[Turn, ...]
    #: why the form was refused; empty for nothing
    message: str


@router.get("/jobs")
@needs("job.run")
def jobs(request: Request) -> Response:
    """The queue; `ask` names a kind that is to be asked for."""
    frame = Frame.of(request)
    return _shown(frame, {"kind": frame.query.get("ask", "")})


@router.post("/jobs")
@needs("job.run")
async def act(request: Request) -> Response:
    """Ask for a job, keep or end a schedule: `do` says which."""
    return await run_in_threadpool(_act, request, await fields(request))


def _act(request: Request, form: Mapping[str, str]) -> Response:
    frame = Frame.of(request)
    does = _DOES.get(form.get("do", ""))
    if does is None:
        raise HTTPException(400)
    try:
        return RedirectResponse(does(frame, {k: v.strip() for k, v in form.items()}), 303)
    except WindchimeError as refused:
        return _shown(frame, form, refused.message(frame.lang), status_of(refused))


def _ask(frame: Frame, form: Mapping[str, str]) -> str:
    day = _day(form.get("as_of", ""))
    kind = work.known(form.get("kind", ""))
    params = {"as_of": day.isoformat()} if day and kind in DATED else {}
    with frame.bank.unit(frame.actor) as unit:
        return addresses.job(work.ask(frame.bank, unit, kind, params, scopes=frame.scopes))


def _schedule(frame: Frame, form: Mapping[str, str]) -> str:
    name, kind = form.get("name", ""), work.known(form.get("kind", ""))
    if not _NAME.fullmatch(name):
        raise BadName
    often = form.get("every", "")
    every = int(often) if often.isascii() and often.isdigit() and len(often) < 8 else 0
    first = _moment(form.get("first", "")) or frame.bank.clock.now()
    with frame.bank.unit(frame.actor) as unit:
        let(frame.bank, unit.session, KINDS[kind], unit.actor, frame.scopes)
        if any(s.name == name for s in scheduling.schedules(unit.session)):
            raise NameTaken(name)
        scheduling.put(unit, name, kind, {}, first=first, every_minutes=every)
    return "/jobs#schedules"


def _end(frame: Frame, form: Mapping[str, str]) -> str:
    with frame.bank.unit(frame.actor) as unit:
        scheduling.end(unit, form.get("name", ""))
    return "/jobs#schedules"


_DOES: Mapping[str, Callable[[Frame, Mapping[str, str]], str]] = {
    "ask": _ask,
    "schedule": _schedule,
    "end_schedule": _end,
}


def _day(said: str) -> date | None:
    return parse_date(said) if said else None


def _moment(said: str) -> datetime | None:
    """A time as the browser tells it, in Shanghai."""
    try:
        return datetime.fromisoformat(said).replace(tzinfo=SHANGHAI) if said else None
    except ValueError:
        raise NoSuchTime(said) from None


def _shown(frame: Frame, form: Mapping[str, str], message: str = "", status: int = 200) -> Response:
    with frame.bank.session() as session:
        may = work.open_to(frame.bank, session, frame.actor, frame.scopes)
        table = _table(frame, session, Query.read(frame.query, COLUMNS))
        context = Jobs(
            table=table,
            renew=table.at(table.query.page) if reading.unended(session) else "",
            kinds={kind: LABELS[kind] for kind in may},
            every=EVERY,
            sent=form,
            turns=tuple(Turn(s, label(s.kind), _often(frame, s.every_minutes)) for s in scheduling.schedules(session)),
            message=message,
        )
        return frame.render(session, TITLE, context, status)


def _often(frame: Frame, minutes: int) -> str:
    unit = next(u for u in _COMES if minutes % u == 0)
    once, many = _COMES[unit]
    return translate(once, frame.lang) if minutes == unit else translate(many, frame.lang, many=minutes // unit)


def _table(frame: Frame, session: Session, query: Query) -> Table:
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
    rows = tuple(_row(frame, session, j, stopped[j.id].reason if j.id in stopped else "") for j in found)
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


def _row(frame: Frame, session: Session, job: Job, reason: str) -> dict[str, Any]:
    return {
        "href": addresses.job(job.id),
        "kind": job.kind,
        "state": job.state,
        "now": _now(frame, session, job, reason),
        "by": job.author,
        "at": job.made_at,
        "took": _took(frame, job),
    }


def _now(frame: Frame, session: Session, job: Job, reason: str) -> Any:
    """How it stands: a bar, a place in the queue, why it ended."""
    lang, now = frame.lang, frame.bank.clock.now()
    if job.state == "cancelled":
        return reason
    if job.state == "running":
        if job.leased_until is not None and job.leased_until < now:
            return translate(_SILENT, lang, at=formats.instant(job.leased_until))
        return translate(_STOPPING, lang) if job.cancel_asked else going(job, lang) or translate(_BEGUN, lang)
    if job.state == "waiting" and job.run_after > now:
        return translate(_LATER, lang, at=formats.instant(job.run_after))
    if job.state == "waiting":
        ahead = reading.before(session, job, now)
        return translate(_AHEAD, lang, count=ahead) if ahead else translate(_NEXT, lang)
    failed = why(frame, session, job) if job.state == "failed" else None
    return failed.sentence if failed else ""


def _took(frame: Frame, job: Job) -> str:
    if job.started_at is None:
        return ""
    until = job.ended_at if job.state in ENDED else frame.bank.clock.now()
    return formats.lasting(until - job.started_at, frame.lang) if until else ""
