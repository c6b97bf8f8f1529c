from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.graph.guarantees.helpers import promises, settings

from windchime.graph.guarantees import telling
from windchime.graph.guarantees.calls import Called, book, call

WHOLE = settings(unpaid=Decimal(1), unknown_buffer=Decimal(50))
#: guarantor, debtor, debt, most, takes over
Promise = tuple[int, int, int, int, bool]
PROMISES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 1), st.integers(1, 60), st.booleans()).filter(
        lambda p: p[0] != p[1]
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda p: p[:3],
)
MEANS = st.lists(st.integers(0, 60), min_size=6, max_size=6)


def called(rows: list[dict[str, Any] | tuple[Any, ...]], means: dict[str, int], *failing: str) -> Called:
    return call(book(promises(*rows), {f: Decimal(x) for f, x in means.items()}, WHOLE), failing, WHOLE)


def of(drawn: list[Promise], means: list[int], *failing: int) -> Called:
    """Firms f0 … f5; debts of one debtor apart by number."""
    rows: list[dict[str, Any] | tuple[Any, ...]] = [
        {
            "guarantor": f"f{g}",
            "debtor": f"f{d}",
            "contract": f"C{d}{n}",
            "amount": most,
            "kind": "joint_several" if over else "several",
        }
        for g, d, n, most, over in drawn
    ]
    return called(rows, {f"f{n}": x for n, x in enumerate(means)}, *(f"f{n}" for n in failing))


def paid(found: Called) -> dict[tuple[str, str], float]:
    """By guarantor and debt."""
    ids = found.book.parties.ids.to_pylist()
    names = found.book.names
    both = zip(found.book.guarantor, found.book.debt, found.paid, strict=True)
    return {(ids[g], names[d]): round(float(x), 4) for g, d, x in both}


def test_one_guarantor_pays_up_to_its_amount_and_its_means() -> None:
    found = called([{"guarantor": "a", "debtor": "d", "amount": 80, "covered": Decimal(80)}], {"a": 30}, "d")
    assert paid(found) == {("a", "d|a-d"): 30}
    assert found.total_loss == pytest.approx(50)
    assert [(f.party, f.round, f.by, f.path) for f in found.fallen] == [
        ("d", 0, None, ("d",)),
        ("a", 1, "d", ("d", "a")),
    ]


def test_each_debt_once_shared_by_its_guarantors() -> None:
    rows: list[Any] = [{"guarantor": g, "debtor": "d", "contract": "C", "amount": 90} for g in "abc"]
    found = called(rows, dict.fromkeys("abc", 1000), "d")
    assert set(paid(found).values()) == {30.0}
    assert found.total_loss == pytest.approx(0)


def test_shares_weigh() -> None:
    rows: list[Any] = [
        {"guarantor": g, "debtor": "d", "contract": "C", "amount": 100, "share": Decimal(s)}
        for g, s in (("fund", "0.8"), ("bank", "0.2"))
    ]
    assert paid(called(rows, {"fund": 1000, "bank": 1000}, "d")) == {("fund", "d|C"): 80, ("bank", "d|C"): 20}


def test_others_take_over_what_one_cannot_pay_up_to_their_amounts() -> None:
    rows: list[Any] = [
        {"guarantor": g, "debtor": "d", "contract": "C", "amount": most}
        for g, most in (("a", 90), ("b", 90), ("c", 35))
    ]
    found = called(rows, {"a": 10, "b": 1000, "c": 1000}, "d")
    assert paid(found) == {("a", "d|C"): 10, ("b", "d|C"): 45, ("c", "d|C"): 35}


def test_several_guarantors_do_not_take_over() -> None:
    rows: list[Any] = [
        {"guarantor": g, "debtor": "d", "contract": "C", "amount": 90, "kind": "several"} for g in ("a", "b")
    ]
    found = called(rows, {"a": 10, "b": 1000}, "d")
    assert paid(found) == {("a", "d|C"): 10, ("b", "d|C"): 45}
    assert found.total_loss == pytest.approx(35)


def test_a_guarantor_called_for_more_than_it_has_pays_every_creditor_the_same_fraction() -> None:
    found = called([("a", "x", 60), ("a", "y", 30)], {"a": 45}, "x", "y")
    assert paid(found) == {("a", "x|a-x"): 30, ("a", "y|a-y"): 15}


def test_a_ring_falls_round_by_round_and_stops_at_whoever_can_pay() -> None:
    found = called(
        [("a", "d", 100), ("b", "a", 100), ("c", "b", 100), ("d", "c", 100)], {"a": 10, "b": 10, "c": 500}, "d"
    )
    assert [(f.party, f.round) for f in found.fallen] == [("d", 0), ("a", 1), ("b", 2)]
    assert found.fallen[-1].path == ("d", "a", "b")
    assert found.total_loss == pytest.approx(90 + 90)


