"""Several workers under one parent, which notices at once when one of them is gone."""

from uvicorn.supervisors import Multiprocess


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
