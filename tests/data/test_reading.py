"""What a reading shows as of a date, held against a plain telling of the rule; later knowledge changes nothing."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windchime.core.dates import end_of_day
from windchime.data.contracts import Contract, contract
from windchime.data.reading import Reading

FIRST = date(2024, 1, 1)
SOME = settings(max_examples=40, deadline=None)
Row = dict[str, Any]


def days(most: int = 30) -> st.SearchStrategy[date]:
    return st.integers(0, most).map(lambda n: FIRST + timedelta(days=n))


def made(load: int, happened: date, known: date, **own: Any) -> Row:
    return {
        "source": "s",
        "happened_at": happened,
        "known_at": end_of_day(known),
        "source_file": "f",
        "row_no": 1,
        "load_id": f"L{load:02}",
        "supersedes": None,
    } | own


@st.composite
def outcome_editions(draw: st.DrawFn) -> list[Row]:
    """Outcomes of a few loans, some corrected once or more by later loads; a correction may change any date."""
    rows = []
    for loan in draw(st.sets(st.integers(1, 4), min_size=1)):
        before, known = None, draw(days())
        for load in sorted(draw(st.sets(st.integers(1, 6), min_size=1, max_size=3))):
            happened = draw(days())
            own = {
                "firm_id": "s:F",
                "loan_id": f"s:{loan}",
                "definition_id": "d",
                "observed_to": FIRST,
                "bad": load % 2 == 0,
            }
            rows.append(made(load, happened, known, **own, supersedes=before))
            before, known = f"L{load:02}", max(known, draw(days()))
    return rows


@st.composite
def firm_states(draw: st.DrawFn) -> list[Row]:
    """States of a few firms, told in any order, some withdrawn."""
    found = draw(
        st.lists(
            st.tuples(st.integers(1, 3), st.integers(1, 5), days(), days()), max_size=10, unique_by=lambda t: t[:2]
        )
    )
    return [
        made(load, happened, known, firm_id=f"s:F{firm}", name=f"n{i}", known_on=known)
        for i, (firm, load, happened, known) in enumerate(found)
    ]


def reading(name: str, rows: Sequence[Row], as_of: date) -> set[tuple[Any, ...]]:
    form = contract(name).arrow_schema()
    table = pa.Table.from_pylist([{f.name: r.get(f.name) for f in form} for r in rows], schema=form)
    t = Reading.over({name: table}, as_of=as_of).table(name)
    return identities(contract(name), t.to_pyarrow().to_pylist())


def identities(found: Contract, rows: Sequence[Mapping[str, Any]]) -> set[tuple[Any, ...]]:
    seen = [(*(r[k] for k in found.key), r["load_id"]) for r in rows]
    assert len(seen) == len(set(seen))
    return set(seen)


def test_firms_are_states_and_outcomes_are_corrected() -> None:
    assert (contract("firms").versions, contract("loan_outcomes").versions) == ("states", "corrections")


@SOME
@given(outcome_editions(), days(40))
def test_a_known_correction_hides_what_it_corrects_whenever_it_says_that_happened(rows: list[Row], as_of: date) -> None:
    known = [r for r in rows if r["known_at"] <= end_of_day(as_of)]
    corrected = {(r["loan_id"], r["supersedes"]) for r in known}
    shown = [r for r in known if r["happened_at"] <= as_of and (r["loan_id"], r["load_id"]) not in corrected]
    assert reading("loan_outcomes", rows, as_of) == identities(contract("loan_outcomes"), shown)


@SOME
@given(firm_states(), days(40))
def test_of_several_states_the_last_one_known_counts(rows: list[Row], as_of: date) -> None:
    last: dict[str, Row] = {}
    for row in sorted(rows, key=lambda r: (r["known_at"], r["load_id"])):
        if row["known_at"] <= end_of_day(as_of):
            last[row["firm_id"]] = row
    shown = [r for r in last.values() if r["happened_at"] <= as_of]
    assert reading("firms", rows, as_of) == identities(contract("firms"), shown)


@SOME
@given(st.one_of(outcome_editions(), firm_states()), days(30))
def test_rows_known_later_change_nothing(rows: list[Row], as_of: date) -> None:
    name = "firms" if rows and "name" in rows[0] else "loan_outcomes"
    before = [r for r in rows if r["known_at"] <= end_of_day(as_of)]
    assert reading(name, rows, as_of) == reading(name, before, as_of)


def test_a_record_that_its_source_has_withdrawn_is_gone_from_then_on() -> None:
    states = next(c for c in (contract("firms"),) if any(col.name == "is_withdrawn" for col in c.columns))
    rows = [
        made(1, FIRST, FIRST, firm_id="s:F1", name="n", known_on=FIRST),
        made(2, FIRST, date(2024, 2, 1), firm_id="s:F1", name="n", known_on=date(2024, 2, 1), is_withdrawn=True),
    ]
    assert reading(states.name, rows, date(2024, 1, 31)) == {("s:F1", "L01")}
    assert reading(states.name, rows, date(2024, 2, 1)) == set()


@pytest.mark.parametrize("hour", [0, 15, 16, 23])
def test_the_day_ends_in_shanghai(hour: int) -> None:
    known = datetime(2024, 1, 5, hour, tzinfo=UTC)
    row = made(1, FIRST, FIRST, firm_id="s:F1", name="n", known_on=FIRST) | {"known_at": known}
    assert bool(reading("firms", [row], date(2024, 1, 5))) == (hour < 16)
