"""One shallow tree: its splits are the best there are, its nodes hold what it says."""

import numpy as np
import pytest
from numpy.typing import NDArray

from windchime.risk.rules.engine.trees import grow, route

NONE = np.zeros(0)


def grown(
    codes: NDArray[np.uint8], bad: NDArray[np.uint8], ordered: list[int], **other: object
) -> tuple[list[int], list[int]]:
    features = np.arange(len(codes), dtype=np.int32)
    way = np.array(other.get("way", [0] * len(codes)), np.int8)
    group = np.array(other.get("group", features), np.int32)
    depth, most = int(str(other.get("depth", 1))), int(str(other.get("most", 32)))
    rows = np.arange(len(bad), dtype=np.uint32)
    split, worse = grow(codes, bad, NONE, rows, features, np.array(ordered, np.int32), way, group, most, 20.0, depth)
    return split.tolist(), worse.tolist()


def drawn(seed: int, states: int = 6) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    draws = np.random.default_rng(seed)
    codes = draws.integers(0, states, (4, 600)).astype(np.uint8)
    return codes, (draws.random(600) < 0.1 + 0.06 * codes[2] * (codes[1] > 2)).astype(np.uint8)


def gain(hit: NDArray[np.bool_], bad: NDArray[np.uint8]) -> float:
    sides = [bad[hit], bad[~hit]]
    return sum(s.sum() ** 2 / len(s) for s in sides) - bad.sum() ** 2 / len(bad) if min(map(len, sides)) >= 20 else 0.0


@pytest.mark.parametrize("seed", range(4))
def test_the_first_split_of_numbers_is_the_best_of_all_cuts(seed: int) -> None:
    codes, bad = drawn(seed)
    best = max((gain(column >= cut, bad), k, cut) for k, column in enumerate(codes) for cut in range(1, 6))
    split, worse = grown(codes, bad, [6] * 4)
    assert split[1] == best[1]
    high = 0b111111 >> best[2] << best[2]
    assert worse[1] in (high, 0b111111 ^ high)
    taken = (worse[1] >> codes[split[1]].astype(np.int64) & 1).astype(np.bool_)
    assert gain(taken, bad) == pytest.approx(best[0])
    assert bad[taken].mean() > bad[~taken].mean()


@pytest.mark.parametrize("seed", range(4))
def test_the_first_split_of_categories_is_the_best_of_all_sets(seed: int) -> None:
    codes, bad = drawn(seed, states=5)
    every = [
        (gain((mask >> column.astype(np.int64) & 1) == 1, bad), k)
        for k, column in enumerate(codes)
        for mask in range(1, 31)
    ]
    split, worse = grown(codes, bad, [0] * 4)
    taken = (worse[1] >> codes[split[1]].astype(np.int64) & 1) == 1
    assert gain(taken, bad) == pytest.approx(
        max(every)[0], rel=0.02
    )  # smoothed rates may order near-equal states otherwise


def test_a_split_of_a_category_names_or_leaves_out_few_states() -> None:
    codes, bad = drawn(2, states=9)
    free, few = (grown(codes[2:3], bad, [0], most=most)[1][1] for most in (32, 1))
    assert 2 <= free.bit_count() <= 7
    assert few.bit_count() in (1, 8)


def test_a_direction_allows_only_splits_that_point_its_way() -> None:
    codes, bad = drawn(0)
    assert grown(codes[2:3], bad, [6], way=[1])[0][1] == 0
    falling = 5 - codes[2:3]
    assert grown(falling, bad, [6], way=[-1])[0][1] == 0
    clear = (codes[2:3] > 2).astype(np.uint8)
    assert grown(clear, bad, [2], way=[-1])[0][1] == -1


def test_features_of_a_group_are_not_on_one_path_and_nodes_hold_what_is_told() -> None:
    codes, bad = drawn(1)
    split, worse = grown(codes, bad, [6] * 4, group=[0, 7, 7, 3], depth=3)
    for node in range(2, 8):
        above = [split[n] for n in (node >> 1, node >> 2) if n]
        if split[node] in (1, 2):
            assert 3 - split[node] not in above
    held = route(codes, bad, NONE, np.array(split, np.int32), np.array(worse, np.uint32))
    side = (worse[1] >> codes[split[1]].astype(np.int64) & 1) == 1
    assert held[:, 2].tolist() == [side.sum(), bad[side].sum()]
    assert held[:, 3].tolist() == [(~side).sum(), bad[~side].sum()]
    assert held[:, 4:8].sum(axis=1).tolist() == [600, bad.sum()]
