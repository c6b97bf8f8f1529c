"""On which days of a month invoices are issued, and how busy each month is: weekdays, days of the month, festivals."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Self

import numpy as np

from windchime.core.dates import Month
from windchime.twin.calibration import Bools, Calibration, Floats, Ints

#: days are counted from here, as Arrow's date32 does
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Months 0, 1, … from the beginning of the burn-in, with the weight of each of their days."""

    #: the first month, of the burn-in
    begin: Month
    #: index of the first month of the history that is written
    history: int
    #: number of months, burn-in included
    months: int
    #: first day of each month as days since 1970-01-01, one more than there are months
    first_day: Ints
    #: how busy a month is, around 1
    season: Floats
    #: ends of the days' shares within month t, shifted by t, so that one search finds the day
    _edges: Floats
    #: first index into `_edges` of each month
    _offset: Ints
    #: days on which hardly anybody works
    _quiet: Bools

    @classmethod
    def of(cls, cal: Calibration) -> Self:
        """The calendar of a region."""
        history = cal.count("calendar.burn_in_months")
        months = history + cal.count("calendar.months")
        begin = Month.of(cal.day("calendar.first_month")) + -history
        firsts = [(begin + t).first for t in range(months + 1)]
        first_day = np.array([(d - EPOCH).days for d in firsts], dtype=np.int64)
        weights = day_weights(cal, firsts[0], firsts[-1])
        parts = [weights[a - first_day[0] : b - first_day[0]] for a, b in pairwise(first_day.tolist())]
        season = (
            np.array([p.sum() for p in parts])
            * np.array([cal.numbers("calendar.month_weight")[d.month - 1] for d in firsts[:-1]])
            / 30.4
        )
        edges = np.concatenate([t + np.cumsum(p) / p.sum() for t, p in enumerate(parts)])
        offset = np.concatenate([[0], np.cumsum([len(p) for p in parts])])
        return cls(
            begin, history, months, first_day, season, edges, offset, weights < cal.number("calendar.quiet_below")
        )

    def index(self, day: date) -> int:
        """The index of the month a day lies in."""
        return Month.of(day) - self.begin

    def day(self, month: Ints, u: Floats) -> Ints:
        """The day (since 1970-01-01) within each month that a uniform number falls on."""
        position = np.searchsorted(self._edges, month + u, side="right") - self._offset[month]
        return np.asarray(
            self.first_day[month] + np.clip(position, 0, self._offset[month + 1] - self._offset[month] - 1)
        )

    def quiet(self, day: Ints) -> Bools:
        """Whether hardly anybody works on a day."""
        return np.asarray(self._quiet[np.clip(day - self.first_day[0], 0, len(self._quiet) - 1)])

    def month_of(self, day: Ints) -> Ints:
        """The index of the month of each day."""
        return np.searchsorted(self.first_day, day, side="right") - 1


def day_weights(cal: Calibration, begin: date, end: date) -> Floats:
    """Relative number of invoices of each day from `begin` up to, not including, `end`; a plain day has about 1."""
    days = [begin + timedelta(days=i) for i in range((end - begin).days)]
    weekday = 7.0 * cal.numbers("calendar.weekday_share") / cal.numbers("calendar.weekday_share").sum()
    of_month = np.ones(32)
    for first, last, weight in cal["calendar.day_weight"]:
        of_month[first : last + 1] = weight
    found = np.array([weekday[d.weekday()] * of_month[d.day] for d in days])
    found *= [cal.number("calendar.national_day_weight") if (d.month == 10 and d.day <= 7) else 1.0 for d in days]
    for festival in cal["calendar.spring_festivals"]:
        for first, last, weight in cal["calendar.festival_weight"]:
            a, b = (festival - begin).days + first, (festival - begin).days + last + 1
            found[max(a, 0) : max(b, 0)] *= weight
    return found
