"""Figures of hits: exact counts, intervals that agree with other derivations, weights that never narrow them."""

import json
from math import exp, inf, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from windchime.risk.calibration import wilson
from windchime.risk.rules.figures import Figures, figures, rate, wilson_bounds

LEVEL = 0.95


def sample(hit_bad: int, hit_good: int, bad: int, good: int) -> tuple[np.ndarray, np.ndarray]:
    cells = (hit_bad, hit_good, bad, good)
    return np.repeat([True, True, False, False], cells), np.repeat([True, False, True, False], cells)


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_rate_is_wilsons(bads: int, goods: int) -> None:
    found, oracle = rate(bads, bads + goods, LEVEL), wilson(bads, bads + goods, level=LEVEL)
    assert (found.value, found.low, found.high) == pytest.approx((oracle.value, oracle.low, oracle.high), abs=1e-12)


def test_bounds_of_many_shares_are_those_of_each() -> None:
    low, high = wilson_bounds(np.array([3.0, 0.0, 5.0]), np.array([10.0, 0.0, 5.0]), 1.959963984540054)
    oracle = binomtest(3, 10).proportion_ci(method="wilson")
    assert (low[0], high[0]) == pytest.approx((oracle.low, oracle.high))
    assert (low[1], high[1], high[2]) == (0.0, 1.0, 1.0)


def test_figures_of_a_fourfold_table() -> None:
    f = figures(*sample(30, 20, 70, 880), level=LEVEL)
    assert (f.rows, f.all_bads, f.hits, f.bads) == (1000, 100, 50, 30)
    assert (f.hit_rate.value, f.bad_rate.value, f.recall, f.base_rate) == (0.05, 0.6, 0.3, 0.1)
    assert f.lift.value == pytest.approx(6.0)
    odds = log(30.5 * 880.5 / (20.5 * 70.5))
    reach = 1.959963984540054 * sqrt(1 / 30.5 + 1 / 880.5 + 1 / 20.5 + 1 / 70.5)
    assert (f.odds_ratio.low, f.odds_ratio.value, f.odds_ratio.high) == pytest.approx(
        tuple(exp(odds + s * reach) for s in (-1, 0, 1))
    )


def test_the_interval_of_the_lift_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(400):
        hit = rng.random(2000) < 0.08
        bad = rng.random(2000) < np.where(hit, 0.3, 0.1)
        found = figures(hit, bad, level=LEVEL).lift
        inside += found.low <= 0.3 / (0.08 * 0.3 + 0.92 * 0.1) <= found.high
    assert 0.92 <= inside / 400 <= 0.98


def test_weights_move_rates_and_widen_intervals() -> None:
    hit, bad = sample(30, 20, 70, 880)
    plain, equal = figures(hit, bad, level=LEVEL), figures(hit, bad, weight=np.full(1000, 7.0), level=LEVEL)
    assert equal.bad_rate == plain.bad_rate
    assert equal.odds_ratio.value == pytest.approx(plain.odds_ratio.value)
    uneven = figures(hit, bad, weight=np.where(np.arange(1000) % 2 == 0, 0.1, 1.9), level=LEVEL)
    assert uneven.bad_rate.high - uneven.bad_rate.low > plain.bad_rate.high - plain.bad_rate.low


def test_amounts_stand_beside_counts() -> None:
    hit, bad = sample(1, 1, 1, 1)
    f = figures(hit, bad, amount=np.array([300.0, 100.0, 100.0, 500.0]), level=LEVEL)
    assert (f.amount_hit_rate, f.amount_bad_rate, f.amount_lift) == pytest.approx((0.4, 0.75, 1.875))


@pytest.mark.parametrize("cells", [(0, 0, 10, 90), (0, 5, 10, 85), (5, 0, 0, 95), (5, 0, 5, 90)])
def test_empty_cells_give_finite_figures_and_survive_json(cells: tuple[int, int, int, int]) -> None:
    f = figures(*sample(*cells), level=LEVEL)
    assert 0 <= f.bad_rate.low <= f.bad_rate.value <= f.bad_rate.high <= 1
    assert f.lift.low <= f.lift.value <= f.lift.high <= inf
    assert Figures.of(json.loads(json.dumps(f.as_dict(), allow_nan=False))) == f
