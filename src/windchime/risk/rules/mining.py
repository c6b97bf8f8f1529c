"""Mining from beginning to end: search on some rows, test on others, choose a short list, tell what it does.

1. The newest vintages are held back; the other rows are dealt to search and test.
2. The engine finds candidates on the search rows; what drifts, is contradicted by a vintage, or is no better than usual is
   dropped; near-duplicates are merged; what half-samples do not find again is dropped; what remains is made simpler where
   that costs nothing.
3. The rules that short lists at several prices would use are tested on the rows the search did not see; false
   discoveries are controlled.
4. Of the proven rules the short list is chosen on all rows but those held back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.risk.arrays import Floats
from windchime.risk.rules.engine import Coded, Coding, Limits, Pool, candidates, counts, weighted
from windchime.risk.rules.engine.limits import Direction
from windchime.risk.rules.evidence import Counts, Sample, drift, evidence
from windchime.risk.rules.field import Field
from windchime.risk.rules.leaks import leaks
from windchime.risk.rules.material import SEARCH, TEST, Material
from windchime.risk.rules.selection import Chooser
from windchime.risk.rules.settings import Settings
from windchime.risk.rules.shifts import shifts
from windchime.risk.rules.shortening import best_at_prices, complexity, one_of_each, readable, simpler
from windchime.risk.rules.stability import frequencies
from windchime.risk.rules.testing import benjamini_yekutieli, p_values


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller says of the columns."""

    directions: Mapping[str, Direction] = field(default_factory=dict)
    forbidden: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The short list in codes, in its order, with what was measured on the way."""

    pool: Pool
    p: Floats
    q: Floats
    stability: Floats
    #: candidates left after each step
    steps: Mapping[str, int]
    #: columns that no rule may use, with why
    left_out: Mapping[str, str]


def mine(
    material: Material,
    settings: Settings,
    wishes: Wishes,
    *,
    prove: bool,
    seed: int,
    threads: int,
    progress: Progress = silent,
) -> Found:
    """The short list of rules.

    Args:
        material: the rows and their sides.
        settings: all figures.
        wishes: what the caller says of the columns.
        prove: only rules that the test proves; otherwise nothing is tested.
        seed: of everything drawn.
        threads: the result does not depend on them.
        progress: told of each step.
    """
    progress(_("searching for rules"), 0, 4)
    searched = material.rows(SEARCH)
    coded = material.coded.take(searched) if len(searched) < material.coded.rows else material.coded
    left_out = _left_out(material, coded, searched, settings, wishes, threads)
    search = _Search(material, coded, searched, settings, seed, threads)
    pool = search.candidates(replace(wishes, forbidden=tuple(sorted({*wishes.forbidden, *left_out}))))
    steps = {"counted": len(pool)}
    progress(_("comparing rules"), 1, 4)
    pool, stability = search.shortened(pool, steps)
    progress(_("testing rules"), 2, 4)
    if len(pool):
        steady = _steady(material, pool, settings, threads)
        pool, stability = pool.take(steady), stability[steady]
        steps["steady"] = len(pool)
    p = q = np.full(len(pool), np.nan)
    if prove and len(pool):
        p = _tested(material, pool, threads)
        q = benjamini_yekutieli(p)
        keep = q <= settings.evidence.false_discovery_rate
        pool, p, q, stability = pool.take(keep), p[keep], q[keep], stability[keep]
        steps |= {"tested": len(keep), "proven": len(pool)}
    progress(_("choosing the short list"), 3, 4)
    chosen = _listed(material, pool, settings, threads)
    steps["listed"] = len(chosen)
    progress(_("choosing the short list"), 4, 4)
    return Found(pool.take(chosen), p[chosen], q[chosen], stability[chosen], steps, left_out)


def _steady(material: Material, pool: Pool, settings: Settings, threads: int) -> NDArray[np.bool_]:
    """Whether the hit rate of each rule stays, on all rows but those held back: the rows that test lend no labels here."""
    rows = material.rows(SEARCH, TEST)
    counted = _counts(material, pool, np.where(material.side > TEST, -1, material.block), threads)
    moved = drift(counted[0].astype(np.float64), material.sample(rows, plain=True).rows, settings.time)
    return moved <= settings.time.max_rule_drift


def _tested(material: Material, pool: Pool, threads: int) -> Floats:
    """p-values on the rows that test."""
    sample = material.sample(material.rows(TEST), plain=True)
    rows, bads = _counts(material, pool, np.where(material.side == TEST, material.block, -1), threads)
    return p_values(rows, bads, sample)


def _counts(material: Material, pool: Pool, group: NDArray[np.int64], threads: int) -> tuple[Counts, Counts]:
    """(r, groups) rows and bads; rows of group −1 are passed over."""
    found = counts(material.coded, pool, material.bad, group, threads=threads)
    used = np.asarray(found.vintages, dtype=np.int64) >= 0
    return found.rows[:, used], found.bads[:, used]


def _left_out(
    material: Material, coded: Coded, searched: NDArray[np.int64], settings: Settings, wishes: Wishes, threads: int
) -> dict[str, str]:
    names = coded.coding.names
    judged = material.rows(TEST)
    suspects, constant = leaks(
        material.coded, material.bad, searched, judged if len(judged) else searched, settings.evidence, threads
    )
    found = dict.fromkeys(wishes.forbidden, "forbidden")
    found |= {names[k]: "constant" for k in constant if names[k] not in found}
    return found | {names[k]: "leak" for k in suspects if names[k] not in found}


def _listed(material: Material, pool: Pool, settings: Settings, threads: int) -> NDArray[np.int64]:
    rows = material.rows(SEARCH, TEST)
    if not len(pool):
        return np.zeros(0, dtype=np.int64)
    coded = material.coded if len(rows) == material.coded.rows else None
    own = material.field(coded, pool, rows, threads) if coded else _some(material, pool, rows, threads)
    chooser = Chooser(own, np.ones(len(pool)), settings.budget, settings.evidence, settings.time)
    return np.array(chooser.best(), dtype=np.int64)


def _some(material: Material, pool: Pool, rows: NDArray[np.int64], threads: int) -> Field:
    """The rules on some rows, coding only the columns they look at."""
    used = np.unique(pool.features[pool.features >= 0])
    narrow = Coded(
        Coding(tuple(material.coded.coding.features[f] for f in used)),
        np.ascontiguousarray(material.coded.codes[used][:, rows]),
    )
    places = np.where(pool.features >= 0, np.searchsorted(used, pool.features), -1).astype(np.int16)
    return material.field(narrow, replace(pool, features=places), rows, threads)


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """The rows the search may see."""

    material: Material
    #: these rows only
    coded: Coded
    rows: NDArray[np.int64]
    settings: Settings
    seed: int
    threads: int

    def candidates(self, wishes: Wishes) -> Pool:
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
        return self.material.sample(self.rows)

    @property
    def bad(self) -> NDArray[np.bool_]:
        return self.material.bad[self.rows]

    @property
    def block(self) -> NDArray[np.int64]:
        return self.material.block[self.rows]


def _taken(own: Field, index: NDArray[np.int64]) -> Field:
    return replace(own, bits=own.bits[index], alike=own.alike[np.ix_(index, index)])


def _with(pool: Pool, tried: Pool, places: NDArray[np.int64], taken: NDArray[np.int64]) -> Pool:
    """The pool with some rules put in the places of others."""
    features, masks = pool.features.copy(), pool.masks.copy()
    features[places], masks[places] = tried.features[taken], tried.masks[taken]
    return replace(pool, features=features, masks=masks)
