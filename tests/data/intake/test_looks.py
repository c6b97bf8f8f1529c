"""What a look says is true of every value: held against the characters and rules themselves."""

import re
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.data.intake.convert import BLANKS
from windchime.data.intake.looks import Look, look

ANY = st.lists(
    st.none() | st.text(st.sampled_from(" \t\u3000\u200b\ufeff\u00ad.-+09,/aZ~甲、（）龥é😀"), max_size=6), max_size=8
)


def test_no_character_passes_that_could_be_refused_or_trimmed() -> None:
    every = [chr(i) for i in range(1, 0x3100)] + [chr(i) for i in range(0x9F00, 0xA000)]
    every += [chr(i) for i in range(0xE000, 0x10100) if not 0xD800 <= i < 0xE000]
    plain = [c for c in every if not (found := look([pa.array([c])])).strange and not found.blanks]
    assert {"a", "~", "龥", "、", "（"} <= set(plain)
    refused = {c for c in plain if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Zs", "Zl", "Zp")}
    assert not refused
    assert not set(plain) & set(BLANKS)


@given(ANY, st.booleans(), st.integers(0, 3))
def test_what_it_says_holds_of_every_value(values: list[str | None], coded: bool, cut: int) -> None:
    array = pa.array(values, pa.string())
    pieces = [array.slice(0, cut), array.slice(cut)]
    found = look([piece.dictionary_encode() if coded else piece for piece in pieces])
    texts = [v for v in values if v]
    assert found.empty <= (not texts)
    assert found.gaps >= ("" in values)
    assert found.longest >= max((len(v.encode()) for v in texts), default=0)
    if found.tidy:
        assert all(v == v.strip(BLANKS) for v in texts)
    if not found.blanks:
        assert not any(" " in v for v in texts)
    if found.numeric:
        assert all(re.fullmatch(r"[-+.0-9]+", v) for v in texts)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], Look()),
        ([None, None], Look()),
        (["", None], Look(gaps=True)),
        (["12.50", "-3"], Look(empty=False, longest=5)),
        (["甲公司（岚溪）"], Look(empty=False, longest=21, numeric=False)),
        (["a b"], Look(empty=False, longest=3, blanks=True, numeric=False)),
        ([" a"], Look(empty=False, longest=2, blanks=True, edges=True, numeric=False)),
        (["a\u3000"], Look(empty=False, longest=4, strange=True, numeric=False)),
    ],
)
def test_cases(values: list[str | None], expected: Look) -> None:
    assert look([pa.array(values, pa.string())]) == expected
