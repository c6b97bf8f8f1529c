"""Files that nobody honest writes: each gives problems, none an error."""

import json
from pathlib import Path
from typing import Any

import pytest

from windchime.graph.exchange.bods_import import Imported, import_bods
from windchime.graph.exchange.bods_statements import MOST_PROBLEMS

FIRM = {"recordId": "c", "recordType": "entity", "recordDetails": {"entityType": {"type": "registeredEntity"}}}


def stake(interest: dict[str, Any], **more: Any) -> dict[str, Any]:
    details = {"subject": "c", "interestedParty": "p", "interests": [{"type": "shareholding", **interest}]}
    return {"recordId": "r", "recordType": "relationship", "recordDetails": details, **more}


def imported(folder: Path, text: str) -> Imported:
    file = folder / "statements.json"
    file.write_text(text)
    return import_bods(file)


@pytest.mark.parametrize(
    "statement",
    [
        stake({"share": {"exact": 5}, "endDate": "0001-01-01"}),
        stake({"share": {"exact": 5}}, recordStatus="closed", statementDate="0001-01-01"),
    ],
)
def test_what_ended_before_the_first_day_has_ended(tmp_path: Path, statement: dict[str, Any]) -> None:
    found = imported(tmp_path, json.dumps([FIRM, statement]))
    assert found.holdings["until"].to_pylist()[0].isoformat() == "0001-01-01"
    assert not found.edge_list().num_rows


@pytest.mark.parametrize(
    "statement",
    [
        {**FIRM, "recordDetails": {"name": "\ud800"}},
        {**FIRM, "recordId": "\udfff"},
        stake({"details": "nominee: \ud800"}),
    ],
)
def test_halves_of_characters_are_no_text(tmp_path: Path, statement: dict[str, Any]) -> None:
    found = imported(tmp_path, json.dumps([statement, FIRM]))
    assert [(p.code, p.column) for p in found.problems] == [("not_text", "[0]")]
    assert found.nodes["node"].to_pylist() == ["bods:c"]


@pytest.mark.parametrize("number", ["1e-99999999999999999999", "9" * 5000])
def test_numbers_beyond_all_measure_are_no_json(tmp_path: Path, number: str) -> None:
    text = json.dumps([stake({"share": {"exact": 7}})]).replace("7", number)
    assert [p.code for p in imported(tmp_path, text).problems] == ["not_json"]


def test_problems_beyond_a_number_are_said_to_be_there(tmp_path: Path) -> None:
    found = imported(tmp_path, "[" + "0," * (MOST_PROBLEMS + 50) + "0]").problems
    assert len(found) == MOST_PROBLEMS + 1
    assert [found[-2].code, found[-1].code] == ["not_a_statement", "more_problems"]
