"""Rows as bits: what rules hit, counted as masks of truth values count it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.risk.rules.engine.planted import masks

from windchime.risk.rules.engine import Coded, Coding, Layout, Pool, counts, hits, overlap, weighted


def drawn(rows: int, seed: int) -> tuple[Coded, Pool, np.random.Generator]:
    draws = np.random.default_rng(seed)
    coded = Coded(Coding(()), draws.integers(0, 32, (5, rows)).astype(np.uint8))
    features = np.argsort(draws.random((12, 5)), axis=1)[:, :4]
    features[np.arange(4) >= draws.integers(1, 5, 12)[:, None]] = -1
    sets = draws.integers(1, 2**32, (12, 4), dtype=np.uint32) | draws.integers(1, 2**32, (12, 4), dtype=np.uint32)
    return coded, Pool.of(features, sets), draws


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 700), st.integers(0, 2**20), st.integers(1, 6), st.sampled_from([1, 2, 8]))
def test_counts_equal_masks(rows: int, seed: int, vintages: int, threads: int) -> None:
    coded, pool, draws = drawn(rows, seed)
    bad = draws.integers(0, 2, rows)
    month = draws.integers(0, vintages, rows) * 3 + 202401
    hit = masks(coded, pool)
    found = counts(coded, pool, bad, month, threads=threads)
    assert found.vintages.tolist() == sorted(set(month.tolist()))
    for place, vintage in enumerate(found.vintages):
        own = month == vintage
        assert found.rows[:, place].tolist() == hit[:, own].sum(axis=1).tolist()
        assert found.bads[:, place].tolist() == hit[:, own & (bad == 1)].sum(axis=1).tolist()
        assert (found.all_rows[place], found.all_bads[place]) == (own.sum(), bad[own].sum())
    layout = Layout.of(rows, month)
    bits = hits(coded, pool, layout, threads=threads)
    assert (layout.unpack(bits) == hit).all()
    assert (layout.pack(hit[0]) == bits[0]).all()
    assert (overlap(bits) == hit.astype(int) @ hit.T.astype(int)).all()
    assert (overlap(bits[:3], bits) == overlap(bits)[:3]).all()
    amount = draws.normal(size=(rows, 2))
    sums = weighted(coded, pool, amount, threads=threads)
    assert np.allclose(sums, hit @ amount)
    assert weighted(coded, pool, amount[:, 0], threads=1).tobytes() == np.ascontiguousarray(sums[:, 0]).tobytes()


def test_blocks_longer_than_one_are_counted_alike() -> None:
    coded, pool, draws = drawn(40_000, 3)
    bad = draws.integers(0, 2, 40_000)
    found = counts(coded, pool, bad, threads=2)
    hit = masks(coded, pool)
    assert found.rows[:, 0].tolist() == hit.sum(axis=1).tolist()
    assert found.bads[:, 0].tolist() == (hit & (bad == 1)).sum(axis=1).tolist()


def test_no_rules_hit_nothing() -> None:
    coded, pool, _ = drawn(100, 1)
    none = pool.take(np.zeros(0, np.int64))
    assert counts(coded, none, np.zeros(100)).rows.shape == (0, 1)
    assert hits(coded, none, Layout.of(100)).shape == (0, 2)
    assert weighted(coded, none, np.ones(100)).shape == (0,)
