"""A worker for the kill test, in a process of its own that is there at once; each job's effect is one audit record."""

import time
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event

from tests.data.killing import CONTEXT

from windchime.service.bank import Bank
from windchime.service.jobs.worker import Kind, Work, work_on


def count(work: Work) -> None:
    """Half of the effect before a pause in which the process may die, all of it in the transaction that ends the job."""
    work.progress("counting", 0, 1)
    with work.bank.unit(work.actor) as unit:
        unit.record("x.effect", f"n:{work.params['n']}")
        time.sleep(0.02)
        work.finish(unit, work.params["n"])
        time.sleep(0.02)


def child(home: str, name: str, address: str | None, ready: Event) -> None:
    """What runs in the process."""
    bank = Bank.open(Path(home), name, database=address)
    kinds = {"count": Kind(count, lease=timedelta(seconds=0.6))}
    ready.set()
    work_on(bank, f"worker-{time.monotonic_ns()}", kinds, Event(), pause=0.05)


def started(home: Path, name: str, address: str | None) -> BaseProcess:
    """A worker that has just begun to look for jobs."""
    ready = CONTEXT.Event()
    process = CONTEXT.Process(target=child, args=(str(home), name, address, ready))
    process.start()
    assert ready.wait(120)
    return process
