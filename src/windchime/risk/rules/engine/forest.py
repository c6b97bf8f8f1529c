"""A forest of shallow trees over halves of the vintages: every path from a root is a candidate.

Each draw of vintages gives two trees, one on either half (complementary pairs, Shah & Samworth 2013), each with features
drawn anew. Without vintages, or with few, blocks of rows drawn at random stand for them. The number of trees that found a
path says how stable it is (Bénard et al. 2021).
"""

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats
from windchime.risk.coding import spread
from windchime.risk.rules.engine.histograms import Codes
from windchime.risk.rules.engine.limits import Effort, Ways
from windchime.risk.rules.engine.objective import LOW, Goal
from windchime.risk.rules.engine.pool import Masks, Places, Pool
from windchime.risk.rules.engine.trees import Int32s, grow, route

Path = tuple[list[int], list[int]]


def forest(
    codes: Codes,
    bad: Codes,
    weight: Floats,
    ways: Ways,
    usable: Places,
    tables: Floats,
    goal: Goal,
    *,
    depth: int,
    effort: Effort,
    block: NDArray[np.int64],
    seed: int,
    threads: int,
) -> Pool:
    """The paths of all trees that the limits allow.

    Args:
        codes: (features, rows).
        bad: 0 or 1, one a row.
        weight: of each row; empty = equal.
        ways: what each feature allows.
        usable: features that trees may split by.
        tables: (features, 2, 32) rows and bads by state.
        goal: what is sought.
        depth: literals of a path at most.
        effort: how many trees, and of how many features.
        block: (rows,) the block each row is drawn with, 0 …
        seed: of the draws; each tree has its own, so that threads do not matter.
        threads: trees grown at once.
    """
    blocks = int(block.max()) + 1
    width = min(len(usable), max(2, min(effort.tree_features, (len(usable) + 1) // 2)))
    valid = [_valid(ways, feature, table) for feature, table in enumerate(tables)]

    def one(tree: int) -> Pool:
        half = np.zeros(blocks, np.bool_)
        half[np.random.default_rng([seed, 0, tree // 2]).permutation(blocks)[: blocks // 2]] = True
        rows = np.flatnonzero((half if tree % 2 else ~half)[block]).astype(np.uint32)
        draws = np.random.default_rng([seed, 1, tree])
        features = np.sort(draws.permutation(usable)[:width]).astype(np.int32)
        if len(rows) > effort.tree_rows:
            rows = np.sort(draws.choice(rows, effort.tree_rows, replace=False))
        least = float(goal.body[LOW]) * len(rows) / len(bad)
        split, worse = grow(
            codes, bad, weight, rows, features, ways.ordered, ways.direction, ways.group, ways.most, least, depth
        )
        counted = route(codes, bad, weight, split, worse)
        paths = {n: path for n in range(2, len(split)) if (path := _path(split, worse, n, valid, ways)) is not None}
        at = np.array(list(paths), np.int64)
        return _pool(list(paths.values()), counted[0, at], counted[1, at], depth)

    return Pool.joined(*spread(one, range(effort.trees), threads))


def blocks_of(rows: int, vintage: NDArray[np.generic] | None, least: int, seed: int) -> NDArray[np.int64]:
    """The block of each row: its vintage; where there are fewer than `least`, parts of vintages drawn at random."""
    named = np.zeros(rows, np.int64) if vintage is None else vintage
    place: NDArray[np.int64] = np.unique(named, return_inverse=True)[1].astype(np.int64)
    parts = -(-least // (int(place.max(initial=0)) + 1))
    if parts == 1:
        return place
    return place * parts + np.random.default_rng([seed, 2]).integers(0, parts, rows)


def _valid(ways: Ways, feature: int, table: Floats) -> tuple[int, int]:
    """States that a literal may name: all quantities, and of the others those met; and the states met."""
    seen = sum(1 << s for s in range(32) if table[0, s] > 0)
    return seen | (1 << int(ways.ordered[feature])) - 1, seen


def _path(split: Int32s, worse: Masks, node: int, valid: list[tuple[int, int]], ways: Ways) -> Path | None:
    """Features and states on the way to a node; None where there is no such node or a rule may not go that way."""
    taken: dict[int, int] = {}
    while node > 1:
        above, other = node >> 1, node & 1
        feature = int(split[above])
        if feature < 0:
            return None
        states = valid[feature][0]
        mask = int(worse[above])
        taken[feature] = taken.get(feature, states) & (~mask if other else mask)
        node = above
    told = {f: m for f, m in taken.items() if m & valid[f][1] != valid[f][1]}
    if not told or not all(ways.allowed(f, m) for f, m in told.items()):
        return None
    return list(told), list(told.values())


def _pool(paths: list[Path], rows: Floats, bads: Floats, depth: int) -> Pool:
    features = np.full((len(paths), depth), -1, np.int64)
    masks = np.zeros((len(paths), depth), np.uint32)
    for k, (where, states) in enumerate(paths):
        features[k, : len(where)] = where
        masks[k, : len(states)] = states
    return Pool.of(features, masks, trees=np.ones(len(paths), np.int32), rows=rows, bads=bads)
