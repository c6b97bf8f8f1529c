import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.graph.contagion.helpers import drawn, stakes

from windchime.graph.contagion.cascade import cascade
from windchime.graph.contagion.debtrank import ranks, spread
from windchime.graph.contagion.network import Network
from windchime.graph.contagion.simulation import simulate

Vector = NDArray[np.float64]
INF = float("inf")
ALPHAS = st.sampled_from([0.0, 0.5, 2.0, 8.0, INF])


def plain(net: Network, first: Vector, alpha: float, rounds: int) -> Vector:
    """The recursion as it is written, over a full matrix."""
    size = len(first)
    weight = np.zeros((size, size))
    np.add.at(weight, (net.loser, net.failed), net.loss / net.buffer[net.loser])

    def passed(h: Vector) -> Vector:
        if np.isinf(alpha):
            return (h >= 1 - 1e-9).astype(float)
        return np.where(h >= 1 - 1e-9, 1.0, h * np.exp(alpha * (h - 1)))

    now, before = first, np.zeros(size)
    for _ in range(rounds):
        now, before = np.minimum(1.0, now + weight @ (passed(now) - np.where(before > 0, passed(before), 0.0))), now
    return now


@given(st.integers(0, 10_000), ALPHAS, st.integers(1, 60))
def test_losses_are_those_of_the_recursion(seed: int, alpha: float, rounds: int) -> None:
    net = drawn(seed)
    first = np.zeros(len(net.firms))
    first[0], first[1] = 1.0, 0.4
    lost, took = spread(net, first, alpha=alpha, least=0.0, rounds=rounds)
    assert lost == pytest.approx(plain(net, first, alpha, rounds), abs=1e-7)
    assert took <= rounds


@given(st.integers(0, 10_000), ALPHAS)
def test_a_larger_shock_never_does_less(seed: int, alpha: float) -> None:
    net = drawn(seed)
    small = np.zeros(len(net.firms))
    small[0] = 0.5
    large = small.copy()
    large[0], large[3] = 0.9, 0.2
    less, more = (spread(net, s, alpha=alpha, least=0.0, rounds=500)[0] for s in (small, large))
    assert (more >= less - 1e-9).all()


@given(st.integers(0, 10_000), ALPHAS)
def test_what_waits_is_small(seed: int, alpha: float) -> None:
    net = drawn(seed, exposures=20)
    first = np.eye(len(net.firms))[0]
    exact, near = (spread(net, first, alpha=alpha, least=least, rounds=2000)[0] for least in (0.0, 1e-7))
    assert (near <= exact + 1e-12).all()


def test_linear_losses_go_round_again_where_the_walk_of_2012_stops() -> None:
    """A ring of two with Λ = 1/2: h_b = 1/2 of a's; Bardoscia and others pass on what comes back, to the sum of the series."""
    net = stakes(
        [("a", "b", "supply", 5e5), ("b", "a", "supply", 5e5), ("b", "x", "supply", 2e5)], {"a": 1e6, "b": 1e6}
    ).network
    first = np.zeros(len(net.firms))
    first[net.firms.number("x") or 0] = 1.0
    lost, _rounds = spread(net, first, alpha=0.0, least=0.0, rounds=200)
    by = dict(zip(net.firms.ids.to_pylist(), lost, strict=True))
    # h_b = 0.2 + h_a / 2, h_a = h_b / 2: h_b = 0.2 / (1 - 1/4)
    assert by["b"] == pytest.approx(0.2 / 0.75)
    assert by["a"] == pytest.approx(0.1 / 0.75)


