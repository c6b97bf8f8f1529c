"""Integrated ownership: worked and published cases, loops of every kind, agreement with rationals and with path sums."""

from collections.abc import Mapping
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graph.ownership.oracle import Stakes, as_table, pairs, rationals

from windchime.graph.ownership import loops
from windchime.graph.ownership.api import Ownership


def shares(stakes: Mapping[tuple[str, str], Fraction | str | float]) -> dict[tuple[str, str], float]:
    ownership = Ownership.from_shares(as_table(stakes))
    found = pairs(ownership.integrated())
    assert ownership.certificate(0).holds
    return found


def test_a_pyramid_of_majorities_holds_13_percent_of_the_cash_flow() -> None:
    """51 % of 51 % of 51 %: whole control, 13.27 % of the cash flow (La Porta, Lopez-de-Silanes, Shleifer 1999, pyramids)."""
    found = shares({("ann", "a"): "0.51", ("a", "b"): "0.51", ("b", "c"): "0.51", ("bob", "c"): "0.49"})
    assert found["ann", "c"] == pytest.approx(0.132651, abs=1e-12)
    assert found["bob", "c"] == pytest.approx(0.49)


def test_direct_and_indirect_shares_add_up() -> None:
    """60 % of a company that holds 50 %, and 10 % directly: 40 %, an example of the Chinese rule of 25 %."""
    found = shares({("p", "a"): "0.6", ("a", "t"): "0.5", ("p", "t"): "0.1"})
    assert found["p", "t"] == pytest.approx(0.4)


def test_two_companies_that_hold_each_other_are_owned_wholly_by_those_outside() -> None:
    """30 % each way, 70 % outside: the sum over simple paths alone would be 0.7 + 0.21 = 91 % of each."""
    found = shares({("p", "a"): "0.7", ("b", "a"): "0.3", ("q", "b"): "0.7", ("a", "b"): "0.3"})
    assert found["p", "a"] == pytest.approx(0.7 / 0.91)
    assert found["q", "a"] == pytest.approx(0.21 / 0.91)
    assert found["p", "a"] + found["q", "a"] == pytest.approx(1.0)


def test_treasury_shares_are_divided_out() -> None:
    """A company that holds a fifth of itself: who has 40 % of the paper has half of the firm."""
    found = shares({("p", "a"): "0.4", ("q", "a"): "0.4", ("a", "a"): "0.2", ("a", "b"): "0.5"})
    assert found["p", "a"] == pytest.approx(0.5)
    assert found["p", "b"] == pytest.approx(0.25)


def test_a_ring_held_at_thirty_percent_by_each_other() -> None:
    """Three firms that hold 30 % of each other in turn (the loop of the DLV examples of company control): each person owns
    the geometric part of what passes by."""
    ring = {("a", "b"): "0.3", ("b", "c"): "0.3", ("c", "a"): "0.3"}
    found = shares(ring | {("p", "a"): "0.7", ("q", "b"): "0.7", ("r", "c"): "0.7"})
    whole = 1 - 0.3**3
    assert found["p", "a"] == pytest.approx(0.7 / whole)
    assert found["p", "b"] == pytest.approx(0.7 * 0.3 / whole)
    assert found["p", "c"] == pytest.approx(0.7 * 0.09 / whole)


def test_a_ladder_of_a_million_paths() -> None:
    """Twenty rungs of two companies each, every one half held by both of the rung before: 2^20 paths, all of them one half."""
    stakes: dict[tuple[str, str], str] = {("p", "a0"): "1", ("q", "b0"): "1"}
    for rung in range(20):
        for held in "ab":
            stakes["a" + str(rung), held + str(rung + 1)] = "0.5"
            stakes["b" + str(rung), held + str(rung + 1)] = "0.5"
    found = shares(stakes)
    assert found["p", "a20"] == pytest.approx(0.5, abs=1e-15)
    assert found["q", "b20"] == pytest.approx(0.5, abs=1e-15)


def test_what_nobody_discloses_stays_undisclosed() -> None:
    found = shares({("p", "a"): "0.3", ("a", "b"): "0.5"})
    assert found == {("p", "a"): pytest.approx(0.3), ("p", "b"): pytest.approx(0.15)}


def test_shares_without_profits_own_nothing() -> None:
    table = {"owner": ["p", "q"], "company": ["a", "a"], "share": [None, "0.4"], "votes": ["1", "0"]}
    assert pairs(Ownership.from_shares(table).integrated()) == {("q", "a"): pytest.approx(0.4)}


