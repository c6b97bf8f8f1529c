"""Builders of models and cases, and an oracle: DMN's definitions read aloud, rule by rule, without any cleverness."""

import math
import operator
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Context, Decimal
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from windchime.content.yamlfile import parse
from windchime.dmn import DecisionModel, Variable
from windchime.dmn.feel import Cell, Compare, Equal, Interval, Missing
from windchime.dmn.parts import TableParts
from windchime.dmn.values import literal

LABEL = {"zh": "甲", "en": "A"}


def model(text: str) -> DecisionModel:
    """A model from its YAML, as an author writes it."""
    return DecisionModel.of(parse(text.encode()))


def table_body(
    inputs: Mapping[str, Any], rules: list[Any], *, hit: str = "U", outputs: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A model of one table `t`, whose output is a text `out` unless said otherwise."""
    return {
        "model": "m",
        "label": LABEL,
        "inputs": dict(inputs),
        "tables": {
            "t": {
                "label": LABEL,
                "hit": hit,
                "inputs": list(inputs),
                "outputs": dict(outputs or {"out": {"type": "string"}}),
                "rules": rules,
            }
        },
    }


# --- the oracle -------------------------------------------------------------------------------------------------------


def holds(cell: Cell, value: Any) -> bool:
    """Whether a cell holds of a value, test by test."""
    if not cell.tests:
        return True
    found = any(_test(t, value) for t in cell.tests)
    return value is not None and not found if cell.negated else found


ORDER: dict[str, Any] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def _test(test: Any, value: Any) -> bool:
    if isinstance(test, Missing) or value is None:
        return isinstance(test, Missing) and value is None
    if isinstance(test, Equal):
        return bool(value == test.value)
    if isinstance(test, Compare):
        return bool(ORDER[test.operator](value, test.value))
    assert isinstance(test, Interval)
    above = value >= test.low if test.low_closed else value > test.low
    return bool(above and (value <= test.high if test.high_closed else value < test.high))


def taken(variable: Variable, case: Mapping[str, Any]) -> Any:
    """The value of an input, or the code of the error."""
    raw = case.get(variable.name)
    if raw is None:
        return None if variable.nullable and variable.name in case else "!MissingInput"
    if variable.kind == "number":
        if isinstance(raw, float) and not math.isfinite(raw):
            return "!WrongType"
        raw = Decimal(str(raw))
    if variable.values and raw not in variable.values:
        return "!ValueNotAllowed"
    if variable.range and not holds(variable.range, raw):
        return "!ValueNotAllowed"
    return raw


def concluded(table: TableParts, values: Mapping[str, Any]) -> tuple[list[Any], list[str]] | str:
    """Outputs and hits of one table by the definition of its hit policy, or the code of the error."""
    matched = [
        r for r in table.rules if all(holds(c, values[v.name]) for c, v in zip(r.when, table.inputs, strict=True))
    ]
    if not matched:
        return "!NoMatch" if table.default is None else (list(table.default), [])
    if table.hit == "U" and len(matched) > 1:
        return "!SeveralHits"
    if table.hit == "A" and any(r.then != matched[0].then for r in matched):
        return "!OutputsDiffer"
    if table.hit == "F":
        matched = matched[:1]
    if table.hit == "P":

        def rank(rule: Any) -> list[int]:
            return [o.values.index(v) for o, v in zip(table.outputs, rule.then, strict=True)]

        best = min(rank(r) for r in matched)
        matched = [r for r in matched if rank(r) == best]
    columns = [[r.then[at] for r in matched] for at in range(len(table.outputs))]
    ids = [r.id for r in matched]
    if table.aggregator == "sum":
        total = Decimal(0)
        for v in columns[0]:
            assert isinstance(v, Decimal)
            total = Context(prec=99).add(total, v)
        return [total], ids
    if table.aggregator:
        work: Any = {"count": lambda c: Decimal(len(c)), "min": min, "max": max}[table.aggregator]
        return [work(columns[0])], ids
    return [tuple(c) if table.collects else c[0] for c in columns], ids


def oracle(decisions: DecisionModel, case: Mapping[str, Any]) -> dict[str, Any]:
    """What a batch row must show for a case: outputs, `<table>_hits`, `error`, `error_at`."""
    names = [o.name for t in decisions.tables.values() for o in t.parts.outputs] + [
        f"{t}_hits" for t in decisions.tables
    ]
    nothing: dict[str, Any] = dict.fromkeys(names)
    values: dict[str, Any] = {}
    for variable in decisions.inputs:
        value = taken(variable, case)
        if isinstance(value, str) and value.startswith("!"):
            return nothing | {"error": value[1:], "error_at": variable.name}
        values[variable.name] = value
    found: dict[str, Any] = {}
    for name, table in decisions.tables.items():
        result = concluded(table.parts, values)
        if isinstance(result, str):
            return nothing | {"error": result[1:], "error_at": name}
        outputs = dict(zip((o.name for o in table.parts.outputs), result[0], strict=True))
        values |= outputs
        found |= outputs | {f"{name}_hits": result[1]}
    return found | {"error": None, "error_at": None}


# --- random models and cases ------------------------------------------------------------------------------------------

NUMBERS = [
    Decimal(t)
    for t in (
        "-5",
        "-0.3",
        "0",
        "0.1",
        "0.3",
        "0.30000000000000004",
        "1",
        "2.5",
        "100",
        "123456.78",
        "0.1000000000000000055511151231257827",
        "9007199254740993",
        "12345678901234567890.125",
    )
]
STRINGS = ["A", "B", "制造业", "农业", 'a"b', "b\\c", "x|y", "=>", " A", ""]
DATES = [date(2020, 2, 28), date(2020, 2, 29), date(2020, 3, 1), date(2026, 1, 1), date(1970, 1, 1)]
POOLS: dict[str, list[Any]] = {"number": NUMBERS, "string": STRINGS, "boolean": [True, False], "date": DATES}


@st.composite
def cells(draw: st.DrawFn, kind: str, pool: list[Any], nullable: bool) -> str:
    """A cell that fits an input whose literals come from the pool (so that it holds of something)."""
    value = st.sampled_from(pool).map(literal)
    forms = [st.just("-"), value, value.map(lambda v: f"not({v})") if len(pool) > 1 else value]
    if kind in {"number", "date"}:
        low, high = sorted(draw(st.lists(st.sampled_from(pool), min_size=2, max_size=2, unique=True)))
        # between a day and the next lies nothing: an open interval of days may be empty
        ends = draw(st.sampled_from(["[]", "[[", "]]", "(]", "[)", *(["][", "()"] if kind == "number" else [])]))
        forms.append(st.just(f"{ends[0]}{literal(low)}..{literal(high)}{ends[1]}"))
        forms.append(st.tuples(st.sampled_from(["<=", ">="]), value).map(" ".join))
        inner = [v for v in pool if v not in (min(pool), max(pool))]
        forms.append(st.tuples(st.sampled_from(["<", ">"]), st.sampled_from(inner).map(literal)).map(" ".join))
    forms.append(st.lists(st.one_of(*forms[1:2], *forms[3:]), min_size=1, max_size=3).map(", ".join))
    if nullable:
        forms += [st.just("null"), st.just("not(null)"), value.map(lambda v: f"{v}, null")]
    return str(draw(st.one_of(*forms)))


@st.composite
def variables(draw: st.DrawFn) -> tuple[dict[str, Any], list[Any]]:
    """An input's declaration and the literals its cells may use."""
    kind = draw(st.sampled_from(["number", "number", "string", "boolean", "date"]))
    body: dict[str, Any] = {"type": kind, "nullable": draw(st.booleans())}
    pool = POOLS[kind]
    if kind == "string" and draw(st.booleans()):
        pool = pool[:4]
        body["values"] = pool
    elif kind == "number" and draw(st.booleans()):
        pool = [n for n in pool if 0 <= n <= 1000]
        body["range"] = draw(st.sampled_from(["[0..1000]", ">= 0", "]-1..123456.78]"]))
    return body, pool


OUTPUTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "string": ({"type": "string", "values": ["拒绝", "refer", "approve"]}, ['"拒绝"', '"refer"', '"approve"']),
    "number": ({"type": "number"}, ["0", "-1.25", "1000000", "0.045"]),
    "date": ({"type": "date"}, [literal(d) for d in DATES]),
    "boolean": ({"type": "boolean", "nullable": True}, ["true", "false", "null"]),
}
HITS = ["U", "A", "P", "F", "F", "R", "C", "C sum", "C min", "C max", "C count"]


