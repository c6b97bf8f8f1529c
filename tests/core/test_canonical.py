"""Canonical JSON: one meaning, one byte string."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.core.canonical import NotCanonical, canonical, digest

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), plain, max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


def test_decimals_are_strings_as_written() -> None:
    assert canonical({"b": Decimal("1.50"), "a": "风铃"}) == '{"a":"风铃","b":"1.50"}'.encode()


@pytest.mark.parametrize("refused", [float("nan"), float("inf"), {1: 2}, object()])
def test_what_has_no_canonical_form_is_refused(refused: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(refused)


def test_the_digest_tells_values_apart() -> None:
    assert digest({"a": 1}) != digest({"a": "1"})
