"""A changed shareholding: what is taken over and what is solved anew, together, equal the whole solved anew."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graph.ownership.oracle import Stakes, as_table, pairs
from tests.graph.ownership.test_integrated import webs

from windchime.graph.ownership.api import OverIssued, Ownership
from windchime.graph.ownership.changing_shares import NoShare, PersonHeld

CHAIN = {("p", "a"): "0.6", ("q", "a"): "0.4", ("a", "b"): "0.5", ("q", "b"): "0.5", ("b", "c"): "1", ("p", "d"): "1"}


def told(ownership: Ownership, at_least: str | int) -> dict[tuple[str, str], float] | list[str]:
    try:
        return pairs(ownership.integrated(at_least))
    except OverIssued as error:
        return sorted(error.companies)


names = st.sampled_from([*(f"c{i}" for i in range(9)), "p1", "p2", "new"])
companies = st.sampled_from([*(f"c{i}" for i in range(9)), "fresh"])
changes = st.lists(
    st.tuples(names, companies, st.none() | st.sampled_from(("0.1", "0.25", "0.5", "1"))), min_size=1, max_size=3
)


@settings(max_examples=120, deadline=None)
@given(webs(), changes, st.booleans(), st.sampled_from((0, "0.25")))
def test_an_update_equals_the_whole_solved_anew(
    stakes: Stakes, steps: list[tuple[str, str, str | None]], ask_between: bool, at_least: str | int
) -> None:
    now = Ownership.from_shares(as_table(stakes))
    told(now, at_least)
    after: dict[tuple[str, str], Fraction | None] = dict(stakes)
    for owner, company, share in steps:
        now = now.with_change(owner, company, share)
        after[owner, company] = None if share is None else Fraction(share)
        if ask_between:
            told(now, at_least)
    table = {
        "owner": [o for o, _ in after],
        "company": [c for _, c in after],
        "share": [None if s is None else str(float(s)) for s in after.values()],
    }
    anew = Ownership.from_shares(table)
    expected, found = told(anew, at_least), told(now, at_least)
    assert found == (pytest.approx(expected, abs=1e-12) if isinstance(expected, dict) else expected)
    assert {(p.code, p.params.get("company"), p.params.get("shown")) for p in now.problems() if p.row is None} == {
        (p.code, p.params.get("company"), p.params.get("shown")) for p in anew.problems() if p.row is None
    }
    if isinstance(expected, dict):
        assert now.certificate(at_least).violation < 1e-9


def test_only_what_lies_downstream_is_solved_anew() -> None:
    before = Ownership.from_shares(as_table(CHAIN))
    assert pairs(before.beneficial_owners())["p", "c"] == pytest.approx(0.3)
    after = before.with_change("p", "b", "0.2").with_change("q", "b", "0.3")
    assert pairs(after.beneficial_owners())["p", "c"] == pytest.approx(0.5)
    assert (before.certificate().solved, after.certificate().solved) == (4, 2)
    assert pairs(before.beneficial_owners())["p", "c"] == pytest.approx(0.3), "the earlier answer stands"


def test_a_company_that_comes_to_hold_brings_who_stands_behind_it() -> None:
    before = Ownership.from_shares(as_table(CHAIN))
    before.beneficial_owners()
    after = before.with_change("c", "e", "0.9")
    assert pairs(after.beneficial_owners())["q", "e"] == pytest.approx(0.9 * 0.7)


def test_a_change_may_close_and_open_a_loop() -> None:
    ring = {("p", "a"): "0.5", ("a", "b"): "1"}
    before = Ownership.from_shares(as_table(ring))
    before.integrated()
    closed = before.with_change("b", "a", 0.5)
    assert pairs(closed.integrated()) == {("p", "a"): pytest.approx(1.0), ("p", "b"): pytest.approx(1.0)}
    assert pairs(closed.with_change("b", "a", None).integrated())["p", "b"] == pytest.approx(0.5)


def test_changes_that_cannot_be_are_refused() -> None:
    ownership = Ownership.from_shares(as_table(CHAIN), persons=["p", "q"])
    for share in (0, -0.1, 1.1, "much", float("nan")):
        with pytest.raises(NoShare):
            ownership.with_change("p", "a", share)
    with pytest.raises(PersonHeld):
        ownership.with_change("a", "p", "0.1")
