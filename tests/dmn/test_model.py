"""Publication: a model is read whole or refused with all of its faults; cases fail by named errors."""

from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from tests.dmn.helpers import LABEL, model, models, table_body

from windchime.core.canonical import canonical
from windchime.core.errors import UnknownName
from windchime.dmn import (
    BrokenModel,
    CaseError,
    ColumnNotUsable,
    ColumnTaken,
    DecisionModel,
    MissingInput,
    NoMatch,
    OutputsDiffer,
    SeveralHits,
    ValueNotAllowed,
    WrongType,
)

POLICY = """
model: sme
label: {zh: 小微企业, en: Small firms}
inputs:
  score: {type: number, range: "[0..1000]"}
  rating: {type: string, values: [A, B, C, D], nullable: true}
  overdue: {type: boolean}
tables:
  limits:                     # reads a table that stands below it
    label: {zh: 额度, en: Limit}
    hit: F
    inputs: [verdict, score]
    outputs:
      limit: {type: number, default: "0"}
    rules:
      - L1 | "approve" | > 800 => 1000000.50
      - L2 | "approve" | -     => 500000
  verdicts:
    label: {zh: 结论, en: Verdict}
    hit: U
    inputs: [score, rating, overdue]
    outputs:
      verdict: {type: string, values: [reject, refer, approve]}
    rules:
      - R1 | < 400      | -         | false => "reject"
      - R2 | [400..600[ | "A", "B"  | false => "refer"
      - R3 | >= 600     | not(null) | false => "approve"
      - rule: R4 | -    | -         | true  => "reject"
        annotation: {zh: 有逾期, en: Overdue}
"""


def faults(body: Any) -> list[tuple[str, str, int | None, str]]:
    with pytest.raises(BrokenModel) as broken:
        DecisionModel.of(body)
    assert all(p.sentence("zh") and p.sentence("en") and p.as_dict() for p in broken.value.problems)
    return [(p.code, p.sheet, p.row, p.column) for p in broken.value.problems]


def codes(body: Any) -> set[str]:
    return {f[0] for f in faults(body)}


NUMBER = {"x": {"type": "number"}}


def test_chained_tables_decide_in_the_order_they_need_each_other() -> None:
    decided = model(POLICY).decide({"score": 900, "rating": "A", "overdue": False})
    assert decided.outputs == {"verdict": "approve", "limit": Decimal("1000000.50")}
    assert decided.hits == {"verdicts": ("R3",), "limits": ("L1",)}
    assert model(POLICY).requirements == {"verdicts": ("score", "rating", "overdue"), "limits": ("verdicts", "score")}


def test_the_default_answers_without_a_hit() -> None:
    decided = model(POLICY).decide({"score": 900, "rating": "A", "overdue": True})
    assert decided.outputs == {"verdict": "reject", "limit": Decimal("0.00")}
    assert decided.hits["limits"] == ()


def test_trace_says_of_each_rule_whether_it_hit_or_where_it_failed() -> None:
    trace = model(POLICY).decide({"score": 601.5, "rating": "C", "overdue": False}, trace=True).trace
    assert trace is not None
    assert canonical(trace)
    assert [t["table"] for t in trace] == ["verdicts", "limits"]
    assert trace[0]["rules"] == [
        {"rule": "R1", "state": "missed", "input": "score", "value": "601.5", "cell": "< 400"},
        {"rule": "R2", "state": "missed", "input": "score", "value": "601.5", "cell": "[400..600["},
        {"rule": "R3", "state": "hit"},
        {"rule": "R4", "state": "missed", "input": "overdue", "value": False, "cell": "true"},
    ]


def test_a_rule_that_matches_and_does_not_decide_is_told_from_a_hit() -> None:
    body = table_body(NUMBER, ['R1 | < 5 => "a"', 'R2 | - => "b"'], hit="F")
    trace = DecisionModel.of(body).decide({"x": 1}, trace=True).trace
    assert trace is not None
    assert [r["state"] for r in trace[0]["rules"]] == ["hit", "matched"]


def test_a_failed_case_carries_its_trace() -> None:
    with pytest.raises(NoMatch) as failed:
        model(POLICY).decide({"score": 500, "rating": "C", "overdue": False}, trace=True)
    assert failed.value.trace is not None
    assert failed.value.trace[0]["result"] == "NoMatch"


