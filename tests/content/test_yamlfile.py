"""YAML with limits."""

import pytest

from windchime.content import yamlfile
from windchime.content.yamlfile import BadYaml


def test_plain_documents_are_read() -> None:
    assert yamlfile.parse("a: [1, 风铃, true, no, 2020-01-01]".encode())["a"][1:4] == ["风铃", True, "no"]


@pytest.mark.parametrize(
    "refused",
    [
        b"a: &x [1]\nb: *x",
        b"a: 1\na: 2",
        b"!!python/object/apply:os.system ['true']",
        b"{" * 200,
        b"[" * 60 + b"]" * 60,
        b"\xff\xfe",
        b"a" * (yamlfile.MAX_BYTES + 1),
        b"a: 2020-99-99",
        b"a: !!binary aGVsbG8=",
        b"a: !!set {b, c}",
        b"a: {en: bins, chosen beforehand}",  # a comma ends a plain text: half of it would be lost
        b"? [a]\n: 1",
        b'a: "\\0"',
        b'a: "\\ud800"',
        b'a: "\\u202e"',
        "a: 1 # \u202eb".encode(),
    ],
)
def test_the_rest_is_refused(refused: bytes) -> None:
    with pytest.raises(BadYaml):
        yamlfile.parse(refused, "x.yaml")


def test_a_key_may_be_empty_on_purpose() -> None:
    assert yamlfile.parse(b"a: {b: null, c: '', d: ~}\ne:") == {"a": {"b": None, "c": "", "d": None}, "e": None}


@pytest.mark.parametrize("written", ["1:30", "010", "0x10", ".nan", ".inf", "1e9", "9" * 100_000, "1" + ":1" * 1000])
def test_only_plain_decimal_numbers_are_numbers(written: str) -> None:
    assert yamlfile.parse(f"a: {written}".encode()) == {"a": written}


def test_plain_numbers_are_numbers() -> None:
    assert yamlfile.parse(b"[0, -7, 1_000, 0.25, -.5, 1.5e3]") == [0, -7, 1000, 0.25, -0.5, 1500.0]
