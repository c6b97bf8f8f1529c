"""`/jobs`: work in the background: what runs, waits and has ended; asking for more; what comes again by itself."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.console.job_lists import COLUMNS, table
from windchime.console.job_words import label
from windchime.console.signing import fields
from windchime.core.dates import SHANGHAI, parse_date
from windchime.core.errors import BadCall, WindchimeError
from windchime.core.text import Text, _, translate
from windchime.portfolio import jobs as work
from windchime.portfolio.jobs import DATED, KINDS, LABELS
from windchime.present.web import Query, Table
from windchime.service.http.rules import needs
from windchime.service.http.statuses import status_of
from windchime.service.jobs import reading, scheduling
from windchime.service.jobs.tables import JobSchedule
from windchime.service.jobs.worker import let

router = APIRouter()
TITLE = Text("后台任务", "Background jobs")
#: minutes from one turn to the next that the form offers
EVERY = {60: Text("每小时", "every hour"), 1440: Text("每天", "every day"), 10080: Text("每周", "every week")}
_NAME = re.compile(r"[\w.-]{1,60}")
_COMES = {
    1440: (_("every day"), _("every {many} days")),
    60: (_("every hour"), _("every {many} hours")),
    1: (_("every minute"), _("every {many} minutes")),
}


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
    if every not in EVERY:
        raise scheduling.BadSchedule(every)
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
        queue = table(frame, session, Query.read(frame.query, COLUMNS))
        context = Jobs(
            table=queue,
            renew=queue.at(queue.query.page) if reading.unended(session) else "",
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
