import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from windchime.twin import draws
from windchime.twin.draws import Draws

MANY = np.arange(200_000)


@given(st.integers(0, 2**63 - 1), st.permutations(range(20)))
def test_a_draw_knows_neither_order_nor_company(seed: int, order: list[int]) -> None:
    firms = np.array(order)
    together = draws.uniform(Draws(seed).key("trade", firms, 7), 3)
    alone = [draws.uniform(Draws(seed).key("trade", f, 7), 3)[0] for f in order]
    assert together.tolist() == alone


def test_seed_table_entity_month_and_stream_all_matter() -> None:
    base = draws.uniform(Draws(1).key("trade", 5, 7), 3)[0]
    others = [
        draws.uniform(Draws(2).key("trade", 5, 7), 3)[0],
        draws.uniform(Draws(1).key("bill", 5, 7), 3)[0],
        draws.uniform(Draws(1).key("trade", 6, 7), 3)[0],
        draws.uniform(Draws(1).key("trade", 7, 5), 3)[0],
        draws.uniform(Draws(1).key("trade", 5, 8), 3)[0],
        draws.uniform(Draws(1).key("trade", 5, 7), 4)[0],
    ]
    assert base not in others
    assert len(set(others)) == len(others)


def test_known_output_of_splitmix64() -> None:
    """First outputs for seed 1234567, as published with the reference implementation."""
    golden = int(draws.GOLDEN)
    states = np.array([(1234567 + i * golden) % 2**64 for i in (1, 2, 3)], dtype=np.uint64)
    assert draws._mix(states).tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_uniform_is_uniform() -> None:
    u = draws.uniform(Draws(3).key("x", MANY), 0)
    assert 0 < u.min() < u.max() < 1
    assert stats.kstest(u, "uniform").pvalue > 0.001


@pytest.mark.parametrize("mean", [0.0, 0.03, 1.0, 7.5, 60.0, 400.0])
def test_poisson_agrees_with_an_independent_quantile_function(mean: float) -> None:
    key = Draws(4).key("x", MANY[:20_000])
    expected = stats.poisson.ppf(draws.uniform(key, 2), mean)
    assert (draws.poisson(key, 2, mean) == np.maximum(expected, 0)).all()


@pytest.mark.parametrize("mean", [0.05, 0.7, 5.0])
def test_geometric_has_its_mean(mean: float) -> None:
    found = draws.geometric(Draws(5).key("x", MANY), 0, mean)
    assert found.min() == 0
    assert found.mean() == pytest.approx(mean, rel=0.03)


def test_gamma_and_beta_have_their_moments() -> None:
    key = Draws(6).key("x", MANY[:50_000])
    gamma = draws.gamma_of_mean_one(key, 0, 0.4)
    assert (gamma.mean(), gamma.var()) == (pytest.approx(1.0, abs=0.01), pytest.approx(0.4, abs=0.02))
    assert draws.beta(key, 1, 2.0, 6.0).mean() == pytest.approx(0.25, abs=0.005)


@given(st.floats(0.4, 2.5), st.integers(1, 5_000))
def test_ranks_stay_inside_and_low_ranks_lead(exponent: float, ranks: int) -> None:
    u = np.linspace(1e-9, 1 - 1e-9, 4_001)
    rank = draws.zipf_rank(u, np.full(len(u), exponent), np.full(len(u), float(ranks)))
    assert rank.min() >= 0
    assert rank.max() < ranks
    assert (np.diff(rank) >= 0).all()
    count = np.bincount(rank, minlength=2)
    assert count[0] >= count[1]


def test_whole_numbers_reach_both_ends() -> None:
    found = draws.whole(Draws(8).key("x", MANY[:1_000]), 0, 3, 6)
    assert set(found.tolist()) == {3, 4, 5, 6}


def test_pick_follows_the_weights() -> None:
    found = draws.pick(draws.uniform(Draws(9).key("x", MANY), 0), [1, 0, 3])
    assert np.bincount(found, minlength=3)[1] == 0
    assert (found == 2).mean() == pytest.approx(0.75, abs=0.005)
