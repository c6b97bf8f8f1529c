"""Ties and groups of a library as tables, twice the same; what is found against what was planted."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from tests.graph.groups.helpers import SCHEME
from tests.graph.library import Row, reading, rows, stake
from tests.graph.ties.helpers import SCHEME as TIES

from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.graph.groups import evaluating as groups_evaluating
from windchime.graph.groups import results as groups
from windchime.graph.groups.published import groups_of
from windchime.graph.ties import evaluating as ties_evaluating
from windchime.graph.ties import results as ties
from windchime.graph.ties.published import controllers_of, ties_of

AT = datetime(2024, 5, 1, tzinfo=UTC)
DAY = date(2025, 12, 31)


def contact(firm: str, kind: str, value: str) -> Row:
    return {"firm_id": firm, "kind": kind, "value": value, "usage": "registered", "first_seen_at": AT}


#: p1 owns f1 and f2; p9 holds f3 for p1, whose phone rings there and who takes its profits
TABLES: dict[str, list[Row]] = {
    "shareholdings": [stake("p1", "f1", "1"), stake("p1", "f2", "0.7"), stake("p9", "f3", "1")],
    "contacts": [contact(f, "mobile", "t1") for f in ("f1", "f3")] + [contact(f, "address", "t2") for f in ("f1", "f3")],
    "persons": [{"person_id": p, "name": f"n-{p}", "resolution": "by_id"} for p in ("p1", "p9")],
    "bank_transactions": [
        {
            "firm_id": "f3", "account_id": "a3", "seq": 1, "booked_at": AT, "direction": "out", "amount": "5.00", "currency": "CNY",
            "status": "booked", "category": "owner_out", "counterparty_type": "person", "counterparty_name": "n-p1",
        }
    ],
}  # fmt: skip


def found(library: Reading) -> dict[str, pa.Table]:
    return dict(ties.results(library, TIES).tables) | dict(groups.results(library, SCHEME, TIES).tables)


def published() -> Reading:
    """The library with what was found in it, as a run publishes it."""
    told = found(reading(DAY, **TABLES))
    written: dict[str, list[Any]] = {
        name: [r | {"run_id": "run-1"} for r in table.to_pylist()] for name, table in told.items()
    }
    return Reading.over({n: rows(n, w) for n, w in (TABLES | written).items()}, as_of=DAY)


def test_tables_have_the_columns_of_their_contracts() -> None:
    for name, table in found(reading(DAY, **TABLES)).items():
        own = [c.name for c in contract(name).columns if c.name not in ("run_id", "known_on", "is_withdrawn")]
        assert table.column_names == own
        assert table.num_rows


def test_a_second_look_says_the_same() -> None:
    first = found(reading(DAY, **TABLES))
    again = found(published())
    assert {n: t.to_pylist() for n, t in first.items()} == {n: t.to_pylist() for n, t in again.items()}


def test_what_is_published_of_a_firm() -> None:
    library = published()
    (tie,) = ties_of(library, "f3")
    assert (tie["firm_a_id"], tie["firm_b_id"], tie["kinds"]) == ("f1", "f3", "address|phone")
    (behind,) = controllers_of(library, "f3")
    assert (behind["person_id"], behind["holder_id"], behind["level"]) == ("p1", "p9", "hint")
    sure, hinted = sorted(groups_of(library), key=lambda g: g.strength)
    assert (sure.level, set(sure.firms), sure.head) == ("confirmed", {"f1", "f2"}, "f1")
    assert (hinted.level, set(hinted.firms)) == ("hint", {"f1", "f2", "f3"})
    joined = {m["firm_id"]: m["rule"] for m in hinted.members}
    assert joined == {"f1": None, "f2": "controller", "f3": "hidden_controller"}
    assert json.loads(hinted.members[1]["evidence"])["code"] == hinted.members[1]["rule"]


def test_an_empty_library_has_no_groups() -> None:
    assert [t.num_rows for t in found(reading(DAY)).values()] == [0, 0, 0]


def test_found_against_planted() -> None:
    def table(columns: str, *written: tuple[Any, ...]) -> pa.Table:
        names = columns.split()
        return pa.table({n: [w[i] for w in written] for i, n in enumerate(names)})

    truth = {
        "controller": table("firm_id person_id valid_to", *((f, "p1", None) for f in ("f1", "f2", "f3"))),
        "family_member": table("family_id person_id", (1, "p1")),
        "group_member": table(
            "group_id firm_id head_id hidden", (1, "f1", "f1", False), (1, "f2", "f1", False), (2, "f3", "f9", True)
        ),
        "shell_ring": table("ring_id firm_id", (1, "f1"), (1, "f3"), (1, "f8")),
        "hidden_control": table("firm_id owner_id", ("f3", "p1"), ("f8", "p1")),
        "benign_hub": table("kind hub firm_id", ("agent", 1, "f1"), ("agent", 1, "f7")),
    }
    told = found(reading(DAY, **TABLES))
    scores = {s.name: (s.planted, s.hit, s.found, s.right) for s in ties_evaluating.evaluate(told, truth)}
    assert scores["members of shell rings, by hidden ties"] == (3, 2, 1, 1)
    assert scores["members of hidden groups, by hidden ties"] == (1, 0, 1, 0)
    assert scores["hidden ties that are true"] == (0, 0, 1, 1)
    assert scores["clients of one agent or incubator taken for tied"] == (1, 0, 0, 0)
    assert scores["hidden controllers, by two kinds of signs"] == (2, 1, 1, 1)
    of_groups = {s.name: (s.planted, s.hit, s.found, s.right) for s in groups_evaluating.evaluate(told, truth)}
    assert of_groups["business groups, confirmed"] == (1, 1, 1, 1)
    assert of_groups["hidden groups, hints too"] == (1, 0, 2, 2)
    assert of_groups["firms of one family"] == (0, 0, 0, 0)
