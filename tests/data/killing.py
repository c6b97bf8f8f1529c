"""Loads a pack in a process of its own, which is killed at a random moment."""

import multiprocessing
import time
from pathlib import Path

from tests.data.helpers import LI

from windchime.data.intake import load
from windchime.service.bank import Bank

#: a server that has imported everything and started nothing: each child is forked from it at once
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.data.killing", "windchime.data.intake.workbook", "deltalake", "alembic"])


def child(home: str, folder: str) -> None:
    """What runs in the process."""
    load(Bank.open(Path(home)), LI, Path(folder), pack="windchime")


def load_in_child(home: Path, folder: Path, *, kill_after: float | None = None) -> float:
    """Run a load in a child, kill -9 it after so many seconds if it still runs; the seconds it lived."""
    process = CONTEXT.Process(target=child, args=(str(home), str(folder)))
    began = time.monotonic()
    process.start()
    process.join(kill_after)
    if process.is_alive():
        process.kill()
    process.join()
    return time.monotonic() - began
