"""Evidence over blocks: equal base rates, drift, contradiction; exact tests and false discoveries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, fisher_exact, hypergeom

from windchime.risk.rules.evidence import Sample, drift, evidence, standardised
from windchime.risk.rules.figures import wilson_bounds
from windchime.risk.rules.settings import Settings
from windchime.risk.rules.testing import benjamini_yekutieli, p_values

SHIPPED = Settings.shipped()


def floats(*rows: list[float]) -> np.ndarray:
    return np.array(rows, dtype=np.float64)


def test_with_one_block_the_bound_is_wilsons() -> None:
    rate, low = standardised(floats([40]), floats([10]), Sample(np.array([1000.0]), np.array([90.0])), 1.28)
    assert rate[0] == pytest.approx(0.25)
    assert low[0] == pytest.approx(wilson_bounds(np.array([10.0]), np.array([40.0]), 1.28)[0][0])


def test_a_rule_that_only_finds_the_bad_year_is_worth_nothing() -> None:
    sample = Sample(np.array([300.0, 6000.0]), np.array([285.0, 420.0]))
    rate, _ = standardised(floats([300, 0], [0, 300]), floats([285, 0], [0, 63]), sample, 1.28)
    assert rate[0] == pytest.approx(sample.base)
    assert rate[1] > 2 * sample.base


@given(st.integers(1, 200), st.data())
def test_everybody_has_the_base_rate_whatever_the_blocks(rows: int, data: st.DataObject) -> None:
    bads = data.draw(st.lists(st.integers(1, rows), min_size=1, max_size=4))
    sample = Sample(np.full(len(bads), rows + 1.0), np.array(bads, dtype=np.float64))
    rate, _ = standardised(sample.rows[None], sample.bads[None], sample, 1.28)
    assert rate[0] == pytest.approx(sample.base)


def test_drift_is_one_where_nothing_moves_and_follows_level_and_trend() -> None:
    of = np.full(4, 10_000.0)
    still, jump, trend = drift(
        floats([500, 500, 500, 500], [500, 500, 500, 1000], [300, 400, 530, 700]), of, SHIPPED.time
    )
    assert still == pytest.approx(1.0)
    assert jump > 1.5
    # the trend goes on: beyond the newest block, which is at 1.45 of the whole
    assert trend > 1.6


def test_drift_of_a_few_hits_is_not_told_from_chance() -> None:
    assert drift(floats([20, 1]), np.array([10_000.0, 250.0]), SHIPPED.time)[0] < 1.3


def test_a_vintage_contradicts() -> None:
    sample = Sample(np.array([5000.0, 5000.0]), np.array([500.0, 500.0]))
    told = evidence(floats([200, 200], [200, 200]), floats([90, 5], [50, 48]), sample, SHIPPED.evidence, SHIPPED.time)
    assert told.contradicted.tolist() == [True, False]


def test_a_single_block_is_tested_as_fisher_does() -> None:
    found = p_values(np.array([[30]]), np.array([[12]]), Sample(np.array([200.0]), np.array([40.0])))
    assert found[0] == pytest.approx(fisher_exact([[12, 18], [28, 142]], alternative="greater").pvalue)


def test_blocks_are_tested_together_as_a_permutation_within_them_would() -> None:
    sample = Sample(np.array([60.0, 40.0]), np.array([12.0, 20.0]))
    found = p_values(np.array([[10, 8]]), np.array([[4, 6]]), sample)[0]
    rng = np.random.default_rng(3)
    draws = rng.hypergeometric(12, 48, 10, 200_000) + rng.hypergeometric(20, 20, 8, 200_000)
    assert found == pytest.approx((draws >= 10).mean(), abs=0.004)


def test_the_tail_of_many_hits_of_a_rare_outcome_is_exact() -> None:
    sample = Sample(np.full(2, 500_000.0), np.full(2, 500.0))
    found = p_values(np.array([[1501, 1500]]), np.array([[8, 7]]), sample)[0]
    one, two = (hypergeom.pmf(np.arange(501), 500_000, 500, h) for h in (1501, 1500))
    assert found == pytest.approx(np.convolve(one, two)[15:].sum(), rel=1e-9)
    assert found == pytest.approx(6.2e-7, rel=0.02)


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 4000), st.integers(1, 4000)), min_size=1, max_size=4),
    st.data(),
)
def test_blocks_of_every_size_are_tested_as_all_counts_together_say(
    blocks: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    n, k, h = (np.array(x) for x in zip(*((max(b, c) + a, b, c) for a, b, c in blocks), strict=True))
    seen = data.draw(st.integers(0, int(np.minimum(k, h).sum())))
    bads = np.zeros((1, len(n)), dtype=np.int64)
    bads[0, 0] = seen
    chances = np.ones(1)
    for block in zip(n, k, h, strict=True):
        chances = np.convolve(chances, hypergeom.pmf(np.arange(min(block[1:]) + 1), *block))
    told = p_values(h[None], bads, Sample(n.astype(np.float64), k.astype(np.float64)))[0]
    assert told == pytest.approx(min(1.0, chances[seen:].sum()), rel=1e-9, abs=1e-98)


@settings(max_examples=50)
@given(st.lists(st.floats(1e-9, 1), min_size=1, max_size=30))
def test_discoveries_are_controlled_as_scipy_does(p: list[float]) -> None:
    assert benjamini_yekutieli(np.array(p)) == pytest.approx(false_discovery_control(p, method="by"))
