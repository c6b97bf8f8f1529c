"""What registers, courts and meters see of firms: the course of the world for some firms, months along the second axis."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Bools, Floats, Ints, Keys
from windchime.twin.population import NEVER
from windchime.twin.public.society import established
from windchime.twin.world import World


@dataclass(frozen=True, slots=True)
class Happenings:
    """Events of some firms, ordered by firm and month."""

    #: position among the firms asked for, and the firm
    at: Ints
    firm: Ints
    month: Ints
    #: day since 1970-01-01
    day: Ints
    key: Keys

    def __len__(self) -> int:
        return len(self.firm)

    def take(self, chosen: Bools | Ints) -> "Happenings":
        """Some of them."""
        return Happenings(*(getattr(self, f)[chosen] for f in self.__slots__))


@dataclass(frozen=True, slots=True)
class Life:
    """Firms × months of the history."""

    world: World
    firms: Ints
    #: month indices
    months: Ints
    trading: Bools
    distress: Bools
    #: true sales in fen, tax included
    sales: Ints
    headcount: Ints
    wages: Ints
    #: ln of the firm's usual monthly sales in yuan, one entry a firm
    size: Floats
    #: month of default, one entry a firm; NEVER where there is none
    default: Ints
    established: Ints

    @classmethod
    def of(cls, world: World, some: Ints) -> Self:
        """The lives of some firms."""
        course, months = world.course, world.history
        block = np.ix_(months, some)
        trading = (world.firms.begins[some] <= months[:, None]) & (months[:, None] <= course.ends[some])
        plan = course.plan[block].mean(axis=0)
        return cls(
            world=world,
            firms=some,
            months=months,
            trading=trading.T,
            distress=(course.distress[block] & trading).T,
            sales=course.sales[block].T,
            headcount=course.headcount[block].T,
            wages=course.wages[block].T,
            size=np.log(np.maximum(plan, 100.0) / 100.0),
            default=course.default[some],
            established=established(world.calendar, world.firms)[some],
        )

    @property
    def months_to_default(self) -> Ints:
        """Months until default, negative after it, NEVER where there is none."""
        default = self.default[:, None]
        return np.where(default < NEVER, default - self.months[None, :], NEVER)

    def happenings(self, table: str, mean: Floats) -> Happenings:
        """Events with so many a month on average; `mean` broadcasts to firms × months."""
        wide = np.broadcast_to(mean, self.trading.shape)
        key = self.world.rng.key(table, self.firms[:, None], self.months[None, :])
        many = np.minimum(draws.poisson(key, 0, wide), 60)
        at, month = np.nonzero(many)
        times = many[at, month]
        at, month = np.repeat(at, times), np.repeat(month, times)
        index = np.arange(len(at)) - np.repeat(np.cumsum(times) - times, times)
        return self._events(table, at, month, index)

    def _events(self, table: str, at: Ints, month: Ints, index: Ints) -> Happenings:
        firm, absolute = self.firms[at], self.months[month]
        own = self.world.rng.key(f"{table}.event", firm, absolute, index)
        first = self.world.calendar.first_day
        days = first[absolute + 1] - first[absolute]
        day = first[absolute] + np.floor(draws.uniform(own, 60) * days).astype(np.int64)
        return Happenings(at, firm, absolute, day, own)

    def monthly(self, table: str, wanted: Bools) -> Happenings:
        """One event for each firm and month wanted, on the last day of the month."""
        at, month = np.nonzero(wanted)
        found = self._events(table, at, month, np.zeros(len(at), np.int64))
        return Happenings(
            found.at, found.firm, found.month, self.world.calendar.first_day[found.month + 1] - 1, found.key
        )

    def first_of(self, found: Happenings) -> Happenings:
        """The first event of each firm alone."""
        _firm, at = np.unique(found.at, return_index=True)
        return found.take(at)
