"""The picture says what was given, to a reader that knows the standard and not the library that drew it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.present.qr_reader import modules, read

from windchime.present.qr import QUIET, qr


@settings(max_examples=12)
@given(text=st.text("abcdefghijklmnopqrstuvwxyz%?=&/:", min_size=64, max_size=140))
def test_the_picture_is_read_as_it_was_written(text: str) -> None:
    # small letters are written as bytes
    link = f"otpauth://{text}"
    assert read(modules(qr(link))) == link


def test_the_picture_bears_nothing_but_modules() -> None:
    drawn = qr("otpauth://totp/x?secret=<script>\"'" + "a" * 80)
    assert set(re.findall(r"<(\w+)", drawn)) == {"svg", "path"}
    assert not re.search(r"script|style|href|secret|data:", drawn)
    found, size = modules(drawn), int(re.search(r"0 0 (\d+)", drawn)[1])  # type: ignore[index] # every picture has it
    assert size == len(found) + 2 * QUIET


@pytest.mark.parametrize("length", [10, 900])
def test_short_and_long_texts_are_drawn(length: int) -> None:
    assert len(modules(qr("a" * length))) >= 21
