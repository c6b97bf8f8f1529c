"""A worker process for the kill test: `python killed_worker.py HOME BANK ADDRESS`; each job's effect is one audit record."""

import sys
import time
from datetime import timedelta
from pathlib import Path
from threading import Event

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


if __name__ == "__main__":
    home, name, address = sys.argv[1:]
    bank = Bank.open(Path(home), name, database=address or None)
    kinds = {"count": Kind(count, lease=timedelta(seconds=0.6))}
    print("ready", flush=True)
    work_on(bank, f"worker-{time.monotonic_ns()}", kinds, Event(), pause=0.05)
