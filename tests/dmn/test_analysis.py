"""Gaps, overlaps and idle rules, exact: compared with trying every combination of values."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dmn.helpers import POOLS, cells, concluded, holds, near, table_body

from windchime.dmn import DecisionModel, DecisionTable, analysis
from windchime.dmn.analysis import gaps, overlaps, shadowed, uncovered

KINDS = {"x": "number", "d": "date", "s": "string"}


@st.composite
def small(draw: st.DrawFn, hit: str) -> DecisionTable:
    pools = {n: POOLS[k][:3] for n, k in KINDS.items()}
    inputs: dict[str, Any] = {n: {"type": k, "nullable": n == "s"} for n, k in KINDS.items()}
    rules = [
        {"id": f"R{n}", "when": [draw(cells(k, pools[i], i == "s")) for i, k in KINDS.items()], "then": ['"a"']}
        for n in range(draw(st.integers(1, 5)))
    ]
    return DecisionModel.of(table_body(inputs, rules, hit=hit)).tables["t"]


def everything() -> list[dict[str, Any]]:
    """A value on, between and beside every literal of each axis, in all combinations."""
    axes = [[*near(POOLS[k][:3], k), *([None] if n == "s" else [])] for n, k in KINDS.items()]
    return [dict(zip(KINDS, values, strict=True)) for values in product(*axes)]


@settings(max_examples=25, deadline=None)
@given(table=small("U"))
def test_gaps_are_the_cases_without_a_rule_each_once(table: DecisionTable) -> None:
    boxes = uncovered(table, (1 << len(table.rules)) - 1, wanted=10**6)
    for case in everything():
        places = [axis.index(case[axis.variable.name]) for axis in table.axes]
        inside = sum(all(segments >> p & 1 for segments, p in zip(box, places, strict=True)) for box in boxes)
        assert inside == (concluded(table.parts, case) == "!NoMatch"), case


@settings(max_examples=25, deadline=None)
@given(table=small("F"))
def test_overlaps_and_idle_rules_are_those_that_cases_show(table: DecisionTable) -> None:
    pairs: set[tuple[int, int]] = set()
    firsts: set[int] = set()
    for case in everything():
        matched = [
            r
            for r, rule in enumerate(table.rules)
            if all(holds(c, case[v.name]) for c, v in zip(rule.when, table.parts.inputs, strict=True))
        ]
        pairs |= {(a, b) for a in matched for b in matched if a < b}
        firsts |= set(matched[:1])
    assert set(overlaps(table)) == pairs
    assert set(shadowed(table)) == set(range(len(table.rules))) - firsts


def notes(inputs: dict[str, Any], rules: list[str], hit: str = "U") -> list[tuple[str, str]]:
    return [(p.code, p.value) for p in DecisionModel.of(table_body(inputs, rules, hit=hit)).check()]


def test_a_gap_is_told_as_the_region_that_no_rule_covers() -> None:
    inputs = {
        "x": {"type": "number", "range": "[0..100]"},
        "s": {"type": "string", "values": ["A", "B"], "nullable": True},
    }
    assert notes(inputs, ['R1 | < 50 | - => "a"', 'R2 | > 50 | "A" => "b"']) == [
        ("gap", 'x: 50; s: "A"'),
        ("gap", 'x: [50..100]; s: "B", null'),
    ]
    assert notes({"s": {"type": "string"}}, ['R1 | "A", "B" => "a"']) == [("gap", 's: not("A", "B")')]


def test_days_have_no_gap_between_them() -> None:
    rules = ['R1 | <= date("2026-01-01") => "a"', 'R2 | >= date("2026-01-02") => "b"']
    assert notes({"d": {"type": "date"}}, rules) == []
    assert notes({"d": {"type": "date"}}, [rules[0], 'R2 | >= date("2026-01-03") => "b"']) == [
        ("gap", 'd: ]date("2026-01-01")..date("2026-01-03")[')
    ]


def test_overlaps_name_the_rules_and_whether_their_outputs_differ() -> None:
    rules = ['R1 | <= 5 => "a"', 'R2 | >= 5 => "b"', 'R3 | > 7 => "b"']
    assert notes({"x": {"type": "number"}}, rules) == [
        ("overlap_outputs_differ", "R1, R2"),
        ("overlap_outputs_equal", "R2, R3"),
    ]
    assert notes({"x": {"type": "number"}}, rules, "A") == [("overlap_outputs_differ", "R1, R2")]
    assert notes({"x": {"type": "number"}}, rules, "F") == [("rule_never_decides", "R3")]


def test_a_table_behind_another_has_gaps_only_where_that_one_can_lead() -> None:
    body = table_body({"x": {"type": "number"}}, ['R1 | < 5 => "a"', 'R2 | >= 5 => "b"'])
    body["tables"]["u"] = body["tables"]["t"] | {
        "inputs": ["out"],
        "outputs": {"end": {"type": "string"}},
        "rules": ['Q1 | "a" => "yes"', 'Q2 | "b" => "no"'],
    }
    assert DecisionModel.of(body).check() == ()


def test_an_input_nobody_reads_is_noted() -> None:
    body = table_body({"x": {"type": "number"}, "y": {"type": "number"}}, ['R1 | - | - => "a"'])
    body["tables"]["t"] |= {"inputs": ["x"], "rules": ['R1 | - => "a"']}
    assert [(p.code, p.column) for p in DecisionModel.of(body).check()] == [("input_not_used", "y")]


def test_beyond_the_limit_the_answer_is_that_it_was_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "MAX_STEPS", 3)
    inputs = {n: {"type": "number"} for n in "abc"}
    assert notes(inputs, ['R1 | 1 | 1 | 1 => "a"', 'R2 | 2 | 2 | 2 => "b"'])[0][0] == "not_decided"


def test_gaps_beyond_those_listed_are_counted_as_more() -> None:
    found = notes({"x": {"type": "number"}, "y": {"type": "number"}}, [f'R{n} | {n} | {n} => "a"' for n in range(80)])
    assert (len([f for f in found if f[0] == "gap"]), found[-1][0]) == (analysis.MAX_REPORTED, "more_gaps")
    table = DecisionModel.of(table_body({"x": {"type": "number"}}, ['R1 | 5 => "a"'])).tables["t"]
    assert len(gaps(table)) == 1