@pytest.mark.parametrize(
    ("hit", "outputs", "hits"),
    [
        ("F", "mid", ["R2"]),
        ("P", "high", ["R3"]),
        ("R", ("mid", "high", "low"), ["R2", "R3", "R4"]),
        ("C", ("mid", "high", "low"), ["R2", "R3", "R4"]),
        ("C count", Decimal(3), ["R2", "R3", "R4"]),
    ],
)
def test_hit_policies(hit: str, outputs: Any, hits: list[str]) -> None:
    """DMN 1.x §8.2.10: three rules match 7; which outputs stand is the policy's matter."""
    body = table_body(
        NUMBER,
        ['R1 | < 0 => "high"', 'R2 | > 0 => "mid"', 'R3 | > 5 => "high"', 'R4 | < 9 => "low"'],
        hit=hit,
        outputs={"out": {"type": "string", "values": ["high", "mid", "low"]}},
    )
    decided = DecisionModel.of(body).decide({"x": 7})
    assert (decided.outputs["out"], list(decided.hits["t"])) == (outputs, hits)


@pytest.mark.parametrize(
    ("hit", "expected"), [("C sum", "3.75"), ("C min", "1.25"), ("C max", "2.50"), ("C count", "2")]
)
def test_aggregates_are_exact(hit: str, expected: str) -> None:
    body = table_body(
        NUMBER, ["R1 | > 0 => 1.25", "R2 | > 1 => 2.5", "R3 | > 9 => 100"], hit=hit, outputs={"out": {"type": "number"}}
    )
    assert str(DecisionModel.of(body).decide({"x": 5}).outputs["out"]) == expected


def test_unique_and_any_refuse_what_they_must() -> None:
    rules = ['R1 | > 0 => "a"', 'R2 | > 5 => "a"', 'R3 | > 9 => "b"']
    with pytest.raises(SeveralHits, match="R1, R2"):
        DecisionModel.of(table_body(NUMBER, rules)).decide({"x": 6})
    anyone = DecisionModel.of(table_body(NUMBER, rules, hit="A"))
    assert anyone.decide({"x": 6}).hits["t"] == ("R1", "R2")
    with pytest.raises(OutputsDiffer, match="R1, R2, R3"):
        anyone.decide({"x": 10})


@pytest.mark.parametrize(
    ("case", "error", "at"),
    [
        ({"rating": "A", "overdue": False}, MissingInput, "score"),
        ({"score": None, "rating": "A", "overdue": False}, MissingInput, "score"),
        ({"score": 5, "overdue": False}, MissingInput, "rating"),  # null is allowed, silence is not
        ({"score": "5", "rating": "A", "overdue": False}, WrongType, "score"),
        ({"score": True, "rating": "A", "overdue": False}, WrongType, "score"),
        ({"score": [5], "rating": "A", "overdue": False}, WrongType, "score"),
        ({"score": float("nan"), "rating": "A", "overdue": False}, WrongType, "score"),
        ({"score": float("inf"), "rating": "A", "overdue": False}, WrongType, "score"),
        ({"score": Decimal("NaN"), "rating": "A", "overdue": False}, WrongType, "score"),
        ({"score": 5, "rating": 5, "overdue": False}, WrongType, "rating"),
        ({"score": 5, "rating": "A", "overdue": 0}, WrongType, "overdue"),
        ({"score": 1000.1, "rating": "A", "overdue": False}, ValueNotAllowed, "score"),
        ({"score": 5, "rating": "E", "overdue": False}, ValueNotAllowed, "rating"),
        ({"score": 700, "rating": None, "overdue": False}, NoMatch, "verdicts"),
    ],
)
def test_a_case_fails_by_an_error_naming_its_place(case: dict[str, Any], error: type[CaseError], at: str) -> None:
    with pytest.raises(error) as failed:
        model(POLICY).decide(case)
    assert (failed.value.at, failed.value.code) == (at, error.__name__)
    assert at in failed.value.message("zh")


def test_an_instant_is_no_date() -> None:
    decisions = DecisionModel.of(table_body({"d": {"type": "date"}}, ['R | >= date("2026-01-01") => "x"']))
    assert decisions.decide({"d": date(2026, 1, 1)}).outputs == {"out": "x"}
    with pytest.raises(WrongType):
        decisions.decide({"d": datetime(2026, 1, 1)})  # noqa: DTZ001 - a naive instant is what is refused


