"""The service as processes that are there at once: everything is imported first, then each process is a fork of that.

`python -m bench.loading.forked PORT WORKERS`: workers that answer HTTP and one that does jobs, each replaced as soon as it
dies. They die as those of `windchime serve` do and leave the same behind; only the seconds that importing takes are saved.
Settings come from the environment; the process ends with its parent.
"""

import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from windchime.cli.serving import application
from windchime.content.store import ContentStore
from windchime.core.errors import WindchimeError
from windchime.core.settings import Settings
from windchime.data.lake import Lake
from windchime.decision.rulebook import Rulebook
from windchime.indicators import version
from windchime.indicators.parameters import Parameters
from windchime.indicators.plan import sql
from windchime.indicators.registry import chosen
from windchime.portfolio.jobs import KINDS
from windchime.service.banks import Banks
from windchime.service.jobs.worker import work_on


def answer(bound: socket.socket) -> None:
    """A worker that answers."""
    app = application(Settings.from_environment())
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, ws="none")
    uvicorn.Server(config).run(sockets=[bound])


def work() -> None:
    """A worker that does jobs."""
    registry = Banks.of(Settings.from_environment())
    bank = registry.open(registry.entries[0])
    work_on(bank, f"forked-{os.getpid()}", KINDS, threading.Event(), pause=0.2)


def prepare() -> None:
    """Put together what a first decision would: a worker that has just been started decides as soon as one that ran for hours.

    Nothing here starts a thread or leaves a connection open: neither survives a fork.
    """
    import lightgbm  # noqa: F401 - imported for those who follow

    registry = Banks.of(Settings.from_environment())
    bank = registry.open(registry.entries[0])
    with suppress(WindchimeError), bank.session() as session:
        day = Lake(bank.lake_dir).pack(session).as_of
        scheme = Rulebook.published(ContentStore(bank.content_dir), session, "invoice_loan", day).indicators
        version(scheme)
        sql(day, Parameters.of(scheme, day), chosen(None), one=True, uncorrected=frozenset())
    bank.close()


def _fork(doing: Callable[[], None]) -> int:
    if child := os.fork():
        return child
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_orphaned, args=(os.getppid(),), daemon=True).start()
    try:
        doing()
    except BaseException:  # noqa: BLE001 - a fork must not go on where its parent was
        traceback.print_exc()
    finally:
        os._exit(1)


def _orphaned(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def main(port: int, workers: int) -> None:
    """Fork, and fork again whatever dies."""
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        bound.listen(512)
        prepare()
        parent, doing = os.getppid(), [lambda: answer(bound)] * workers + [work]
        children = {_fork(one): one for one in doing}
        signal.signal(signal.SIGCHLD, lambda *_a: None)
        while os.getppid() == parent:
            with suppress(ChildProcessError):
                while (ended := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                    one = children.pop(ended)
                    children[_fork(one)] = one
            time.sleep(0.02)
        for child in children:
            os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
