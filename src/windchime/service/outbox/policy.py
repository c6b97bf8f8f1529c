"""How deliveries are tried, and for how long things are kept; the figures are a bank's content (scheme `access`)."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """A bank's rule for webhooks."""

    #: attempts after which a delivery is a dead letter
    most_attempts: int
    #: wait before the second attempt; doubled for each further one, and never longer than `longest_pause`
    first_pause: timedelta
    longest_pause: timedelta
    #: an attempt that takes longer has failed
    deadline: timedelta
    #: how long two secrets sign during a rotation
    overlap: timedelta
    #: how long events that were delivered, or dead, are kept
    keep: timedelta

    def pause(self, attempt: int, random: Random) -> timedelta:
        """The wait after an attempt that failed: doubled each time, and between half of that and the whole.

        The half by chance keeps many deliveries that failed together from coming back together.
        """
        doubled: timedelta = min(self.first_pause * (1 << min(attempt - 1, 30)), self.longest_pause)
        return doubled * (0.5 + random.random() / 2)
