"""How often something may be tried: token buckets in memory, one a key, of bounded number.

They hold back guessing before it costs a slow hash. Each process of a server has its own; what must hold over all of them
(the pause after several failures) stands in the database.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

#: keys that are remembered; who fills them up meets only buckets that have refilled, or the oldest
MOST_KEYS = 20_000


@dataclass(slots=True)
class Limits:
    """Buckets that hold a minute's worth of attempts and refill evenly.

    The rate is told at each question, so that a change of the bank's rule holds at once.
    """

    most_keys: int = MOST_KEYS
    #: by key: attempts left, and when that was known
    _buckets: OrderedDict[str, tuple[float, datetime]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def allow(self, key: str, per_minute: int, now: datetime) -> bool:
        """Take one attempt from a key's bucket; False where it is empty. A rate of 0 is no limit."""
        if per_minute <= 0:
            return True
        with self._lock:
            full = float(per_minute)
            had, at = self._buckets.pop(key, (full, now))
            # a clock that steps back refills nothing
            left = min(full, had + max(0.0, (now - at).total_seconds()) * per_minute / 60)
            allowed = left >= 1
            self._buckets[key] = (left - 1 if allowed else left, max(now, at))
            while len(self._buckets) > self.most_keys:
                self._buckets.popitem(last=False)
        return allowed

    def __len__(self) -> int:
        """Number of keys that are remembered."""
        return len(self._buckets)
