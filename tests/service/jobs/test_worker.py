"""Workers do what was asked, once, whatever happens to them."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from tests.service.jobs.killed_worker import started

from windchime.core.errors import BadCall
from windchime.core.text import Text
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.bank import Bank
from windchime.service.jobs import errors, holding, queue, saying, scheduling
from windchime.service.jobs.saying import Said
from windchime.service.jobs.tables import Job
from windchime.service.jobs.worker import Kind, Work, work_on, work_one

LI = Actor("li")


class NoSuchThing(BadCall):
    """A bad call, which no second attempt mends."""

    msgid = "no such thing as {firm}"

    def __init__(self) -> None:
        super().__init__(firm="shop:1")


@pytest.fixture
def bank(tmp_path: Path, database: str | None) -> Iterator[Bank]:
    found = Bank.open(tmp_path, uuid4().hex, database=database)
    yield found
    found.close()


def ask(bank: Bank, **params: Any) -> str:
    with bank.unit(LI) as unit:
        return queue.enqueue(unit, "k", params)


def done(bank: Bank, handler: Callable[[Work], Any], **params: Any) -> Job:
    job_id = ask(bank, **params)
    assert work_one(bank, "w", {"k": Kind(handler, lease=timedelta(seconds=0.3), pause=timedelta(0))})
    with bank.session() as session:
        return queue.find(session, job_id)


def test_the_result_is_kept(bank: Bank) -> None:
    found = done(bank, lambda work: {"twice": 2 * work.params["n"]}, n=21)
    assert (found.state, found.result) == ("done", '{"twice":42}')
    assert not work_one(bank, "w", {"k": Kind(lambda _w: None)})


def test_a_bad_call_is_not_tried_again_and_other_errors_are(bank: Bank) -> None:
    def bad(_work: Work) -> None:
        raise NoSuchThing

    def broken(_work: Work) -> None:
        raise OSError("secret path")

    refused = done(bank, bad)
    assert (refused.state, done(bank, broken).state) == ("failed", "waiting")
    sentence = "no such thing as shop:1"
    assert saying.read(refused.said) == Said(Text(sentence, sentence), "shop:1")
    with bank.session() as session:
        assert "secret" not in str([(j.error, j.said) for j in session.scalars(select(Job))])


@pytest.mark.parametrize("kept", ["先前版本的一句话", "[1]", "7", '{"zh": "x"}'])
def test_what_an_earlier_release_said_is_still_told(kept: str) -> None:
    assert saying.read(kept) == Said(Text(kept, kept))
    assert saying.read("") is saying.read(None) is None


def test_long_work_keeps_its_lease_and_stops_when_asked(bank: Bank) -> None:
    begun = Event()

    def long(work: Work) -> None:
        for n in range(200):
            work.progress("walking", n, 200)
            begun.set()
            time.sleep(0.02)

    job_id = ask(bank)
    worker = Thread(target=work_one, args=(bank, "w", {"k": Kind(long, lease=timedelta(seconds=0.3))}))
    worker.start()
    assert begun.wait(10)
    time.sleep(0.5)  # longer than the lease
    with bank.unit(LI) as unit:
        assert holding.claim(unit, "other", frozenset({"k"}), timedelta(seconds=1)) is None
        queue.cancel(unit, job_id)
    worker.join(20)
    with bank.session() as session:
        found = queue.find(session, job_id)
        assert (found.state, found.step, found.steps_total) == ("cancelled", "walking", 200)
        assert 0 < found.steps_done < 199


def test_a_worker_that_leaves_hands_its_job_back(bank: Bank) -> None:
    leaving, stop, begun = Event(), Event(), Event()

    def long(work: Work) -> str:
        begun.set()
        while not leaving.is_set():
            time.sleep(0.01)
        work.progress("step", 1, 2)
        return "never reached"

    with bank.unit(LI) as unit:
        job_id = queue.enqueue(unit, "k", {}, max_attempts=1)
    worker = Thread(
        target=work_on, args=(bank, "w1", {"k": Kind(long)}, stop), kwargs={"leaving": leaving, "pause": 0.01}
    )
    worker.start()
    assert begun.wait(30)
    stop.set()
    leaving.set()
    worker.join()
    with bank.session() as session:
        found = queue.find(session, job_id)
        assert (found.state, found.leased_by, found.error) == ("waiting", None, None)
    # at once, by another, although it had one attempt only
    assert work_one(bank, "w2", {"k": Kind(lambda work: work.claim.attempt)})
    with bank.session() as session:
        found = queue.find(session, job_id)
        assert (found.state, found.result) == ("done", "2")
        assert not audit.verify(session)


def test_schedules_are_kept_by_whoever_works(bank: Bank) -> None:
    with bank.unit(LI) as unit:
        scheduling.put(unit, "hourly", "k", {}, first=bank.clock.now(), every_minutes=60)
    stop = Event()

    def last(_work: Work) -> None:
        stop.set()

    work_on(bank, "w", {"k": Kind(last)}, stop, pause=0.01)
    with bank.session() as session:
        assert [j.idempotency_key is not None for j in session.scalars(select(Job))] == [True]


def killed(bank: Bank, home: Path, database: str | None, *, jobs: int, kills: int) -> None:
    """Kill workers at random moments until all is done; then every effect is there once."""
    for n in range(jobs):
        with bank.unit(LI) as unit:
            queue.enqueue(unit, "count", {"n": n}, max_attempts=kills + 2)
    rng, deadline = random.Random(5), time.monotonic() + 120 + kills * 10
    died = 0
    while True:
        process = started(home, bank.name, database)
        if died < kills:
            time.sleep(rng.uniform(0.0, 0.3))
            died += 1
        else:
            while _open(bank) and time.monotonic() < deadline:
                time.sleep(0.1)
        process.kill()
        process.join()
        if died == kills and (not _open(bank) or time.monotonic() > deadline):
            break
    with bank.session() as session:
        effects = Counter(r.subject for r in audit.records(session) if r.action == "x.effect")
        assert effects == {f"n:{n}": 1 for n in range(jobs)}
        assert {j.state for j in session.scalars(select(Job))} == {"done"}
        assert audit.verify(session) == []


def _open(bank: Bank) -> int:
    with bank.session() as session:
        return session.scalar(select(func.count()).select_from(Job).where(Job.state.not_in(errors.ENDED))) or 0


def test_killed_workers_lose_nothing_and_repeat_nothing(bank: Bank, tmp_path: Path, database: str | None) -> None:
    killed(bank, tmp_path, database, jobs=30, kills=4)


@pytest.mark.soak
def test_many_killed_workers(bank: Bank, tmp_path: Path, database: str | None) -> None:
    kills = int(os.environ.get("WINDCHIME_KILLS", "500")) // 2
    killed(bank, tmp_path, database, jobs=6 * kills, kills=kills)
