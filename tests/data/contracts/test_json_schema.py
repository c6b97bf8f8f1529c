"""JSON Schemas of the contracts: valid themselves, true of good rows as JSON, false of rows with one fault."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from tests.data.contracts.rows import Row, sample

from windchime.data.contracts import Contract, contracts
from windchime.data.contracts.json_schema import json_schema

CONTRACTS = list(contracts().values())


def as_json(found: Contract, row: Row) -> dict[str, Any]:
    """A row as the project writes JSON: exact numbers as texts, days and moments in ISO form, empty values as null."""

    def plain(value: Any) -> Any:
        match value:
            case Decimal():
                return format(value, "f")
            case datetime() | date():
                return value.isoformat()
            case _:
                return value

    assert set(row) == {c.name for c in found.expected}
    return {name: plain(value) for name, value in row.items()}


def faults(found: Contract, row: dict[str, Any]) -> list[str]:
    """The columns that the schema finds at fault; `` for the row."""
    schema = json.loads(json.dumps(json_schema(found)))
    checker = jsonschema.Draft202012Validator(schema)
    return sorted({str(e.path[0]) if e.path else "" for e in checker.iter_errors(json.loads(json.dumps(row)))})


@pytest.mark.parametrize("found", CONTRACTS, ids=lambda c: c.name)
def test_good_rows_are_good_json(found: Contract) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(found))
    for row in sample(found):
        assert faults(found, as_json(found, row)) == []


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("firms", "firm_id", "twin: F1"),
        ("firms", "name", ""),
        ("firms", "name", None),
        ("firms", "firm_kind", "firm"),
        ("firms", "registered_capital", "-1.00"),
        ("firms", "registered_capital", -1),
        ("firms", "registered_capital", "1.005"),
        ("firms", "staff_reported", 1.5),
        ("firms", "is_listed", "yes"),
        ("firms", "established_on", "2024-13-01"),
        ("contacts", "first_seen_at", "yesterday"),
        ("counterparties", "month", "2024-05-02"),
        ("administrative_penalties", "penalty_kinds", "fine|"),
        ("shareholdings", "share", 1.2),
    ],
)
def test_one_fault_is_found_where_it_is(table: str, column: str, value: object) -> None:
    found = contracts()[table]
    row = as_json(found, sample(found)[0])
    assert faults(found, row | {column: value}) == [column]


def test_a_row_has_its_columns_and_no_others() -> None:
    found = contracts()["firms"]
    row = as_json(found, sample(found)[0])
    assert faults(found, row | {"colour": "red"}) == [""]
    assert faults(found, {k: v for k, v in row.items() if k != "firm_id"}) == [""]


def test_numbers_may_be_plain_and_months_short() -> None:
    found = contracts()["counterparties"]
    row = as_json(found, sample(found)[0])
    assert faults(found, row | {"amount": 12.5, "month": "2024-05"}) == []
