"""Unified social credit codes: the standard's own example, and properties of the check character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.core import credit_code
from windchime.core.credit_code import ALPHABET

bodies = st.tuples(
    st.sampled_from("159NY"),
    st.sampled_from("1239"),
    st.from_regex(r"[1-8][0-9]{5}", fullmatch=True),
    st.text(ALPHABET, min_size=9, max_size=9),
).map("".join)


def test_the_example_of_the_standard() -> None:
    """GB 32100-2015: 91350100M000100Y4 has the check character 3."""
    found = credit_code.check("91350100M000100Y43")
    assert found.valid
    assert found.doubts == ()


def test_a_wide_spread_bad_sample_fails() -> None:
    assert not credit_code.check("91350100M000100Y4Z").valid


@pytest.mark.parametrize("written", ["９１350100m000100y43", " 9135 0100 M000 100Y43 "])
def test_width_case_and_blanks_do_not_matter(written: str) -> None:
    assert credit_code.check(written).code == "91350100M000100Y43"


def test_a_confused_letter_is_corrected_when_the_check_character_proves_it() -> None:
    found = credit_code.check("9135O1OOM000100Y43")
    assert not found.valid
    assert found.proposal == "91350100M000100Y43"


@pytest.mark.parametrize("refused", ["", "0" * 18, "91350100M000100Y4", "Q1350100M000100Y43"])
def test_other_texts_are_refused(refused: str) -> None:
    assert not credit_code.check(refused).valid


@given(bodies, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(body: str, at: int, other: str) -> None:
    code = body + credit_code.check_character(body)
    changed = code[:at] + other + code[at + 1 :]
    assert credit_code.check(code).valid
    assert credit_code.check(changed).valid == (changed == code)


def test_fictitious_regions_are_a_doubt() -> None:
    body = "91990100M000100Y4"
    assert credit_code.check(body + credit_code.check_character(body)).doubts


def test_the_organisation_code_example() -> None:
    """GB 11714-1997: D2143569-X."""
    assert credit_code.organisation_check("D2143569") == "X"
