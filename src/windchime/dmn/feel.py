"""S-FEEL cells (OMG DMN, simple expression language): text to a syntax tree, and nothing ever evaluated as code.

Read are unary tests: comparisons, literals, intervals, lists, `not(…)`, `null`, and `-` or nothing for "any value".
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from windchime.core.text import _
from windchime.dmn.values import MAX_DIGITS, Kind, Value, digits, iso_date, kind_of, literal

Operator = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Equal:
    """A literal standing alone: the value is this one."""

    value: Value


@dataclass(frozen=True, slots=True)
class Compare:
    """The value stands in this order to the literal."""

    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Interval:
    """The value lies between two literals, each end included or not."""

    low: Value
    high: Value
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """The value is absent (`null`)."""


Test = Equal | Compare | Interval | Missing


@dataclass(frozen=True, slots=True)
class Cell:
    """The unary tests of one cell; no tests mean that any value will do, absent ones included.

    An absent value satisfies only `-` and `null`; in particular `not(…)` holds of values that are there.
    """

    tests: tuple[Test, ...] = ()
    negated: bool = False

    @property
    def text(self) -> str:
        """The cell as written in its one canonical way."""
        inner = ", ".join(_text(t) for t in self.tests)
        return f"not({inner})" if self.negated else inner or "-"


class CellFault(Exception):
    """A text that is no cell: code, message and parameters of the problem to report."""

    def __init__(self, code: str, msgid: str, expected: str = "", **params: Any) -> None:
        super().__init__(msgid)
        self.code, self.msgid, self.expected, self.params = code, msgid, expected, params


ACCEPTED = _('S-FEEL: 5, < 5, <= 5, > 5, >= 5, [1..5], ]1..5[, "A", "B", date("2026-01-31"), true, null, not(…), -')
ACCEPTED_LITERAL = _('a literal: 5, "A", date("2026-01-31"), true, false, null')

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?(?:\d+(?:\.\d+)?|\.\d+)(?![\w]))"""
    r"""|(?P<operator><=|>=|<|>|\.\.|[()\[\],-])|(?P<name>[^\W\d]\w*))""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "/": "/", "'": "'"}


def parse_cell(text: str) -> Cell:
    """Read the tests of a cell.

    Raises:
        CellFault: the text is not S-FEEL, or uses a part of FEEL that is not supported, which is then named.
    """
    if text.strip() in {"", "-"}:
        return Cell()
    reader = _Reader(text)
    negated = reader.take_name("not")
    if negated:
        reader.expect("(")
    tests = [reader.test()]
    while reader.take(","):
        tests.append(reader.test())
    if negated:
        reader.expect(")")
    reader.end()
    return Cell(tuple(tests), negated)


def parse_literal(text: str) -> Value | None:
    """Read one literal; `null` is None.

    Raises:
        CellFault: the text is not a literal.
    """
    reader = _Reader(text)
    value = None if reader.take_name("null") else reader.value()
    reader.end()
    return value


def _text(test: Test) -> str:
    if isinstance(test, Missing):
        return "null"
    if isinstance(test, Equal):
        return literal(test.value)
    if isinstance(test, Compare):
        return f"{test.operator} {literal(test.value)}"
    left, right = "[" if test.low_closed else "]", "]" if test.high_closed else "["
    return f"{left}{literal(test.low)}..{literal(test.high)}{right}"


class _Reader:
    """Tokens of one text, read from the left by one rule of the grammar each."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        self.place = 0
        at, end = 0, len(text.rstrip())
        while at < end:
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise CellFault(
                    "broken_cell", _("'{value}' cannot be read from '{rest}' on"), ACCEPTED, rest=text[at:].strip()[:40]
                )
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def take(self, *operators: str) -> str:
        kind, text = self.peek()
        if kind == "operator" and text in operators:
            self.place += 1
            return text
        return ""

    def take_name(self, name: str) -> bool:
        if self.peek() != ("name", name):
            return False
        self.place += 1
        return True

    def expect(self, *operators: str) -> str:
        return self.take(*operators) or self.broken()

    def end(self) -> None:
        if self.peek()[0] != "end":
            self.broken()

    def broken(self) -> str:
        kind, text = self.peek()
        if kind == "end":
            raise CellFault("broken_cell", _("'{value}' ends too early"), ACCEPTED)
        raise CellFault("broken_cell", _("'{value}' cannot be read from '{rest}' on"), ACCEPTED, rest=text)

    def test(self) -> Test:
        if self.take_name("null"):
            return Missing()
        if operator := self.take("<", "<=", ">", ">="):
            return _compare(operator, self.value())
        if opening := self.take("[", "]", "("):
            low = self.value()
            self.expect("..")
            high = self.value()
            closing = self.expect("]", "[", ")")
            return _interval(low, high, opening == "[", closing == "]")
        return Equal(self.value())

    def value(self) -> Value:
        kind, text = self.peek()
        if kind == "number":
            self.place += 1
            return _number(text)
        if kind == "string":
            self.place += 1
            return _unescape(text[1:-1])
        if kind == "name":
            return self.named(text)
        self.broken()
        raise AssertionError

    def named(self, name: str) -> Value:
        self.place += 1
        if name in {"true", "false"}:
            return name == "true"
        if name == "date" and self.take("("):
            kind, text = self.peek()
            if kind != "string":
                self.broken()
            self.place += 1
            self.expect(")")
            return _date(text[1:-1])
        if name in {"null", "not"}:
            self.place -= 1
            self.broken()
        if self.peek() == ("operator", "("):
            raise CellFault(
                "not_supported", _("'{value}' calls the function {name}, which is not supported"), ACCEPTED, name=name
            )
        raise CellFault(
            "not_supported",
            _("'{value}' refers to the name {name}; names are not supported in cells, text stands in double quotes"),
            ACCEPTED,
            name=name,
        )


