from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graph.supply.helpers import AS_OF, flows, listing, trade

from windchime.graph.supply.dependence import closed, dependence, reach
from windchime.graph.supply.flows import Flows


def integrated(of: Flows, side: str = "supplier") -> dict[tuple[str, str], float]:
    shares = of.side(side)  # type: ignore[arg-type]
    found = dependence(shares)
    ids = of.nodes.ids.to_pylist()
    firm = np.repeat(np.arange(len(ids)), np.diff(shares.graph.start))
    return {(ids[f], ids[p]): float(v) for f, p, v in zip(firm, shares.graph.target, found.integrated, strict=True)}


def test_only_the_whole_months_of_the_window_count() -> None:
    rows = trade(("a", "b", 10), month=date(2024, 12, 1))
    assert len(Flows.of(rows, listing("b"), AS_OF, 12).fen) == 0
    assert len(Flows.of(rows, listing("b"), date(2025, 11, 30), 12).fen) == 1


def test_red_letters_lower_a_share_and_a_pair_at_zero_is_none() -> None:
    of = flows(("a", "b", 100), ("c", "b", 100), ("c", "b", -50), ("d", "b", 5), ("d", "b", -5))
    assert integrated(of) == {("b", "a"): pytest.approx(2 / 3), ("b", "c"): pytest.approx(1 / 3)}


def test_dependence_through_others_adds_to_the_direct_one() -> None:
    of = flows(("steel", "parts", 80), ("x", "parts", 20), ("parts", "car", 50), ("steel", "car", 50))
    assert integrated(of)["car", "steel"] == pytest.approx(0.5 + 0.5 * 0.8)
    assert integrated(of, "customer")["parts", "car"] == 1


def test_of_a_firm_without_a_list_nothing_behind_is_known() -> None:
    sales = (("steel", "parts", 80), ("parts", "car", 50), ("steel", "car", 50))
    assert integrated(flows(*sales, known=["car"])) == {("car", "steel"): 0.5, ("car", "parts"): 0.5}


def test_a_loop_never_gives_more_than_the_whole() -> None:
    of = flows(("a", "b", 90), ("x", "b", 10), ("b", "a", 90), ("x", "a", 10))
    found = integrated(of)
    assert found["b", "a"] == pytest.approx(0.9, abs=1e-6)
    assert found["b", "x"] == pytest.approx(1, abs=1e-5)


def test_a_closed_circle_gets_no_value_and_no_guess() -> None:
    of = flows(("a", "b", 1), ("b", "a", 1), ("a", "c", 1), ("x", "c", 1))
    found = integrated(of)
    assert np.isnan(found["a", "b"])
    assert np.isnan(found["c", "a"])
    assert found["c", "x"] == 0.5
    assert closed(of.side("supplier")).sum() == 2


_sales = st.lists(
    st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg"), st.integers(1, 100)), min_size=1, max_size=25
).map(lambda rows: [r for r in rows if r[0] != r[1]])


@settings(max_examples=150, deadline=None)
@given(_sales, st.sets(st.sampled_from("abcdefg")))
def test_the_dense_inverse_says_the_same(sales: list[tuple[str, str, int]], known: set[str]) -> None:
    """Leontief by numpy: N = (I - S)^-1, share N_ij / N_ii; and what enters ends where nothing is known behind."""
    of = flows(*sales, ("out", "a", 7), known=known)
    shares = of.side("supplier")
    held = closed(shares)
    size = len(of.nodes)
    matrix = np.zeros((size, size))
    firm = np.repeat(np.arange(size), np.diff(shares.graph.start))
    matrix[shares.graph.target, firm] = shares.share
    matrix[:, held] = 0
    whole = np.linalg.inv(np.eye(size) - matrix)
    found = dependence(shares)
    for f, p, value, bound in zip(firm, shares.graph.target, found.integrated, found.bound, strict=True):
        if held[f] or held[p]:
            assert np.isnan(value)
            continue
        assert value == pytest.approx(min(1.0, whole[p, f] / whole[p, p]), abs=bound + 1e-9)
    ends = (np.diff(shares.graph.start) == 0) | held
    for firm_no in range(size):
        visits, left = reach(shares, firm_no)
        assert np.allclose(visits, whole[:, firm_no], atol=left * whole.max() + 1e-9)
        assert visits[ends].sum() + left == pytest.approx(1, abs=left + 1e-9)
