"""Mappings and headers that mean harm are faults in words, at once."""

import pytest

from windchime.data.intake import mapping_file
from windchime.data.intake.headers import unit_of
from windchime.data.intake.mapping_file import BadMapping


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    columns:\n", "    files: 5\n    columns:\n"),
        ("    columns:\n", "    ignore: 5\n    columns:\n"),
        ("feeds:\n", "parts: [x]\nfeeds:\n"),
        ("known_on: {column: d}", "known_on: {column: d, values: {x: y}}"),
        ("      firms:\n", "      firms:\n        unpivot: {name: 5, value: v, columns: {}}\n"),
        ("      firms:\n", "      firms:\n        unpivot: {name: n, value: v, columns: {n: 5}}\n"),
    ],
)
def test_parts_of_the_wrong_kind_are_faults_and_no_crash(old: str, new: str) -> None:
    assert OF_WRONG_KIND.count(old) == 1
    with pytest.raises(BadMapping):
        mapping_file.read(OF_WRONG_KIND.replace(old, new).encode())
    mapping_file.read(OF_WRONG_KIND.encode())


OF_WRONG_KIND = """
pack: plain
label: plain
source: plain
feeds:
  f:
    columns:
      n: {headers: [n]}
      d: {headers: [d]}
    tables:
      firms:
        columns: {firm_id: {firm: n}, name: {column: n}, known_on: {column: d}}
"""


def test_a_header_of_brackets_alone_is_no_burden() -> None:
    assert unit_of("(" * 200_000) == ""
