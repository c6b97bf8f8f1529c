"""Exact money."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.core.money import LARGEST, NotAnAmount, from_fen, round_yuan, to_fen, yuan


@pytest.mark.parametrize("accepted", ["0", "1.2", "-3.45", "9999999999999999.99", 7, Decimal("0.10")])
def test_exact_amounts_are_accepted(accepted: str | int | Decimal) -> None:
    assert yuan(accepted) == Decimal(accepted)
    assert yuan(accepted).as_tuple().exponent == -2


@pytest.mark.parametrize("refused", ["0.001", "NaN", "inf", "1e20", "", "一百", "1,000.00"])
def test_other_texts_are_refused(refused: str) -> None:
    with pytest.raises(NotAnAmount):
        yuan(refused)


def test_a_binary_float_is_refused() -> None:
    with pytest.raises(NotAnAmount):
        yuan(1.1)  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.285", "0.29"), ("-0.285", "-0.29"), ("0.284999", "0.28"), ("1e-9", "0.00")]
)
def test_halves_are_rounded_away_from_zero(value: str, rounded: str) -> None:
    assert round_yuan(Decimal(value)) == Decimal(rounded)
    assert round_yuan(float(value)) == Decimal(rounded)


@given(st.decimals(min_value=-LARGEST, max_value=LARGEST, places=2))
def test_fen_and_yuan_are_the_same_amount(amount: Decimal) -> None:
    assert from_fen(to_fen(amount)) == amount
