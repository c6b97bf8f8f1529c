"""When a row happened and when it was known: the first column that says so, else a lag; never before the facts it bears."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.data.contracts.rows import AS_OF, Row, sample
from tests.data.contracts.test_loading import staging_of
from tests.data.helpers import firm, load_pack, open_bank, pack, rows_of

from windchime.data.contracts import contract
from windchime.data.staged import relation

EMPTY = dict.fromkeys(("filed_on", "hearing_on", "judged_on", "effective_on", "published_on", "known_on"))


def times(table: str, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """Happened, known and by what, as intake derives them."""
    found = contract(table)
    with staging_of(found, rows) as (staging, _compiled):
        return staging.con.execute(
            f"SELECT happened_at, __known_on, __known_basis FROM {relation(found)} ORDER BY row_no"
        ).fetchall()


def day(month: int, of: int = 1) -> date:
    return date(2024, month, of)


@pytest.mark.parametrize(
    ("said", "happened", "known", "basis"),
    [
        ({"filed_on": day(1), "known_on": day(2), "published_on": day(3)}, day(1), day(2), "column"),
        ({"filed_on": day(1), "published_on": day(3)}, day(1), day(3), "column"),
        ({"filed_on": day(1)}, day(1), day(3), "lag"),
        ({"hearing_on": day(2), "known_on": day(3)}, day(2), day(3), "column"),
        # a judgment of June was not known in March, whatever the notice's day
        ({"filed_on": day(1), "published_on": day(3), "judged_on": day(6)}, day(1), day(6), "column"),
        ({"filed_on": day(1), "judged_on": day(6)}, day(1), day(7, 31), "lag"),
        # what is dated after the data were taken is a plan
        ({"filed_on": day(1), "known_on": day(2), "hearing_on": date(2026, 3, 1)}, day(1), day(2), "column"),
        # nothing but the day of knowledge
        ({"known_on": day(4)}, day(4), day(4), "column"),
    ],
)
def test_a_case_happened_and_was_known(said: Row, happened: date, known: date, basis: str) -> None:
    row = sample(contract("court_cases"), 1)[0] | EMPTY | said
    assert times("court_cases", [row]) == [(happened, known, basis)]


def test_a_month_has_happened_at_its_end() -> None:
    row = sample(contract("counterparties"), 1)[0] | {"month": date(2024, 2, 1), "known_on": None}
    assert times("counterparties", [row]) == [(date(2024, 2, 29), date(2024, 3, 1), "lag")]


def test_a_row_that_says_no_time_is_refused() -> None:
    found = contract("court_cases")
    row = sample(found, 1)[0] | EMPTY
    with staging_of(found, [row]) as (staging, compiled):
        ((faults,),) = staging.con.execute(f"SELECT __faults FROM {relation(found)}").fetchall()
    assert [compiled.faults[i].code for i in faults] == ["time_is_missing"]


def test_states_of_one_firm_come_in_one_file_and_the_last_known_counts(tmp_path: Path) -> None:
    first = firm(1, status="active", known_on=date(2023, 1, 1))
    later = firm(1, status="cancelled", status_on=date(2024, 5, 20), known_on=date(2024, 6, 1))
    gone = firm(2, known_on=date(2023, 1, 1)), firm(2, known_on=date(2024, 6, 1), is_withdrawn=True)
    with closing(open_bank(tmp_path)) as bank:
        report = load_pack(bank, pack(tmp_path / "pack", firms=[later, first, *gone]))
        before = rows_of(bank, "firms", as_of=date(2024, 5, 31))
        after = rows_of(bank, "firms", as_of=AS_OF)
    assert (report.tables["firms"].lake, report.tables["firms"].quarantined) == (4, 0)
    assert [(r["firm_id"], r["status"]) for r in before] == [("twin:F1", "active"), ("twin:F2", None)]
    assert [(r["firm_id"], r["status"]) for r in after] == [("twin:F1", "cancelled")]


def test_one_state_known_twice_on_one_day_is_repeated(tmp_path: Path) -> None:
    with closing(open_bank(tmp_path)) as bank:
        report = load_pack(bank, pack(tmp_path / "pack", firms=[firm(1), firm(1, name="另一名称有限公司")]))
    assert report.faults == {"firms": {"key_repeated": 1}}
