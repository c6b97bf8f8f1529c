"""Made-up registries of shareholdings with a fixed seed: persons, companies, hubs, small loops and one loop of two thousand.

Companies stand in an order; owners come before what they own, except inside loops, which are blocks of that order. So
the strong components are the blocks, by construction.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]

#: the big loop, and how many companies a small one has
BIG, SMALL = 2_000, 4


@dataclass(frozen=True, slots=True)
class Registry:
    """Stakes as numbers: persons are 0 … persons - 1, companies follow."""

    persons: int
    companies: int
    owner: Ints
    company: Ints
    #: ten-thousandths
    share: Ints

    def table(self) -> pa.Table:
        """owner, company (text), share (float of four decimals), in the order of the companies."""
        return pa.table(
            {"owner": self._ids(self.owner), "company": self._ids(self.company), "share": self.share / 10_000.0}
        )

    def _ids(self, numbers: Ints) -> pa.StringArray:
        digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 7, "0")
        kind = pa.array(np.where(numbers < self.persons, 0, 1))
        return pc.binary_join_element_wise(pa.array(["p", "c"]).take(kind), digits, "")


def registry(companies: int, *, seed: int = 1, big: int = BIG, looped: float = 0.02) -> Registry:
    """A registry of two persons for every three companies.

    Args:
        companies: how many.
        seed: of all that is drawn.
        big: companies in the one large loop; 0: none.
        looped: part of the companies that are in loops, the large one included.
    """
    random = np.random.default_rng(seed)
    persons = companies * 2 // 3
    held = np.repeat(np.arange(companies), _owners(random, companies))
    block = _blocks(companies, big, looped)
    holder = _holders(random, held, block, persons)
    ring_of, ring_held = _rings(random, block, big)
    holder = np.concatenate([holder, ring_of + persons])
    held = np.concatenate([held, ring_held])
    holder, held = _once(holder, held)
    share = _shares(random, held, companies)
    return Registry(persons, companies, holder, held + persons, share)


def _owners(random: np.random.Generator, companies: int) -> Ints:
    return np.minimum(random.geometric(0.37, companies), 40)


def _blocks(companies: int, big: int, looped: float) -> Ints:
    """(companies,) the first company of each one's loop; itself where it is in none."""
    block = np.arange(companies)
    start = companies // 10
    block[start : start + big] = start
    loops = int((companies * looped - big) / SMALL)
    free = np.arange((start + big) // SMALL + 1, companies // SMALL - 1)
    for first in free[:: max(len(free) // max(loops, 1), 1)][:loops] * SMALL:
        block[first : first + SMALL] = first
    return block


def _holders(random: np.random.Generator, held: Ints, block: Ints, persons: int) -> Ints:
    """Seven in ten are persons; companies come from before the block, half of them drawn towards the first (hubs)."""
    size = len(held)
    before = block[held]
    is_person = (random.random(size) < 0.70) | (before == 0)
    power = np.where(random.random(size) < 0.5, 4.0, 1.0)
    company = np.minimum((before * random.random(size) ** power).astype(np.int64), np.maximum(before - 1, 0))
    person = (persons * random.random(size) ** 1.5).astype(np.int64)
    return np.where(is_person, person, company + persons)


def _rings(random: np.random.Generator, block: Ints, big: int) -> tuple[Ints, Ints]:
    """Each block is a ring; the large one has as many chords again as half its companies."""
    looped = np.flatnonzero(np.bincount(block, minlength=len(block))[block] > 1)
    last = np.append(block[looped][1:] != block[looped][:-1], True)
    following = np.where(last, block[looped], looped + 1)
    chords = random.integers(0, max(big, 1), (2, big // 2)) + len(block) // 10
    return np.concatenate([looped, chords[0]]), np.concatenate([following, chords[1]])


def _once(holder: Ints, held: Ints) -> tuple[Ints, Ints]:
    pair = np.unique(held * (holder.max() + 1) + holder)
    return pair % (holder.max() + 1), pair // (holder.max() + 1)


def _shares(random: np.random.Generator, held: Ints, companies: int) -> Ints:
    """Skewed parts of what is disclosed: all of it for six in ten, else 50 to 100 %; every tenth company in equal parts."""
    weight = np.where(held % 10 == 0, 1.0, random.gamma(0.8, 1.0, len(held)) + 1e-3)
    disclosed = np.where(random.random(companies) < 0.6, 1.0, random.uniform(0.5, 1.0, companies))
    share = weight / np.bincount(held, weight, companies)[held] * disclosed[held]
    parts = np.maximum((share * 10_000).astype(np.int64), 1)
    # what rounding down left over goes to the first owner
    left = (disclosed * 10_000).astype(np.int64) - np.bincount(held, parts, companies).astype(np.int64)
    _, first = np.unique(held, return_index=True)
    parts[first] += np.maximum(left[held[first]], 0)
    return parts
