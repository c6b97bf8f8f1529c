"""What is wrong with shareholdings: over-issued companies, sums that rounding explains, loops that own themselves wholly."""

import pytest
from tests.graph.ownership.oracle import as_table, pairs

from windchime.graph.ownership.api import OverIssued, Ownership

#: the company control example of the Vadalog documentation in small: company 5 is held three times over
VADALOG = {("1", "5"): "1", ("2", "5"): "1", ("3", "5"): "1", ("1", "2"): "0.6", ("5", "6"): "0.51", ("4", "7"): "0.3"}


def codes(ownership: Ownership) -> list[str]:
    return [p.code for p in ownership.problems()]


def test_over_issued_companies_are_named_and_ownership_is_refused() -> None:
    ownership = Ownership.from_shares(as_table(VADALOG))
    (problem,) = ownership.problems()
    assert (problem.code, problem.params["company"], problem.params["total"]) == ("over_issued", "5", "3")
    assert problem.params["rows"] == [1, 2, 3]
    assert "company 5 is held to 3" in problem.sentence("en")
    assert "公司 5" in problem.sentence("zh")
    for ask in (ownership.integrated, ownership.beneficial_owners, ownership.certificate):
        with pytest.raises(OverIssued, match="5") as caught:
            ask()
        assert caught.value.companies == ["5"]


def test_control_is_answered_over_issued_or_not() -> None:
    control = Ownership.from_shares(as_table(VADALOG)).control()
    found = set(zip(control["controller"].to_pylist(), control["company"].to_pylist(), strict=True))
    assert {("1", "2"), ("1", "5"), ("1", "6"), ("5", "6")} <= found


def test_the_rest_is_told_on_demand_with_what_was_left_out() -> None:
    ownership = Ownership.from_shares(as_table(VADALOG))
    assert pairs(ownership.integrated(skip_faulty=True)) == {
        ("1", "2"): pytest.approx(0.6),
        ("4", "7"): pytest.approx(0.3),
    }
    assert sorted(ownership.left_out()) == ["5", "6"]
    certificate = ownership.certificate(skip_faulty=True)
    assert (certificate.left_out, certificate.companies) == (2, 2)
    assert certificate.holds


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        (["0.5", "0.5"], None),
        (["0.1"] * 10, None),
        (["0.6", "0.5"], "over_issued"),
        (["0.51", "0.50"], "over_issued"),
        (["0.3334", "0.3333", "0.3334"], "shares_rounded_up"),
        (["0.3335", "0.3333", "0.3334"], "over_issued"),
        (["0.335", "0.333", "0.333"], "shares_rounded_up"),
        ([1.5], "over_issued"),
        ([0.1, 0.2, 0.7], None),
    ],
)
def test_rounding_of_the_decimals_given_explains_so_much_and_no_more(
    shares: list[str | float], code: str | None
) -> None:
    """n shares to d decimals are off by at most n times half a unit of the last decimal."""
    stakes = {(f"p{i}", "a"): share for i, share in enumerate(shares)}
    ownership = Ownership.from_shares(as_table(stakes))
    assert codes(ownership) == ([code] if code else [])
    if code == "over_issued":
        with pytest.raises(OverIssued):
            ownership.integrated()
    else:
        assert len(pairs(ownership.integrated())) == len(shares)


def test_rounding_explains_nothing_where_a_loop_alone_holds_more_than_all() -> None:
    stakes = {("a", "b"): "0.5002", ("c", "b"): "0.5", ("b", "a"): "0.4", ("b", "c"): "0.4", ("p", "a"): "0.1"}
    assert codes(Ownership.from_shares(as_table(stakes))) == ["over_issued"]


def test_an_orphan_loop_has_no_owner_and_is_not_patched() -> None:
    """Three companies that own all of each other, a fourth that they own in part, and a company that owns itself."""
    stakes = {
        ("a", "b"): "1",
        ("b", "c"): "1",
        ("c", "a"): "1",
        ("a", "d"): "0.4",
        ("p", "d"): "0.6",
        ("self", "self"): "1",
    }
    ownership = Ownership.from_shares(as_table(stakes))
    assert sorted((p.code, *sorted(p.params["members"])) for p in ownership.problems()) == [
        ("orphan_loop", "a", "b", "c"),
        ("orphan_loop", "self"),
    ]
    assert pairs(ownership.integrated()) == {("p", "d"): pytest.approx(0.6)}
    assert ownership.certificate(0).holds, "the loop's part of d counts as the loop's"


def test_a_closed_loop_with_undisclosed_owners_is_no_orphan() -> None:
    stakes = {("a", "b"): "0.9999999999999", ("b", "a"): "1", ("b", "c"): "0.5", ("p", "c"): "0.5"}
    ownership = Ownership.from_shares(as_table(stakes))
    assert codes(ownership) == []
    assert pairs(ownership.integrated()) == {("p", "c"): pytest.approx(0.5)}
    assert ownership.certificate(0).holds


def test_faulty_rows_come_first_and_keep_their_numbers() -> None:
    ownership = Ownership.from_shares({"owner": ["p", "q", "r"], "company": ["a"] * 3, "share": ["x", "0.9", "0.9"]})
    assert [(p.code, p.row) for p in ownership.problems()] == [("share_not_a_number", 1), ("over_issued", 2)]
