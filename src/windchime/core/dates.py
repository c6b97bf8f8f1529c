"""Business time: months, windows and the as-of date, which means the end of that day in Asia/Shanghai."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from windchime.core.errors import BadCall
from windchime.core.text import _

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: nothing the platform knows of can have happened before the People's Republic was founded
EARLIEST = date(1949, 10, 1)


class NotADate(BadCall):
    """A text that is not a calendar date."""

    msgid = _("'{value}' is not a date; expected YYYY-MM-DD")

    def __init__(self, value: str) -> None:
        super().__init__(value=value[:40])


def parse_date(text: str) -> date:
    """A date from `2026-11-21`, `2026/11/21`, `20261121` or `2026年11月21日`.

    Raises:
        NotADate: anything else, or a day the calendar does not have.
    """
    plain = text.strip().replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
    parts = plain.split("-")
    if len(parts) == 1 and len(plain) == 8 and plain.isascii() and plain.isdigit():
        parts = [plain[:4], plain[4:6], plain[6:]]
    try:
        if len(parts) != 3 or not all(p.isascii() and p.isdigit() for p in parts) or len(parts[0]) != 4:
            raise NotADate(text)
        return date(*map(int, parts))
    except ValueError:
        raise NotADate(text) from None


def end_of_day(as_of: date) -> datetime:
    """The instant an as-of date stands for, in UTC: the last microsecond of that day in Asia/Shanghai."""
    return datetime.combine(as_of, time.max, tzinfo=SHANGHAI).astimezone(UTC)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The month a day lies in."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return (self + 1).first - timedelta(days=1)

    def __add__(self, months: int) -> "Month":
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    def __sub__(self, other: "Month") -> int:
        return (self.year - other.year) * 12 + self.month - other.month

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def last_complete_month(as_of: date) -> Month:
    """The month that windows end at: the last one that is over by the end of the as-of date."""
    month = Month.of(as_of)
    return month if month.last == as_of else month + -1


@dataclass(frozen=True, slots=True)
class Window:
    """`months` whole months that end with the last complete month before the as-of date."""

    months: int

    def bounds(self, as_of: date) -> tuple[date, date]:
        """First day inside, and first day after: a half-open interval."""
        end = last_complete_month(as_of)
        return (end + (1 - self.months)).first, (end + 1).first
