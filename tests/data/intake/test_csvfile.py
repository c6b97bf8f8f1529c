"""CSV files: encodings proven, separators and headers found, ragged rows kept, any bytes end in rows or in words."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.data.intake.outcomes import SMALL, Outcome, outcome

from windchime.data.intake import csvfile
from windchime.data.intake.mapping import Style

HEADERS = ("band", "rate", "churn", "known_on")
GOOD = ("A", "0.05", "0.1", "2025-01-01")


def write(path: Path, rows: Sequence[tuple[str, ...]], *, encoding: str = "utf-8", separator: str = ",") -> Path:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def places(found: Outcome) -> list[tuple[int, str]]:
    return [(q["row_no"], q["code"]) for q in found.quarantine]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_every_encoding_and_separator_gives_the_same_rows(tmp_path: Path, encoding: str, separator: str) -> None:
    rows = [("某某导出", "", "", ""), HEADERS, GOOD, ("B", "0.06", "0.2", "2025年1月2日")]
    found = outcome(write(tmp_path / "a.csv", rows, encoding=encoding, separator=separator))
    assert [(r["band"], str(r["rate"]), r["row_no"]) for r in found.rows] == [
        ("A", "0.050000", 3),
        ("B", "0.060000", 4),
    ]


def test_an_encoding_is_never_guessed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"band,rate\nA,\xff\xff\xff\n")
    assert outcome(tmp_path / "a.csv").refused == "NoEncoding"


def test_ragged_rows_stand_in_quarantine_as_they_were(tmp_path: Path) -> None:
    text = ",".join(HEADERS) + "\n" + ",".join(GOOD) + "\nB,0.1\n\n,,,\nC,0.2,0.3,2025-01-01,x\nC,0.3,0.4,2025-01-01\n"
    (tmp_path / "a.csv").write_text(text)
    found = outcome(tmp_path / "a.csv")
    assert places(found) == [(3, "cells_miscounted"), (6, "cells_miscounted")]
    assert [q["value"] for q in found.quarantine] == ["B,0.1", "C,0.2,0.3,2025-01-01,x"]
    assert sorted(r["row_no"] for r in found.rows) == [2, 7]
    assert found.source == found.lake + len(found.quarantine) == 4


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        'title\n\n"band",rate,churn,known_on\n"A",0.1,0.1,"2025-01-01"\n"x\ny",0.1,0.1,2025-01-01\nB,?,1,2025-01-01\n'
    )
    assert places(outcome(tmp_path / "a.csv")) == [(5, "not_accepted"), (6, "not_a_rate")]


def test_control_characters_and_formulas_are_only_text(tmp_path: Path) -> None:
    rows = [HEADERS, ("=1+1", *GOOD[1:]), ("A\0", *GOOD[1:]), ("A", "NaN", "1e999", "0000-00-00")]
    found = outcome(write(tmp_path / "a.csv", rows))
    assert found.lake == 0
    assert len(found.quarantine) == 3


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b",,,\n,,,\n"])
def test_nothing_is_said_to_be_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert outcome(tmp_path / "a.csv").refused == "EmptyFile"


def test_a_row_longer_than_the_reader_takes_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(",".join(HEADERS) + "\nA," + "x" * (SMALL.row_bytes * 5) + ",1,2025-01-01\n")
    assert outcome(tmp_path / "a.csv").refused in {"", "NotReadable"}


def test_the_mapping_can_say_how_a_file_is_written(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [("x", "y"), ("a", "b")], encoding="gbk", separator="|")
    laid = csvfile.layout(path, "a.csv", Style("gb18030", "|", 2), (), SMALL)
    assert (laid.headers, laid.above) == (("a", "b"), 2)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cells, min_size=1, max_size=6), max_size=8), st.sampled_from([",", ";", "\t", "|"]))
def test_rows_are_neither_lost_nor_made_up(tmp_path: Path, rows: list[list[str]], separator: str) -> None:
    path = write(tmp_path / "a.csv", [HEADERS, GOOD, *map(tuple, rows)], separator=separator)
    found = outcome(path)
    with path.open(newline="", encoding="utf-8") as stream:
        read = list(csv.reader(stream, delimiter=separator))[1:]
    filled = [i for i, row in enumerate(read, start=2) if any(row)]
    told = {r["row_no"] for r in found.rows} | {q["row_no"] for q in found.quarantine}
    assert not found.refused
    assert told <= set(filled)
    assert found.source == found.lake + len(found.quarantine)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_end_in_rows_or_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(b"band,rate,churn,known_on\n" * (len(content) % 2) + content)
    found = outcome(tmp_path / "a.csv")
    assert found.refused or found.source == found.lake + len(found.quarantine)
