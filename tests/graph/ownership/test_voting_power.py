"""Voting power: games of the textbooks, and every order and coalition on small ones."""

from fractions import Fraction
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graph.ownership.voting import held

from windchime.graph.ownership.majority import Majority
from windchime.graph.ownership.voting_power import Game, Method, NoGame, game_at, power, power_table

EXACT: tuple[Method, ...] = ("enumeration", "dynamic")


def _fractions(*parts: str) -> list[float]:
    return [float(Fraction(p)) for p in parts]


@pytest.mark.parametrize("method", EXACT)
def test_fifty_forty_nine_one(method: Method) -> None:
    """[51; 50, 49, 1] (Straffin 1993, "Game Theory and Strategy"): the holder of 1 is as strong as that of 49."""
    found = power(Game(51, (50, 49, 1)), method=method)
    assert found.shapley_shubik == pytest.approx(_fractions("2/3", "1/6", "1/6"))
    assert found.banzhaf_share == pytest.approx(_fractions("3/5", "1/5", "1/5"))
    assert found.banzhaf == pytest.approx(_fractions("3/4", "1/4", "1/4"))


@pytest.mark.parametrize("method", EXACT)
def test_the_council_of_the_six(method: Method) -> None:
    """EEC 1958, [12; 4, 4, 4, 2, 2, 1] (Brams and Affuso 1976): Luxembourg's vote never decided anything."""
    found = power(Game(12, (4, 4, 4, 2, 2, 1)), method=method)
    assert found.shapley_shubik == pytest.approx(_fractions(*["14/60"] * 3, *["9/60"] * 2, "0"))
    assert found.banzhaf_share == pytest.approx(_fractions(*["10/42"] * 3, *["6/42"] * 2, "0"))


@pytest.mark.parametrize("method", EXACT)
def test_the_security_council(method: Method) -> None:
    """Five with a veto and ten without, nine votes needed: [39; 7 x 5, 1 x 10] (Shapley and Shubik 1954, as of 1965)."""
    found = power(Game(39, (7,) * 5 + (1,) * 10), method=method)
    assert found.shapley_shubik == pytest.approx(_fractions(*["421/2145"] * 5, *["4/2145"] * 10))
    assert found.banzhaf_share == pytest.approx(_fractions(*["848/5080"] * 5, *["84/5080"] * 10))


def test_the_board_of_nassau_county() -> None:
    """[58; 31, 31, 28, 21, 2, 2] (Banzhaf 1965, "Weighted Voting Doesn't Work"): three of six supervisors have it all."""
    assert power(Game(58, (31, 31, 28, 21, 2, 2))).banzhaf_share == pytest.approx(_fractions(*["1/3"] * 3, *["0"] * 3))


def test_who_has_the_majority_has_the_power() -> None:
    found = power(Game(51, (51, 30, 19)))
    assert found.shapley_shubik.tolist() == found.banzhaf.tolist() == [1, 0, 0]


def test_a_quota_out_of_reach_gives_nobody_power() -> None:
    found = power(Game(100, (40, 30)))
    assert found.shapley_shubik.tolist() == found.banzhaf_share.tolist() == [0, 0]
    assert power(Game(1, ())).banzhaf.tolist() == []


@pytest.mark.parametrize(("quota", "weights"), [(0, (1, 2)), (3, (-1, 5))])
def test_what_is_no_game_is_refused(quota: int, weights: tuple[int, ...]) -> None:
    with pytest.raises(NoGame):
        Game(quota, weights)


GAMES = st.lists(st.integers(0, 9), min_size=1, max_size=6).flatmap(
    lambda w: st.tuples(st.integers(1, max(sum(w), 1)), st.just(tuple(w)))
)


