"""Swap sets: four cells that make up all rows, and outlooks that follow from their assumption."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.risk.rules.swaps import NoOutcomes, swap_set

NAN = float("nan")


def test_cells_and_outlooks_of_a_small_book() -> None:
    before = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1], dtype=bool)
    after = np.array([0, 0, 0, 0, 1, 1, 0, 0, 1, 1], dtype=bool)
    bad = np.array([0, 0, 0, 1, 1, 1, NAN, NAN, NAN, NAN])
    found = swap_set(before, after, bad, factors=(1, 2))
    assert [(c.cell, c.rows, c.known, c.bads) for c in found.cells] == [
        ("approved_by_both", 4, 4, 1),
        ("swapped_out", 2, 2, 2),
        ("swapped_in", 2, 0, 0),
        ("declined_by_both", 2, 0, 0),
    ]
    assert (found["swapped_in"].bad_rate.low, found["swapped_in"].bad_rate.high) == (0.0, 1.0)
    alike, twice = found.outlooks
    assert (alike.approved_before, alike.approved_after) == (0.6, 0.6)
    assert (alike.bad_rate_before, alike.bad_rate_after) == (0.5, 0.25)
    assert twice.bad_rate_after == pytest.approx((1 + 2 * 0.5) / 6)
    json.dumps(found.as_dict(), allow_nan=False)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from([0.0, 1.0])), min_size=1, max_size=40))
def test_with_all_outcomes_known_the_assumption_plays_no_part(rows: list[tuple[bool, bool, float]]) -> None:
    before, after, bad = (np.array(c) for c in zip(*rows, strict=True))
    found = swap_set(before, after, bad, factors=(1, 3))
    assert sum(c.rows for c in found.cells) == len(rows)
    assert sum(c.share for c in found.cells) == pytest.approx(1)
    first, last = found.outlooks
    assert first.bad_rate_after == last.bad_rate_after
    assert first.bad_rate_after == pytest.approx(bad[~after].mean() if (~after).any() else 0)


def test_a_weight_counts_as_so_many_rows() -> None:
    before, after, bad = np.array([False, False, True]), np.array([False, True, False]), np.array([1.0, 0.0, NAN])
    once = swap_set(before, after, bad, factors=(1,), weight=np.array([2.0, 1.0, 1.0]))
    rows = swap_set(before[[0, 0, 1, 2]], after[[0, 0, 1, 2]], bad[[0, 0, 1, 2]], factors=(1,))
    assert once.outlooks == rows.outlooks


def test_nothing_is_assumed_without_any_outcome() -> None:
    with pytest.raises(NoOutcomes):
        swap_set(np.array([True, False]), np.array([False, True]), np.array([NAN, 1.0]), factors=(1,))
