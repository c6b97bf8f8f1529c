"""The jobs of a bank: what runs over the whole library, takes minutes, and can be left and found again.

Each is safe to do again: the same library, date and content give the same result, and a second run changes nothing;
decisions, of which each run makes new ones, end their job in the transaction that writes them.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from windchime.core.errors import Refused, UnknownName
from windchime.core.text import Text, _
from windchime.core.unit import Actor, Unit
from windchime.data.identity import resolve
from windchime.data.lake import Lake
from windchime.data.lake.compaction import compact
from windchime.data.quality import check_and_record
from windchime.decision.desk import decide_all
from windchime.graph.results import publish as publish_graph
from windchime.risk.invoices.publishing import publish as publish_verdicts
from windchime.service.bank import Bank
from windchime.service.jobs import queue
from windchime.service.jobs.worker import Kind, Work, let
from windchime.service.proposals.errors import MayNot

LABELS = {
    "identity.resolve": Text("主体识别", "who is who"),
    "graph.run": Text("图谱计算", "the graph"),
    "quality.check": Text("数据质量检查", "data quality"),
    "invoices.verify": Text("发票核验", "verification of invoices"),
    "decision.all": Text("全部企业决策", "decide all firms"),
    "lake.compact": Text("数据湖整理", "compaction of the lake"),
}


class NotOfToday(Refused):
    """A run over the whole book by what was known and in force on another day: its decisions would stand as the newest."""

    msgid = _("the whole book is decided as of {newest}, the date of the newest pack, and not as of {as_of}")
    hint = _("leave the date out; another day is decided at the machine: windchime decide --all --as-of")

    def __init__(self, newest: date, as_of: date) -> None:
        super().__init__(newest=newest.isoformat(), as_of=as_of.isoformat())


def _resolve(work: Work) -> dict[str, Any]:
    run = resolve(work.bank, work.asker, _as_of(work), progress=work.progress)
    return {"run_id": run.run_id, "lake_version": run.lake_version}


def _graph(work: Work) -> dict[str, Any]:
    run = publish_graph(work.bank, work.asker, _as_of(work), progress=work.progress)
    return {"run_id": run.run_id, "lake_version": run.lake_version}


def _quality(work: Work) -> dict[str, Any]:
    run_id, _found = check_and_record(work.bank, work.asker, as_of=_as_of(work), progress=work.progress)
    return {"run_id": run_id}


def _invoices(work: Work) -> dict[str, Any]:
    run = publish_verdicts(work.bank, work.asker, _as_of(work), progress=work.progress)
    return {"run_id": run.run_id, "lake_version": run.lake_version, "firms": dict(run.firms)} if run else {}


def _decide(work: Work) -> None:
    """The one job that adds something each time it is done: its end is written in the transaction of its decisions."""

    def end(unit: Unit, run_id: str, decisions: int) -> None:
        work.finish(unit, {"run_id": run_id, "decisions": decisions})

    with work.bank.session() as session:
        _of_today(work.bank, session, work.params)
    decide_all(work.bank, work.asker, as_of=_as_of(work), vectorised=True, together=end, progress=work.progress)


def _compact(work: Work) -> dict[str, Any]:
    done = compact(work.bank, work.asker, progress=work.progress)
    return {"lake_version": done.lake_version}


def _as_of(work: Work) -> date | None:
    """The date a job names; the newest pack's where it names none, as everywhere."""
    return _named(work.params)


def _named(params: Mapping[str, Any]) -> date | None:
    named = params.get("as_of")
    return date.fromisoformat(named) if named else None


def _of_today(bank: Bank, session: Session, params: Mapping[str, Any]) -> None:
    """See that the whole book is decided by what is known and in force now.

    Raises:
        NotOfToday: it names another day than the newest pack's.
    """
    named = _named(params)
    if named is not None and named != (newest := Lake(bank.lake_dir).pack(session).as_of):
        raise NotOfToday(newest, named)


#: kinds that read the library as of a day; the others take it as it stands
DATED = frozenset(LABELS) - {"lake.compact"}

_HANDLERS: dict[str, Callable[[Work], dict[str, Any] | None]] = {
    "identity.resolve": _resolve,
    "graph.run": _graph,
    "quality.check": _quality,
    "invoices.verify": _invoices,
    "decision.all": _decide,
    "lake.compact": _compact,
}
#: what the asker of a job must be allowed over the whole bank, beside `job.run`. Who is who, the graph and the verdicts
#: follow from the library alone: whoever asks gains nothing by them. To decide the whole book by the policy in force is nobody's
#: judgement of a firm and no branch's: it is for those who allocate credit over it
_PERMISSIONS = {
    "identity.resolve": "job.run",
    "graph.run": "job.run",
    "quality.check": "data.quality",
    "invoices.verify": "job.run",
    "decision.all": "decision.run",
    "lake.compact": "data.load",
}
KINDS: dict[str, Kind] = {name: Kind(handler, permission=_PERMISSIONS[name]) for name, handler in _HANDLERS.items()}


def known(kind: str) -> str:
    """A kind of job that the bank does.

    Raises:
        UnknownName: it is none.
    """
    if kind not in KINDS:
        raise UnknownName("kind of job", kind, tuple(KINDS))
    return kind


def ask(
    bank: Bank,
    unit: Unit,
    kind: str,
    params: dict[str, Any],
    *,
    key: str | None = None,
    scopes: frozenset[str] | None = None,
) -> str:
    """Ask for a job of a kind that the bank has, in a transaction that is open; see `service.jobs.queue.enqueue`.

    Raises:
        MayNot: it gives rights that the asker has not; asked again when a worker takes the job.
        NotOfToday: the whole book as of another day than the newest pack's; asked again then, too.
    """
    let(bank, unit.session, KINDS[kind], unit.actor, scopes)
    if kind == "decision.all":
        _of_today(bank, unit.session, params)
    return queue.enqueue(unit, kind, params, key=key)


def again(bank: Bank, unit: Unit, job_id: str, reason: str, *, scopes: frozenset[str] | None = None) -> None:
    """Let a failed or cancelled job be tried once more, in a transaction that is open; see `service.jobs.queue.again`.

    It is done in the name of whoever asks now: nobody has work done in the name of one who may more.

    Raises:
        UnknownName: no such job, or one of a kind that the bank does not do.
        MayNot: whoever asks may not ask for a job of its kind.
        AlreadyEnded, NotEnded: it is done, or has not ended.
        NotOfToday: the whole book as of another day than the newest pack's.
    """
    job = queue.find(unit.session, job_id)
    let(bank, unit.session, KINDS[known(job.kind)], unit.actor, scopes)
    queue.again(unit, job_id, reason)
    if job.kind == "decision.all":
        _of_today(bank, unit.session, queue.body(job.params))


def open_to(bank: Bank, session: Session, actor: Actor, scopes: frozenset[str] | None = None) -> tuple[str, ...]:
    """The kinds of jobs that somebody may ask for."""

    def may(kind: Kind) -> bool:
        try:
            let(bank, session, kind, actor, scopes)
        except MayNot:
            return False
        return True

    return tuple(name for name, kind in KINDS.items() if may(kind))