@given(st.integers(0, 10_000), ALPHAS, st.integers(1, 3))
def test_ranks_are_single_failures_one_by_one(seed: int, alpha: float, threads: int) -> None:
    net = drawn(seed)
    found = ranks(net, alpha=alpha, least=0.0, rounds=300, listed_from=0.05, threads=threads)
    size = len(net.firms)
    suffered, brought = np.zeros(size), np.zeros(size, dtype=int)
    for firm in range(size):
        lost, took = spread(net, np.eye(size)[firm], alpha=alpha, least=0.0, rounds=300)
        others = np.arange(size) != firm
        assert found.impact[firm] == pytest.approx((lost * net.buffer)[others].sum())
        assert found.falls[firm] == (lost[others] >= 1).sum()
        assert found.hits[firm] == (lost[others] >= 0.05).sum()
        assert found.rounds[firm] == took
        suffered[others] += lost[others]
        brought[others] += lost[others] >= 1
    assert found.vulnerability == pytest.approx(suffered * net.buffer / (size - 1))
    assert found.brought_down.tolist() == brought.tolist()


@given(st.integers(0, 10_000), ALPHAS)
def test_a_cascade_says_what_spread_says_and_its_paths_hold(seed: int, alpha: float) -> None:
    net = drawn(seed)
    size = len(net.firms)
    lost, _took = spread(net, np.eye(size)[0], alpha=alpha, least=0.0, rounds=300)
    found = cascade(net, {"f0": 1.0}, alpha=alpha, least=0.0, rounds=300, listed_from=0.0)
    named = {h.firm: h for h in found.hits}
    for number, firm in enumerate(net.firms.ids.to_pylist()[1:], start=1):
        if lost[number] > 0:
            assert named[firm].share == pytest.approx(lost[number])
            assert (named[firm].fell_round is not None) == (lost[number] >= 1)
    for hit in found.hits:
        firms = ["f0", *(s.loser for s in hit.path)]
        assert [s.failed for s in hit.path] == firms[:-1]
        assert firms[-1] == hit.firm
        assert len(set(firms)) == len(firms)
        assert all(a.round < b.round for a, b in zip(hit.path, hit.path[1:], strict=False))
        assert all(s.carried > 0 for s in hit.path)
        for step in hit.path:
            ids = net.firms.ids
            assert (ids[net.failed[step.exposure]].as_py(), ids[net.loser[step.exposure]].as_py()) == (
                step.failed,
                step.loser,
            )


def test_a_path_tells_what_weighed_most_and_not_who_was_first() -> None:
    """w is hit a little by s at once, and brought down by u a round later."""
    net = stakes(
        [("u", "s", "supply", 2e6), ("w", "s", "supply", 1e5), ("w", "u", "guarantee", 1e6)],
        {"s": 1e6, "u": 1e6, "w": 1e6},
    ).network
    found = cascade(net, {"s": 1.0}, alpha=0.0, least=0.0, rounds=9, listed_from=0.0)
    worst = {h.firm: h for h in found.hits}["w"]
    assert [s.failed for s in worst.path] == ["s", "u"]
    assert (worst.first_round, worst.fell_round, worst.loss) == (1, 2, 1e6)


def test_what_the_network_does_not_know_changes_nothing() -> None:
    net = drawn(1)
    found = cascade(net, {"nobody": 1.0}, alpha=0.0, least=0.0, rounds=9, listed_from=0.0)
    assert (found.failed, found.hits, found.rounds, found.loss) == ((), (), 0, 0)


def test_draws_are_the_same_again_and_cover_what_is_certain() -> None:
    net = drawn(3)
    size = len(net.firms)
    chance = np.full(size, 0.1)
    one, two = (simulate(net, chance, draws=200, seed=5, alpha=0.0, least=0.0, rounds=200) for _ in range(2))
    assert one.losses.tolist() == two.losses.tolist()
    assert one.failed.sum() == pytest.approx(0.1 * size * 200, rel=0.35)
    assert (one.down >= one.failed).all()
    mean, low, high = one.mean_loss()
    assert low < mean < high
    assert one.quantiles([0.0, 1.0]) == [one.losses.min(), one.losses.max()]
    share, (below, above) = one.probability(0)
    assert below <= share <= above
    sure = simulate(net, np.eye(size)[0], draws=3, seed=1, alpha=0.0, least=0.0, rounds=200)
    alone, _took = spread(net, np.eye(size)[0], alpha=0.0, least=0.0, rounds=200)
    assert sure.losses == pytest.approx([(alone * net.buffer)[1:].sum()] * 3)
