"""The society of a region: persons, groups, stakes, posts, contact points and shell rings, before anything happens."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from windchime.twin import draws
from windchime.twin.calendar import EPOCH, Calendar
from windchime.twin.calibration import Calibration, Ints, shipped
from windchime.twin.draws import Draws
from windchime.twin.population import Population
from windchime.twin.public.control import control
from windchime.twin.public.groups import Groups
from windchime.twin.public.holdings import Holdings
from windchime.twin.public.persons import Persons
from windchime.twin.public.points import Points
from windchime.twin.public.posts import Posts
from windchime.twin.public.rings import Rings


@dataclass(frozen=True, slots=True)
class Society:
    """Who is who; a pure function of calendar, seed and population."""

    persons: Persons
    groups: Groups
    holdings: Holdings
    rings: Rings
    posts: Posts
    points: Points
    #: the person who controls each firm, -1 for nobody, and the votes that person commands, in millionths
    controller: Ints
    votes: Ints
    #: registered capital, and what of it was paid in, in fen
    capital: Ints
    paid_in: Ints

    @classmethod
    def of(cls, calendar: Calendar, rng: Draws, firms: Population) -> Self:
        """Draw the society of a region."""
        persons, groups = Persons.of(calendar, rng, firms), Groups.of(rng, firms)
        holdings = Holdings.of(rng, firms, groups, persons)
        rings = Rings.of(rng, firms, groups, persons)
        posts = Posts.of(rng, firms, persons, groups, holdings, rings)
        points = Points.of(rng, firms, persons, groups, holdings, rings, posts)
        cal = shipped("registry")
        capital = _capital(cal, rng, firms)
        return cls(
            persons,
            groups,
            holdings,
            rings,
            posts,
            points,
            *control(len(firms), holdings, groups, persons),
            capital,
            np.where(rings.ring >= 0, 0, _paid_in(cal, rng, capital)),
        )


def established(calendar: Calendar, firms: Population) -> Ints:
    """Day each firm was founded, since 1970-01-01: months before the history, on a day that differs from firm to firm."""
    first = np.datetime64(calendar.begin.first, "M") + calendar.history - firms.age
    days = (first.astype("datetime64[D]") - np.datetime64(EPOCH)).astype(np.int64)
    return np.asarray(days + np.arange(len(firms)) * 7 % 28)


def _capital(cal: Calibration, rng: Draws, firms: Population) -> Ints:
    """Registered capital in fen: a lognormal law, most of it drawn to round sums; sole traders have little."""
    key = rng.key("capital", np.arange(len(firms)))
    own = cal.number("capital.follows_scale")
    noise = own * firms.scale + np.sqrt(1 - own**2) * draws.normal(key, 0)
    company = cal.number("capital.log_mean") + cal.number("capital.log_sd") * noise
    alone = cal.number("capital.alone.log_mean") + cal.number("capital.alone.log_sd") * noise
    logs = np.where(firms.kind == 0, company, alone)
    rounds = cal.numbers("capital.round")
    nearest = np.abs(logs[:, None] - np.log(rounds)[None, :]).argmin(axis=1)
    snapped = (draws.uniform(key, 1) < cal.number("capital.round_share")) & (logs < np.log(rounds[-1] * 3))
    grain = np.maximum(1.0, 10.0 ** (np.floor(logs / np.log(10)) - 1))
    plain = np.maximum(1.0, np.round(np.exp(logs) / grain) * grain)
    return np.asarray(np.where(snapped, rounds[nearest], plain)).astype(np.int64) * 1_000_000


def _paid_in(cal: Calibration, rng: Draws, capital: Ints) -> Ints:
    """In full, in tenths, or nothing yet."""
    key = rng.key("capital", np.arange(len(capital)))
    how = draws.pick(draws.uniform(key, 2), cal.numbers("capital.paid_in"))
    part = np.floor(draws.uniform(key, 3) * 8 + 1).astype(np.int64)
    return np.asarray(np.where(how == 0, capital, np.where(how == 1, capital // 10 * part, 0)))
