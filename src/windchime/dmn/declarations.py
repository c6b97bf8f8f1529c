"""Declarations of inputs and outputs: type, label, allowed values or range, whether a value may be absent."""

from collections.abc import Sequence
from typing import Any

from windchime.core.text import _
from windchime.dmn.faults import Faults
from windchime.dmn.feel import Cell, CellFault, Compare, Interval, parse_cell, wrong_kind
from windchime.dmn.parts import Variable
from windchime.dmn.values import KINDS, Value, from_content

_VARIABLE_KEYS = ("label", "nullable", "values", "range")


def read_variable(name: str, body: object, faults: Faults, extra: Sequence[str] = ()) -> Variable | None:
    """One declaration `{type, label, nullable, values, range}`; None, with faults noted, where it is broken."""
    faults = faults.at(column=name)
    faults.name(name)
    found = faults.mapping(body, name)
    if found is None or not faults.keys(found, ["type"], (*_VARIABLE_KEYS, *extra)):
        return None
    kind = found["type"]
    if kind not in KINDS:
        faults.add(
            "unknown_type",
            _("type '{value}' is not supported"),
            value=kind,
            expected=_("one of {known}"),
            known=", ".join(KINDS),
        )
        return None
    nullable = found.get("nullable", False)
    if not isinstance(nullable, bool):
        faults.add("wrong_shape", _("'nullable' is neither true nor false"), value=nullable)
    if "values" in found and "range" in found:
        faults.add("wrong_shape", _("'values' and 'range' exclude each other"))
    return Variable(
        name,
        faults.label(found.get("label"), name),
        kind,
        bool(nullable),
        _values(found.get("values", ()), kind, faults),
        _range(found.get("range"), kind, faults),
    )


def _values(body: object, kind: Any, faults: Faults) -> tuple[Value, ...]:
    if not isinstance(body, Sequence) or isinstance(body, str):
        faults.add("wrong_shape", _("'values' is not a list"), value=body)
        return ()
    found: list[Value] = []
    for raw in body:
        value = from_content(raw, kind)
        if value is None:
            faults.add("wrong_literal_type", _("'{value}' is not of type {kind}"), value=raw, kind=kind)
        elif value in found:
            faults.add("value_twice", _("'{value}' stands twice in the values"), value=raw)
        else:
            found.append(value)
    return tuple(found)


def _range(body: object, kind: Any, faults: Faults) -> Cell | None:
    if body is None:
        return None
    cell = read_cell(str(body), faults)
    single = (
        cell is not None and not cell.negated and len(cell.tests) == 1 and isinstance(cell.tests[0], Interval | Compare)
    )
    if cell is None:
        return None
    if not single or wrong_kind(cell, kind) is not None:
        faults.add(
            "wrong_range",
            _("'{value}' is not a range of type {kind}"),
            value=body,
            kind=kind,
            expected=_("an interval or a comparison"),
        )
        return None
    return cell


def read_cell(text: str, faults: Faults) -> Cell | None:
    """The tests of a cell; None, with a fault noted, where it is broken."""
    try:
        return parse_cell(text)
    except CellFault as fault:
        faults.add(fault.code, fault.msgid, value=text, expected=fault.expected, **fault.params)
        return None