def test_all_faults_of_a_model_are_reported_together() -> None:
    body = {
        "model": "m",
        "label": LABEL,
        "inputs": {
            "x": {"type": "number", "range": "[0..10]"},
            "s": {"type": "string", "values": ["A"]},
            "w": {"type": "money"},
        },
        "tables": {
            "one": {
                "label": LABEL,
                "hit": "U",
                "inputs": ["x", "s"],
                "outputs": {"o": {"type": "string", "values": ["ok"]}},
                "rules": ['R1 | ((( | "A" => "ok"', 'R1 | > 20 | "B" => "no"', 'R3 | "A" | null => 5', "R4 | 1 => 2"],
            },
            "two": {
                "label": LABEL,
                "hit": "O",
                "inputs": ["o", "y"],
                "outputs": {"p": {"type": "number"}},
                "rules": [{"id": "Q1", "when": ["ok", 0.5], "then": ["1e3"]}],
            },
        },
    }
    found = faults(body)
    assert set(found) == {
        ("unknown_type", "", None, "w"),
        ("unknown_input", "two", None, "y"),
        ("broken_cell", "one", 1, "x"),
        ("duplicate_rule", "one", 2, ""),
        ("never_true", "one", 2, "x"),
        ("never_true", "one", 2, "s"),
        ("value_not_allowed", "one", 2, "o"),
        ("wrong_literal_type", "one", 3, "x"),
        ("null_not_declared", "one", 3, "s"),
        ("wrong_literal_type", "one", 3, "o"),
        ("wrong_cell_count", "one", 4, ""),
        ("hit_policy_not_supported", "two", None, ""),
        ("cell_not_text", "two", 1, "y"),
        ("not_supported", "two", 1, "o"),
        ("broken_cell", "two", 1, "p"),
    }
    assert len(found) == 15


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda b: b.pop("label"), "missing_key"),
        (lambda b: b.update(version=1), "unknown_key"),
        (lambda b: b.update(label="x"), "wrong_label"),
        (lambda b: b.update(tables={}), "no_tables"),
        (lambda b: b.update(tables=[]), "wrong_shape"),
        (lambda b: b.update(tables={"t": None}), "wrong_shape"),
        (lambda b: b.update(tables={"t": {}}), "missing_key"),
        (lambda b: b["inputs"].update(x={}), "missing_key"),
        (lambda b: b["inputs"].update(x=None), "wrong_shape"),
        (lambda b: b.update(inputs=None), "wrong_shape"),
        (lambda b: b.update(model="1 2"), "bad_name"),
        (lambda b: b["inputs"].update({"a b": {"type": "number"}}), "bad_name"),
        (lambda b: b["inputs"].update(error={"type": "number"}), "name_taken"),
        (lambda b: b["inputs"].update(out={"type": "number"}), "name_taken"),
        (lambda b: b["inputs"]["x"].update(range="5"), "wrong_range"),
        (lambda b: b["inputs"]["x"].update(range='< date("2026-01-01")'), "wrong_range"),
        (lambda b: b["inputs"]["x"].update(range="[1..2"), "broken_cell"),
        (lambda b: b["inputs"]["x"].update(range="[0..9]", values=[1]), "wrong_shape"),
        (lambda b: b["inputs"]["x"].update(values=[1, "1.0"]), "value_twice"),
        (lambda b: b["inputs"]["x"].update(values=[0.5]), "wrong_literal_type"),
        (lambda b: b["inputs"]["x"].update(values="1"), "wrong_shape"),
        (lambda b: b["inputs"]["x"].update(nullable="yes"), "wrong_shape"),
        (lambda b: b["tables"]["t"].update(hit=["U"]), "wrong_shape"),
        (lambda b: b["tables"]["t"].update(hit="C avg"), "hit_policy_not_supported"),
        (lambda b: b["tables"]["t"].update(hit="C sum"), "aggregate_of_wrong_type"),
        (lambda b: b["tables"]["t"].update(hit="P"), "priority_without_values"),
        (lambda b: b["tables"]["t"].update(inputs=["x", "x"]), "input_twice"),
        (lambda b: b["tables"]["t"].update(inputs=[]), "wrong_shape"),
        (lambda b: b["tables"]["t"].update(inputs=["out"]), "cycle"),
        (lambda b: b["tables"]["t"].update(rules=[]), "no_rules"),
        (lambda b: b["tables"]["t"].update(rules=[5]), "wrong_shape"),
        (lambda b: b["tables"]["t"].update(rules=["R1 | 5"]), "wrong_row"),
        (lambda b: b["tables"]["t"].update(rules=[' | 5 => "a"']), "duplicate_rule"),
        (lambda b: b["tables"]["t"].update(rules=[{"id": "R", "when": {"y": "5"}, "then": ['"a"']}]), "unknown_key"),
        (lambda b: b["tables"]["t"].update(rules=[{"id": "R", "when": ["5"], "then": {}}]), "missing_key"),
        (lambda b: b["tables"]["t"].update(rules=[{"id": "R", "when": "5", "then": ['"a"']}]), "wrong_shape"),
        (lambda b: b["tables"]["t"].update(rules=[{"id": "R", "when": [None], "then": ['"a"']}]), "cell_not_text"),
        (
            lambda b: b["tables"]["t"].update(rules=[{"id": "R", "when": ["5", "5"], "then": ['"a"']}]),
            "wrong_cell_count",
        ),
        (lambda b: b["tables"]["t"]["outputs"].update(o2={"type": "string"}), "wrong_cell_count"),
        (lambda b: b["tables"]["t"]["outputs"]["out"].update(default="5"), "wrong_literal_type"),
        (lambda b: b["tables"]["t"]["outputs"]["out"].update(default=[]), "cell_not_text"),
        (
            lambda b: b["tables"]["t"].update(hit="C", outputs={"out": {"type": "string", "default": '"a"'}}),
            "wrong_default",
        ),
        (
            lambda b: b["tables"]["t"].update(
                outputs={"out": {"type": "string", "default": '"a"'}, "o2": {"type": "string"}}
            ),
            "partial_default",
        ),
    ],
)
def test_a_broken_model_is_refused(change: Any, code: str) -> None:
    body = deepcopy(table_body(NUMBER, ['R1 | 5 => "a"']))
    DecisionModel.of(body)
    change(body)
    assert code in codes(body)


