"""From candidates to the short list: counts against masks, lists against all lists, simpler rules that stay rules."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.risk.rules.planted import planted

from windchime.risk.coding import code_table
from windchime.risk.rules.engine import Layout, Pool, overlap
from windchime.risk.rules.evidence import Sample
from windchime.risk.rules.field import Field
from windchime.risk.rules.leaks import leaks
from windchime.risk.rules.material import HELD, SEARCH, TEST, Material
from windchime.risk.rules.selection import Chooser
from windchime.risk.rules.settings import Settings
from windchime.risk.rules.shifts import shifts
from windchime.risk.rules.shortening import best_at_prices, complexity, one_of_each, readable, simpler
from windchime.risk.rules.stability import frequencies
from windchime.risk.rules.tallies import all_rows, jaccard, tally
from windchime.risk.rules.telling import rule_of
from windchime.risk.rules.vintages import vintages

SHIPPED = Settings.shipped()


def field(flags: np.ndarray, bad: np.ndarray, block: np.ndarray, mass: np.ndarray | None = None) -> Field:
    layout = Layout.of(len(bad), block)
    bits = np.array([layout.pack(f) for f in flags])
    size = int(block.max()) + 1
    weight = np.ones(len(bad)) if mass is None else mass
    rows, bads = np.bincount(block, weight, size), np.bincount(block[bad], weight[bad], size)
    sample = Sample(rows.astype(np.float64), bads.astype(np.float64))
    spread = None if mass is None else np.where(layout.row >= 0, mass[layout.row], 0.0)
    return Field(bits, layout.pack(bad), layout.start, sample, jaccard(overlap(bits)), spread)


def made(seed: int, rules: int = 7, rows: int = 700) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    flags = rng.random((rules, rows)) < rng.uniform(0.02, 0.08, (rules, 1))
    bad = rng.random(rows) < 0.08 + 0.5 * flags[: rules // 2].any(axis=0)
    return flags, bad, rng.integers(0, 3, rows)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_tallies_are_sums_over_masks(seed: int, weighted: bool) -> None:
    flags, bad, block = made(seed, rows=200)
    rng = np.random.default_rng(seed)
    mass = rng.integers(1, 5, 200).astype(float) if weighted else None
    own, within = field(flags, bad, block, mass), rng.random(200) < 0.5
    rows, bads = own.tally(own.bits, Layout.of(200, block).pack(within))
    weight = np.ones(200) if mass is None else mass
    for v in range(3):
        here = within & (block == v)
        assert (rows[:, v] == (flags & here) @ weight).all()
        assert (bads[:, v] == (flags & here & bad) @ weight).all()


def test_overlaps_are_jaccards() -> None:
    flags, bad, block = made(1)
    alike = field(flags, bad, block).alike
    for i, j in combinations(range(len(flags)), 2):
        assert alike[i, j] == pytest.approx((flags[i] & flags[j]).sum() / (flags[i] | flags[j]).sum())


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_the_list_is_near_the_best_of_all_lists_and_within_the_budget(seed: int) -> None:
    flags, bad, _ = made(seed, rules=6)
    own = field(flags, bad, np.zeros(len(bad), dtype=np.int64))
    budget = replace(SHIPPED.budget, budget=0.12, max_rules=3)
    chooser = Chooser(own, np.ones(6), budget, SHIPPED.evidence, SHIPPED.time)
    found = chooser.best()
    union = flags[found].any(axis=0) if found else np.zeros(len(bad), bool)
    assert union.mean() <= 0.12
    assert len(found) <= 3
    every = [list(c) for k in (1, 2, 3) for c in combinations(range(6), k)]
    allowed = [c for c in every if all(own.alike[i, j] < budget.duplicate for i, j in combinations(c, 2))]
    assert chooser.worth(found) >= 0.9 * max((chooser.worth(c) for c in allowed), default=0.0)


def test_a_list_that_drifts_is_not_chosen() -> None:
    block = np.repeat([0, 1], 4000)
    rng = np.random.default_rng(2)
    flags = np.array([rng.random(8000) < np.where(block == 0, 0.02, 0.05) for _ in range(2)])
    bad = rng.random(8000) < np.where(flags.any(axis=0), 0.6, 0.1)
    chooser = Chooser(field(flags, bad, block), np.ones(2), SHIPPED.budget, SHIPPED.evidence, SHIPPED.time)
    assert chooser.best() == []
    blind = replace(SHIPPED.time, max_drift=10.0)
    assert Chooser(field(flags, bad, block), np.ones(2), SHIPPED.budget, SHIPPED.evidence, blind).best() != []


def test_what_chance_found_is_selected_less_often_than_what_is_there() -> None:
    rng = np.random.default_rng(3)
    flags = rng.random((30, 3000)) < 0.04
    bad = rng.random(3000) < 0.1 + 0.4 * flags[0]
    own = field(flags, bad, np.zeros(3000, dtype=np.int64))
    few = replace(SHIPPED.stability, selected=3)
    told = [frequencies(own, evidence=SHIPPED.evidence, settings=few, duplicate=0.5, seed=1, threads=k) for k in (1, 2)]
    assert (told[0] == told[1]).all()
    assert told[0][0] == 1.0
    assert told[0][1:].mean() < 0.1


def test_near_duplicates_stand_for_each_other() -> None:
    rng = np.random.default_rng(4)
    one = rng.random(3000) < 0.05
    other = one ^ (rng.random(3000) < 0.001)
    bad = rng.random(3000) < 0.1 + 0.4 * one
    own = field(np.array([one, other]), bad, np.zeros(3000, dtype=np.int64))
    single = replace(SHIPPED.stability, selected=1)
    found = frequencies(own, evidence=SHIPPED.evidence, settings=single, duplicate=0.5, seed=1, threads=1)
    assert found.tolist() == [1.0, 1.0]
    assert one_of_each(own.alike, 0.8).tolist() == [0]


def test_the_best_at_each_price_are_large_and_good_or_small_and_pure() -> None:
    low, hits = np.array([0.9, 0.4, 0.3, 0.05, 0.39]), np.array([10.0, 500.0, 5.0, 9000.0, 400.0])
    assert best_at_prices(low, hits, 0.1, 8).tolist() == [0, 1]
    assert best_at_prices(low, hits, 0.95, 8).tolist() == []


def test_simpler_rules_are_rules_that_hit_no_fewer_rows_or_have_rounder_cuts() -> None:
    table, _ = planted(2000, 5)
    coded = code_table(table.select("months", "debt", "region"), specials={"debt": (-9999.0,)})
    features = np.array([[0, 1], [1, 2]])
    masks = np.array([[0b111100, 0b1111000], [0b1110, 0b11]], dtype=np.uint32)
    pool = Pool.of(features, masks)
    tried, origin = simpler(pool, coded.coding)
    assert len(tried)
    assert set(origin.tolist()) == {0, 1}
    before, now = complexity(pool, coded.coding), complexity(tried, coded.coding)
    for k in range(len(tried)):
        rule, source = rule_of(tried, k, coded.coding), rule_of(pool, int(origin[k]), coded.coding)
        assert set(rule.features) <= set(source.features)
        wider = table.select((source.holds() & ~rule.holds()).any()).item()
        assert not wider or now[k] < before[origin[k]]


def test_long_lists_of_categories_are_not_readable() -> None:
    coded = code_table(pl.DataFrame({"c": [f"k{k % 20:02}" for k in range(200)]}))
    masks = np.array([[0b11111], [0b111111], [0xFFFF], [(1 << 22) - 1 - 0b111]], dtype=np.uint32)
    pool = Pool.of(np.zeros((4, 1), np.int64), masks)
    told = {int(m): bool(r) for m, r in zip(pool.masks[:, 0], readable(pool, coded.coding, 5), strict=True)}
    assert told == {0b11111: True, 0b111111: False, 0xFFFF: False, (1 << 22) - 1 - 0b111: True}


def test_leaks_are_judged_on_other_rows_than_they_are_learnt_on() -> None:
    rng = np.random.default_rng(6)
    bad = rng.random(600) < 0.2
    names = [f"n{k:03}" for k in rng.permutation(600) % 30]
    table = pl.DataFrame({"told": np.where(bad, 1.0, rng.random(600)), "names": names, "one": [1] * 600})
    found = leaks(code_table(table), bad, np.arange(300), np.arange(300, 600), SHIPPED.evidence, 1)
    assert found == ((0,), (2,))


def test_features_that_moved_are_told_beyond_chance() -> None:
    rng = np.random.default_rng(7)
    block = np.repeat([0, 1], 1500)
    table = pl.DataFrame({"still": rng.normal(size=3000), "moved": rng.normal(size=3000) + block})
    pool = Pool.of(np.array([[0], [1]]), np.array([[1], [1]], dtype=np.uint32))
    still, moved = shifts(code_table(table), pool, block)
    assert still < 0.02
    assert moved > 0.5


def test_rows_are_dealt_by_block_and_label_and_the_newest_held_back() -> None:
    rng = np.random.default_rng(8)
    years, bad = np.repeat([2000, 2001, 2002], [1000, 1000, 300]), rng.random(2300) < 0.2
    coded = code_table(pl.DataFrame({"x": rng.normal(size=2300)}))
    told = vintages(years, 2300, 120)
    material = Material.of(
        coded,
        bad,
        told,
        None,
        SHIPPED,
        search_share=0.6,
        held=told.newest(bad, least=SHIPPED.time.block, most=SHIPPED.time.held_back),
        seed=1,
    )
    assert material.held == 1
    assert ((material.side == HELD) == (years == 2002)).all()
    for year in (2000, 2001):
        for label in (False, True):
            here = (years == year) & (bad == label)
            assert (material.side[here] == SEARCH).sum() == round(0.6 * here.sum())
    levelled = material.levelled(material.rows(SEARCH, TEST))
    assert levelled is not None
    rows = material.rows(SEARCH, TEST)
    rates = [
        np.average(bad[rows][material.block[rows] == k], weights=levelled[material.block[rows] == k]) for k in (0, 1)
    ]
    assert rates[0] == pytest.approx(rates[1])


def test_a_mask_of_all_rows_counts_all() -> None:
    flags, bad, block = made(9)
    own = field(flags, bad, block)
    rows, _ = tally(own.bits, own.bad, own.start, all_rows(len(own.bad)))
    assert rows.sum(axis=1).tolist() == flags.sum(axis=1).tolist()
