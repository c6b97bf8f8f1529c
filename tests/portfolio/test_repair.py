"""Whatever the solver says, what leaves the repair is whole yuan under every limit, and nothing more could be given."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.portfolio.helpers import firm, terms

from windchime.portfolio.allocation import allocate
from windchime.portfolio.allocation.optimum import optimise
from windchime.portfolio.allocation.packing import Packing, packing
from windchime.portfolio.allocation.repair import repaired


@st.composite
def problems(draw: st.DrawFn) -> Packing:
    """Up to eight firms in three overlapping dimensions."""
    size, minimum = draw(st.integers(1, 8)), draw(st.integers(1, 5))
    groups = [{d: draw(st.sampled_from("xy")) for d in ("industry", "region", "size")} for _each in range(size)]
    firms = [replace(firm(f"f{i}"), groups=g) for i, g in enumerate(groups)]
    shares = {d: Decimal(draw(st.sampled_from(["0.2", "0.45", "0.7"]))) for d in ("industry", "region", "size")}
    profit = np.array([draw(st.integers(1, 100)) * 10**15 for _each in firms], dtype=np.int64)
    high = np.array([draw(st.integers(minimum, 20)) for _each in firms], dtype=np.int64)
    return packing(firms, profit, high, terms(draw(st.integers(1, 60)), minimum=minimum, maximum=20, caps=shares))


@settings(max_examples=200, deadline=None)
@given(problem=problems(), data=st.data())
def test_any_answer_becomes_feasible_and_full(problem: Packing, data: st.DataObject) -> None:
    said = data.draw(st.lists(st.floats(0, 40), min_size=problem.size, max_size=problem.size))
    amounts = repaired(problem, np.array(said))

    assert problem.is_feasible(amounts)
    for one in range(problem.size):
        more = amounts.copy()
        more[one] = max(amounts[one] + 1, problem.low[one])
        assert not problem.is_feasible(more)


@settings(max_examples=200, deadline=None)
@given(problem=problems(), data=st.data())
def test_no_prices_bound_below_what_can_be_earned(problem: Packing, data: st.DataObject) -> None:
    prices = data.draw(st.lists(st.integers(0, 10**17), min_size=len(problem.names), max_size=len(problem.names)))
    found = optimise(problem, gap=terms(1).gap, nodes=500)
    assert problem.is_feasible(found.amounts)
    assert problem.value(found.amounts) == found.value <= found.bound <= found.relaxed_bound
    assert problem.bound(np.array(prices, dtype=np.int64)) >= found.value
    assert found.gap <= terms(1).gap or (found.bound - found.value) <= 10**12


def test_amounts_above_the_caps_are_cut_down_before_anyone_is_dropped() -> None:
    profit, high = np.array([3, 2, 1]) * 10**15, np.array([10, 10, 10])
    wanted = np.array([10.0, 10.0, 10.0])
    three = [firm("a"), firm("b"), firm("c")]
    assert repaired(packing(three, profit, high, terms(16, minimum=5)), wanted).tolist() == [6, 5, 5]
    assert repaired(packing(three, profit, high, terms(14, minimum=5)), wanted).tolist() == [9, 5, 0]


def test_half_yuan_of_the_relaxation_are_split_to_the_end() -> None:
    """Three caps of 5 yuan over pairs of three firms: 2.5 each in the relaxation, 7 in whole yuan."""
    three = [firm("a", one="x", three="x"), firm("b", one="x", two="x"), firm("c", two="x", three="x")]
    on = terms(10, caps=dict.fromkeys(("one", "two", "three"), Decimal("0.5")), gap=Decimal(0))
    found = allocate(three, on)
    assert found.optimum.offered == 7
    assert found.certificate.gap * found.certificate.bound <= Decimal("0.000001")
    assert found.certificate.relaxed_bound > found.certificate.bound
