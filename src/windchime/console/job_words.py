"""Words about work in the background: with what it is done, what came of it and where that is seen, why it ended, what happened."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from windchime.console.frame import Frame
from windchime.console.invoice_words import VERDICTS
from windchime.core.text import Lang, Text, _, translate
from windchime.portfolio.jobs import DATED, LABELS
from windchime.present import formats
from windchime.present.web import Crumb, Going
from windchime.service.jobs import saying
from windchime.service.jobs.errors import STATES, WORKER_DIED
from windchime.service.jobs.queue import body
from windchime.service.jobs.tables import Job
from windchime.service.tables import AuditRecord

SHAPES = {"waiting": "○", "running": "◎", "done": "●", "failed": "■", "cancelled": "□"}
#: where people see what came of a kind
SEEN = {
    "identity.resolve": Crumb(Text("主体识别", "Who is who"), "/identity"),
    "graph.run": Crumb(Text("关系图谱", "Graph"), "/graph"),
    "quality.check": Crumb(Text("数据质量", "Data quality"), "/quality"),
    "invoices.verify": Crumb(Text("发票", "Invoices"), "/invoices"),
    "decision.all": Crumb(Text("决策", "Decisions"), "/decisions"),
    "lake.compact": Crumb(Text("一库", "Library"), "/library"),
}
#: what happened to a job, by the action of its record
STEPS = {
    "job.ask": Text("提交", "asked for"),
    "job.claim": Text("由工作进程接手", "taken up by a worker"),
    "job.retry": Text("未成，稍后再试", "failed, to be tried again"),
    "job.hand_back": Text("工作进程退出，交回", "handed back by a worker that left"),
    "job.ask_to_stop": Text("要求停止", "asked to stop"),
    "job.again": Text("要求再次运行", "to run once more"),
    **{f"job.{state}": STATES[state] for state in ("done", "failed", "cancelled")},
}
_NEWEST = _("the newest pack's date")
_AS_IT_STANDS = _("none: the lake as it stands")
_HIDDEN = _("it stopped at a firm that is not yours to see")
_DIED = _("its workers died while they did it, as often as they may try")
_UNFORESEEN = _("an error that was not foreseen ({error})")
_ASK_WHO_MAY = _("let somebody ask for it who may, or run it once more yourself if you may")
_LOOK_AT_MACHINE = _(
    "see whether the machine of the workers has memory and room on its disk, then let it run once more"
)
_ASK_OPERATOR = _(
    "let it run once more; if it fails again, give this page's address to whoever looks after the machine: the worker's log says more"
)
_MEND = _("mend what is named, then let it run once more, or ask for other work")


@dataclass(frozen=True, slots=True)
class Why:
    """Why a job failed, and what can be done."""

    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Event:
    """One step of its history."""

    record: AuditRecord
    words: Text | str
    #: which attempt it was; 0 where it is none
    attempt: int


def label(kind: str) -> Text:
    """How a kind of job is called."""
    return LABELS.get(kind, Text.of(kind))


def as_of(job: Job, lang: Lang) -> str:
    """As of which day it is done; whatever else a job was asked with is not for pages."""
    if job.kind in LABELS and job.kind not in DATED:
        return translate(_AS_IT_STANDS, lang)
    named = body(job.params).get("as_of")
    return str(named) if named else translate(_NEWEST, lang)


def going(job: Job, lang: Lang) -> Going | None:
    """How far a running job is; None where it has told nothing, or does not run."""
    told = job.state == "running" and job.step
    return Going(translate(job.step, lang), job.steps_done, job.steps_total) if told else None


def why(frame: Frame, session: Session, job: Job) -> Why | None:
    """What ended the last attempt, in words of ours; None where nothing did."""
    if not job.error:
        return None
    lang = frame.lang
    said = saying.read(job.said)
    if said is not None and said.firm and said.firm not in frame.visible(session, "firm.read"):
        return Why(translate(_HIDDEN, lang), translate(_MEND, lang))
    if said is not None:
        return Why(said.sentence[lang], translate(_ASK_WHO_MAY if job.error == "MayNot" else _MEND, lang))
    if job.error == WORKER_DIED:
        return Why(translate(_DIED, lang), translate(_LOOK_AT_MACHINE, lang))
    return Why(translate(_UNFORESEEN, lang, error=job.error), translate(_ASK_OPERATOR, lang))


def result(frame: Frame, session: Session, job: Job) -> tuple[tuple[Text | str, str], ...]:
    """What came of it, name by name: what is known of its kind, and of firms only what is theirs to see."""
    found = json.loads(job.result) if job.result else None
    return tuple(_told(frame, session, found)) if isinstance(found, dict) else ()


def _told(frame: Frame, session: Session, found: Mapping[str, object]) -> Iterator[tuple[Text | str, str]]:
    decisions, version, firms = (found.get(name) for name in ("decisions", "lake_version", "firms"))
    if isinstance(decisions, int):
        yield Text("作出的决策", "Decisions made"), formats.count(decisions)
    if isinstance(firms, dict) and frame.visible(session, "firm.read").all:
        for verdict, number in firms.items():
            named = VERDICTS.get(verdict, Text.of(str(verdict)))
            yield Text(f"企业：{named.zh}", f"Firms: {named.en}"), formats.count(number)
    if isinstance(version, int):
        yield Text("数据版本", "Lake version"), str(version)
    if isinstance(run := found.get("run_id"), str):
        yield Text("运行编号", "Run"), run


def seen(frame: Frame, job: Job) -> Crumb | None:
    """Where the reader sees what came of it; None where that is nowhere, or not theirs to see."""
    place = SEEN.get(job.kind)
    return place if place is not None and job.state == "done" and frame.opens(place.href) else None


def events(records: list[AuditRecord]) -> tuple[Event, ...]:
    """The history in words."""
    return tuple(Event(r, STEPS.get(r.action, r.action), _attempt(r)) for r in records)


def _attempt(record: AuditRecord) -> int:
    told = json.loads(record.after) if record.after else None
    number = told.get("attempt") if isinstance(told, dict) else None
    return number if isinstance(number, int) and record.action in {"job.claim", "job.retry"} else 0
