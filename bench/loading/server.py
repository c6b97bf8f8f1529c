"""The real service as processes of their own: `windchime serve` with its workers, and `windchime job work` beside it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

#: a service that does not answer by then has failed
PATIENCE_SECONDS = 300.0


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Service:
    """A service on loopback. Every process of it was started here, in a group of its own, and nothing else is ended."""

    home: Path
    #: of PostgreSQL; None for SQLite
    database: str | None
    workers: int = 2
    environ: Mapping[str, str] = field(default_factory=dict)
    #: whether jobs are done too
    jobs: bool = True
    #: by processes that are there at once (`bench.loading.forked`), not by the command line
    forked: bool = False
    port: int = field(default_factory=free_port)
    serving: subprocess.Popen[bytes] | None = None
    working: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start what does not run; returns at once."""
        if self.serving is None or self.serving.poll() is not None:
            options = ("serve", "--port", str(self.port), "--workers", str(self.workers))
            forked = ("bench.loading.forked", str(self.port), str(self.workers))
            self.serving = self._run(*forked) if self.forked else self._run("windchime", *options)
        if not self.forked and self.jobs and (self.working is None or self.working.poll() is not None):
            self.working = self._run("windchime", "job", "work")

    def answering(self, patience: float = PATIENCE_SECONDS) -> None:
        """Wait until it answers.

        Raises:
            TimeoutError: it does not.
        """
        until = time.monotonic() + patience
        while time.monotonic() < until:
            with suppress(OSError, HTTPException):
                asked = HTTPConnection("127.0.0.1", self.port, timeout=5)
                asked.request("GET", "/readyz")
                if asked.getresponse().status == 200:
                    return
            time.sleep(0.05)
        raise TimeoutError(self.said())

    def children(self) -> list[int]:
        """Processes that answer requests or do jobs."""
        found = []
        for parent, wanted in ((self.serving, "spawn_main"), (self.serving, "forked"), (self.working, "job")):
            with suppress(psutil.NoSuchProcess):
                if parent is not None and parent.poll() is None:
                    me = psutil.Process(parent.pid)
                    # the resource tracker of multiprocessing is a child too
                    found += [p.pid for p in me.children() if wanted in " ".join(p.cmdline())]
                    found += [me.pid] if parent is self.working else []
        return sorted(set(found))

    def kill_child(self, nth: int) -> bool:
        """Kill one of them; whether there was one. A worker of jobs that was started here is started again."""
        found = self.children()
        if not found:
            return False
        with suppress(ProcessLookupError):
            os.kill(found[nth % len(found)], signal.SIGKILL)
        if self.working is not None and self.working.pid == found[nth % len(found)]:
            self.working.wait()
            self.start()
        return True

    def kill_supervisor(self) -> None:
        """Kill the process that starts the others, and none of them."""
        if self.serving is not None:
            self.serving.kill()
            self.serving.wait()

    def kill_children(self) -> None:
        """Kill all of them at once."""
        for child in self.children():
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def kill(self) -> None:
        """Kill everything at once."""
        for process in (self.serving, self.working):
            if process is not None:
                self._end(process)

    def said(self) -> str:
        """The end of what it wrote to its error stream."""
        file = self.home / "service.log"
        return file.read_text(errors="replace")[-2000:] if file.exists() else ""

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        told = {"WINDCHIME_HOME": str(self.home), "WINDCHIME_LANG": "en"} | dict(self.environ)
        if self.database is not None:
            told["WINDCHIME_DATABASE_URL"] = self.database
        with (self.home / "service.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                env={k: v for k, v in os.environ.items() if not k.startswith("WINDCHIME_")} | told,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        # the group is ours: it was made for this process, and keeps its number until the last member is gone
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def serving(home: Path, database: str | None, **how: object) -> Iterator[Service]:
    """A service that answers, ended at the end."""
    service = Service(home, database, **how)  # type: ignore[arg-type] # fields of `Service`
    try:
        service.start()
        service.answering()
        yield service
    finally:
        service.kill()
