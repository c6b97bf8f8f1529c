"""JSON lines: objects flattened, numbers kept digit by digit, whatever else stands in the file told line by line."""

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.data.intake.outcomes import outcome

GOOD = '{"band":"A","rate":0.05,"churn":"0.1","known_on":"2025-01-01"}'


def lines(path: Path, *said: str) -> Path:
    path.write_text("\n".join(said), encoding="utf-8", errors="surrogatepass")
    return path


def test_lines_become_rows_with_their_numbers(tmp_path: Path) -> None:
    found = outcome(
        lines(tmp_path / "a.jsonl", GOOD, "", '{"Band":"B","RATE":0.123456,"churn":0,"known_on":"2025-01-02"}')
    )
    assert [(r["band"], str(r["rate"]), r["row_no"]) for r in found.rows] == [
        ("A", "0.050000", 1),
        ("B", "0.123456", 3),
    ]


def test_what_is_no_flat_object_is_told_line_by_line(tmp_path: Path) -> None:
    bad = {
        "[1]": "not_json",
        "{": "not_json",
        '{"band":"A","band":"B"}': "key_twice",
        '{"band":NaN}': "not_finite",
        '{"band":[[1]]}': "nested_list",
        '{"band":[{"a":1}]}': "nested_list",
        '{"a":' * 20 + "1" + "}" * 20: "too_deep",
        "[" * 100_000: "too_deep",
        '{"":1}': "key_not_usable",
        '{"__row":1}': "key_not_usable",
        '{"band":"\\ud800"}': "not_json",
        "null": "not_json",
    }
    found = outcome(lines(tmp_path / "a.jsonl", GOOD, *bad))
    assert [q["code"] for q in found.quarantine] == list(bad.values())
    assert (found.lake, found.source) == (1, len(bad) + 1)


def test_inner_objects_are_flattened_and_lists_of_values_joined(tmp_path: Path) -> None:
    from windchime.data.intake.sampling import sample

    (found,) = sample(
        lines(
            tmp_path / "a.jsonl",
            '{"a":{"b":{"c":1.10}},"l":["x","y"],"t":true,"n":null,"big":123456789012345678901234567890}',
        )
    )
    assert found.values == {
        "a.b.c": ["1.10"],
        "l": ["x|y"],
        "t": ["true"],
        "n": [],
        "big": ["123456789012345678901234567890"],
    }


def test_a_line_that_never_ends_is_told_and_the_next_ones_are_read(tmp_path: Path) -> None:
    found = outcome(lines(tmp_path / "a.jsonl", '{"band":"' + "x" * 300_000 + '"}', GOOD))
    assert [(q["row_no"], q["code"]) for q in found.quarantine] == [(1, "not_json")]
    assert [r["row_no"] for r in found.rows] == [2]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(values | st.dictionaries(st.sampled_from(["band", "rate", "churn", "known_on"]), values), max_size=5))
def test_any_json_ends_in_rows_or_in_quarantine(tmp_path: Path, said: list[object]) -> None:
    found = outcome(lines(tmp_path / "a.jsonl", GOOD, *map(json.dumps, said)))
    assert not found.refused
    assert found.source == found.lake + len(found.quarantine) == len(said) + 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_end_in_rows_or_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    found = outcome(tmp_path / "a.jsonl")
    assert found.refused or found.source == found.lake + len(found.quarantine)
