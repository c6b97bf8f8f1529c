"""Rules in codes: one order, each once."""

import numpy as np

from windchime.risk.rules.engine import Pool


def test_rules_stand_in_one_order_and_each_once() -> None:
    features = np.array([[5, 2, -1], [2, 5, -1], [3, -1, -1], [2, 5, -1]])
    sets = np.array([[1, 6, 9], [6, 1, 0], [2, 9, 9], [6, 2, 0]], np.uint32)
    pool = Pool.of(features, sets, trees=np.array([1, 2, 0, 4], np.int32), rows=np.array([10.0, 10.0, 7.0, 5.0]))
    assert pool.features.tolist() == [[3, -1, -1, -1], [2, 5, -1, -1], [2, 5, -1, -1]]
    assert pool.masks.tolist() == [[2, 0, 0, 0], [6, 1, 0, 0], [6, 2, 0, 0]]
    assert pool.trees.tolist() == [0, 3, 4]
    assert pool.rows.tolist() == [7, 10, 5]
    assert pool.literals.tolist() == [1, 2, 2]
    again = Pool.joined(pool.take(np.array([2, 0])), pool.take(np.array([1])))
    assert again.features.tolist() == pool.features.tolist()
    assert again.masks.tolist() == pool.masks.tolist()


def test_no_rules() -> None:
    none = Pool.of(np.zeros((0, 2), np.int64), np.zeros((0, 2), np.uint32))
    assert len(Pool.joined(none, none)) == 0
