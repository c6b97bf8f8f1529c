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
    ],
)
def test_the_rest_is_refused(refused: bytes) -> None:
    with pytest.raises(BadYaml):
        yamlfile.parse(refused, "x.yaml")
