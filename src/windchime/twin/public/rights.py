"""Patents and other rights: as applied for, granted and lapsed; numbers under a range that no office has reached."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints, Keys, shipped
from windchime.twin.public import common
from windchime.twin.public.life import Life
from windchime.twin.source import NO_DAY, codes, dates

KINDS = ("invention", "utility", "design", "software")
YEARS = (20, 10, 15, 50)
STATUS = ("pending", "granted", "lapsed_fee")


@dataclass(frozen=True, slots=True)
class Rights:
    """One row a right, by firm."""

    at: Ints
    firm: Ints
    index: Ints
    kind: Ints
    filed: Ints
    #: `NO_DAY` where that never comes
    granted: Ints
    lapsed: Ints
    bought: Bools
    key: Keys

    @classmethod
    def of(cls, life: Life) -> Self:
        """Draw them: firms that do research file more, the larger the more."""
        cal, world = shipped("innovation"), life.world
        searches = world.firms.research[life.firms] > 0
        scale = np.exp(cal.number("patents.follows_scale") * world.firms.scale[life.firms])
        mean = np.where(searches, cal.number("patents.of_researchers") * scale, cal.number("patents.of_others"))
        mean = np.where(world.firms.kind[life.firms] == 0, mean, 0.0)
        many = np.minimum(draws.poisson(world.rng.key("patent.firm", life.firms), 0, mean), 60)
        at = np.repeat(np.arange(len(many)), many)
        firm = life.firms[at]
        index = np.arange(len(at)) - np.repeat(np.cumsum(many) - many, many)
        key = world.rng.key("patent", firm, index)
        kinds = cal["patents.kinds"]
        kind = draws.pick(draws.uniform(key, 0), [k[1] for k in kinds])
        last = np.minimum(
            world.calendar.first_day[np.minimum(world.course.ends[firm], world.calendar.months)], world.end
        )
        first = np.maximum(life.established[at] + 30, world.end - 365 * cal.count("patents.years_back"))
        span = np.maximum(last - first - 20, 1)
        filed = np.minimum(first + np.floor(draws.uniform(key, 1) * span).astype(np.int64), world.end - 15)
        days = cal.numbers("patents.days")[kind]
        granted = filed + np.floor(days[:, 0] + (days[:, 1] - days[:, 0]) * draws.uniform(key, 2)).astype(np.int64)
        gets = draws.uniform(key, 3) < cal.numbers("patents.granted")[kind]
        lapses = gets & common.chance(key, 4, cal.number("patents.lapsed"))
        lapsed = granted + common.later(key, 5, 400, 1500)
        return cls(
            at=at,
            firm=firm,
            index=index,
            kind=kind,
            filed=filed,
            granted=np.where(gets, granted, NO_DAY),
            lapsed=np.where(lapses, lapsed, NO_DAY),
            bought=common.chance(key, 6, cal.number("patents.bought")),
            key=key,
        )

    def take(self, chosen: Ints) -> "Rights":
        """Some of them."""
        return Rights(*(getattr(self, f)[chosen] for f in self.__slots__))

    def numbers(self) -> pa.Array:
        """Application numbers: year, kind, seven digits from 99 on, check digit; software has numbers of its own."""
        serial = 9_900_000 + (self.firm * 10 + self.index) % 100_000
        body = (common.year_of(self.filed) * 10 + np.array([1, 2, 3, 2])[self.kind]) * 10**7 + serial
        weights = np.array([2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])
        total = sum(body // 10 ** (11 - i) % 10 * int(w) for i, w in enumerate(weights))
        check = pa.array(list("0123456789X")).take(pa.array(np.asarray(total) % 11))
        patent = common.text(body, ".", check)
        software = common.text(common.year_of(self.filed), "SR", serial)
        return pc.if_else(pa.array(self.kind == 3), software, patent)


def patents(life: Life, rights: Rights) -> pa.Table:
    """One row a right and state."""
    cal, world = shipped("innovation"), life.world
    granted, lapsed = rights.granted < world.end, rights.lapsed < world.end
    # utility models and designs are published when they are granted, software when registered
    shown = rights.filed + np.where(rights.kind == 0, 540, 10**6)
    first = (shown < world.end) & (shown < rights.granted)
    row = np.concatenate([np.flatnonzero(first), np.flatnonzero(granted), np.flatnonzero(lapsed)])
    state = np.repeat([0, 1, 2], [int(first.sum()), int(granted.sum()), int(lapsed.sum())])
    order = np.lexsort((state, row))
    row, state = row[order], state[order]
    some = rights.take(row)
    published = np.where(rights.kind == 0, np.minimum(shown, rights.granted), rights.granted)[row]
    since = np.select([state == 0, state == 1], [published, some.granted], some.lapsed)
    has = state > 0
    term = np.array(YEARS)[some.kind]
    title = common.text(
        "一种",
        common.one_of(cal["patents.words"], some.key, 7),
        common.one_of(cal["patents.things"], some.key, 8),
        pc.if_else(pa.array(some.kind == 3), "软件", ""),
    )
    columns = {
        **common.subject(world, some.firm),
        "ip_kind": codes(KINDS, some.kind),
        "class_level": codes(("I", "II"), (some.kind > 0).astype(np.int64)),
        "application_no": some.numbers(),
        "grant_no": pc.if_else(pa.array(has), common.text("ZL", some.numbers()), common.NONE),
        "title": title,
        "filed_on": dates(some.filed),
        "published_on": dates(np.where(published < world.end, published, NO_DAY)),
        "granted_on": dates(np.where(has, some.granted, NO_DAY)),
        "expires_on": dates(np.where(has, some.filed + np.round(365.25 * term).astype(np.int64), NO_DAY)),
        "legal_status": codes(STATUS, state),
        "status_on": dates(since),
        "ipc": common.one_of(cal["patents.classes"], some.key, 9),
        "owners_count": np.ones(len(row), np.int64),
        "owner_rank": np.ones(len(row), np.int64),
        "inventors_count": common.later(some.key, 10, 1, 6),
        "cited_by": draws.geometric(some.key, 11, 1.0),
        "claims": common.later(some.key, 12, 3, 12),
        "acquired_how": codes(("own", "bought"), some.bought.astype(np.int64)),
        "is_core": common.chance(some.key, 13, 0.7),
    }
    return common.told(world, "patents", columns, since + common.later(some.key, 14, 0, 10))
