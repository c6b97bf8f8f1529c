"""What one owner has in companies, companies inside loops among the owners."""

import numpy as np
import pytest
from hypothesis import given, settings
from tests.graph.ownership.oracle import Stakes, as_table, pairs
from tests.graph.ownership.test_integrated import webs

from windchime.core.errors import UnknownName
from windchime.graph.ownership.api import OverIssued, Ownership


@settings(max_examples=40, deadline=None)
@given(webs())
def test_it_is_the_corrected_formula(stakes: Stakes) -> None:
    """diag(1 / N_ii) (N - I) with N = (I - A)^-1, by numpy; webs without orphan loops."""
    names = sorted({n for pair in stakes for n in pair})
    matrix = np.zeros((len(names), len(names)))
    for (owner, company), share in stakes.items():
        matrix[names.index(owner), names.index(company)] = float(share)
    whole = np.linalg.inv(np.eye(len(names)) - matrix)
    expected = (whole - np.eye(len(names))) / np.diag(whole)[:, None]
    ownership = Ownership.from_shares(as_table(stakes))
    for i, owner in enumerate(names):
        found = pairs(ownership.owned_by(owner))
        positive = {(owner, names[j]): y for j, y in enumerate(expected[i]) if y > 1e-14}
        assert found == pytest.approx(positive, abs=1e-12)


def test_a_member_of_a_loop_never_owns_more_than_all() -> None:
    """Two companies that hold 90 % of each other: the plain sum says 4.7 of the other, the corrected share is 0.9."""
    stakes = {("a", "b"): "0.9", ("b", "a"): "0.9", ("p", "a"): "0.1"}
    assert pairs(Ownership.from_shares(as_table(stakes)).owned_by("a")) == {
        ("a", "b"): pytest.approx(0.9),
        ("a", "a"): pytest.approx(0.81),
    }


def test_a_member_of_an_orphan_loop_owns_the_others_wholly() -> None:
    assert pairs(Ownership.from_shares(as_table({("a", "b"): "1", ("b", "a"): "1"})).owned_by("a")) == {
        ("a", "b"): pytest.approx(1.0),
        ("a", "a"): pytest.approx(1.0),
    }


def test_unknown_owners_and_over_issued_companies_are_refused() -> None:
    ownership = Ownership.from_shares(as_table({("a", "b"): "0.9", ("p", "b"): "0.9", ("q", "c"): "0.9"}))
    with pytest.raises(UnknownName):
        ownership.owned_by("nobody")
    with pytest.raises(OverIssued):
        ownership.owned_by("a")
    assert pairs(ownership.owned_by("q")) == {("q", "c"): pytest.approx(0.9)}
