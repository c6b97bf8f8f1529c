"""States of a job, and why one cannot be changed."""

from windchime.core.errors import BadCall, Refused
from windchime.core.text import Text, _

STATES = {
    "waiting": Text("等待", "waiting"),
    "running": Text("运行中", "running"),
    "done": Text("完成", "done"),
    "failed": Text("失败", "failed"),
    "cancelled": Text("已取消", "cancelled"),
}
ENDED = ("done", "failed", "cancelled")
#: what a job is said to have ended with when its workers died once too often
WORKER_DIED = "WorkerDied"


class LeaseLost(Refused):
    """The job is another worker's now, or has ended."""

    msgid = _("job {job} is no longer this worker's")
    hint = _("its lease ran out; another worker has taken it up, or it was ended")

    def __init__(self, job: str) -> None:
        super().__init__(job=job)


class NotEnded(Refused):
    """A job that is asked for again while it waits or runs."""

    msgid = _("job {job} has not ended: {state}")

    def __init__(self, job: str, state: str) -> None:
        super().__init__(job=job, state=STATES[state])


class OtherBody(BadCall):
    """An idempotency key that was used for something else."""

    msgid = _("the key {key} was used for another job")
    hint = _("use a new key for new work")

    def __init__(self, key: str) -> None:
        super().__init__(key=key)


class AlreadyEnded(Refused):
    """A job that cannot be changed any more."""

    msgid = _("job {job} has ended: {state}")

    def __init__(self, job: str, state: str) -> None:
        super().__init__(job=job, state=STATES[state])
