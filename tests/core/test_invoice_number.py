"""Invoice codes and numbers."""

from datetime import date

import pytest

from windchime.core import invoice_number


@pytest.mark.parametrize(
    ("code", "number", "kind"),
    [
        (None, "24992000000012345678", "digital"),
        ("1100191130", "12345678", "special"),
        ("1100191320", "12345678", "general"),
        ("011001900111", "12345678", "electronic_general"),
        ("011001900113", "12345678", "electronic_special"),
        ("011001900106", "12345678", "roll"),
        ("111001900106", "12345678", "vehicle"),
        (None, "11459356", "unknown"),
    ],
)
def test_the_kind_is_read_from_the_code(code: str | None, number: str, kind: str) -> None:
    found = invoice_number.check(code, number)
    assert found.valid
    assert found.kind == kind


@pytest.mark.parametrize(
    ("code", "number"), [("1100191130", "24992000000012345678"), (None, "123456789"), (None, "12A"), ("99", "12345678")]
)
def test_what_cannot_be_is_refused(code: str | None, number: str) -> None:
    assert not invoice_number.check(code, number).valid


def test_lost_zeros_and_wrong_years_are_doubts() -> None:
    assert invoice_number.check("1100191130", "5076239").doubts == ("leading zeros are missing",)
    assert invoice_number.check(None, "23312000000012345678", date(2024, 1, 1)).doubts
