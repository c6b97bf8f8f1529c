"""Calibration of probabilities known to be right, too extreme, or too low; intervals of rates by published values."""

import numpy as np
import pytest

from windchime.risk import calibration as c
from windchime.risk import logistic


def outcomes(stretch: float, shift: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    logit = rng.normal(-1, 1, 20_000)
    bad = (rng.random(20_000) < 1 / (1 + np.exp(-logit))).astype(float)
    return bad, 1 / (1 + np.exp(-(stretch * logit + shift)))


@pytest.mark.parametrize(("stretch", "shift"), [(1.0, 0.0), (2.0, 0.0), (1.0, 0.7)])
def test_the_line_undoes_what_was_done_to_the_probabilities(stretch: float, shift: float) -> None:
    found = c.calibration(*outcomes(stretch, shift), level=0.999)
    assert found.slope is not None
    assert found.intercept is not None
    assert found.slope.low <= 1 / stretch <= found.slope.high
    assert found.intercept.low <= -shift / stretch <= found.intercept.high
    if stretch == 1.0:
        assert found.in_the_large.low <= -shift <= found.in_the_large.high


def test_separated_probabilities_have_no_line() -> None:
    found = c.calibration(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.2, 0.8, 0.9]), level=0.95)
    assert found.slope is None
    assert found.observed == 2
    assert found.expected == pytest.approx(2.0)


def test_wilson_and_jeffreys_by_published_values() -> None:
    # Brown, Cai and DasGupta (2001), Statistical Science 16; n = 10, x = 1
    wilson, jeffreys = c.wilson(1, 10, level=0.95), c.jeffreys(1, 10, level=0.95)
    assert (wilson.low, wilson.high) == pytest.approx((0.018, 0.404), abs=1e-3)
    assert (jeffreys.low, jeffreys.high) == pytest.approx((0.011, 0.381), abs=1e-3)
    assert c.jeffreys(0, 27, level=0.95).low == c.wilson(0, 27, level=0.95).low == 0.0
    assert (c.wilson(0, 0, level=0.95).low, c.wilson(0, 0, level=0.95).high) == (0.0, 1.0)


def test_bands_add_up() -> None:
    bad, p = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.1, 0.2, 0.6, 0.7])
    rows = c.by_band(bad, p, ["A", "A", "D", "D"], ["A", "B", "D"], level=0.95)
    assert [(r.band, r.firms, r.bads) for r in rows] == [("A", 2, 1), ("B", 0, 0), ("D", 2, 1)]
    assert sum(r.expected for r in rows) == pytest.approx(1.6)


def test_regression_finds_known_coefficients_and_agrees_with_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(1)
    x = rng.normal(size=(5000, 2))
    y = (rng.random(5000) < 1 / (1 + np.exp(-(0.5 + x @ np.array([1.0, -2.0]))))).astype(float)
    found = logistic.fit(x, y, np.eye(2))
    peer = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(x, y)
    assert found == pytest.approx([float(peer.intercept_[0]), *peer.coef_[0]], abs=1e-5)
    assert found == pytest.approx([0.5, 1.0, -2.0], abs=0.15)


def test_weights_in_the_regression_count_like_repeated_rows() -> None:
    rng = np.random.default_rng(2)
    x, y, times = rng.normal(size=(60, 1)), (rng.random(60) < 0.5).astype(float), rng.integers(1, 4, 60)
    weighted = logistic.fit(x, y, np.eye(1), times.astype(float))
    assert weighted == pytest.approx(
        logistic.fit(np.repeat(x, times, axis=0), np.repeat(y, times), np.eye(1)), abs=1e-8
    )


def test_complete_separation_without_penalty_is_said() -> None:
    with pytest.raises(logistic.NoConvergence, match="separate"):
        logistic.fit(np.array([[-1.0], [-2.0], [1.0], [2.0]]), np.array([0.0, 0.0, 1.0, 1.0]), np.zeros((1, 1)))
