"""Mining from beginning to end: search on some rows, test on others, choose a short list, tell what it does.

1. The newest vintages are held back; the other rows are dealt to search and test.
2. The engine finds candidates on the search rows; what drifts, is contradicted by a vintage, or is no better than usual is
   dropped; near-duplicates are merged; what half-samples do not find again is dropped; what remains is made simpler where
   that costs nothing.
3. The rules that short lists at several prices would use are tested on the rows the search did not see; false
   discoveries are controlled.
4. Of the proven rules the short list is chosen on all rows but those held back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.risk.arrays import Floats
from windchime.risk.rules.engine import Coded, Coding, Pool, counts
from windchime.risk.rules.evidence import Counts, drift
from windchime.risk.rules.field import Field
from windchime.risk.rules.leaks import leaks
from windchime.risk.rules.material import SEARCH, TEST, Material
from windchime.risk.rules.searching import Search, Wishes
from windchime.risk.rules.selection import Chooser
from windchime.risk.rules.settings import Settings
from windchime.risk.rules.testing import benjamini_yekutieli, p_values


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
    crowded: Collection[str],
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
        crowded: columns with too many values for any rule.
        prove: only rules that the test proves; otherwise nothing is tested.
        seed: of everything drawn.
        threads: the result does not depend on them.
        progress: told of each step.
    """
    progress(_("searching for rules"), 0, 4)
    searched = material.rows(SEARCH)
    coded = material.coded.take(searched) if len(searched) < material.coded.rows else material.coded
    left_out = dict.fromkeys(crowded, "too many values") | dict.fromkeys(wishes.forbidden, "forbidden")
    left_out |= _telling_nothing_or_all(material, coded, searched, settings, left_out, threads)
    search = Search(material, coded, searched, settings, seed, threads)
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


def _telling_nothing_or_all(
    material: Material,
    coded: Coded,
    searched: NDArray[np.int64],
    settings: Settings,
    known: Collection[str],
    threads: int,
) -> dict[str, str]:
    names = coded.coding.names
    judged = material.rows(TEST)
    suspects, constant = leaks(
        material.coded, material.bad, searched, judged if len(judged) else searched, settings.evidence, threads
    )
    found = {names[k]: "leak" for k in suspects} | {names[k]: "constant" for k in constant}
    return {name: why for name, why in found.items() if name not in known}


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
