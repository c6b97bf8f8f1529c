"""Control: worked cases with their sources, and a naive fixpoint and SQL on random networks."""

from fractions import Fraction
from itertools import pairwise

import duckdb
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.graph.ownership.voting import Edges, decimal, edges, held, naive, networks, pairs

from windchime.graph.ownership.control import control
from windchime.graph.ownership.majority import Majority, NoThreshold

CASES = {
    "own majority": ("P A 51", {"PA"}),
    "half is no majority": ("P A 50", set()),
    "pyramid 51-51-51: all votes, 13 % of the money": ("P A 51, A B 51, B C 51", {"PA", "PB", "PC", "AB", "AC", "BC"}),
    # ASP competition 2011, problem "Company Controls", after Kemp and Stuckey 1991: c1 gets c3 by 20 + 35, c4 through it
    "asp": ("1 2 60, 1 3 20, 2 3 35, 3 4 51", {"12", "13", "14", "34"}),
    # USA Computing Olympiad, training problem "Controlling Companies", sample
    "usaco": ("1 2 80, 2 3 80, 3 1 20", {"12", "13", "23"}),
    # Faber, Leone, Pfeifer 2004, "Recursive Aggregates in Disjunctive Logic Programs": A controls neither, though were it to
    # control one of B and C it would control the other
    "no bootstrapping": ("A B 40, C B 20, A C 40, B C 20", set()),
    "three at thirty of each other": ("A B 30, A C 30, B A 30, B C 30, C A 30, C B 30", set()),
    "two at fifty-one of each other": ("A B 51, B A 51", {"AB", "BA"}),
    "a ring of majorities: each controls each": ("A B 60, B C 60, C A 60", {"AB", "AC", "BA", "BC", "CA", "CB"}),
    "pooled by what is controlled": ("P A 51, P B 100, A T 30, B T 25", {"PA", "PB", "PT"}),
    "what is not controlled adds nothing": ("P A 49, A T 40, P T 40", set()),
    "votes of two that nobody joins": ("P T 50, Q T 50", set()),
    "over-issued input still answers": ("P T 60, Q T 60, R T 60", {"PT", "QT", "RT"}),
    "treasury shares vote for who controls the rest": ("P T 60, T T 40, T S 55", {"PT", "PS", "TS"}),
    "treasury shares make no control": ("P T 45, T T 10", set()),
    "into a loop": ("P A 51, A B 30, B A 40, P B 25", {"PA", "PB"}),
}


@pytest.mark.parametrize("name", CASES)
def test_worked_cases(name: str) -> None:
    written, expected = CASES[name]
    assert pairs(control(held(written))) == {(e[0], e[1]) for e in expected}
    assert naive(edges(written)) == {(e[0], e[1]) for e in expected}


def test_the_votes_told_are_those_of_the_controller_and_of_all_it_controls() -> None:
    found = {
        (r["controller"], r["company"]): r["votes"] for r in control(held("P A 51, A T 30, P T 25")).table().to_pylist()
    }
    assert found == {("P", "A"): 0.51, ("P", "T"): 0.55}


def test_voting_shares_count_where_they_differ_from_shares_of_profit() -> None:
    """The form of the Yum case: 55 % of votes with 41.5 % of the money."""
    import pyarrow as pa

    from windchime.graph.ownership.shares import holdings_of

    table = pa.table({"owner": ["P"], "company": ["T"], "share": ["0.415"], "votes": ["0.55"]})
    assert pairs(control(holdings_of(table)[0])) == {("P", "T")}


@pytest.mark.parametrize(
    ("threshold", "inclusive", "controls"), [("0.5", True, True), ("0.5", False, False), ("0.499", False, True)]
)
def test_a_threshold_may_be_met_or_must_be_passed(threshold: str, inclusive: bool, controls: bool) -> None:
    assert bool(len(control(held("P A 50"), threshold, inclusive=inclusive))) == controls


@pytest.mark.parametrize("wrong", ["0", "1.01", "-0.5", "half", float("nan")])
def test_what_is_no_share_is_no_threshold(wrong: "str | float") -> None:
    with pytest.raises(NoThreshold):
        control(held("P A 50"), wrong)


def test_thirds_that_add_up_to_the_whole_meet_it_exactly() -> None:
    thirds = [(p, "T", "0.333333") for p in ("A", "B")] + [("C", "T", "0.333334"), *((("P", x, "1")) for x in "ABC")]
    assert ("P", "T") in pairs(control(held(thirds), 1, inclusive=True))