@st.composite
def tables(draw: st.DrawFn, name: str, usable: dict[str, tuple[dict[str, Any], list[Any]]]) -> dict[str, Any]:
    """A table over some of the usable values."""
    hit = draw(st.sampled_from(HITS))
    kinds = {
        "P": ["string"],
        "C sum": ["number"],
        "C min": ["number", "date"],
        "C max": ["number", "date"],
        "C count": ["string"],
    }.get(hit, list(OUTPUTS))
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=1 if " " in hit else 2))
    outputs = {f"{name}_{i}": dict(OUTPUTS[k][0]) for i, k in enumerate(chosen)}
    inputs = draw(st.lists(st.sampled_from(sorted(usable)), min_size=1, max_size=3, unique=True))
    rules = []
    for n in range(draw(st.integers(1, 6))):
        when = [draw(cells(usable[i][0]["type"], usable[i][1], usable[i][0].get("nullable", False))) for i in inputs]
        then = [draw(st.sampled_from(OUTPUTS[k][1])) for k in chosen]
        rules.append({"id": f"规则{n}", "when": when, "then": then})
    if draw(st.booleans()):
        for body, k in zip(outputs.values(), chosen, strict=True):
            single = "0" if hit in {"C sum", "C count"} else OUTPUTS[k][1][0]
            body["default"] = draw(st.sampled_from([[], [single]])) if hit in {"R", "C"} else single
    return {"label": LABEL, "hit": hit, "inputs": inputs, "outputs": outputs, "rules": rules}


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    """A model of one to three tables, later ones reading earlier ones."""
    inputs = {f"i{n}": draw(variables()) for n in range(draw(st.integers(1, 3)))}
    usable = dict(inputs)
    built = {}
    for n in range(draw(st.integers(1, 3))):
        body = draw(tables(f"t{n}", usable))
        built[f"t{n}"] = body
        if body["hit"] in {"R", "C"}:
            continue
        for name, output in body["outputs"].items():
            numeric = body["hit"] in {"C sum", "C count"}
            kind = "number" if numeric else output["type"]
            pool = output.get("values") if not numeric else None
            usable[name] = ({"type": kind, "nullable": output.get("nullable", False)}, list(pool or POOLS[kind]))
    return {"model": "m", "label": LABEL, "inputs": {n: body for n, (body, _pool) in inputs.items()}, "tables": built}


def near(pool: list[Any], kind: str) -> list[Any]:
    """Values on, between and beside the literals of an axis, and one far from all."""
    if kind == "date":
        return sorted({d + timedelta(days=n) for d in pool for n in (-1, 0, 1)})
    if kind == "number":
        steps = (Decimal("-0.01"), Decimal(0), Decimal("0.01"))
        between = [(a + b) / 2 for a, b in pairwise(sorted(pool))]
        return [*(Context(prec=60).add(v, s) for v in pool for s in steps), *between, Decimal(7)]
    return [*pool, *(["其他"] if kind == "string" else [])]