def test_joint_guarantees_that_share_guarantors_are_cleared_as_one_system() -> None:
    """Debts X and Y of 60; a (30) stands for both, b (200) for X, c (200) for Y: a pays 15 on each, b and c the other 45."""
    rows: list[Any] = [
        {"guarantor": g, "debtor": d, "contract": d.upper(), "amount": 60} for g, d in ("ax", "bx", "ay", "cy")
    ]
    found = called(rows, {"a": 30, "b": 200, "c": 200}, "x", "y")
    assert paid(found) == {("a", "x|X"): 15, ("b", "x|X"): 45, ("a", "y|Y"): 15, ("c", "y|Y"): 45}


def test_unknown_means_are_assumed_and_marked() -> None:
    found = called([("a", "d", 80)], {}, "d")
    assert [(f.party, f.is_assumed, f.paid) for f in found.fallen if f.round] == [("a", True, 50.0)]
    assert not called([("a", "d", 80)], {"a": 90}, "nobody").fallen


@given(PROMISES, MEANS, st.sets(st.integers(0, 5), min_size=1, max_size=2))
def test_money_is_conserved_and_nobody_pays_more_than_it_has_or_promised(
    drawn: list[Promise], means: list[int], failing: set[int]
) -> None:
    found = of(drawn, means, *sorted(failing))
    held = found.book
    assert found.unpaid.sum() == pytest.approx(found.paid.sum() + found.loss.sum(), abs=1e-6)
    assert (found.paid <= np.minimum(held.most, found.unpaid[held.debt]) + 1e-6).all()
    total = np.bincount(held.guarantor, found.paid, len(held.parties))
    down = {f.party: f for f in found.fallen}
    for number, party in enumerate(held.parties.ids.to_pylist()):
        first = party in down and down[party].round == 0
        assert total[number] <= (0 if first else held.buffer[number]) + 1e-6
        if party in down and not first:
            assert total[number] == pytest.approx(held.buffer[number], abs=1e-6)
    # each debt whose debtor fell is paid, or every guarantor that takes over is at its most
    for debt in np.flatnonzero(found.loss > 0.01):
        mine = np.flatnonzero((held.debt == debt) & held.takes_over)
        most = np.minimum(held.most, found.unpaid[held.debt])[mine]
        assert found.called[mine] == pytest.approx(most, abs=1e-2)


@given(PROMISES, MEANS, st.integers(0, 5), st.integers(0, 5))
def test_more_failing_debtors_never_mean_less(drawn: list[Promise], means: list[int], one: int, other: int) -> None:
    less, more = of(drawn, means, one), of(drawn, means, one, other)
    assert {f.party for f in less.fallen} <= {f.party for f in more.fallen}
    assert (more.called >= less.called - 1e-3).all()


@given(PROMISES, MEANS, st.integers(0, 5))
def test_several_liability_is_the_fixed_point_in_rationals(
    drawn: list[Promise], means: list[int], failing: int
) -> None:
    """Without taking over, calls on given failures are shares of debts, and the failures grow until nobody is new."""
    alone = [(g, d, n, most, False) for g, d, n, most, _over in drawn]
    found = of(alone, means, failing)
    debts: dict[tuple[int, int], list[Promise]] = {}
    for p in alone:
        debts.setdefault((p[1], p[2]), []).append(p)
    down = {failing}
    while True:
        calls: dict[int, Fraction] = {}
        for (debtor, _n), those in debts.items():
            owed = Fraction(max(p[3] for p in those))
            for p in those if debtor in down else ():
                calls[p[0]] = calls.get(p[0], Fraction(0)) + min(Fraction(p[3]), owed / len(those))
        new = {g for g, x in calls.items() if g != failing and x > means[g] + Fraction(1, 200)} - down
        if not new:
            break
        down |= new
    known = {f for p in alone for f in p[:2]}
    assert {f.party for f in found.fallen} == {f"f{n}" for n in down & known}
    pays = {g: min(x, Fraction(0 if g == failing else means[g])) for g, x in calls.items()}
    assert found.paid.sum() == pytest.approx(float(sum(pays.values())), abs=1e-6)


def test_in_words() -> None:
    found = called([("a", "d", 80)], {}, "d")
    assert telling.of_call(found, {"a": "甲"}, "en")[1].startswith(
        "round 1: 甲 is called for 80.00 yuan, can pay 50.00 yuan"
    )
    assert telling.of_call(found, {"a": "甲"}, "zh")[0] == "d 倒下"
