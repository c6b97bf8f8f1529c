from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from tests.graph.contagion.helpers import stakes

from windchime.graph.contagion.clearing import clear
from windchime.graph.contagion.settling import settle
from windchime.graph.csr import Floats
from windchime.graph.nodes import Ints

Debts = list[tuple[int, int, int]]
SIZE = 5
DEBTS = st.lists(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1), st.integers(0, 20)).filter(lambda d: d[0] != d[1]),
    max_size=12,
)
OUTSIDE = st.lists(st.integers(0, 12), min_size=SIZE, max_size=SIZE)


def arrays(debts: Debts, outside: list[int]) -> tuple[Ints, Ints, Floats, Floats]:
    columns = np.array(debts, dtype=float).reshape(-1, 3)
    return columns[:, 0].astype(np.int32), columns[:, 1].astype(np.int32), columns[:, 2], np.array(outside, dtype=float)


def linear_program(debts: Debts, outside: list[int]) -> Floats:
    """The greatest clearing vector maximises the sum of payments under p <= owed and p <= outside + received (theorem 4)."""
    total = np.zeros(SIZE)
    for a, _b, x in debts:
        total[a] += x
    divided = np.zeros((SIZE, SIZE))
    for a, b, x in debts:
        if total[a]:
            divided[b, a] += x / total[a]
    solved = linprog(
        -np.ones(SIZE),
        A_ub=np.eye(SIZE) - divided,
        b_ub=outside,
        bounds=list(zip(np.zeros(SIZE), total, strict=True)),
        method="highs",
    )
    return np.asarray(solved.x)


def from_above(debts: Debts, outside: list[int], steps: int) -> list[Fraction]:
    """The fixed point in rationals: everybody pays in full, then what it has, again and again; never below the vector."""
    total = [Fraction(sum(x for a, _b, x in debts if a == f)) for f in range(SIZE)]
    paid = total
    for _ in range(steps):
        received = [
            sum((Fraction(x) * paid[a] / total[a] for a, b, x in debts if b == f and total[a]), Fraction(outside[f]))
            for f in range(SIZE)
        ]
        paid = [min(t, r) for t, r in zip(total, received, strict=True)]
    return paid


@given(DEBTS, OUTSIDE)
def test_payments_are_those_of_the_linear_program(debts: Debts, outside: list[int]) -> None:
    found = clear(*arrays(debts, outside))
    assert found.paid == pytest.approx(linear_program(debts, outside), abs=1e-6)


@given(DEBTS, OUTSIDE)
def test_rationals_from_above_come_down_to_the_payments(debts: Debts, outside: list[int]) -> None:
    found = clear(*arrays(debts, outside))
    above = np.array([float(p) for p in from_above(debts, outside, 12)])
    assert (above >= found.paid - 1e-7).all()
    if not found.round.any():
        assert above == pytest.approx(found.paid)


@given(DEBTS, OUTSIDE)
def test_money_is_neither_made_nor_lost(debts: Debts, outside: list[int]) -> None:
    debtor, creditor, owed, held = arrays(debts, outside)
    found = clear(debtor, creditor, owed, held)
    assert found.left.sum() == pytest.approx(held.sum(), abs=1e-6)
    assert owed.sum() == pytest.approx(found.paid.sum() + found.loss.sum(), abs=1e-6)
    received = np.bincount(creditor, owed - found.loss, SIZE)
    assert held + received == pytest.approx(found.paid + found.left, abs=1e-6)
    # who cannot pay keeps nothing
    assert found.left[found.round > 0] == pytest.approx(0, abs=1e-6)


@given(DEBTS, OUTSIDE, st.integers(0, SIZE - 1))
def test_with_less_from_outside_nobody_is_paid_more(debts: Debts, outside: list[int], firm: int) -> None:
    poorer = [0 if n == firm else x for n, x in enumerate(outside)]
    assert (clear(*arrays(debts, poorer)).paid <= clear(*arrays(debts, outside)).paid + 1e-7).all()


def test_a_worked_case() -> None:
    """0 owes 1 ten and has four; 1 owes 2 ten and has three; 2 owes 0 two and has nothing.

    All pay: 0 has 4 + 2 of 10, 1 has 3 + 10: enough. Then 0 pays 6, so 1 has 9 of 10 and pays 9; 2 receives 9 and pays 2.
    """
    found = clear(*arrays([(0, 1, 10), (1, 2, 10), (2, 0, 2)], [4, 3, 0, 0, 0]))
    assert found.paid.tolist() == pytest.approx([6, 9, 2, 0, 0])
    assert found.round.tolist() == [1, 2, 0, 0, 0]
    assert found.loss.tolist() == pytest.approx([4, 1, 0])


def test_a_failure_is_settled_along_trade_and_lending_alone() -> None:
    """s fails with nothing from outside; its debts of 3 to a and 1 to b stay unpaid, a then lacks 1 of what it owes c."""
    held = stakes(
        [("a", "s", "supply", 3e6), ("b", "s", "money", 1e6), ("c", "a", "supply", 4e6), ("b", "a", "guarantee", 9e6)],
        {"s": 1e6, "a": 2e6, "b": 5e6, "c": 1e6},
    )
    found = {u.firm: u for u in settle(held, ["s"])}
    assert (found["s"].round, found["s"].owed, found["s"].paid) == (1, 4e6, 0)
    assert (found["a"].round, found["b"].round) == (2, 0)
    assert [found["a"].lost, found["a"].paid, found["b"].lost] == pytest.approx([3e6, 3e6, 1e6])
    assert found["c"].lost == pytest.approx(1e6)
    assert settle(held, ["nobody"]) == ()
