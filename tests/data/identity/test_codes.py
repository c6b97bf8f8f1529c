"""What codes prove."""

from hypothesis import given
from hypothesis import strategies as st
from tests.data.identity.planted import code_of

from windchime.data.identity.codes import credit_codes, organisation_code, registration_number, same_code, valid_code

WHOLE = code_of(1, "990102")
OTHER = code_of(2, "990102")


def number(first14: str) -> str:
    return next(f"{first14}{d}" for d in range(10) if registration_number(f"{first14}{d}"))


@given(st.text(st.sampled_from("0123456789"), min_size=14, max_size=14))
def test_exactly_one_check_digit_is_right(first14: str) -> None:
    assert sum(bool(registration_number(f"{first14}{d}")) for d in range(10)) == 1


def test_a_wrong_code_proves_nothing() -> None:
    assert valid_code(WHOLE[:-1] + ("0" if WHOLE[-1] != "0" else "1")) is None
    assert valid_code("") is None
    assert valid_code("  " + WHOLE.lower() + " ") == WHOLE


def test_the_organisation_code_within_a_credit_code_is_followed() -> None:
    inner = WHOLE[8:17]
    assert organisation_code(f"{inner[:8]}-{inner[8]}") == inner
    assert credit_codes([[WHOLE], [inner]]) == [WHOLE, WHOLE]


def test_a_registration_number_is_followed_where_a_register_shows_both() -> None:
    old = number("99102000000001")
    assert credit_codes([[WHOLE, old], [old], [number("99102000000002")]]) == [WHOLE, WHOLE, None]


def test_two_credit_codes_of_one_mention_prove_nothing() -> None:
    assert credit_codes([[WHOLE, OTHER], [WHOLE]]) == [None, WHOLE]


def test_mentions_of_one_code_are_joined_to_the_first() -> None:
    written = [[WHOLE], [OTHER], [WHOLE], [number("99102000000003")], [number("99102000000003")]]
    assert [(a, b) for a, b, _c in same_code(written, credit_codes(written))] == [(0, 2), (3, 4)]
