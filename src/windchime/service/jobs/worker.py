"""A worker: claims a job, does it while another thread keeps its lease, tells how it ended. One process, no extra server."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, BadInput, Refused, WindchimeError
from windchime.core.text import _
from windchime.core.unit import Actor, Unit
from windchime.service.access.answering import Resource
from windchime.service.bank import Bank
from windchime.service.jobs import holding, saying, scheduling
from windchime.service.jobs.errors import LeaseLost
from windchime.service.jobs.holding import Claim
from windchime.service.proposals.asking import asker, refusal
from windchime.service.proposals.errors import MayNot

log = logging.getLogger(__name__)
#: a sign of life comes at least so often: whoever watches a job, or asks it to stop, does not wait for its lease
_PULSE = timedelta(seconds=2)


class Stopped(Refused):
    """Somebody asked the job to stop."""

    msgid = _("the job was asked to stop")

    def __init__(self) -> None:
        super().__init__()


class Leaving(Refused):
    """The worker is leaving and hands the job back."""

    msgid = _("the worker is leaving; another takes the job up")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Kind:
    """How jobs of one kind are done."""

    #: does the work; what it gives back is the result
    handler: "Callable[[Work], Any]"
    #: believed alive for so long without a sign
    lease: timedelta = timedelta(seconds=60)
    #: wait before the second attempt; doubled for each further one
    pause: timedelta = timedelta(seconds=30)
    #: what its asker must be allowed over the whole bank, beside `job.run`; empty where nothing is asked
    permission: str = ""


@dataclass
class Work:
    """One job in the hands of its handler."""

    bank: Bank
    claim: Claim
    actor: Actor
    lease: timedelta
    #: set when the work is to stop: somebody asked, or the lease is gone
    stopping: Event = field(default_factory=Event)
    #: set when the worker is to leave without finishing
    leaving: Event = field(default_factory=Event)
    lost: bool = False
    ended: bool = False
    _step: tuple[str, int, int] | None = None

    @property
    def asker(self) -> Actor:
        """Who asked for it: what it changes is changed in their name."""
        return self.claim.asker

    @property
    def params(self) -> Mapping[str, Any]:
        """What it is to do."""
        return self.claim.params

    def progress(self, step: str, done: int, total: int) -> None:
        """Tell how far it is (`core.progress.Progress`); stored with the next sign of life.

        Raises:
            Stopped: the work is to stop.
            Leaving: the worker is.
            LeaseLost: another worker has taken it up.
        """
        self._step = (step, done, total)
        if self.lost:
            raise LeaseLost(self.claim.id)
        if self.stopping.is_set():
            raise Stopped
        if self.leaving.is_set():
            raise Leaving

    def finish(self, unit: Unit, result: Any) -> None:
        """End the job in the transaction of its effect; the handler's own result is not looked at then."""
        holding.finish(unit, self.claim, result)
        self.ended = True

    def live(self, stop: Event) -> None:
        """Give signs of life until told to stop."""
        while not stop.wait(min(self.lease / 3, _PULSE).total_seconds()):
            try:
                with self.bank.unit(self.actor) as unit:
                    if holding.beat(unit, self.claim, self.lease, self._step):
                        self.stopping.set()
            except LeaseLost:
                self.lost = True
                self.stopping.set()
                return
            except Exception:  # the database is away: the next sign tries again, and the lease says how long that lasts
                log.exception("no sign of life could be given for job %s", self.claim.id)


def work_one(bank: Bank, worker: str, kinds: Mapping[str, Kind], leaving: Event | None = None) -> bool:
    """Make the jobs that are due, then do one; whether there was one. It is handed back when `leaving` is set meanwhile."""
    actor = Actor(worker, "system")
    with bank.unit(actor) as unit:
        scheduling.due(unit)
        lease = max((k.lease for k in kinds.values()), default=timedelta(seconds=60))
        mine = holding.claim(unit, worker, frozenset(kinds), lease)
    if mine is None:
        return False
    kind = kinds[mine.kind]
    work = Work(bank, mine, actor, kind.lease, leaving=leaving or Event())
    done = Event()
    keeper = Thread(target=work.live, args=(done,), name=f"lease-{mine.id}", daemon=True)
    keeper.start()
    try:
        _do(work, kind)
    finally:
        done.set()
        keeper.join()
    return True


def work_on(
    bank: Bank,
    worker: str,
    kinds: Mapping[str, Kind],
    stop: Event,
    *,
    leaving: Event | None = None,
    pause: float = 1.0,
) -> None:
    """Do jobs until told to stop; the one at hand is finished first, or handed back where `leaving` is set too."""
    while not stop.is_set():
        try:
            worked = work_one(bank, worker, kinds, leaving)
        except SQLAlchemyError:  # the database is away: the worker is still there when it comes back
            log.exception("worker %s could not reach the database", worker)
            worked = False
        if not worked:
            stop.wait(pause)


def let(bank: Bank, session: Session, kind: Kind, actor: Actor, scopes: frozenset[str] | None = None) -> None:
    """See that somebody may have work of a kind done in their name, as their account is now; parts of the program may.

    Raises:
        MayNot: they may not.
    """
    if actor.kind != "person" or not kind.permission:
        return
    who = asker(session, bank, actor, scopes)
    for permission in ("job.run", kind.permission):
        why = refusal(who, permission, Resource(bank.name))
        if why is not None:
            raise MayNot(actor.name, why)


def _do(work: Work, kind: Kind) -> None:
    """Do the work and tell how it ended. A lease that is gone is nothing to tell: the job is another worker's."""
    try:
        with work.bank.session() as session:
            let(work.bank, session, kind, work.asker)
        result = kind.handler(work)
        if not work.ended:
            with work.bank.unit(work.actor) as unit:
                work.finish(unit, result)
    except LeaseLost:
        log.warning("job %s was taken up by another worker", work.claim.id)
    except Leaving:
        _tell(work, lambda unit: holding.hand_back(unit, work.claim))
    except Stopped:
        _tell(work, lambda unit: holding.stop(unit, work.claim))
    except WindchimeError as error:
        again = None if isinstance(error, BadCall | BadInput | Refused) else _pause(work, kind)
        name, said = type(error).__name__, saying.written(error)
        _tell(work, lambda unit: holding.fail(unit, work.claim, name, said, again_after=again))
    except Exception as error:
        log.exception("job %s failed", work.claim.id)
        name, wait = type(error).__name__, _pause(work, kind)
        _tell(work, lambda unit: holding.fail(unit, work.claim, name, "", again_after=wait))


def _pause(work: Work, kind: Kind) -> timedelta:
    return kind.pause * (1 << (work.claim.attempt - 1))


def _tell(work: Work, say: Callable[[Unit], None]) -> None:
    try:
        with work.bank.unit(work.actor) as unit:
            say(unit)
    except LeaseLost:
        log.warning("job %s was taken up by another worker", work.claim.id)
