"""A database server of the tests' own, killed as a power cut would and started again."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil
from tests import postgres


def crash(programs: Path, folder: Path) -> None:
    """Kill every process of the server in `folder` at once, and start it again; it recovers from its log.

    Args:
        programs: folder of `pg_ctl`.
        folder: of the server, as `tests.postgres.server` made it.
    """
    head = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    ours = psutil.Process(head)
    assert str(folder) in " ".join(ours.cmdline()), "not a server of these tests"
    every = [ours, *ours.children(recursive=True)]
    for process in every:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    while any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in every if psutil.pid_exists(p.pid)):
        time.sleep(0.02)
    # the user it ran as: who owns its folder
    user = folder.stat().st_uid if not os.getuid() else None
    options = f"-k {folder} -h '' -c fsync=on -c max_connections=60"
    # left by the dead, who count as alive until somebody has asked what became of them
    for left in (folder / "data" / "postmaster.pid", *folder.glob(".s.PGSQL.*")):
        with suppress(FileNotFoundError):
            left.unlink()
    postgres._run(user, programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
