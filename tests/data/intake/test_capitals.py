"""Amounts in Chinese capitals: read back whatever is spelt, in every way of writing them, and nothing else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.data.einvoice.capitals import spell

from windchime.data.intake.capitals import read

amounts = st.integers(-(10**14) + 1, 10**14 - 1).map(lambda fen: Decimal(fen).scaleb(-2))


@given(amounts)
def test_what_is_spelt_is_read_back(amount: Decimal) -> None:
    assert read(spell(amount)) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("⊗壹仟壹佰玖拾圆贰角整", "1190.20"),
        ("人民币壹仟零伍元整", "1005.00"),
        ("壹拾貳萬叄仟肆佰伍拾陸圓柒角捌分", "123456.78"),
        ("（负数）伍佰圆整", "-500.00"),
        ("拾元正", "10.00"),
        ("叁角", "0.30"),
        ("捌分", "0.08"),
        ("零圆整", "0.00"),
        ("壹亿零叁拾万圆整", "100300000.00"),
    ],
)
def test_ways_of_writing(text: str, amount: str) -> None:
    assert read(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "⊗", "1,190.20", "示例甲贸易有限公司", "壹仟圆贰", "壹仟圆贰元", "壹" * 61])
def test_other_texts_state_no_amount(text: str) -> None:
    assert read(text) is None
