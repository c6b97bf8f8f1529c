"""Scratch folders beside the lake: what one load unpacks or spills, in the clear, gone when it ends, however it ends."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

PREFIX = "work-"


@contextmanager
def scratch(into: Path) -> Iterator[Path]:
    """A folder of one's own, removed at the end; those that killed processes left behind are removed first.

    The folder is locked as long as its maker lives, so that a sweep can tell what was left from what is in use.
    """
    into.mkdir(parents=True, exist_ok=True)
    sweep(into)
    folder = Path(mkdtemp(prefix=PREFIX, dir=into))
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def sweep(into: Path) -> int:
    """Remove scratch folders that nobody holds any more and give back how many there were."""
    left = 0
    for folder in into.glob(f"{PREFIX}*"):
        try:
            held = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
            left += 1
        finally:
            os.close(held)
    return left
