"""Candidates: what is planted is found, limits are kept, threads do not matter."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from tests.risk.rules.engine.planted import Planted, masks, planted

from windchime.core.errors import UnknownName
from windchime.core.intervals import wilson
from windchime.risk.arrays import BadLabels
from windchime.risk.rules.engine import (
    Coded,
    Coding,
    Effort,
    Limits,
    LimitsDisagree,
    Pool,
    candidates,
    code_table,
    counts,
)

EFFORT = Effort(pair_features=8, beam=30, trees=8, keep=2000)
LIMITS = Limits(0.01, 0.2, effort=EFFORT)


@pytest.fixture(scope="module")
def table() -> Planted:
    return planted()


@pytest.fixture(scope="module")
def pool(table: Planted) -> Pool:
    return candidates(table.coded, table.bad, limits=LIMITS, vintage=table.month, seed=1)


def same(left: Pool, right: Pool) -> bool:
    return all(
        getattr(left, f).tobytes() == getattr(right, f).tobytes()
        for f in ("features", "masks", "trees", "rows", "bads")
    )


def test_the_planted_rule_is_among_them(table: Planted, pool: Pool) -> None:
    hit = masks(table.coded, pool)
    alike = (hit & table.rule).sum(axis=1) / (hit | table.rule).sum(axis=1)
    names = [table.coded.coding.names[f] for f in pool.features[alike.argmax()] if f >= 0]
    assert alike.max() > 0.85
    assert names == ["x1", "x2", "region"]


def test_rows_and_bads_are_those_it_hits(table: Planted, pool: Pool) -> None:
    counted = counts(table.coded, pool, table.bad, table.month)
    assert counted.rows.sum(axis=1).tolist() == pool.rows.tolist()
    assert counted.bads.sum(axis=1).tolist() == pool.bads.tolist()


def test_every_candidate_keeps_the_limits(table: Planted, pool: Pool) -> None:
    assert ((pool.rows >= 60) & (pool.rows <= 1200) & (pool.bads >= 5)).all()
    assert (pool.bads / pool.rows > table.bad.mean()).all()
    assert set(pool.literals.tolist()) == {1, 2, 3}
    assert (pool.trees > 0).any()
    again = Pool.joined(pool)
    assert same(again, pool)


@pytest.mark.parametrize("threads", [1, 8])
@pytest.mark.parametrize("weights", [False, True])
def test_the_same_bytes_on_any_number_of_threads(table: Planted, pool: Pool, threads: int, weights: bool) -> None:
    weight = np.random.default_rng(2).exponential(size=table.coded.rows) if weights else None
    one = pool
    if weights:
        one = candidates(table.coded, table.bad, limits=LIMITS, weight=weight, vintage=table.month, seed=1, threads=2)
    other = candidates(
        table.coded, table.bad, limits=LIMITS, weight=weight, vintage=table.month, seed=1, threads=threads
    )
    assert same(one, other)


def test_equal_weights_are_no_weights(table: Planted, pool: Pool) -> None:
    weight = np.full(table.coded.rows, 4.0)
    assert same(candidates(table.coded, table.bad, limits=LIMITS, weight=weight, vintage=table.month, seed=1), pool)


def test_a_row_without_weight_is_no_row(table: Planted) -> None:
    half = np.arange(table.coded.rows) < 3000
    few = replace(LIMITS, effort=replace(EFFORT, trees=0))
    weighed = candidates(table.coded, table.bad, limits=few, weight=half.astype(np.float64))
    assert same(weighed, candidates(table.coded.take(half), table.bad[half], limits=few))


def test_directions_forbidden_features_and_groups_are_kept(table: Planted) -> None:
    names = table.coded.coding.names
    limits = replace(
        LIMITS, directions={"x1": "+", "x2": "+", "x6": "-"}, forbidden=["x3"], groups={"x1": "g", "region": "g"}
    )
    found = candidates(table.coded, table.bad, limits=limits, vintage=table.month)
    used = [{names[f] for f in rule if f >= 0} for rule in found.features]
    assert not any("x3" in rule or {"x1", "region"} <= rule for rule in used)
    assert any("region" in rule for rule in used)
    for name, up in (("x1", True), ("x2", True), ("x6", False)):
        place = names.index(name)
        feature = table.coded.coding.features[place]
        spans = {feature.parts(int(m)).spans for m in found.masks[found.features == place]}
        assert all(len(s) == 1 and s[0][1 if up else 0] is None for s in spans if s)
    assert any(m >> 26 & 1 for m in found.masks[found.features == names.index("x6")].tolist())  # its special code


def test_literals_name_or_leave_out_few_categories(table: Planted, pool: Pool) -> None:
    place = table.coded.coding.names.index("region")
    found = candidates(table.coded, table.bad, limits=replace(LIMITS, categories=1), vintage=table.month, seed=1)
    named = {int(m).bit_count() for m in found.masks[found.features == place]}
    assert named == {1}  # to leave one out, it would have to name the five others
    assert 2 in {int(m).bit_count() for m in pool.masks[pool.features == place]}


def test_pairs_are_the_best_of_all_there_are() -> None:
    draws = np.random.default_rng(0)
    codes = draws.integers(0, 4, (2, 3000)).astype(np.uint8)
    bad = (draws.random(3000) < 0.05 + 0.3 * ((codes[0] == 3) & (codes[1] < 2))).astype(np.int64)
    coded = code_table({"a": codes[0], "b": codes[1]})
    limits = Limits(0.02, 0.5, literals=2, effort=Effort(trees=0, bands=1))
    found = candidates(coded, bad, limits=limits)
    ends = [0b0001, 0b0011, 0b0111, 0b1110, 0b1100, 0b1000]
    best = max(
        wilson(int(bad[hit].sum()), int(hit.sum()))[0]
        for a, b in product(ends, ends)
        if 60 <= (hit := (a >> codes[0].astype(int) & 1 & (b >> codes[1].astype(int))) == 1).sum() <= 1500
    )
    pair = found.take(found.literals == 2)
    assert [wilson(int(b), int(n))[0] for n, b in zip(pair.rows, pair.bads, strict=True)] == pytest.approx([best])
    assert pair.masks[0, :2].tolist() == [0b1000, 0b0011]


def test_four_literals_and_one(table: Planted) -> None:
    long = candidates(table.coded, table.bad, limits=replace(LIMITS, literals=4))
    assert set(long.literals.tolist()) == {1, 2, 3, 4}
    assert set(candidates(table.coded, table.bad, limits=replace(LIMITS, literals=1)).literals.tolist()) == {1}
    wracc = candidates(table.coded, table.bad, limits=replace(LIMITS, objective="wracc"))
    hit = masks(table.coded, wracc)
    assert max((h & table.rule).sum() / (h | table.rule).sum() for h in hit) > 0.85


def test_the_fewest_are_the_best_of_their_bands(table: Planted, pool: Pool) -> None:
    few = candidates(
        table.coded, table.bad, limits=replace(LIMITS, effort=replace(EFFORT, keep=5)), vintage=table.month, seed=1
    )
    assert len(few) == 5
    best = max(wilson(int(b), int(n))[0] for n, b in zip(pool.rows, pool.bads, strict=True))
    assert max(wilson(int(b), int(n))[0] for n, b in zip(few.rows, few.bads, strict=True)) == best


def test_tables_that_tell_nothing_give_no_rules() -> None:
    bad = np.arange(400) % 7 == 0
    flat = {"a": np.ones(400), "b": [None] * 400}
    assert len(candidates(code_table(flat), bad, limits=LIMITS)) == 0
    assert len(candidates(Coded(Coding(()), np.zeros((0, 400), np.uint8)), bad, limits=LIMITS)) == 0


def test_what_cannot_be_searched_is_refused(table: Planted) -> None:
    with pytest.raises(BadLabels):
        candidates(table.coded, np.zeros(table.coded.rows), limits=LIMITS)
    with pytest.raises(UnknownName):
        candidates(table.coded, table.bad, limits=replace(LIMITS, forbidden=["x9"]))
    for literals, low, high in ((0, 0.1, 0.2), (5, 0.1, 0.2), (3, 0.2, 0.1)):
        with pytest.raises(LimitsDisagree):
            Limits(low, high, literals=literals)
