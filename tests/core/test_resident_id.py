"""Resident ids, on the standard's sample number, which belongs to nobody."""

import pytest

from windchime.core import resident_id

SAMPLE = "11010519491231002X"


def test_the_sample_is_valid_and_tells_its_date() -> None:
    found = resident_id.check(SAMPLE)
    assert found.valid
    assert str(found.born_on) == "1949-12-31"


@pytest.mark.parametrize(
    "refused", ["110105194912310021", "11010519490231002X", "1101051949123100", "11010519491231A02X", ""]
)
def test_other_texts_are_refused(refused: str) -> None:
    assert not resident_id.check(refused).valid


def test_legacy_numbers_have_no_check_character() -> None:
    found = resident_id.check("110105491231002")
    assert found.valid
    assert found.legacy


def test_masked_numbers_keep_six_and_four() -> None:
    assert resident_id.mask(SAMPLE) == "110105********002X"
    assert resident_id.mask("1234567") == "*******"


def test_the_result_does_not_keep_the_number() -> None:
    assert SAMPLE not in repr(resident_id.check(SAMPLE))
