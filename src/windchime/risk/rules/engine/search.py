"""Candidates for rules: every single literal, every pair of the features that tell most, a forest, and a beam."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from windchime.risk.arrays import Floats, labels
from windchime.risk.coding import Coded, spread
from windchime.risk.rules.engine.beam import lengthened
from windchime.risk.rules.engine.forest import blocks_of, forest
from windchime.risk.rules.engine.histograms import Codes, by_state
from windchime.risk.rules.engine.limits import Limits, Ways
from windchime.risk.rules.engine.literals import information, literals
from windchime.risk.rules.engine.objective import ROWS, Goal
from windchime.risk.rules.engine.pairs import pairs
from windchime.risk.rules.engine.pool import Places, Pool

#: a tree is as deep at most: its paths are the candidates, and deeper ones are few and unlike each other
_DEPTH = 3


def candidates(
    coded: Coded,
    bad: ArrayLike,
    *,
    limits: Limits,
    weight: Floats | None = None,
    vintage: NDArray[np.generic] | None = None,
    seed: int = 0,
    threads: int = 2,
) -> Pool:
    """The rules worth looking at, at most `limits.effort.keep`: the best of each band of hit rates.

    The same table, limits and seed give the same rules, byte for byte, on any number of threads.

    Args:
        coded: the table.
        bad: 1 for bad, 0 for good, one a row.
        limits: what a rule may be, and how wide the search goes.
        weight: of each row, not negative; None = equal. Scaled to the rows they are worth (Kish 1965) before limits and
            bounds are applied.
        vintage: numbers or dates, one a row: the forest draws its samples by vintage.
        seed: of what the forest draws.
        threads: work done at once.

    Raises:
        BadLabels: labels that are missing, of one kind, or of another number of rows.
        UnknownName: a limit of a feature that is not there.
    """
    search = _Search.of(coded, labels(bad, coded.rows), weight, limits, threads)
    effort, goal = limits.effort, search.goal
    sets, single = literals(search.ways, search.tables, goal)
    found = [single]
    usable = search.telling(len(search.codes))
    if limits.literals > 1 and len(usable) > 1:
        chosen = search.telling(effort.pair_features)
        read = (search.codes, search.bad, search.weight, search.ways)
        two, bases = pairs(*read, chosen, sets, goal, threads)
        found.append(two)
        if effort.trees:
            block = blocks_of(coded.rows, vintage, effort.blocks, seed)
            depth = min(limits.literals, _DEPTH)
            found.append(
                forest(
                    *read,
                    usable,
                    search.tables,
                    goal,
                    depth=depth,
                    effort=effort,
                    block=block,
                    seed=seed,
                    threads=threads,
                )
            )
        for _ in range(2, limits.literals):
            bar = _bar(Pool.joined(*found), goal, effort.keep)
            more, bases = lengthened(*read, chosen, sets, goal, bases, width=effort.beam, bar=bar, threads=threads)
            found.append(more)
    return _kept(Pool.joined(*found), goal, effort.keep)


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """What all parts of a search read."""

    codes: Codes
    bad: Codes
    #: scaled to the rows they are worth; empty = equal
    weight: Floats
    ways: Ways
    goal: Goal
    #: (features, 2, 32) rows and bads by state
    tables: Floats

    @classmethod
    def of(cls, coded: Coded, label: Floats, weight: Floats | None, limits: Limits, threads: int) -> "_Search":
        bad = label.astype(np.uint8)
        scaled = np.zeros(0) if weight is None else weight * (weight.sum() / np.square(weight).sum())
        ways = Ways.of(coded.coding, limits)
        tables = np.array(spread(lambda column: by_state(column, bad, scaled), list(coded.codes), threads)).reshape(
            -1, 2, 32
        )
        if weight is None:
            return cls(coded.codes, bad, scaled, ways, Goal.of(limits, len(bad), float(bad.sum())), tables)
        goal = Goal.of(limits, float(scaled.sum()), float((scaled * bad).sum()))
        return cls(coded.codes, bad, scaled, ways, goal, tables)

    def telling(self, most: int) -> Places:
        """The features that tell most by themselves, by place: those that rules may use and that have states to tell."""
        told = np.where(self.ways.open, information(self.tables, float(self.goal.body[ROWS])), -np.inf)
        told[(self.tables[:, 0] > 0).sum(axis=1) < 2] = -np.inf
        best = np.argsort(-told, kind="stable")[:most]
        found: Places = np.sort(best[np.isfinite(told[best])])
        return found


def _bar(pool: Pool, goal: Goal, most: int) -> float:
    """The score below which a rule is not kept in any band of hit rates; 0 as long as one has room."""
    scores = goal.scores(pool.rows, pool.bads)
    bands = goal.bands_of(pool.rows)
    room = -(-most // goal.bands)
    least = (np.sort(scores[bands == band])[-room:] for band in range(goal.bands))
    return min(float(own[0]) if len(own) == room else 0.0 for own in least)


def _kept(pool: Pool, goal: Goal, most: int) -> Pool:
    """The best of each band of hit rates, the bands having equal room and what one leaves going to all."""
    scores = goal.scores(pool.rows, pool.bads)
    bands = goal.bands_of(pool.rows)
    order = np.lexsort([np.arange(len(pool)), -scores, bands])
    order = order[scores[order] > 0]
    first = np.searchsorted(bands[order], np.arange(goal.bands))
    rank = np.arange(len(order)) - first[bands[order]]
    best = order[np.argsort(rank, kind="stable")[:most]]
    return pool.take(np.sort(best))
