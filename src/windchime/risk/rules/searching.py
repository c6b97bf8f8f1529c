"""The search: candidates on the rows it may see, shortened to the few worth testing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats
from windchime.risk.rules.engine import Coded, Limits, Pool, candidates, counts, weighted
from windchime.risk.rules.engine.limits import Direction
from windchime.risk.rules.evidence import Sample, evidence
from windchime.risk.rules.field import Field
from windchime.risk.rules.material import Material
from windchime.risk.rules.selection import Chooser
from windchime.risk.rules.settings import Settings
from windchime.risk.rules.shifts import shifts
from windchime.risk.rules.shortening import best_at_prices, complexity, one_of_each, readable, simpler
from windchime.risk.rules.stability import frequencies


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller says of the columns."""

    directions: Mapping[str, Direction] = field(default_factory=dict)
    forbidden: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """The rows the search may see."""

    material: Material
    #: these rows only
    coded: Coded
    rows: NDArray[np.int64]
    settings: Settings
    seed: int
    threads: int

    def candidates(self, wishes: Wishes) -> Pool:
        """All that the engine finds on levelled rows; none where the budget leaves no room for the least number of hits."""
        s, sample = self.settings, self.sample
        least = max(s.candidates.least_share * s.budget.budget, s.evidence.min_hits / float(sample.rows.sum()))
        most = min(1.0, s.candidates.largest_share * s.budget.budget)
        empty = Pool.of(np.zeros((0, 1), np.int64), np.zeros((0, 1), np.uint32))
        if least >= most:
            return empty
        limits = Limits(
            least,
            most,
            s.evidence.min_bads,
            s.candidates.max_conditions,
            z=s.evidence.z,
            directions=wishes.directions,
            forbidden=wishes.forbidden,
            groups=wishes.groups,
        )
        return candidates(
            self.coded,
            self.bad,
            limits=limits,
            weight=self.material.levelled(self.rows),
            vintage=self.block,
            seed=self.seed,
            threads=self.threads,
        )

    def shortened(self, pool: Pool, steps: dict[str, int]) -> tuple[Pool, Floats]:
        """The rules worth testing, and how stable each is."""
        s = self.settings
        low, number = self.bounds(pool)
        looked_at = best_at_prices(low, number, s.evidence.min_lift * self.sample.base, s.candidates.looked_at)
        pool = pool.take(looked_at)
        steps["better"] = int((low > s.evidence.min_lift * self.sample.base).sum())
        own = self.material.field(self.coded, pool, self.rows, self.threads)
        distinct = one_of_each(own.alike, s.budget.alike)
        pool, own = pool.take(distinct), _taken(own, distinct)
        steps["distinct"] = len(pool)
        found = frequencies(
            own,
            evidence=s.evidence,
            settings=s.stability,
            duplicate=s.budget.duplicate,
            seed=self.seed,
            threads=self.threads,
        )
        stable = np.flatnonzero(found >= s.stability.frequency)
        pool, own, found = pool.take(stable), _taken(own, stable), found[stable]
        steps["stable"] = len(pool)
        few = self.wanted(pool, own)
        return self.simplified(pool.take(few)), found[few]

    def counted(self, pool: Pool, exact: bool) -> tuple[Floats, Floats, Sample]:
        """(r, v) rows and bads by block, and all rows. Of rows with weights only `exact` counts are by weight throughout."""
        mass = self.material.effective(self.rows)
        if mass is not None and exact:
            here = np.eye(len(self.sample.rows))[self.block] * mass[:, None]
            found = weighted(self.coded, pool, np.hstack([here, here * self.bad[:, None]]), threads=self.threads)
            return found[:, : here.shape[1]], found[:, here.shape[1] :], self.sample
        if mass is not None and len(self.sample.rows) == 1:
            return pool.rows[:, None], pool.bads[:, None], self.sample
        told = counts(self.coded, pool, self.bad, self.block, threads=self.threads)
        plain = self.material.sample(self.rows, plain=True)
        return told.rows.astype(np.float64), told.bads.astype(np.float64), plain

    def bounds(self, pool: Pool, *, exact: bool = False) -> tuple[Floats, Floats]:
        """Lower bound of the bad rate, drift paid for, 0 where a rule is not to be used; and hits."""
        s = self.settings
        rows, bads, sample = self.counted(pool, exact)
        told = evidence(rows, bads, sample, s.evidence, s.time)
        usable = (told.hits >= s.evidence.min_hits) & (told.bads >= s.evidence.min_bads) & ~told.contradicted
        usable &= (told.drift <= s.time.max_rule_drift) & readable(pool, self.coded.coding, s.candidates.max_categories)
        factor = told.drift**-s.time.drift_penalty
        if len(sample.rows) > 1:
            moved = shifts(self.coded, pool, self.block)
            factor = factor * np.exp(-s.time.feature_penalty * np.minimum(moved, 1.0))
        return np.where(usable, told.low * factor, 0.0), told.hits

    def wanted(self, pool: Pool, own: Field) -> NDArray[np.int64]:
        """Positions of the rules that short lists at some price would use, filled up with the purest, as many as are tested."""
        s = self.settings
        chooser = Chooser(own, np.ones(len(pool)), s.budget, s.evidence, s.time)
        listed = {rule for found in chooser.ladder() for rule in found}
        rest = [rule for rule in range(len(pool)) if rule not in listed]
        return np.array([*sorted(listed), *rest][: s.evidence.max_tested], dtype=np.int64)

    def simplified(self, pool: Pool) -> Pool:
        """Each rule as simple as it can be without its bound falling."""
        coding = self.coded.coding
        while True:
            tried, origin = simpler(pool, coding)
            if not len(tried):
                return pool
            before, now = self.bounds(pool, exact=True), self.bounds(tried, exact=True)
            most = self.settings.candidates.largest_share * self.settings.budget.budget * float(self.sample.rows.sum())
            floor = before[0][origin] * (1 - self.settings.candidates.given_up)
            good = (now[0] >= floor) & (now[1] >= before[1][origin]) & (now[1] <= most)
            ease = complexity(tried, coding)
            good &= ease < complexity(pool, coding)[origin]
            if not good.any():
                return pool
            order = np.lexsort([np.arange(len(tried)), ease, origin])
            order = order[good[order]]
            first = order[np.r_[True, np.diff(origin[order]) > 0]]
            pool = _with(pool, tried, origin[first], first)

    @property
    def sample(self) -> Sample:
        """The rows by block."""
        return self.material.sample(self.rows)

    @property
    def bad(self) -> NDArray[np.bool_]:
        """Which of them are bad."""
        return self.material.bad[self.rows]

    @property
    def block(self) -> NDArray[np.int64]:
        """The block of each."""
        return self.material.block[self.rows]


def _taken(own: Field, index: NDArray[np.int64]) -> Field:
    return replace(own, bits=own.bits[index], alike=own.alike[np.ix_(index, index)])


def _with(pool: Pool, tried: Pool, places: NDArray[np.int64], taken: NDArray[np.int64]) -> Pool:
    """The pool with some rules put in the places of others."""
    features, masks = pool.features.copy(), pool.masks.copy()
    features[places], masks[places] = tried.features[taken], tried.masks[taken]
    return replace(pool, features=features, masks=masks)
