"""Thresholds met exactly, or missed by less than a float can tell."""

from fractions import Fraction

import pytest
from tests.graph.ownership.oracle import as_table, pairs

from windchime.graph.ownership import exactly
from windchime.graph.ownership.api import Ownership
from windchime.graph.ownership.majority import NoThreshold


def told(
    stakes: dict[tuple[str, str], str], threshold: str | float | Fraction, inclusive: bool = True
) -> set[tuple[str, str]]:
    return set(pairs(Ownership.from_shares(as_table(stakes)).beneficial_owners(threshold, inclusive)))


@pytest.mark.parametrize(
    "stakes",
    [
        {("p", "t"): "0.25"},
        {("p", "a"): "0.5", ("a", "t"): "0.5"},
        {("p", "a"): "0.1", ("a", "t"): "0.7", ("p", "t"): "0.18"},
        {("p", "a"): "0.3", ("a", "t"): "0.3", ("p", "b"): "0.4", ("b", "t"): "0.4"},
        {("p", "a"): "0.7", ("b", "a"): "0.3", ("a", "b"): "0.3", ("a", "t"): "0.325"},
    ],
    ids=["direct", "product", "sum", "two chains", "through a loop"],
)
def test_a_threshold_met_exactly(stakes: dict[tuple[str, str], str]) -> None:
    """A quarter, however it is put together; the last one is 0.7 / 0.91 * 0.325."""
    assert ("p", "t") in told(stakes, "0.25", inclusive=True)
    assert ("p", "t") not in told(stakes, "0.25", inclusive=False)
    assert ("p", "t") in told(stakes, 0.25)


@pytest.mark.parametrize(("share", "met"), [("0.49999999999999999999", False), ("0.50000000000000000001", True)])
def test_what_floats_cannot_tell_apart_rationals_do(share: str, met: bool) -> None:
    stakes = {("p", "a"): share, ("a", "t"): "0.5"}
    assert (("p", "t") in told(stakes, "0.25")) is met
    assert (("p", "t") in told(stakes, "0.25", inclusive=False)) is met


def test_a_third_is_no_decimal() -> None:
    assert told({("p", "a"): "0.3333333333333333"}, Fraction(1, 3)) == set()
    assert told({("p", "a"): "0.3333333333333333"}, "0.3333333333333333") == {("p", "a")}


def test_the_certificate_says_how_pairs_were_decided() -> None:
    stakes = {("p", "t"): "0.25", ("p", "a"): "0.5", ("a", "u"): "0.5", ("q", "u"): "0.1"}
    ownership = Ownership.from_shares(as_table(stakes))
    certificate = ownership.certificate()
    assert (certificate.near, certificate.by_text, certificate.in_rationals) == (2, 1, 1)
    assert "nothing pruned" in str(certificate)


def dense() -> dict[tuple[str, str], str]:
    """Twelve companies that all hold three percent of each other; one person has a share in the first."""
    stakes = {(f"c{i}", f"c{j}"): "0.03" for i in range(12) for j in range(12) if i != j}
    return stakes | {("p", "c0"): "0.5"}


def test_loops_too_dense_for_rationals_are_decided_in_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    share = pairs(Ownership.from_shares(as_table(dense())).integrated())["p", "c0"]
    at = repr(share)
    in_rationals = told(dense(), at)
    monkeypatch.setattr(exactly, "DENSE", 4)
    ownership = Ownership.from_shares(as_table(dense()))
    assert set(pairs(ownership.beneficial_owners(at))) == in_rationals
    assert ownership.certificate(at).in_digits == 1


def test_what_digits_cannot_tell_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A share equal to the threshold, in a loop taken as too dense: told, and named as undecided."""
    stakes = {("p", "a"): "0.7", ("b", "a"): "0.3", ("a", "b"): "0.3", ("a", "t"): "0.325"}
    monkeypatch.setattr(exactly, "DENSE", 0)
    ownership = Ownership.from_shares(as_table(stakes))
    assert ("p", "t") in pairs(ownership.beneficial_owners("0.25"))
    certificate = ownership.certificate("0.25")
    assert certificate.undecided == (("p", "t"),)
    assert not certificate.holds


def test_what_is_no_threshold_is_a_bad_call() -> None:
    ownership = Ownership.from_shares(as_table(dense()))
    for threshold in (0, -1, 1.5, "much"):
        with pytest.raises(NoThreshold):
            ownership.beneficial_owners(threshold)
