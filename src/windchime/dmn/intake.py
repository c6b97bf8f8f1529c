"""One value of a case taken in: of the declared type and allowed, or the case fails by an error naming the input."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from windchime.dmn.axis import Axis
from windchime.dmn.errors import MissingInput, ValueNotAllowed, WrongType
from windchime.dmn.parts import Variable
from windchime.dmn.values import Value, literal

Take = Callable[[Mapping[str, Any]], Value | None]


def number_of(raw: Any) -> Decimal | None:
    """The exact number: a Decimal or int as it is, a float as its shortest decimal text; None for anything else."""
    if isinstance(raw, float):
        return Decimal(float.__repr__(raw)) if isfinite(raw) else None
    if isinstance(raw, Decimal):
        return raw if raw.is_finite() else None
    return Decimal(raw) if isinstance(raw, int) and not isinstance(raw, bool) else None


def _string(raw: Any) -> str | None:
    return raw if isinstance(raw, str) else None


def _boolean(raw: Any) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _date(raw: Any) -> date | None:
    return raw if isinstance(raw, date) and not isinstance(raw, datetime) else None


_CONVERT: dict[str, Callable[[Any], Value | None]] = {
    "number": number_of,
    "string": _string,
    "boolean": _boolean,
    "date": _date,
}


def taker(variable: Variable) -> Take:
    """The function that takes one input out of a case.

    It raises `MissingInput` (no such key, or null where not allowed), `WrongType` or `ValueNotAllowed`.
    """
    name, convert, nullable = variable.name, _CONVERT[variable.kind], variable.nullable
    axis = Axis.of(variable, ())
    bounded, allowed, index = bool(variable.values or variable.range), axis.allowed, axis.index

    def take(case: Mapping[str, Any]) -> Value | None:
        raw = case.get(name)
        if raw is None:
            if nullable and name in case:
                return None
            raise MissingInput(name)
        value = convert(raw)
        if value is None:
            raise WrongType(name, raw, variable.kind)
        if bounded and not allowed >> index(value) & 1:
            raise ValueNotAllowed(name, found=literal(value), allowed=variable.allowed)
        return value

    return take