@pytest.mark.parametrize(
    ("parts", "controls"),
    [
        (["0.5000000000000000001"], True),
        (["0.5", "0.0000000000000000001"], True),
        (["0.4999999999999999999", "0.0000000000000000001"], False),
        (["0.4999999999999999999", "0.0000000000000000002"], True),
        (["0.1"] * 5, False),
        (["1e-1"] * 5, False),
        (["1e-1"] * 5 + ["1e-30"], True),
    ],
)
def test_sums_too_near_for_floats_are_decided_by_their_texts(parts: list[str], controls: bool) -> None:
    import pyarrow as pa

    from windchime.graph.ownership.shares import holdings_of

    rows = [(f"A{n}", "T", part) for n, part in enumerate(parts)] + [("P", f"A{n}", "1") for n in range(len(parts))]
    table = pa.table(dict(zip(("owner", "company", "share"), map(list, zip(*rows, strict=True)), strict=True)))
    found = control(holdings_of(table)[0])
    assert (("P", "T") in pairs(found)) == controls


@given(networks(), st.sampled_from(["0.5", "0.25", "0.3", "0.75", "1"]), st.booleans())
def test_control_is_the_naive_fixpoint(rows: Edges, threshold: str, inclusive: bool) -> None:
    assert pairs(control(held(rows), threshold, inclusive=inclusive)) == naive(
        rows, Fraction(threshold), inclusive=inclusive
    )


@given(networks(sizes=(5, 25, 30, 45, 50, 55)), st.integers(1, 9))
def test_long_decimals_are_decided_as_rationals(rows: Edges, tail: int) -> None:
    """Every share gets a tail beyond floats, so that sums at a threshold are met by none, or only with their tails."""
    long = [(o, c, decimal(Fraction(s) - Fraction(tail, 10**20))) for o, c, s in rows]
    assert pairs(control(held(long))) == naive(long)


@given(networks())
def test_a_larger_threshold_never_gives_more(rows: Edges) -> None:
    found = held(rows)
    ladder = [pairs(control(found, t)) for t in ("0.25", "0.3", "0.5", "0.75")]
    assert all(higher <= lower for lower, higher in pairwise(ladder))
    assert pairs(control(found, "0.5")) <= pairs(control(found, "0.5", inclusive=True))


@given(networks())
def test_what_is_told_is_true_of_itself_and_nothing_can_be_left_out(rows: Edges) -> None:
    """A fixpoint: the votes told are those that the pairs told give. Least: without any one pair, it can be derived anew."""
    found = control(held(rows))
    share: dict[tuple[str, str], Fraction] = {}
    for o, c, s in rows:
        share[o, c] = share.get((o, c), Fraction(0)) + Fraction(s)
    told = pairs(found)
    for row in found.table().to_pylist():
        x, y = row["controller"], row["company"]
        votes = sum(share.get((z, y), 0) for z in {x} | {c for o, c in told if o == x})
        assert votes > Fraction(1, 2)
        assert row["votes"] == pytest.approx(float(votes))


@settings(max_examples=30, deadline=None)
@given(networks(most=6))
def test_sql_says_the_same(rows: Edges) -> None:
    assume(rows)
    con = duckdb.connect()
    con.execute("SET enable_external_access = false")
    con.execute("CREATE TABLE own (o VARCHAR, c VARCHAR, s DECIMAL(9, 6)); CREATE TABLE con (x VARCHAR, y VARCHAR)")
    con.executemany("INSERT INTO own VALUES (?, ?, ?)", rows)
    before = -1
    while (count := con.sql("SELECT count(*) FROM con").fetchall()[0][0]) != before:
        before = count
        con.execute("""
            CREATE OR REPLACE TABLE con AS
            SELECT x, c AS y FROM (SELECT DISTINCT o AS x, o AS z FROM own UNION SELECT x, y FROM con)
            JOIN own ON z = o WHERE x <> c GROUP BY ALL HAVING sum(s) > 0.5
        """)
    assert pairs(control(held(rows))) == set(con.sql("SELECT x, y FROM con").fetchall())


@given(networks(), st.sampled_from(["0.05", "0.25", "0.5"]))
def test_votes_are_told_from_a_lower_share_too(rows: Edges, least: str) -> None:
    found = control(held(rows), told_from=Majority.of(least, inclusive=True))
    assert pairs(found) == pairs(control(held(rows)))
    held_by = {(o, c): Fraction(0) for o, c, _s in rows}
    for x in {o for o, _c, _s in rows}:
        mine = {x} | {c for o, c in pairs(found) if o == x}
        for c in {c for _o, c, _s in rows} - {x}:
            held_by[x, c] = sum((Fraction(s) for o, y, s in rows if o in mine and y == c), Fraction(0))
    expected = {(x, c) for (x, c), v in held_by.items() if x != c and v >= Fraction(least) and v > 0}
    assert {(r["controller"], r["company"]) for r in found.table().to_pylist()} == expected


def test_only_some_controllers_may_be_asked_about() -> None:
    found = held("P A 51, Q B 51, A C 51")
    asked = np.array([found.nodes.number("Q")], np.int32)
    assert pairs(control(found, controllers=asked)) == {("Q", "B")}


def test_nothing_held_is_nothing_controlled() -> None:
    assert len(control(held([]))) == 0
