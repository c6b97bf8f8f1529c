"""Alarms are false no more often than stated, and come when a rule decays."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.risk.rules.monitoring.evidence import Way, begun, evidence, hits_until_alarm

RATIOS = (0.8, 0.65, 0.5, 0.3)


def years(seed: int, count: int, rates: list[float], of: int) -> tuple[np.ndarray, np.ndarray]:
    """Simulated years: outcomes and hits a month, shape (count, months)."""
    rng = np.random.default_rng(seed)
    hits = np.stack([rng.binomial(of, rate, count) for rate in rates], axis=1)
    return np.full_like(hits, of), hits


@pytest.mark.parametrize(("bound", "way"), [(0.3, "fell"), (0.3, "rose"), (0.05, "rose"), (0.02, "fell")])
def test_false_alarms_stay_below_the_stated_rate(bound: float, way: Way) -> None:
    """At the bound itself, the worst case of the hypothesis, for three levels."""
    of, hits = years(1, 4000, [bound] * 12, 120)
    most = evidence(of, hits, bound, way, odds_ratios=RATIOS, months=12).max(axis=1)
    for level in (0.2, 0.05, 0.01):
        assert (most >= 1 / level).mean() <= level
    assert (most >= 1 / 0.2).mean() > 0.02  # not so cautious that nothing is ever seen


def test_a_second_year_begins_afresh() -> None:
    of, hits = years(2, 50, [0.3] * 12, 100)
    twice = evidence(np.tile(of, 2), np.tile(hits, 2), 0.3, "fell", odds_ratios=RATIOS, months=12)
    np.testing.assert_array_equal(twice[:, :12], twice[:, 12:])


def test_expectation_at_the_bound_is_one() -> None:
    """Exact, over all outcomes of two months of three applications."""
    bound, total = 0.3, 0.0
    for a in range(4):
        for b in range(4):
            chance = np.prod([[1, 3, 3, 1][k] * bound**k * (1 - bound) ** (3 - k) for k in (a, b)])
            got = evidence(np.array([3, 3]), np.array([a, b]), bound, "fell", odds_ratios=RATIOS, months=12)
            total += chance * got[-1]
    assert total == pytest.approx(1, abs=1e-12)


def test_a_decay_is_seen_within_the_stated_delay() -> None:
    """From 30 % bad to 15 %, beginning in month 5, 150 hits a month: half the alarms come within the stated delay."""
    threshold = 41 / 0.05
    of, hits = years(3, 400, [0.3] * 4 + [0.15] * 8, 150)
    found = evidence(of, hits, 0.27, "fell", odds_ratios=RATIOS, months=12) >= threshold
    stated = hits_until_alarm(0.27, 0.15, threshold, odds_ratios=RATIOS, months=12) / 150
    assert stated < 3
    delay = np.where(found.any(axis=1), found.argmax(axis=1) - 3, 99)
    assert np.median(delay) <= np.ceil(stated)
    assert (delay <= np.ceil(stated) + 2).mean() >= 0.95
    assert not found[:, :4].any()


def test_the_month_of_the_change() -> None:
    of, hits = years(4, 200, [0.3] * 5 + [0.12] * 7, 150)
    found = [begun(of[i], hits[i], 0.27, "fell", RATIOS) for i in range(200)]
    assert np.mean(np.abs(np.array(found) - 5) <= 1) > 0.9


def test_stated_delay() -> None:
    assert hits_until_alarm(0.3, 0.4, 20, odds_ratios=RATIOS, months=12) < hits_until_alarm(
        0.3, 0.35, 20, odds_ratios=RATIOS, months=12
    )
    assert hits_until_alarm(0.3, 0.3, 20, odds_ratios=RATIOS, months=12) == float("inf")
    # one bet, exactly on the true rate: Wald's stake over the divergence
    bet = 0.3 / 0.7 * 0.5
    true = bet / (1 + bet)
    gain = true * log(true / 0.3) + (1 - true) * log((1 - true) / 0.7)
    assert hits_until_alarm(0.3, true, 20, odds_ratios=(0.5,), months=12) == pytest.approx(log(240) / gain)


@given(
    st.lists(st.tuples(st.integers(0, 400), st.floats(0, 1)), min_size=1, max_size=30),
    st.floats(0, 1),
    st.sampled_from(["fell", "rose"]),
)
def test_evidence_is_a_finite_number_everywhere(months: list[tuple[int, float]], bound: float, way: Way) -> None:
    of = np.array([n for n, _share in months])
    hits = np.array([int(n * share) for n, share in months])
    got = evidence(of, hits, bound, way, odds_ratios=RATIOS, months=12)
    assert np.isfinite(got).all()
    assert (got >= 0).all()
