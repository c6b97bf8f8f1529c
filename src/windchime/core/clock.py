"""The clock is passed in: no function of the project reads the wall clock by itself."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol

from windchime.core.dates import SHANGHAI


class Clock(Protocol):
    """Tells the instant, in UTC."""

    def now(self) -> datetime:
        """The present instant, timezone-aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock; chosen once, at the edge."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until told otherwise: for tests, replays and byte-equal output."""

    instant: datetime

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.instant


def today(clock: Clock) -> date:
    """The date in Asia/Shanghai."""
    return clock.now().astimezone(SHANGHAI).date()
