"""The register in memory: the newest row of every firm, as a plain reading of all rows says."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.portfolio.shown import statements
from windchime.portfolio.shown.register import NOBODY, Register

AS_OF = date(2020, 2, 21)
COLUMNS = [c.name for c in contract("firms").columns]
IDS = ("east:1", "east:10", "east:2", "west:1", "西:1")
FACTS = st.fixed_dictionaries(
    {
        "firm_id": st.sampled_from(IDS),
        "known": st.integers(1, 26),
        "name": st.text("甲乙ab", min_size=1, max_size=3),
        "firm_kind": st.sampled_from([None, "company", "sole_trader"]),
        "established_on": st.sampled_from([None, date(2015, 1, 1)]),
    }
)


def rows(facts: list[dict[str, Any]]) -> pa.Table:
    """Rows of the register, each known at an instant of its own."""
    schema = contract("firms").arrow_schema()
    found = [
        {
            **dict.fromkeys(schema.names),
            **{c: f[c] for c in ("firm_id", "name", "firm_kind", "established_on")},
            "known_on": date(2020, 2, f["known"]),
            "happened_at": date(2020, 2, f["known"]),
            "known_at": datetime(2020, 2, f["known"], 1, n, tzinfo=UTC),
            "source": str(f["firm_id"]).partition(":")[0],
            "source_file": "firms.csv",
            "row_no": n,
            "load_id": "00000000-0000-7000-8000-000000000000",
        }
        for n, f in enumerate(facts)
    ]
    return pa.Table.from_pylist(found, schema=schema)


def register(facts: list[dict[str, Any]]) -> Register:
    """As a page would have it."""
    reading = Reading.over({"firms": rows(facts)}, as_of=AS_OF)
    return Register.of(reading.con.con.sql(statements.register(AS_OF)).to_arrow_table())


@settings(max_examples=15)
@given(st.lists(FACTS, max_size=12))
def test_each_firm_has_its_newest_row(facts: list[dict[str, Any]]) -> None:
    newest: dict[str, dict[str, Any]] = {}
    for n, fact in sorted(enumerate(facts), key=lambda f: (f[1]["known"], f[0])):
        if fact["known"] <= AS_OF.day:
            newest[fact["firm_id"]] = {**fact, "row": n}
    found = register(facts)
    assert found.ids == tuple(sorted(newest))
    assert dict(found.names) == {firm: fact["name"] for firm, fact in newest.items()}
    for firm in IDS:
        row = found.row(firm)
        if firm not in newest:
            assert row is None
            continue
        assert row is not None
        assert list(row) == COLUMNS
        said = {c: row[c] for c in COLUMNS if row[c] is not None}
        told = {c: newest[firm][c] for c in ("firm_id", "name", "firm_kind", "established_on")}
        assert said == {c: v for c, v in told.items() if v is not None} | {
            "known_on": date(2020, 2, newest[firm]["known"])
        }


def test_nobody_is_in_an_empty_register() -> None:
    assert NOBODY.row("east:1") is None
    assert register([]) == Register((), {}, register([]).columns)
