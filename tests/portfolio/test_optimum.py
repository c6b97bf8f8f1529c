"""The allocation against a search through all allocations there are, and the properties of the best one."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.portfolio.helpers import FLAT, best_by_trying_all, churning, curve, firm, holds_caps, region, terms

from windchime.core.canonical import canonical
from windchime.portfolio.allocation import Candidate, Terms, allocate

#: yuan; below this two values count as one
NEGLIGIBLE = Fraction(1, 10**6)

small_firms = st.lists(
    st.tuples(
        st.integers(0, 150_000),
        st.integers(0, 7),
        st.sampled_from("ABC"),
        st.sampled_from("xyz"),
        st.sampled_from("uv "),
    ),
    min_size=1,
    max_size=5,
)
CURVES = FLAT | {"B": curve("0.06 0.0", "0.09 0.3", "0.14 0.8"), "C": curve("0.08 0.1", "0.15 0.5")}


def candidates(rows: list[tuple[int, int, str, str, str]]) -> list[Candidate]:
    return [
        Candidate(
            f"f{i}",
            Decimal(p) / 10**6,
            band,
            Decimal(limit),
            {"industry": industry} | ({"region": r} if r != " " else {}),
        )
        for i, (p, limit, band, industry, r) in enumerate(rows)
    ]


@settings(max_examples=120, deadline=None)
@given(
    rows=small_firms,
    budget=st.integers(0, 16),
    minimum=st.integers(1, 4),
    shares=st.tuples(*[st.sampled_from(["0.3", "0.5", "0.75", "1"])] * 3),
)
def test_no_allocation_of_whole_yuan_is_better(
    rows: list[tuple[int, int, str, str, str]], budget: int, minimum: int, shares: tuple[str, str, str]
) -> None:
    industry, where, single = map(Decimal, shares)
    on = terms(
        budget,
        minimum=minimum,
        maximum=7,
        curves=CURVES,
        caps={"industry": industry, "region": where},
        single_share=single,
        gap=Decimal(0),
    )
    firms = candidates(rows)

    found = allocate(firms, on)

    best = best_by_trying_all(firms, on)
    assert best - Fraction(found.optimum.profit) <= NEGLIGIBLE
    assert Fraction(found.optimum.profit) <= best <= Fraction(found.certificate.bound)
    check_feasible(found, firms, on)
    for peer in found.peers:
        assert peer.profit <= found.optimum.profit + Decimal("0.000001")
        amounts = {o.firm_id: o.amount for o in peer.offers}
        assert holds_caps(firms, [amounts.get(c.firm_id, 0) for c in firms], on)
        assert peer.offered <= budget


def check_feasible(found: Any, firms: list[Candidate], on: Terms) -> None:
    amounts = {o.firm_id: o.amount for o in found.optimum.offers}
    limits = {c.firm_id: c.limit for c in firms}
    assert sum(amounts.values()) == found.optimum.offered == on.budget - found.unspent <= on.budget
    assert all(isinstance(a, int) for a in amounts.values())
    assert all(on.minimum <= a <= min(on.maximum, limits[f], on.single_share * on.budget) for f, a in amounts.items())
    assert holds_caps(firms, [amounts.get(c.firm_id, 0) for c in firms], on)
    assert {c.firm_id for c in firms} == amounts.keys() | {x.firm_id for x in found.left_out}
    assert bool(found.unspent) == bool(found.unspent_because)
    assert all(found.held_by[f] for f in amounts)


def book(budget: int, **changes: Any) -> Terms:
    given = {
        "minimum": 100_000,
        "maximum": 1_000_000,
        "curves": churning(),
        "budget_step": 1_000_000,
        "caps": {"industry": Decimal("0.10"), "region": Decimal("0.06")},
        "single_share": Decimal("0.01"),
    }
    return terms(budget, **(given | changes))


@pytest.mark.parametrize(
    ("firms", "seed", "budget"), [(302, 1, 100_000_000), (302, 2, 33_333_333), (900, 3, 250_000_001)]
)
def test_a_book_is_feasible_to_the_yuan_and_optimal_to_the_gap(firms: int, seed: int, budget: int) -> None:
    made = region(firms, seed)
    found = allocate(made, book(budget))

    check_feasible(found, made, book(budget))
    assert found.certificate.gap <= book(budget).gap
    assert found.optimum.profit <= found.certificate.bound <= found.certificate.relaxed_bound
    assert not found.remarks
    if found.certificate.solver_bound is not None:  # the solver, in floating point, agrees with the proof
        assert found.certificate.solver_bound == pytest.approx(float(found.optimum.profit), rel=1e-7)


def test_a_sifted_relaxation_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    from windchime.portfolio.allocation import relaxation

    made = region(900, 4)
    whole = allocate(made, book(200_000_000))
    monkeypatch.setattr(relaxation, "WHOLE", 60)
    sifted = allocate(made, book(200_000_000))

    assert sifted.certificate.relaxed_bound == pytest.approx(whole.certificate.relaxed_bound, rel=Decimal("1e-12"))
    assert abs(sifted.optimum.profit - whole.optimum.profit) <= whole.certificate.bound * Decimal("2e-9")
    check_feasible(sifted, made, book(200_000_000))


def test_more_budget_never_earns_less() -> None:
    made = region(120, 5)
    profits = [allocate(made, book(b)).optimum.profit for b in range(5_000_000, 60_000_000, 7_777_777)]
    assert profits == sorted(profits)


def test_the_order_of_candidates_changes_no_byte() -> None:
    made = region(200, 6)
    one, other = (canonical(allocate(c, book(40_000_000)).as_dict()) for c in (made, made[::-1]))
    assert one == other


def test_a_proof_cut_short_says_so_and_stays_feasible() -> None:
    made = region(302, 1)
    on = book(100_000_000, gap=Decimal(0), proof_nodes=1)
    found = allocate(made, on)
    assert [f.code for f in found.remarks] == ["gap_above_target"]
    assert found.optimum.profit <= found.certificate.bound
    check_feasible(found, made, on)


def test_the_minimum_can_make_it_better_to_spend_less() -> None:
    """10 yuan, at least 6 each: two firms do not fit, and the residue of 4 is explained."""
    found = allocate([firm("a", "0.01", 6), firm("b", "0.02", 9)], terms(10, minimum=6))
    assert [(o.firm_id, o.amount) for o in found.optimum.offers] == [("b", 9)]
    assert found.unspent == 1
    assert [f.code for f in found.unspent_because] == ["residual_below_minimum"]


def test_a_share_of_budget_moves_caps_with_it() -> None:
    on = replace(terms(100), caps={"industry": Decimal("0.25")})
    found = allocate(
        [firm("a", industry="C"), firm("b", "0.02", industry="C"), firm("c", "0.03", 30, industry="F")], on
    )
    assert {o.firm_id: o.amount for o in found.optimum.offers} == {"a": 25, "c": 25}
    assert found.held_by == {"a": ("industry=C",), "c": ("industry=F",)}
    assert [(f.code, f.params["group"]) for f in found.unspent_because] == [("cap_binds", "C"), ("cap_binds", "F")]