@settings(max_examples=60)
@given(GAMES)
def test_every_order_and_every_coalition(played: tuple[int, tuple[int, ...]]) -> None:
    quota, weights = played
    holders = len(weights)
    pivots, orders = [0] * holders, 0
    for order in permutations(range(holders)):
        orders += 1
        votes = 0
        for i in order:
            votes += weights[i]
            if votes >= quota:
                pivots[i] += 1
                break
    swings = [0] * holders
    for inside in product((0, 1), repeat=holders):
        votes = sum(w for w, there in zip(weights, inside, strict=True) if there)
        for i in range(holders):
            swings[i] += not inside[i] and votes < quota <= votes + weights[i]
    for method in EXACT:
        found = power(Game(quota, weights), method=method)
        assert found.shapley_shubik == pytest.approx([p / orders for p in pivots])
        assert found.banzhaf == pytest.approx([s / 2 ** (holders - 1) for s in swings])


@settings(max_examples=15)
@given(st.lists(st.integers(1, 40), min_size=8, max_size=18))
def test_listing_and_counting_agree(weights: list[int]) -> None:
    game = Game(sum(weights) // 2 + 1, tuple(weights))
    listed, counted = (power(game, method=m) for m in EXACT)
    assert listed.shapley_shubik == pytest.approx(counted.shapley_shubik, abs=1e-12)
    assert listed.banzhaf == pytest.approx(counted.banzhaf, abs=1e-12)
    assert listed.shapley_shubik.sum() == pytest.approx(1)


def test_many_small_holders_are_counted() -> None:
    """One of 30 among 60 others of 1 each of 90 votes: by symmetry of the sixty, from the order of the large one alone.

    The large holder decides where 16 to 45 others stand before it: 30 of 61 places.
    """
    found = power(Game(46, (30,) + (1,) * 60))
    assert found.method == "dynamic"
    assert found.shapley_shubik[0] == pytest.approx(30 / 61)
    assert found.shapley_shubik[1:] == pytest.approx([(1 - 30 / 61) / 60] * 60)


def test_what_is_too_large_to_count_is_drawn_with_intervals_that_hold_the_truth() -> None:
    """A hundred holders, one of a third: the same count by symmetry."""
    found = power(Game(76, (50,) + (1,) * 100), samples=20_000, seed=3)
    exact = 50 / 101
    assert found.method == "sampling"
    assert found.shapley_shubik_interval is not None
    assert found.banzhaf_interval is not None
    low, high = found.shapley_shubik_interval[0]
    assert low < exact < high
    assert high - low < 0.02
    assert found.shapley_shubik.sum() == pytest.approx(1)
    again = power(Game(76, (50,) + (1,) * 100), samples=20_000, seed=3)
    assert np.array_equal(found.banzhaf, again.banzhaf)


def test_drawing_tends_to_the_truth() -> None:
    drawn = power(Game(12, (4, 4, 4, 2, 2, 1)), method="sampling", samples=50_000, seed=1)
    truth = power(Game(12, (4, 4, 4, 2, 2, 1)))
    assert drawn.banzhaf == pytest.approx(truth.banzhaf, abs=0.01)
    assert drawn.shapley_shubik == pytest.approx(truth.shapley_shubik, abs=0.01)


def test_the_game_at_a_company() -> None:
    found = held("P T 50, Q T 49, R T 1")
    holders, game = game_at(found, "T")
    assert holders == ["P", "Q", "R"]
    told = power_table(holders, game, power(game)).to_pylist()
    assert [r["shapley_shubik"] for r in told] == pytest.approx(_fractions("2/3", "1/6", "1/6"))


def test_undisclosed_votes_are_silent_or_no_part_of_the_whole() -> None:
    found = held("P T 30, Q T 15")
    assert power(game_at(found, "T")[1]).shapley_shubik.tolist() == [0, 0]
    assert power(game_at(found, "T", present=True)[1]).shapley_shubik.tolist() == [1, 0]
    half = Majority.of("0.5", inclusive=True)
    assert power(game_at(held("P T 50, Q T 50"), "T", half)[1]).shapley_shubik.tolist() == [0.5, 0.5]


def test_a_company_nobody_holds_has_no_game() -> None:
    assert game_at(held("P T 30"), "P")[0] == []
    assert game_at(held("P T 30"), "unheard of")[0] == []
