"""Discrimination figures against slow exact definitions, intervals against simulation."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from windchime.risk import validation as v
from windchime.risk.arrays import Floats

samples = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans()), min_size=5, max_size=30).filter(
    lambda rows: 2 <= sum(r[2] for r in rows) <= len(rows) - 2
)


def arrays(rows: list[tuple[int, int, bool]]) -> tuple[Floats, Floats, Floats]:
    return tuple(np.array([float(r[i]) for r in rows]) for i in (2, 0, 1))  # type: ignore[return-value]  # three of them


def slow_delong(bad: Floats, one: Floats, other: Floats) -> tuple[float, float]:
    """Difference of AUCs and its variance from the kernel over every pair of a bad and a good: DeLong et al. 1988."""

    def kernel(s: Floats) -> Floats:
        pairs = [(x > y) + 0.5 * (x == y) for x, y in product(s[bad == 1], s[bad == 0])]
        return np.array(pairs, dtype=float).reshape(int(bad.sum()), -1)

    k = kernel(one) - kernel(other)
    m, n = k.shape
    return float(k.mean()), float(k.mean(axis=1).var(ddof=1) / m + k.mean(axis=0).var(ddof=1) / n)


@settings(deadline=None)
@given(samples)
def test_auc_is_the_share_of_rightly_ordered_pairs(rows: list[tuple[int, int, bool]]) -> None:
    bad, risk, _ = arrays(rows)
    assert v.auc(bad, risk) == pytest.approx(roc_auc_score(bad, risk))
    assert v.auc(bad, -risk) == pytest.approx(1 - v.auc(bad, risk))


@settings(deadline=None)
@given(samples)
def test_the_paired_difference_is_delongs(rows: list[tuple[int, int, bool]]) -> None:
    bad, one, other = arrays(rows)
    value, variance = slow_delong(bad, one, other)
    found = v.auc_difference(bad, [one], [other], level=0.95)
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.high - found.value == pytest.approx(1.959964 * variance**0.5, abs=1e-6)


def test_repetitions_of_one_score_make_no_larger_sample() -> None:
    bad, risk = np.array([0.0, 1.0] * 20), np.random.default_rng(0).normal(size=40)
    assert v.auc_interval(bad, risk, risk, risk, level=0.95) == v.auc_interval(bad, risk, level=0.95)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng, truth, hit = np.random.default_rng(1), 0.7602499, 0  # Φ(1/√2)
    bad = np.array([1.0] * 30 + [0.0] * 90)
    for _ in range(400):
        found = v.auc_interval(bad, rng.normal(size=120) + bad, level=0.9)
        hit += found.low <= truth <= found.high
    assert 0.86 <= hit / 400 <= 0.94


def test_delong_and_bootstrap_agree() -> None:
    rng = np.random.default_rng(2)
    bad = (rng.random(300) < 0.3).astype(float)
    one, other = rng.normal(size=300) + bad, rng.normal(size=300) + bad
    exact = v.auc_difference(bad, [one], [other], level=0.95)
    drawn = v.auc_difference_bootstrap(bad, [one], [other], draws=400, seed=0, level=0.95)
    assert (drawn.low, drawn.high) == pytest.approx((exact.low, exact.high), abs=0.02)
    single = v.auc_bootstrap(bad, one, draws=400, seed=0, level=0.95)
    assert single.low == pytest.approx(v.auc_interval(bad, one, level=0.95).low, abs=0.02)


@pytest.mark.parametrize(
    ("bad", "risk", "ks"),
    [([0, 0, 1, 1], [1, 2, 3, 4], 1.0), ([0, 1, 0, 1], [1, 1, 1, 1], 0.0), ([0, 1, 0, 1], [1, 2, 3, 4], 0.5)],
)
def test_ks_is_the_largest_distance_of_the_distributions(bad: list[float], risk: list[float], ks: float) -> None:
    assert v.ks(np.array(bad, dtype=float), np.array(risk, dtype=float)) == pytest.approx(ks)


def test_gini_brier_and_log_loss_by_hand() -> None:
    bad, p = np.array([0.0, 1.0, 1.0]), np.array([0.2, 0.7, 0.1])
    assert v.gini(bad, p) == pytest.approx(0.0)
    assert v.brier(bad, p) == pytest.approx((0.04 + 0.09 + 0.81) / 3)
    assert v.log_loss(bad, p) == pytest.approx(-(np.log(0.8) + np.log(0.7) + np.log(0.1)) / 3)


def test_psi_by_hand_and_zero_for_the_same_distribution() -> None:
    assert v.psi([50, 50], [500, 500]) == 0
    assert v.psi([50, 50], [60, 40]) == pytest.approx(0.1 * np.log(1.2) - 0.1 * np.log(0.8))
    assert np.isfinite(v.psi([10, 0], [5, 5]))


@given(st.integers(10, 80), st.integers(10, 80), st.integers(2, 6), st.integers(0, 5))
def test_folds_share_out_goods_and_bads_evenly(goods: int, bads: int, folds: int, seed: int) -> None:
    bad = np.array([0.0] * goods + [1.0] * bads)
    fold = v.stratified_folds(bad, folds, seed)
    for label in (0.0, 1.0):
        sizes = np.bincount(fold[bad == label], minlength=folds)
        assert sizes.max() - sizes.min() <= 1
    sizes = np.bincount(fold, minlength=folds)
    assert sizes.max() - sizes.min() <= 1
    assert (fold == v.stratified_folds(bad, folds, seed)).all()


def test_out_of_fold_never_predicts_a_row_it_was_fitted_on() -> None:
    fold = v.stratified_folds(np.array([0.0, 1.0] * 15), 5, 0)
    seen: list[set[int]] = []

    def fit_predict(train: np.ndarray, test: np.ndarray) -> Floats:
        assert not set(train) & set(test)
        assert len(train) + len(test) == 30
        seen.append(set(test))
        return test.astype(float)

    assert v.out_of_fold(fold, fit_predict).tolist() == list(range(30))
    assert len(seen) == 5
