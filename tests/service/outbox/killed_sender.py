"""A process that dies: `python -m tests.service.outbox.killed_sender HOME BANK ADDRESS committed|posted`; prints the event's id."""

import os
import signal
import sys
from pathlib import Path

from tests.service.outbox.helpers import a_sender, tell

from windchime.service.bank import Bank
from windchime.service.outbox import sending
from windchime.service.outbox.deliveries import Outcome


def die(status: int) -> Outcome:
    """The receiver has answered, and nobody was told yet."""
    assert status == 204
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


if __name__ == "__main__":
    home, name, address, place = sys.argv[1:]
    bank = Bank.open(Path(home), name, database=address or None)
    print(tell(bank, "1"), flush=True)
    if place == "posted":
        sending._judged = die
        a_sender(bank).send_due()
    os.kill(os.getpid(), signal.SIGKILL)
