"""Different spellings of one value have one token; different values have different ones."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.data.contracts.column import PersonalDataClass
from windchime.data.vault.normal import KINDS, normal, normals
from windchime.data.vault.tokens import Tokeniser, is_token

KEY = bytes(range(32))
EVERY: tuple[PersonalDataClass, ...] = ("contact", "identity", "account", "sensitive")


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("identity", "张三丰", "張 三 豐"),
        ("identity", "买买提·艾力", "买买提•艾力"),
        ("identity", "买买提·艾力", "买买提艾力"),
        ("identity", "张三", "\u200b张三\u3000"),
        ("identity", "Zhang San", "ＺＨＡＮＧ ＳＡＮ"),
        ("identity", "11010519491231002X", "11010519491231002x"),
        ("identity", "11010519491231002X", "110105 19491231 002Ｘ"),
        ("identity", "110105491231002", "11010519491231002X"),
        ("contact", "13800138000", "+86 138-0013-8000"),
        ("contact", "13800138000", "008613800138000"),
        ("contact", "010-88886666", "+86 10 8888 6666"),
        ("contact", "010-88886666", "（010）88886666"),
        ("contact", "A.B@Example.COM", "a.b@example.com"),
        ("contact", "重庆市渝北区 1 号", "重庆市渝北区１号"),
        ("account", "6222 0200 0000 1234", "6222020000001234"),
        ("account", "nra-0012", "NRA0012"),
        ("sensitive", "ＡＢ 1", "AB1"),
    ],
)
def test_spellings_of_one_value_have_one_form(kind: PersonalDataClass, one: str, other: str) -> None:
    assert normal(kind, one) == normal(kind, other)
    assert Tokeniser(KEY).token(kind, one) == Tokeniser(KEY).token(kind, other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("identity", "张三", "张三三"),
        ("identity", "1101051949****002X", "11010519491231002X"),
        ("contact", "13800138000", "13800138001"),
        ("contact", "010-88886666", "020-88886666"),
        ("account", "6222020000001234", "6222020000001235"),
    ],
)
def test_different_values_have_different_forms(kind: PersonalDataClass, one: str, other: str) -> None:
    assert normal(kind, one) != normal(kind, other)


@given(st.sampled_from(KINDS), st.lists(st.text(max_size=20), max_size=6))
def test_a_value_among_others_is_treated_as_alone_and_only_once(kind: PersonalDataClass, values: list[str]) -> None:
    forms = normals(kind, values)
    assert forms == [normal(kind, v) for v in values]
    assert len(forms) == len(values)


@given(st.text("0123456789", min_size=11, max_size=11))
def test_phones_are_normal_already_when_written_plainly(text: str) -> None:
    assert normal("contact", text) == (text if not text.startswith("86") else normal("contact", text))


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_is_the_hmac_of_class_and_form(kind: PersonalDataClass) -> None:
    """Against Python's own HMAC and base 32."""
    value = "6222020000001234"
    made = hmac.new(KEY, f"{kind}\0{value}".encode(), hashlib.sha256).digest()[:20]
    assert Tokeniser(KEY).token(kind, value) == "t_" + base64.b32encode(made).decode().lower()


@given(st.lists(st.text(min_size=1), unique=True, max_size=20))
def test_many_at_once_are_one_after_the_other(values: list[str]) -> None:
    tokeniser = Tokeniser(KEY)
    made = tokeniser.tokens("sensitive", values).to_pylist()
    assert made == [tokeniser.token("sensitive", v) for v in values]
    assert all(map(is_token, made))


def test_keys_and_classes_part_the_tokens_and_a_token_stays_itself() -> None:
    tokens = {Tokeniser(key).token(kind, "x1") for key in (KEY, KEY[::-1]) for kind in EVERY}
    assert len(tokens) == 2 * len(EVERY)
    made = Tokeniser(KEY).token("identity", "张三")
    assert Tokeniser(KEY).token("identity", made) == made
    assert "KEY" not in repr(Tokeniser(KEY))
    assert KEY.hex() not in repr(Tokeniser(KEY))
