"""Several workers under one parent: the parent notices at once when one of them is gone, and they when the parent is.

What watches for that runs before the libraries are loaded, which takes seconds.
"""

import logging
import os
import signal
import sys
from multiprocessing import parent_process
from threading import Thread
from typing import TYPE_CHECKING

from uvicorn.supervisors import Multiprocess

from windchime.core.errors import WindchimeError
from windchime.core.settings import Settings
from windchime.service.http import logs

if TYPE_CHECKING:
    from windchime.service.http.front import Front

#: what uvicorn takes for a start that would fail again
START_FAILED = 3
_log = logging.getLogger(__name__)


def served() -> "Front":
    """What each of several workers serves: settings come from the environment, which the parent has completed."""
    _end_with_parent()
    try:
        settings = Settings.from_environment()
        logs.configure(settings.log)
        from windchime.cli.serving import application

        return application(settings)
    except Exception as error:  # noqa: BLE001 - a traceback of the process would tell values
        told = error.message("en") if isinstance(error, WindchimeError) else type(error).__name__
        _log.critical("the worker cannot start", exc_info=True)
        sys.stderr.write(f"windchime: {told}\n")
        sys.exit(START_FAILED)


def _end_with_parent() -> None:
    """A worker whose parent was killed ends too, and leaves the port to whoever comes next."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, daemon=True, name="windchime-parent").start()


class Supervisor(Multiprocess):
    """uvicorn's own, with one thing mended.

    The parent asks each worker over a pipe whether it lives, and waits for the answer. It keeps the worker's end of the pipe open
    itself, so a worker that died has not closed it, and the parent waits its whole patience before it starts another. Here the
    worker's end is closed as soon as the worker has it: a dead worker's pipe ends, and the next question is answered by that.
    """

    def init_processes(self) -> None:
        """Start the workers."""
        super().init_processes()
        self._let_go()

    def keep_subprocess_alive(self) -> None:
        """Replace workers that are gone."""
        super().keep_subprocess_alive()
        self._let_go()

    def restart_all(self) -> None:
        """Replace all, one after another."""
        super().restart_all()
        self._let_go()

    def _let_go(self) -> None:
        for process in self.processes:
            process.child_conn.close()