def test_a_near_closed_ring_loses_nothing() -> None:
    """Ten companies of which all but a ten-thousandth stays in the ring: all but rounding belongs to the one outside."""
    stakes = {(f"c{i}", f"c{(i + 1) % 10}"): "1" for i in range(9)} | {("c9", "c0"): "0.9999", ("p", "c0"): "0.0001"}
    found = shares(stakes)
    assert all(found["p", f"c{i}"] == pytest.approx(1.0, abs=1e-9) for i in range(10))


@st.composite
def webs(draw: st.DrawFn, *, loops_allowed: bool = True) -> Stakes:
    """Small webs in thousandths, with loops, own shares and equal parts; not over-issued, and no orphan loops."""
    companies = draw(st.integers(1, 9))
    stakes: dict[tuple[str, str], Fraction] = {}
    for company in range(companies):
        left = 1000
        for _ in range(draw(st.integers(1, 4))):
            holder = draw(st.integers(-4, companies - 1 if loops_allowed else company - 1))
            name = f"c{holder}" if holder >= 0 else f"p{-holder}"
            share = draw(st.sampled_from((250, 500, 100, 333)) | st.integers(1, 900))
            if share < left:
                left -= share
                at = name, f"c{company}"
                stakes[at] = stakes.get(at, Fraction(0)) + Fraction(share, 1000)
    return stakes


@settings(max_examples=150, deadline=None)
@given(webs())
def test_random_webs_agree_with_rationals(stakes: Stakes) -> None:
    expected = rationals(stakes)
    found = shares(stakes)
    assert found.keys() == expected.keys()
    assert all(found[p] == pytest.approx(float(expected[p]), abs=1e-12) for p in expected)


@settings(max_examples=80, deadline=None)
@given(webs(), st.sampled_from(("0.25", "0.1", "0.5", "0.125")), st.booleans())
def test_thresholds_are_decided_as_rationals_decide_them(stakes: Stakes, threshold: str, inclusive: bool) -> None:
    enough = Fraction(threshold)
    ownership = Ownership.from_shares(as_table(stakes))
    found = pairs(ownership.beneficial_owners(threshold, inclusive))
    assert found.keys() == {p for p, y in rationals(stakes).items() if (y >= enough if inclusive else y > enough)}


@settings(max_examples=40, deadline=None)
@given(webs(loops_allowed=False))
def test_without_loops_it_is_the_sum_over_all_paths(stakes: Stakes) -> None:
    """Paths summed by recursive SQL, another program and another method."""
    held = as_table(stakes)
    with duckdb.connect() as con:
        con.register("held", held)
        expected = con.execute(
            """with recursive stake as (select owner, company, sum(share::double) share from held group by all),
               path as (select * from stake where owner not in (select company from stake)
                        union all
                        select p.owner, s.company, p.share * s.share from path p join stake s on s.owner = p.company)
               select owner, company, sum(share) from path group by all"""
        ).fetchall()
    found = shares(stakes)
    assert found == {(o, c): pytest.approx(y, abs=1e-12) for o, c, y in expected}


def test_long_lists_and_large_loops_become_knots_and_are_put_back() -> None:
    """A company of 400 owners that passes all on, and a loop of 40 behind it, against the answer worked out by hand."""
    assert loops.LONG < 400
    stakes: dict[tuple[str, str], str] = {(f"p{i}", "wide"): "0.001" for i in range(399)} | {("big", "wide"): "0.6"}
    stakes |= {(f"c{i}", f"c{(i + 1) % 40}"): "0.5" for i in range(40)}
    stakes |= {("wide", f"c{i}"): "0.25" for i in range(40)} | {(f"q{i}", f"c{i}"): "0.25" for i in range(40)}
    stakes["c3", "below"] = "0.8"
    ownership = Ownership.from_shares(as_table(stakes))
    found = pairs(ownership.integrated())
    assert found["big", "c7"] == pytest.approx(0.3), "half of each comes from wide, as one share of 0.25 goes around"
    assert found["p8", "below"] == pytest.approx(0.8 * 0.5 * 0.001)
    assert found["q3", "c4"] == pytest.approx(0.25 * 0.5 / (1 - 0.5**40))
    assert ownership.certificate(0).holds
    assert pairs(ownership.beneficial_owners("0.24")) == {
        at: share for at, share in found.items() if share >= 0.24 - 1e-12
    }
