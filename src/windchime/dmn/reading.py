"""A table's body read into parts, strictly: every fault of it is noted, and only a faultless table is handed on."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from windchime.core.text import _
from windchime.dmn.axis import Axis
from windchime.dmn.declarations import read_cell
from windchime.dmn.faults import Faults
from windchime.dmn.feel import (
    ACCEPTED,
    ACCEPTED_LITERAL,
    Cell,
    CellFault,
    Equal,
    names_missing,
    parse_literal,
    wrong_kind,
)
from windchime.dmn.parts import Aggregator, HitPolicy, Rule, TableParts, Variable
from windchime.dmn.rows import cell_text, read_row
from windchime.dmn.values import KINDS, MAX_DIGITS, Value, digits, kind_of, literal

POLICIES: dict[str, tuple[HitPolicy, Aggregator]] = {
    "U": ("U", ""),
    "A": ("A", ""),
    "P": ("P", ""),
    "F": ("F", ""),
    "R": ("R", ""),
    "C": ("C", ""),
    "C sum": ("C", "sum"),
    "C min": ("C", "min"),
    "C max": ("C", "max"),
    "C count": ("C", "count"),
}


def read_table(
    name: str,
    body: Mapping[str, Any],
    variables: Mapping[str, Variable],
    outputs: Mapping[str, Variable | None],
    faults: Faults,
) -> TableParts | None:
    """One table whose inputs are among the variables; None, with faults noted, where anything of it is broken.

    Cells of a column whose declaration is broken are still read for their grammar.
    """
    faults = faults.at(table=name)
    before = len(faults.found)
    inputs: list[str] = body["inputs"]
    columns = [o for o in outputs.values() if o is not None]
    hit, aggregator = _policy(body["hit"], columns, faults)
    rules = _rules(body["rules"], {i: variables.get(i) for i in inputs}, outputs, faults)
    default = _Defaults(hit in {"R", "C"} and not aggregator, aggregator, faults).read(body["outputs"], columns)
    label = faults.label(body["label"], name)
    if len(faults.found) > before or len(columns) != len(outputs) or not all(i in variables for i in inputs):
        return None
    used = tuple(variables[i] for i in inputs)
    found = TableParts(name, label, hit, aggregator, used, tuple(columns), rules, default)
    _too_long(found, faults)
    return found if len(faults.found) == before else None


def _policy(text: object, outputs: Sequence[Variable], faults: Faults) -> tuple[HitPolicy, Aggregator]:
    if not isinstance(text, str) or text not in POLICIES:
        faults.add(
            "hit_policy_not_supported",
            _("hit policy '{value}' is not supported"),
            value=text,
            expected=_("one of {known}"),
            known=", ".join(POLICIES),
        )
        return "U", ""
    hit, aggregator = POLICIES[text]
    if aggregator and len(outputs) != 1:
        faults.add(
            "aggregate_of_several",
            _("'{value}' aggregates one output; the table has {count}"),
            value=text,
            count=len(outputs),
        )
    kinds = {"sum": {"number"}, "min": {"number", "date"}, "max": {"number", "date"}}.get(aggregator, set(KINDS))
    for output in outputs:
        at = faults.at(column=output.name)
        if output.kind not in kinds or (aggregator and output.nullable):
            at.add(
                "aggregate_of_wrong_type",
                _("'{value}' cannot aggregate an output of type {kind}, or one that may be absent"),
                value=text,
                kind=output.kind,
            )
        if hit == "P" and (not output.values or output.nullable):
            at.add(
                "priority_without_values",
                _("hit policy P needs the values of every output, the most important first, and no absent ones"),
            )
    return hit, aggregator


def _rules(
    bodies: Sequence[object],
    inputs: Mapping[str, Variable | None],
    outputs: Mapping[str, Variable | None],
    faults: Faults,
) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    seen: set[str] = set()
    for number, body in enumerate(bodies, 1):
        at = faults.at(row=number)
        row = read_row(body, [*inputs], [*outputs], at)
        if row is None:
            continue
        at = at.at(rule=row.id)
        if not row.id or row.id in seen:
            at.add("duplicate_rule", _("rule id '{value}' is empty or stands twice"), value=row.id)
        seen.add(row.id)
        when = tuple(_when(t, v, at.at(column=n)) for t, (n, v) in zip(row.when, inputs.items(), strict=True))
        then = tuple(read_output(t, v, at.at(column=n)) for t, (n, v) in zip(row.then, outputs.items(), strict=True))
        rules.append(Rule(row.id, when, then, row.annotation))
    if not bodies:
        faults.add("no_rules", _("the table has no rules"))
    return tuple(rules)


def _when(text: str, variable: Variable | None, faults: Faults) -> Cell:
    """The tests of a cell; any value, with faults noted, where it is broken."""
    cell = read_cell(text, faults)
    if cell is None or variable is None:
        return Cell()
    wrong = wrong_kind(cell, variable.kind)
    if wrong is not None:
        faults.add(
            "wrong_literal_type",
            _("'{value}' tests {literal}, a {found}; the input is a {kind}"),
            value=text,
            expected=ACCEPTED,
            literal=literal(wrong),
            found=kind_of(wrong),
            kind=variable.kind,
        )
        return Cell()
    if names_missing(cell) and not variable.nullable:
        faults.add(
            "null_not_declared",
            _("'{value}' tests for an absent value, which the input does not allow"),
            value=text,
            expected=_("'nullable: true' at the input, or no null"),
        )
        return Cell()
    axis = Axis.of(variable, [cell])
    parts = [axis.cover(Cell((t,))) & axis.allowed for t in cell.tests]
    if not all(parts) or not axis.cover(cell) & axis.allowed:
        faults.add(
            "never_true",
            _("'{value}' or a part of it holds of no allowed value"),
            value=text,
            expected=_("within {allowed}"),
            allowed=variable.allowed,
        )
    return cell


def read_output(text: str, output: Variable | None, faults: Faults) -> Value | None:
    """One literal of an output column; faults are noted."""
    try:
        value = parse_literal(text)
    except CellFault as fault:
        faults.add(fault.code, fault.msgid, value=text, expected=ACCEPTED_LITERAL, **fault.params)
        return None
    if output is None:
        return None
    if value is None:
        if not output.nullable:
            faults.add(
                "null_not_declared",
                _("'{value}' is an absent value, which the output does not allow"),
                value=text,
                expected=_("'nullable: true' at the output, or a literal"),
            )
        return None
    if kind_of(value) != output.kind:
        faults.add(
            "wrong_literal_type",
            _("'{value}' is a {found}; the output is a {kind}"),
            value=text,
            expected=ACCEPTED_LITERAL,
            found=kind_of(value),
            kind=output.kind,
        )
        return None
    if not allows(output, value):
        faults.add(
            "value_not_allowed",
            _("'{value}' is not among the values of the output"),
            value=text,
            expected=_("within {allowed}"),
            allowed=output.allowed,
        )
    return value


def allows(variable: Variable, value: Value) -> bool:
    """Whether a value of the right kind is among those the variable allows."""
    axis = Axis.of(variable, [Cell((Equal(value),))])
    return bool(axis.allowed >> axis.index(value) & 1)


class _Defaults:
    """The default outputs of one table: all of them or none."""

    def __init__(self, listed: bool, aggregator: str, faults: Faults) -> None:
        self.listed, self.aggregator, self.faults = listed, aggregator, faults

    def read(self, bodies: Mapping[str, Any], outputs: Sequence[Variable]) -> tuple[Any, ...] | None:
        given = [o for o in outputs if "default" in bodies[o.name]]
        if given and len(given) != len(outputs):
            self.faults.add("partial_default", _("some outputs have a default and some have none"))
        return tuple(self._one(bodies[o.name]["default"], o, self.faults.at(column=o.name)) for o in given) or None

    def _one(self, raw: object, output: Variable, faults: Faults) -> Value | tuple[Value | None, ...] | None:
        if self.listed:
            if isinstance(raw, list):
                return tuple(read_output(cell_text(r, faults), output, faults) for r in raw)
            faults.add(
                "wrong_default", _("the default is a list for R and C without aggregator, else one literal"), value=raw
            )
            return None
        shape = Variable(output.name, output.label, "number") if self.aggregator in {"sum", "count"} else output
        value = read_output(cell_text(raw, faults), shape, faults)
        if self.aggregator == "count" and isinstance(value, Decimal) and digits(value)[1]:
            faults.add("wrong_default", _("a count is a whole number"), value=raw)
        return value


def _too_long(table: TableParts, faults: Faults) -> None:
    """Numbers of one output share their digits after the point, so the longest and the most exact must fit together."""
    for at, output in enumerate(table.outputs):
        if table.aggregator == "count" or output.kind != "number":
            continue
        whole, fraction = output_digits(table, at)
        if whole + fraction > MAX_DIGITS:
            faults.at(column=output.name).add(
                "too_many_digits",
                _("the numbers of an output need {count} digits together; at most {most}"),
                count=whole + fraction,
                most=MAX_DIGITS,
            )


def output_digits(table: TableParts, at: int) -> tuple[int, int]:
    """Digits before and after the point that hold every number of an output, sums included."""
    entries: list[Any] = [r.then[at] for r in table.rules]
    if table.default:
        entry = table.default[at]
        entries += list(entry) if isinstance(entry, tuple) else [entry]
    sizes = [digits(v) for v in entries if v is not None] or [(1, 0)]
    carried = len(str(len(table.rules))) if table.aggregator == "sum" else 0
    return max(w for w, _f in sizes) + carried, max(f for _w, f in sizes)
