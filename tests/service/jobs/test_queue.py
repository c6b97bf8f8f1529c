"""The life of a job on both databases: nothing is lost, nothing ends twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from windchime.core.clock import Clock
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.bank import Bank
from windchime.service.jobs import errors, holding, queue, scheduling
from windchime.service.jobs.tables import Job

LI = Actor("li")
LEASE = timedelta(seconds=60)
KINDS = frozenset({"count"})


class Moved(Clock):
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 5, 4, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def on(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def time() -> Moved:
    return Moved()


@pytest.fixture
def bank(tmp_path: Path, database: str | None, time: Moved) -> Iterator[Bank]:
    found = Bank.open(tmp_path, uuid4().hex, clock=time, database=database)
    yield found
    with found.session() as session:
        assert audit.verify(session) == []
    found.close()


def ask(bank: Bank, key: str | None = None, **params: int) -> str:
    with bank.unit(LI) as unit:
        return queue.enqueue(unit, "count", params, key=key)


def claim(bank: Bank, worker: str = "w1") -> holding.Claim | None:
    with bank.unit(Actor(worker, "system")) as unit:
        return holding.claim(unit, worker, KINDS, LEASE)


def taken(bank: Bank, worker: str = "w1") -> holding.Claim:
    found = claim(bank, worker)
    assert found is not None
    return found


def job(bank: Bank, job_id: str) -> Job:
    with bank.session() as session:
        return queue.find(session, job_id)


def test_jobs_are_done_in_the_order_they_were_asked_for(bank: Bank, time: Moved) -> None:
    first = ask(bank, n=1)
    time.on(1)
    second = ask(bank, n=2)
    assert [taken(bank).id, taken(bank, "w2").id] == [first, second]
    assert claim(bank) is None


def test_one_key_makes_one_job_and_never_another(bank: Bank) -> None:
    assert ask(bank, "k", n=1) == ask(bank, "k", n=1)
    with pytest.raises(errors.OtherBody):
        ask(bank, "k", n=2)
    with bank.session() as session:
        assert len(session.scalars(select(Job)).all()) == 1


def test_a_job_ends_with_its_effect_or_not_at_all(bank: Bank) -> None:
    ask(bank)
    mine = taken(bank)
    with pytest.raises(RuntimeError), bank.unit(LI) as unit:  # noqa: PT012 - the unit is the point
        unit.record("x.effect", "x:1")
        holding.finish(unit, mine, {"n": 1})
        raise RuntimeError
    assert job(bank, mine.id).state == "running"
    with bank.unit(LI) as unit:
        holding.finish(unit, mine, {"n": 1})
    found = job(bank, mine.id)
    assert (found.state, found.result, found.leased_by) == ("done", '{"n":1}', None)


def test_a_worker_that_gives_no_sign_loses_the_job_and_can_end_nothing(bank: Bank, time: Moved) -> None:
    ask(bank)
    slow = taken(bank, "slow")
    time.on(59)
    assert claim(bank, "other") is None
    time.on(2)
    again = taken(bank, "other")
    assert (again.id, again.attempt) == (slow.id, 2)
    for late in (
        lambda unit: holding.finish(unit, slow, None),
        lambda unit: holding.beat(unit, slow, LEASE),
        lambda unit: holding.stop(unit, slow),
        lambda unit: holding.fail(unit, slow, "X", "", again_after=None),
    ):
        with pytest.raises(errors.LeaseLost), bank.unit(LI) as unit:
            late(unit)
    assert job(bank, slow.id).leased_by == "other"


def test_a_sign_of_life_keeps_the_job_and_tells_how_far_it_is(bank: Bank, time: Moved) -> None:
    ask(bank)
    mine = taken(bank)
    time.on(50)
    with bank.unit(LI) as unit:
        assert not holding.beat(unit, mine, LEASE, ("reading", 3, 9))
    time.on(50)
    assert claim(bank, "other") is None
    found = job(bank, mine.id)
    assert (found.step, found.steps_done, found.steps_total) == ("reading", 3, 9)


def test_attempts_end(bank: Bank, time: Moved) -> None:
    job_id = ask(bank)
    for n in range(1, 4):
        mine = taken(bank)
        assert mine.attempt == n
        with bank.unit(LI) as unit:
            holding.fail(unit, mine, "Broken", "said", again_after=timedelta(seconds=10))
        assert claim(bank) is None
        time.on(11)
    found = job(bank, job_id)
    assert (found.state, found.error, found.said) == ("failed", "Broken", "said")
    with bank.unit(LI) as unit:
        queue.again(unit, job_id)
    assert taken(bank).attempt == 4


def test_a_job_that_kills_its_workers_ends(bank: Bank, time: Moved) -> None:
    job_id = ask(bank)
    for n in range(3):
        assert taken(bank, f"w{n}").attempt == n + 1
        time.on(61)
    assert claim(bank) is None
    assert (job(bank, job_id).state, job(bank, job_id).error) == ("failed", errors.WORKER_DIED)


def test_waiting_jobs_are_cancelled_and_running_ones_asked(bank: Bank) -> None:
    waiting, running = ask(bank, n=1), ask(bank, n=2)
    with bank.unit(LI) as unit:
        queue.cancel(unit, waiting)
    mine = taken(bank)
    with bank.unit(LI) as unit:
        queue.cancel(unit, running)
    with bank.unit(LI) as unit:
        assert holding.beat(unit, mine, LEASE)
        holding.stop(unit, mine)
    assert [job(bank, j).state for j in (waiting, running)] == ["cancelled", "cancelled"]
    with pytest.raises(errors.AlreadyEnded), bank.unit(LI) as unit:
        queue.cancel(unit, waiting)


def test_what_is_done_is_not_done_again(bank: Bank) -> None:
    ask(bank)
    mine = taken(bank)
    with bank.unit(LI) as unit:
        holding.finish(unit, mine, None)
    with pytest.raises(errors.AlreadyEnded), bank.unit(LI) as unit:
        queue.again(unit, mine.id)


def test_a_schedule_makes_one_job_a_turn_and_one_for_all_that_were_missed(bank: Bank, time: Moved) -> None:
    with bank.unit(LI) as unit:
        scheduling.put(unit, "nightly", "count", {"n": 1}, first=time.at, every_minutes=scheduling.DAY)

    def due() -> int:
        with bank.unit(LI) as unit:
            return scheduling.due(unit)

    assert [due(), due()] == [1, 0]
    time.on(24 * 3600 - 1)
    assert due() == 0
    time.on(1)
    assert due() == 1
    time.on(10 * 24 * 3600 + 7)
    assert [due(), due()] == [1, 0]
    with bank.unit(LI) as unit:
        scheduling.end(unit, "nightly")
    time.on(5 * 24 * 3600)
    assert due() == 0
    with bank.session() as session:
        assert len(session.scalars(select(Job)).all()) == 3


def test_a_schedule_that_was_replaced_asks_for_the_other_work(bank: Bank, time: Moved) -> None:
    def put(kind: str) -> None:
        with bank.unit(LI) as unit:
            scheduling.put(unit, "nightly", kind, {}, first=datetime(2026, 1, 5, 4, tzinfo=UTC), every_minutes=60)
            scheduling.due(unit)

    put("count")
    put("other")
    put("other")
    with bank.session() as session:
        assert sorted(j.kind for j in session.scalars(select(Job))) == ["count", "other"]


@pytest.mark.parametrize("minutes", [0, -1, 10**12])
def test_schedules_that_cannot_be_kept_are_refused(bank: Bank, time: Moved, minutes: int) -> None:
    with pytest.raises(scheduling.BadSchedule), bank.unit(LI) as unit:
        scheduling.put(unit, "nightly", "count", {}, first=time.at, every_minutes=minutes)
