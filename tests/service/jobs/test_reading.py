"""What lists and pages ask of the queue: parts of it, places in it, who stopped a job, how long its kind took."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.accounts import Moved

from windchime.core.unit import Actor
from windchime.service.bank import Bank
from windchime.service.jobs import holding, queue, reading
from windchime.service.jobs.tables import Job

LI, BO, WORKER = Actor("li"), Actor("bo"), Actor("w", "system")
LEASE = timedelta(seconds=60)


@pytest.fixture
def time() -> Moved:
    return Moved()


@pytest.fixture
def bank(tmp_path: Path, database: str | None, time: Moved) -> Iterator[Bank]:
    found = Bank.open(tmp_path, uuid4().hex, clock=time, database=database)
    yield found
    found.close()


def ask(bank: Bank, time: Moved, kind: str = "k", who: Actor = LI, after: float = 0, **params: int) -> str:
    time.at += timedelta(seconds=1)
    with bank.unit(who) as unit:
        return queue.enqueue(unit, kind, params, run_after=time.at + timedelta(seconds=after))


def claimed(bank: Bank, kind: str = "k") -> holding.Claim:
    with bank.unit(WORKER) as unit:
        found = holding.claim(unit, WORKER.name, frozenset({kind}), LEASE)
    assert found is not None
    return found


def test_parts_are_newest_first_and_narrowed(bank: Bank, time: Moved) -> None:
    jobs = [ask(bank, time, "a" if n % 2 else "b", Actor(f"p{n}%")) for n in range(5)]
    with bank.unit(LI) as unit:
        queue.cancel(unit, jobs[1])
    with bank.session() as session:

        def found(**asked: Any) -> tuple[list[str], int]:
            rows, matching = reading.part(session, **asked)
            return [j.id for j in rows], matching

        assert found() == (jobs[::-1], 5)
        assert found(state="cancelled") == ([jobs[1]], 1)
        assert found(kind="a") == ([jobs[3], jobs[1]], 2)
        assert found(words="p3% a") == ([jobs[3]], 1)
        assert found(words=jobs[0]) == ([jobs[0]], 1)
        assert found(words="_") == ([], 0)
        assert [j.id for j in reading.part(session, first=1, size=2)[0]] == [jobs[3], jobs[2]]
        assert reading.unended(session) == 4


def test_a_place_counts_what_runs_and_what_is_taken_up_before(bank: Bank, time: Moved) -> None:
    running, later = ask(bank, time), ask(bank, time, after=100)
    first, second = ask(bank, time), ask(bank, time)
    assert claimed(bank).id == running
    with bank.session() as session:
        assert reading.places(session, time.at) == {first: 1, second: 2}
        # the order in which workers take them
        assert list(reading.places(session, time.at + timedelta(seconds=100))) == [first, second, later]


def test_the_same_work_is_found_until_it_has_ended(bank: Bank, time: Moved) -> None:
    first, other, second = ask(bank, time, n=1), ask(bank, time, n=2), ask(bank, time, n=1)
    with bank.session() as session:
        twins = {j: reading.twin(session, queue.find(session, j)) for j in (first, other, second)}
        assert {j: t and t.id for j, t in twins.items()} == {first: None, other: None, second: first}
    with bank.unit(LI) as unit:
        queue.cancel(unit, first)
    with bank.session() as session:
        assert reading.twin(session, queue.find(session, second)) is None


def test_who_stopped_a_job_is_the_person_and_not_the_worker(bank: Bank, time: Moved) -> None:
    waiting, running = ask(bank, time, "other"), ask(bank, time)
    mine = claimed(bank)
    with bank.unit(BO) as unit:
        queue.cancel(unit, waiting, "one")
        queue.cancel(unit, running, "two")
    with bank.unit(WORKER) as unit:
        holding.stop(unit, mine)
    with bank.session() as session:
        jobs = [queue.find(session, j) for j in (waiting, running)]
        assert {j: (r.actor, r.reason) for j, r in reading.stopped(session, jobs).items()} == {
            waiting: ("bo", "one"),
            running: ("bo", "two"),
        }
        steps = [r.action for r in reading.history(session, running)]
        assert steps == ["job.ask", "job.claim", "job.ask_to_stop", "job.cancelled"]
    with bank.unit(LI) as unit:
        queue.again(unit, running)
        queue.cancel(unit, running, "three")
    with bank.session() as session:
        (record,) = reading.stopped(session, [queue.find(session, running)]).values()
        assert (record.actor, record.reason) == ("li", "three")
        assert reading.stopped(session, []) == {}


def test_how_long_a_kind_took_is_told_of_the_last_one_done(bank: Bank, time: Moved) -> None:
    with bank.session() as session:
        assert reading.last_took(session, "k") is None
    for seconds in (30, 50):
        ask(bank, time)
        mine = claimed(bank)
        time.at += timedelta(seconds=seconds)
        with bank.unit(WORKER) as unit:
            holding.finish(unit, mine, {})
    ask(bank, time)
    claimed(bank)
    with bank.session() as session:
        assert reading.last_took(session, "k") == timedelta(seconds=50)
        assert session.query(Job).filter(Job.state == "running").count() == 1
