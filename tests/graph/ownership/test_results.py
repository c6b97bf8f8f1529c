"""Links of control and benefit out of a library: who, by which route, with which evidence."""

import json
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from tests.graph.library import Row, reading, stake

from windchime.content import seed, yamlfile
from windchime.content.scheme import Scheme
from windchime.data.contracts import contract
from windchime.graph.ownership.evaluating import evaluate
from windchime.graph.ownership.results import TABLE, results
from windchime.graph.ownership.solution import Entangled
from windchime.graph.results import FINDERS, Found

SCHEME = Scheme.of(yamlfile.parse(seed.sources("schemes")["ownership"], "ownership.yaml"))
AS_OF = date(2025, 12, 31)


def _found(*stakes: Row, as_of: date = AS_OF, **others: list[Row]) -> Found:
    return results(reading(as_of, shareholdings=list(stakes), **others), SCHEME)


def _links(*stakes: Row, as_of: date = AS_OF, **others: list[Row]) -> dict[tuple[str, str, str], Any]:
    rows = _found(*stakes, as_of=as_of, **others).tables[TABLE].to_pylist()
    return {(r["kind"], r["controller_id"], r["firm_id"]): r | {"evidence": json.loads(r["evidence"])} for r in rows}


def _of(links: dict[tuple[str, str, str], Any], kind: str) -> set[tuple[str, str]]:
    return {(x, y) for k, x, y in links if k == kind}


PYRAMID = (stake("p1", "a", "0.6"), stake("p2", "a", "0.4"), stake("a", "b", "0.51"), stake("p3", "b", "0.49"))


def test_a_library_without_shareholdings_has_no_links_and_no_problems() -> None:
    found = results(reading(), SCHEME)
    assert found.tables[TABLE].num_rows == 0
    assert found.problems == ()


def test_the_finder_is_known_and_writes_rows_of_its_contract() -> None:
    finder = next(f for f in FINDERS if f.name == "ownership")
    assert finder.tables == (TABLE,)
    found = finder.find(reading(AS_OF, shareholdings=list(PYRAMID)), SCHEME).tables[TABLE]
    card = contract(TABLE)
    assert found.column_names == [c.name for c in card.columns if c.name not in {"run_id", "known_on", "is_withdrawn"}]
    keys = [tuple(r[k] for k in card.key) for r in found.to_pylist()]
    assert keys == sorted(set(keys))
    for column in (c for c in card.columns if c.type == "enum"):
        assert set(found[column.name].to_pylist()) <= set(column.values)


def test_direct_and_indirect_control_the_top_and_who_benefits() -> None:
    links = _links(*PYRAMID)
    assert _of(links, "control") == {("p1", "a"), ("p1", "b"), ("a", "b")}
    assert _of(links, "ultimate") == {("p1", "a"), ("p1", "b")}
    assert _of(links, "beneficial") == {("p1", "a"), ("p2", "a"), ("p1", "b"), ("p3", "b")}
    assert _of(links, "likely") == set()


def test_the_evidence_names_votes_chains_and_rows() -> None:
    links = _links(*PYRAMID)
    control = links["control", "p1", "b"]
    row = "b|a|ordinary|registry|2020-01-01"
    assert control["evidence"] == {"through": [{"holder": "a", "rows": [row], "votes": 0.51}]}
    assert str(control["votes"]) == "0.510000"
    owner = links["beneficial", "p1", "b"]
    assert (str(owner["share"]), owner["route"], owner["rule"], owner["article"]) == (
        "0.306000",
        "share",
        "cn-2024",
        "6(1)",
    )
    (chain,) = owner["evidence"]["chains"]
    assert chain["nodes"] == ["p1", "a", "b"]
    assert chain["rows"] == [["a|p1|ordinary|registry|2020-01-01"], [row]]
    assert owner["evidence"]["routes"] == ["share", "votes", "control"]


def test_the_same_library_gives_the_same_bytes() -> None:
    assert _found(*PYRAMID).tables[TABLE].equals(_found(*reversed(PYRAMID)).tables[TABLE])


def test_stakes_count_from_their_first_to_their_last_day() -> None:
    old = stake("p1", "a", "1", valid_to=date(2022, 5, 31))
    new = stake("p2", "a", "1", valid_from=date(2022, 6, 1))
    assert _of(_links(old, new), "control") == {("p2", "a")}
    moved = results(reading(AS_OF, shareholdings=[old, new]), SCHEME)
    assert moved.problems == ()


def test_declared_nominees_are_noted_on_all_that_rests_on_them() -> None:
    links = _links(stake("p1", "a", "0.6", nominee="declared"), stake("a", "b", "0.6"), stake("p2", "b", "0.4"))
    noted = {key for key, row in links.items() if row["is_nominee_declared"]}
    assert noted == {
        ("control", "p1", "a"),
        ("ultimate", "p1", "a"),
        ("beneficial", "p1", "a"),
        ("beneficial", "p1", "b"),
    }


def test_a_loop_at_the_top_is_told_with_its_members() -> None:
    links = _links(stake("a", "b", "0.6"), stake("b", "a", "0.6"), stake("a", "c", "0.8"))
    top = links["ultimate", "a", "c"]
    assert (top["controller_type"], top["evidence"]["members"]) == ("loop", ["a", "b"])


