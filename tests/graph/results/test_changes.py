"""What a run changes: new and changed rows are appended, vanished ones withdrawn, equal ones left alone."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.graph.results.changes import STAMP, changes

TABLE = "contagion_ranks"
FIRST, SECOND = date(2025, 12, 31), date(2026, 1, 31)
FORM = pa.schema([f for f in contract(TABLE).arrow_schema() if f.name in {c.name for c in contract(TABLE).columns}])
OWN = [n for n in FORM.names if n not in STAMP]
KEY = contract(TABLE).key


def rows(*given: dict[str, Any]) -> pa.Table:
    """Own columns; those that are not named and may not be empty get a plain value of their type."""

    def value(name: str, row: dict[str, Any]) -> Any:
        column = contract(TABLE)[name]
        if name in row or column.nullable:
            return row.get(name)
        if column.values:
            return next(iter(column.values))
        return "x" if column.type in {"id", "text"} else False if column.type == "bool" else 1

    return pa.table({n: pa.array([value(n, r) for r in given], FORM.field(n).type) for n in OWN})


def key(number: int) -> dict[str, Any]:
    return dict.fromkeys(KEY, f"f{number}") | {
        k: next(iter(contract(TABLE)[k].values)) for k in KEY if contract(TABLE)[k].values
    }


def said(reading: Reading) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = reading.table(TABLE).select(*OWN).order_by(list(KEY)).to_pyarrow().to_pylist()
    return found


def test_equal_rows_are_left_alone_and_vanished_ones_withdrawn() -> None:
    empty = Reading.over({}, as_of=FIRST)
    one = changes(empty, TABLE, rows(key(1), key(2)), "run-1")
    assert (one.found, one.changed, one.withdrawn) == (2, 2, 0)
    then = Reading.over({TABLE: one.rows}, as_of=SECOND)
    again = changes(then, TABLE, rows(key(1), key(2)), "run-2")
    assert (again.found, again.changed, again.withdrawn, again.rows.num_rows) == (2, 0, 0, 0)
    less = changes(then, TABLE, rows(key(2)), "run-3")
    assert (less.changed, less.withdrawn) == (0, 1)
    now = Reading.over({TABLE: pa.concat_tables([one.rows, less.rows])}, as_of=SECOND)
    assert said(now) == rows(key(2)).to_pylist()
    before = Reading.over({TABLE: pa.concat_tables([one.rows, less.rows])}, as_of=FIRST)
    assert said(before) == rows(key(1), key(2)).to_pylist()


def test_rows_of_one_run_have_places_of_their_own() -> None:
    one = changes(Reading.over({}, as_of=FIRST), TABLE, rows(key(1), key(2)), "run-1")
    then = Reading.over({TABLE: one.rows}, as_of=SECOND)
    made = changes(then, TABLE, rows(key(3)), "run-2").rows
    assert sorted(made["row_no"].to_pylist()) == [1, 2, 3]
    assert set(made["run_id"].to_pylist()) == {"run-2"}


def test_a_column_that_is_missing_is_a_fault_of_the_caller() -> None:
    with pytest.raises(KeyError):
        changes(Reading.over({}, as_of=FIRST), TABLE, rows(key(1)).drop_columns([OWN[-1]]), "run-1")


@settings(max_examples=8)
@given(st.lists(st.sets(st.integers(0, 6)), min_size=1, max_size=5))
def test_after_any_runs_the_library_says_what_the_last_run_found(runs: list[set[int]]) -> None:
    held: list[pa.Table] = []
    for number, found in enumerate(runs):
        day = date(2025, 1, 1 + number)
        reading = Reading.over({TABLE: pa.concat_tables(held)} if held else {}, as_of=day)
        made = changes(reading, TABLE, rows(*map(key, sorted(found))), f"run-{number}").rows
        held.append(made)
    last = Reading.over({TABLE: pa.concat_tables(held)}, as_of=date(2025, 2, 1))
    assert said(last) == rows(*map(key, sorted(runs[-1]))).to_pylist()
