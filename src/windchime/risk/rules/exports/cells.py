"""Conditions as FEEL unary tests, which decision tables of ours and of others read alike.

FEEL knows neither NaN nor infinities, so `prepared` gives a table's values as such an engine takes them: NaN absent, an
infinity as the largest number of its sign, dates as days since 1970-01-01. Cuts at infinity are therefore refused.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise, product
from keyword import iskeyword
from math import isinf
from sys import float_info

import polars as pl

from windchime.dmn.values import literal
from windchime.risk.coding.reading import plain
from windchime.risk.rules.literals import NotWritable, names, numbers
from windchime.risk.rules.rule import Condition, Rule, Span

#: cell that any value satisfies, an absent one too
ANY = "-"
#: words of FEEL, and names that decision models of ours keep for themselves
RESERVED = frozenset({
    "and", "or", "not", "in", "between", "if", "then", "else", "for", "return", "some", "every", "satisfies",
    "instance", "of", "function", "external", "context", "true", "false", "null", "date", "time", "duration",
    "number", "string", "boolean", "list", "error", "error_at", "rule", "rules", "rules_hits", "item", "partial",
})  # fmt: skip


def features(rules: Sequence[Rule]) -> tuple[str, ...]:
    """Every feature that a rule looks at, sorted."""
    return tuple(sorted({f for r in rules for f in r.features}))


def kinds(rules: Sequence[Rule]) -> dict[str, str]:
    """Whether a feature holds numbers or texts: `number` or `string`, by feature."""
    return {c.feature: "number" if c.kind == "number" else "string" for r in rules for c in r.conditions}


def input_names(rules: Sequence[Rule]) -> dict[str, str]:
    """What each feature is called in a decision table: its own name where that is an identifier, else `input_1` and so on."""
    found: dict[str, str] = {}
    own = {f for f in features(rules) if f.isidentifier() and f not in RESERVED and not iskeyword(f)}
    for at, feature in enumerate(features(rules), 1):
        name = feature if feature in own else f"input_{at}"
        while name != feature and name in own:
            name += "_"
        found[feature] = name
    return found


def rows(rule: Rule, form: str) -> list[dict[str, str]]:
    """The rows of a rule: a cell for every feature it looks at. No row for a rule that never hits.

    A rule needs several rows where texts of no name and absent values are taken together: `not(…)` holds of an absent
    value in full FEEL, and of none in tables of ours, so that each is said on its own.

    Raises:
        NotWritable: a cut or code at infinity.
    """
    each = [[(c.feature, cell) for cell in _cells(c, form)] for c in rule.conditions]
    return [dict(row) for row in product(*each)]


def number(value: float, feature: str, form: str) -> str:
    """A FEEL number: all digits, no exponent."""
    if isinf(value):
        raise NotWritable(feature, form, "∞")
    return literal(Decimal(repr(value)))


def text(value: str) -> str:
    """A FEEL string; controls as escapes."""
    return "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or 0x7F <= ord(c) < 0xA0 else c for c in literal(value))


def prepared(table: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """The inputs of a decision table, by the names they have there, one row for each of the table's."""
    kind, top = kinds(rules), float_info.max
    found = []
    for feature, name in input_names(rules).items():
        if kind[feature] == "string":
            found.append(plain(table[feature], "category").alias(name))
        else:
            numbers_ = plain(table[feature], "number").cast(pl.Float64)
            found.append(numbers_.fill_nan(None).clip(-top, top).alias(name))
    return pl.DataFrame(found)


def _cells(condition: Condition, form: str) -> list[str]:
    """The cells of one condition, any of which may hold."""
    if condition.kind == "number":
        cell = _number(condition, form)
        return [cell] if cell else []
    found = names(condition)
    listed = ", ".join(map(text, found.listed))
    if found.all_but:
        there = f"not({listed}, null)" if listed else "not(null)"
        return [there] if not found.missing else [there, "null"] if listed else [ANY]
    return [", ".join([*[listed] * bool(listed), *["null"] * found.missing])] if listed or found.missing else []


def _number(condition: Condition, form: str) -> str:
    found = numbers(condition, form)
    if (None, None) in found.spans and not found.without:
        return ANY if found.missing else "not(null)"

    def write(value: float) -> str:
        return number(value, condition.feature, form)

    tests: list[str] = []
    for span in found.spans:
        cuts = [None, *found.codes_in(span), None]
        for left, right in pairwise(cuts):
            tests += _interval(span, left, right, write)
    tests += [write(c) for c in found.specials]
    return ", ".join(tests + ["null"] * found.missing)


def _interval(span: Span, left: float | None, right: float | None, write: Callable[[float], str]) -> list[str]:
    """The part of a span between two codes that are left out; None = the span's own end."""
    low, high = span[0] if left is None else left, span[1] if right is None else right
    closed = left is None
    if low is None:
        # without an end at all the span is written by its caller, unless a code cuts it
        return [] if high is None else [f"< {write(high)}"]
    if high is None:
        return [f"{'>=' if closed else '>'} {write(low)}"]
    # a code that is the span's lower end leaves nothing before it
    return [] if low == high else [f"{'[' if closed else ']'}{write(low)}..{write(high)}["]