def _compare(operator: str, value: Value) -> Compare:
    _ordered(value)
    for known in ("<", "<=", ">", ">="):
        if operator == known:
            return Compare(known, value)
    raise AssertionError(operator)


def _interval(low: Value, high: Value, low_closed: bool, high_closed: bool) -> Interval:
    _ordered(low)
    _ordered(high)
    if kind_of(low) != kind_of(high):
        raise CellFault("broken_cell", _("the ends of an interval in '{value}' are of two types"), ACCEPTED)
    if low > high or (low == high and not (low_closed and high_closed)):  # type: ignore[operator]  # both of one ordered kind
        raise CellFault("never_true", _("the interval in '{value}' is empty: nothing lies in it"), ACCEPTED)
    return Interval(low, high, low_closed, high_closed)


def _ordered(value: Value) -> None:
    if kind_of(value) not in {"number", "date"}:
        raise CellFault(
            "wrong_literal_type", _("'{value}' orders values that have no order; only numbers and dates do"), ACCEPTED
        )


def _number(text: str) -> Decimal:
    value = Decimal(text)
    if sum(digits(value)) > MAX_DIGITS:
        raise CellFault("too_many_digits", _("'{value}' has a number of more than {most} digits"), most=MAX_DIGITS)
    return value or Decimal(text.lstrip("-"))


def _date(text: str) -> date:
    value = iso_date(text)
    if value is None:
        raise CellFault("broken_cell", _("'{value}' contains a date that does not exist"), _('date("YYYY-MM-DD")'))
    return value


def _unescape(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        code = found[1]
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in _ESCAPES:
            raise CellFault(
                "broken_cell",
                _("'{value}' contains the unknown escape {escape}"),
                _(r"\" \\ \n \t \uXXXX"),
                escape=found[0],
            )
        return _ESCAPES[code]

    return _ESCAPE.sub(one, text)


def literals(cell: Cell) -> tuple[Value, ...]:
    """Every literal of a cell, in order."""
    found: list[Value] = []
    for test in cell.tests:
        if isinstance(test, Interval):
            found += [test.low, test.high]
        elif not isinstance(test, Missing):
            found.append(test.value)
    return tuple(found)


def names_missing(cell: Cell) -> bool:
    """Whether the cell speaks of absent values."""
    return any(isinstance(t, Missing) for t in cell.tests)


def wrong_kind(cell: Cell, kind: Kind) -> Value | None:
    """The first literal of a cell that is not of the kind; None when all are."""
    return next((v for v in literals(cell) if kind_of(v) != kind), None)
