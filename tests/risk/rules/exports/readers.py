"""Small readers of PMML and DMN documents, written from the standards alone: they share no code with the writers."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import isnan
from typing import Any
from xml.etree import ElementTree as ET

PMML = "{http://www.dmg.org/PMML-4_4}"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
#: true, false or unknown
Truth = bool | None


class PmmlRules:
    """A RuleSetModel of simple rules, first hit."""

    def __init__(self, text: str) -> None:
        root = ET.fromstring(text)
        self.types = {}
        self.missing: dict[str, set[str]] = {}
        for field in root.iter(f"{PMML}DataField"):
            self.types[field.attrib["name"]] = field.attrib["dataType"]
            marked = {v.attrib["value"] for v in field.iter(f"{PMML}Value") if v.attrib.get("property") == "missing"}
            self.missing[field.attrib["name"]] = marked
        rules = root.find(f"{PMML}RuleSetModel/{PMML}RuleSet")
        assert rules is not None
        assert rules[0].attrib["criterion"] == "firstHit"
        self.default = int(rules.attrib["defaultScore"])
        self.rules = [
            (int(r.attrib["score"]), next(p for p in r if p.tag != f"{PMML}Extension"))
            for r in rules.iter(f"{PMML}SimpleRule")
        ]

    def first(self, row: Mapping[str, Any]) -> int:
        values = {n: None if self._gone(n, row[n]) else row[n] for n in self.types if n in row}
        return next((score for score, test in self.rules if self._holds(test, values) is True), self.default)

    def _gone(self, name: str, value: Any) -> bool:
        return value is None or (isinstance(value, float) and isnan(value) and "NaN" in self.missing[name])

    def _holds(self, test: ET.Element, row: Mapping[str, Any]) -> Truth:
        kind = test.tag.removeprefix(PMML)
        if kind in {"True", "False"}:
            return kind == "True"
        if kind == "CompoundPredicate":
            found = [self._holds(part, row) for part in test]
            wins = test.attrib["booleanOperator"] == "or"
            if wins in found:
                return wins
            return None if None in found else not wins
        assert kind == "SimplePredicate"
        value, operator = row[test.attrib["field"]], test.attrib["operator"]
        if operator in {"isMissing", "isNotMissing"}:
            return (value is None) == (operator == "isMissing")
        if value is None:
            return None
        text = test.attrib["value"]
        other: Any = float(text) if self.types[test.attrib["field"]] == "double" else text
        answer: bool = {
            "equal": lambda: value == other,
            "notEqual": lambda: value != other,
            "lessThan": lambda: value < other,
            "greaterOrEqual": lambda: value >= other,
        }[operator]()
        return answer


class DmnRules:
    """A decision table of hit policy FIRST whose cells are unary tests of full FEEL."""

    def __init__(self, text: str) -> None:
        root = ET.fromstring(text)
        names = {d.attrib["id"]: d.attrib["name"] for d in root.iter(f"{DMN}inputData")}
        needed = [r.attrib["href"].lstrip("#") for r in root.iter(f"{DMN}requiredInput")]
        table = root.find(f"{DMN}decision/{DMN}decisionTable")
        assert table is not None
        assert table.attrib["hitPolicy"] == "FIRST"
        self.inputs = [str(e.text) for e in table.iterfind(f"{DMN}input/{DMN}inputExpression/{DMN}text")]
        assert [names[n] for n in needed] == self.inputs
        self.rows = [
            (
                [_Tests(str(t.text)) for t in rule.iterfind(f"{DMN}inputEntry/{DMN}text")],
                int(rule.findtext(f"{DMN}outputEntry/{DMN}text", "")),
            )
            for rule in table.iterfind(f"{DMN}rule")
        ]

    def first(self, row: Mapping[str, Any]) -> int:
        values = [Decimal(repr(v)) if isinstance(v := row[n], float) else v for n in self.inputs]
        return next(out for tests, out in self.rows if all(t.hold(v) for t, v in zip(tests, values, strict=True)))


_FEEL = re.compile(r'\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|\.\.|<=|>=|[<>\[\]().,-]|null|not)', re.DOTALL)


class _Tests:
    """The unary tests of one cell."""

    def __init__(self, text: str) -> None:
        tokens, at = [], 0
        while at < len(text.rstrip()):
            found = _FEEL.match(text, at)
            assert found, text[at : at + 40]
            tokens.append(found[1])
            at = found.end()
        self.any = tokens == ["-"]
        self.negated = tokens[0] == "not"
        inner = iter(tokens[2:-1] if self.negated else tokens)
        self.tests = [] if self.any else list(self._read(inner))

    def _read(self, tokens: Iterator[str]) -> Iterator[tuple[Any, ...]]:
        for token in tokens:
            if token in {"<", "<=", ">", ">="}:
                yield token, _value(next(tokens))
            elif token in {"[", "]", "("}:
                low, dots, high, end = (next(tokens) for _ in range(4))
                assert dots == ".."
                yield "in", token == "[", _value(low), _value(high), end == "]"
            else:
                yield "=", _value(token)
            assert next(tokens, ",") == ","

    def hold(self, value: Any) -> bool:
        return self.any or any(_holds(t, value) for t in self.tests) != self.negated


def _value(token: str) -> Any:
    if token == "null":
        return None
    return json.loads(token) if token.startswith('"') else Decimal(token)


def _holds(test: tuple[Any, ...], value: Any) -> bool:
    if test[0] == "=":
        return bool(value == test[1])
    if value is None:
        return False
    if test[0] == "in":
        _in, closed_low, low, high, closed_high = test
        above = value >= low if closed_low else value > low
        return bool(above and (value <= high if closed_high else value < high))
    return bool({"<": value < test[1], "<=": value <= test[1], ">": value > test[1], ">=": value >= test[1]}[test[0]])