def test_over_issued_companies_are_problems_and_control_is_told_all_the_same() -> None:
    found = _found(stake("p1", "a", "0.7"), stake("p2", "a", "0.7"), stake("a", "b", "1"))
    (problem,) = found.problems
    assert (problem.code, problem.row, problem.file) == ("over_issued", None, "shareholdings")
    assert problem.params["rows"] == ["a|p1|ordinary|registry|2020-01-01", "a|p2|ordinary|registry|2020-01-01"]
    rows = found.tables[TABLE].to_pylist()
    assert {(r["controller_id"], r["firm_id"]) for r in rows if r["kind"] == "control"} >= {("p1", "a"), ("p1", "b")}
    benefit = [r for r in rows if r["kind"] == "beneficial" and r["firm_id"] == "b"]
    assert {(r["route"], r["share"]) for r in benefit} == {("votes", None)}


def test_loops_that_own_themselves_are_problems() -> None:
    (problem,) = _found(stake("a", "b", "1"), stake("b", "a", "1")).problems
    assert problem.code == "orphan_loop"


def test_managers_stand_in_and_sole_traders_are_their_operators() -> None:
    post = {"person_type": "person", "valid_from": date(2020, 1, 1)}
    held: list[Row] = [
        post | {"person_id": "p7", "firm_id": "f7", "role": "legal_rep"},
        post | {"person_id": "p8", "firm_id": "f8", "role": "operator"},
        post | {"person_id": "p9", "firm_id": "f9", "role": "legal_rep", "valid_to": date(2021, 1, 1)},
    ]
    links = _links(key_persons=held)
    assert links["beneficial", "p7", "f7"]["route"] == "manager"
    assert links["ultimate", "p8", "f8"]["route"] == links["control", "p8", "f8"]["route"] == "operator"
    assert {f for _k, _x, f in links} == {"f7", "f8"}


LEADING = (stake("p1", "a", "0.4"), stake("p2", "a", "0.19"), stake("p3", "a", "0.15"))


def test_the_largest_far_ahead_is_likely_in_control() -> None:
    likely = _links(*LEADING)["likely", "p1", "a"]
    assert (likely["route"], str(likely["votes"])) == ("leading", "0.400000")
    assert likely["evidence"] == {"members": [{"member": "p1", "votes": 0.4}], "next_votes": 0.19}
    near = stake("p4", "a", "0.2")
    assert _of(_links(*LEADING, near), "likely") == set()


def test_who_leads_a_firm_leads_what_that_firm_controls() -> None:
    links = _links(*LEADING, stake("a", "b", "0.9"))
    assert _of(links, "ultimate") == {("a", "b")}
    assert _of(links, "likely") == {("p1", "a"), ("p1", "b")}


def test_near_relatives_are_one_party_unless_only_inferred() -> None:
    tie: dict[str, Any] = {
        "person_a_id": "p1",
        "person_b_id": "p2",
        "person_a_type": "person",
        "person_b_type": "person",
    }
    tie |= {"relation": "spouse", "degree": 1}
    stakes = (stake("p1", "a", "0.3"), stake("p2", "a", "0.31"), stake("p3", "a", "0.39"))
    links = _links(*stakes, relatives=[tie | {"basis": "declared"}])
    family = links["likely", "p2", "a"]
    assert (family["route"], str(family["votes"])) == ("family", "0.610000")
    assert [m["member"] for m in family["evidence"]["members"]] == ["p2", "p1"]
    assert _of(_links(*stakes, relatives=[tie | {"basis": "inferred"}]), "likely") == set()


def test_what_is_found_is_held_against_the_truth() -> None:
    tables = {TABLE: _found(*PYRAMID, stake("p5", "h", "1"), stake("a", "g", "0.9"), *LEADING_C).tables[TABLE]}
    day = {"valid_from": date(2020, 1, 1), "valid_to": None}
    actual = [("a", "p1"), ("b", "p1"), ("c", "p1"), ("h", "p6"), ("x", "p4")]
    truth = {
        "controller": pa.Table.from_pylist([{"firm_id": f, "person_id": p, **day} for f, p in actual]),
        "hidden_control": pa.Table.from_pylist([{"firm_id": "h", "holder_id": "p5", "owner_id": "p6"}]),
        "group_member": pa.Table.from_pylist(
            [
                {"group_id": 1, "firm_id": "a", "head_id": "a", "hidden": False},
                {"group_id": 1, "firm_id": "b", "head_id": "a", "hidden": False},
                {"group_id": 1, "firm_id": "z", "head_id": "a", "hidden": False},
            ]
        ),
    }
    plain, likely, hidden, groups = evaluate(tables, truth)
    assert (plain.planted, plain.hit, plain.found, plain.right) == (4, 2, 3, 2)
    assert (likely.planted, likely.hit, likely.found, likely.right) == (4, 3, 4, 3)
    assert (hidden.planted, hidden.hit, hidden.found) == (1, 0, 1)
    assert (groups.planted, groups.hit, groups.found, groups.right) == (2, 1, 2, 1)


LEADING_C = (stake("p1", "c", "0.4"), stake("p2", "c", "0.1"))


def test_stakes_that_nobody_can_solve_are_a_problem_and_stop_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object, **_named: object) -> None:
        raise Entangled(2)

    monkeypatch.setattr("windchime.graph.ownership.results.links", refuse)
    found = _found(*PYRAMID)
    assert [p.code for p in found.problems] == ["entangled"]
    assert "2 companies hold each other" in found.problems[0].sentence()
    assert not found.tables