def test_a_list_cannot_feed_a_table_and_a_sum_can() -> None:
    body = table_body(NUMBER, ["R1 | > 0 => 3", "R2 | > 1 => 4"], hit="C", outputs={"points": {"type": "number"}})
    body["tables"]["u"] = {
        "label": LABEL,
        "hit": "U",
        "inputs": ["points"],
        "outputs": {"grade": {"type": "string"}},
        "rules": ['G1 | >= 7 => "A"', 'G2 | < 7 => "B"'],
    }
    assert "input_is_list" in codes(body)
    body["tables"]["t"]["hit"] = "C sum"
    assert DecisionModel.of(body).decide({"x": 2}).outputs == {"points": Decimal(7), "grade": "A"}


def test_numbers_too_long_for_one_column_are_refused() -> None:
    body = table_body(
        NUMBER, [f"R1 | < 0 => {'9' * 30}", f"R2 | >= 0 => 0.{'1' * 10}"], outputs={"out": {"type": "number"}}
    )
    assert codes(body) == {"too_many_digits"}


@pytest.mark.parametrize("body", [None, [], "text", {}, {"model": "m"}])
def test_what_is_no_model_is_refused(body: Any) -> None:
    assert faults(body)


@settings(max_examples=30, deadline=None)
@given(body=models())
def test_the_canonical_form_is_read_as_the_same_model(body: dict[str, Any]) -> None:
    read = DecisionModel.of(body)
    again = DecisionModel.of(read.as_dict())
    assert (again.as_dict(), again.digest) == (read.as_dict(), read.digest)


def test_digest_depends_on_what_is_said_and_not_on_how_it_is_written() -> None:
    spaced = POLICY.replace('"A", "B" ', '"A","B"').replace("[400..600[", "[400.0 .. 600[").replace("< 400 ", "<400 ")
    assert model(spaced).digest == model(POLICY).digest
    assert model(POLICY.replace("< 400 ", "< 401 ")).digest != model(POLICY).digest
    assert model(POLICY.replace("500000", "500001")).digest != model(POLICY).digest


def test_a_batch_of_the_wrong_shape_is_refused() -> None:
    con = ibis.duckdb.connect()
    decisions = DecisionModel.of(table_body(NUMBER, ['R1 | 5 => "a"']))
    for name, batch in {
        "none": {"y": [1]},
        "text": {"x": ["1"]},
        "flag": {"x": [True]},
        "taken": {"x": [1], "error": [1]},
    }.items():
        con.con.register(name, pa.table(batch))
    with pytest.raises(UnknownName):
        decisions.expression(con.table("none"))
    for name in ("text", "flag"):
        with pytest.raises(ColumnNotUsable):
            decisions.expression(con.table(name))
    with pytest.raises(ColumnTaken):
        decisions.expression(con.table("taken"))


def test_the_example_of_the_reference_page_decides_without_gaps() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "decision-tables.md").read_text(encoding="utf-8")
    decisions = model(page.split("```yaml\n")[1].split("```")[0])
    assert decisions.check() == ()
    decided = decisions.decide({"score": 712.5, "rating": None, "overdue": False})
    assert (decided.outputs["verdict"], decided.hits["verdicts"]) == ("refer", ("R4",))
