"""Tables of states equal counting them one by one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from windchime.risk.rules.engine.histograms import among, by_pair, by_state


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 200), st.integers(0, 2**20), st.booleans())
def test_tables_equal_crosstabs(rows: int, seed: int, weighted: bool) -> None:
    draws = np.random.default_rng(seed)
    left, right = draws.integers(0, 32, (2, rows)).astype(np.uint8)
    bad = draws.integers(0, 2, rows).astype(np.uint8)
    weight = draws.integers(0, 5, rows).astype(np.float64) if weighted else np.zeros(0)
    each = weight if weighted else np.ones(rows)
    some = np.flatnonzero(draws.random(rows) < 0.5).astype(np.uint32)
    expected = np.zeros((2, 32, 32))
    np.add.at(expected[0], (left, right), each)
    np.add.at(expected[1], (left, right), each * bad)
    assert (by_pair(left, right, bad, weight) == expected).all()
    assert (by_state(left, bad, weight) == expected.sum(axis=2)).all()
    part = np.zeros((2, 32))
    np.add.at(part[0], left[some], each[some])
    np.add.at(part[1], left[some], (each * bad)[some])
    assert (among(left, some, bad[some], weight[some] if weighted else weight) == part).all()
