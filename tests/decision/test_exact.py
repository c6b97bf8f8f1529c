"""Figures as exact decimals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.decision.exact import NotFinite, binary, exact, exact_vector, loose


def test_a_figure_is_the_decimal_of_its_declared_digits() -> None:
    found = exact_vector({"share": 0.1, "sales": 1234567.8, "months": 12, "growth": None}, {"share": 4, "sales": 2})
    assert found == {"share": Decimal("0.1000"), "sales": Decimal("1234567.80"), "months": 12, "growth": None}
    assert format(found["share"], "f") == "0.1000"


@pytest.mark.parametrize("value", [-0.0, -0.00001])
def test_zero_has_one_sign(value: float) -> None:
    assert format(exact(value, 2), "f") == "0.00"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(NotFinite):
        exact(value, 2, "void_rate_12m")


@given(st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_there_and_back_gives_the_same_float(whole: int, digits: int) -> None:
    value = whole / 10**digits
    assert binary(exact(value, digits)) == value


def test_parameters_lose_their_floats_whatever_their_shape() -> None:
    assert loose({"a": [0.5, {"b": 1}], "c": "x"}) == {"a": [Decimal("0.500000"), {"b": 1}], "c": "x"}
