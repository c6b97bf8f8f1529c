"""Schemes 制度参数: dated parameters with a unit, a source and a standing; a look-up always says as of when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Self

from windchime.core.errors import BadInput
from windchime.core.text import Text, _

Standing = Literal["official", "illustrative"]
Value = Decimal | int | str | bool | list[Any] | dict[str, Any]


class BadScheme(BadInput):
    """A scheme file that breaks the form."""

    msgid = _("scheme {scheme}, parameter {parameter}: {reason}")

    def __init__(self, scheme: str, parameter: str, reason: str) -> None:
        super().__init__(scheme=scheme, parameter=parameter, reason=reason)


class NotYetInForce(BadInput):
    """A parameter that has no value at the date asked for."""

    msgid = _("scheme {scheme}: {parameter} has no value as of {as_of}; the first is from {first}")

    def __init__(self, scheme: str, parameter: str, as_of: date, first: date) -> None:
        super().__init__(scheme=scheme, parameter=parameter, as_of=as_of.isoformat(), first=first.isoformat())


class MissingParameter(BadInput):
    """A parameter that a scheme does not have: it was published before the release that asks for it."""

    msgid = _("scheme {scheme} has no parameter {parameter}")
    hint = _("publish a version that has it: windchime content export shows the one in force; what ships has its form")

    def __init__(self, scheme: str, parameter: str) -> None:
        super().__init__(scheme=scheme, parameter=parameter)


@dataclass(frozen=True, slots=True)
class Parameter:
    """The value of a parameter on a date, with all that a reader may ask about it."""

    name: str
    label: Text
    value: Any
    unit: str
    valid_from: date
    #: `official`: a rule-maker published it and we read it; `illustrative`: ours, to be replaced by the bank
    status: Standing
    source: Text


@dataclass(frozen=True, slots=True)
class _Timeline:
    label: Text
    unit: str
    status: Standing
    source: Text
    #: (valid from, value), oldest first
    values: tuple[tuple[date, Any], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """A named set of parameters. One that was read is the same object wherever it is asked for, and compares as that.

    File form: `scheme`, `label`, and `parameters`, each with `label`, `unit`, `status`, `source` and `values`, a list of
    `{from: date, value: …}`. Decimals are written as strings.
    """

    name: str
    label: Text
    parameters: Mapping[str, _Timeline]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the file form.

        Raises:
            BadScheme: a missing part, an unknown status, dates that do not rise.
        """
        name = str(body.get("scheme", "?"))
        return cls(name, Text.of(body["label"]), {p: _timeline(name, p, b) for p, b in body["parameters"].items()})

    def completed(self, shipped: "Scheme") -> "Scheme":
        """This scheme, with parameters of the shipped one that it does not have."""
        return Scheme(self.name, self.label, {**shipped.parameters, **self.parameters})

    def at(self, parameter: str, as_of: date) -> Parameter:
        """The parameter as it stood at a date.

        Raises:
            MissingParameter: no such parameter.
            NotYetInForce: its first value begins later.
        """
        try:
            line = self.parameters[parameter]
        except KeyError:
            raise MissingParameter(self.name, parameter) from None
        started = [(begin, value) for begin, value in line.values if begin <= as_of]
        if not started:
            raise NotYetInForce(self.name, parameter, as_of, line.values[0][0])
        begin, value = started[-1]
        return Parameter(parameter, line.label, value, line.unit, begin, line.status, line.source)

    def number(self, parameter: str, as_of: date) -> Decimal:
        """The value at a date as an exact decimal."""
        found = self.at(parameter, as_of)
        if isinstance(found.value, Decimal | int) and not isinstance(found.value, bool):
            return Decimal(found.value)
        raise BadScheme(self.name, parameter, f"'{found.value}' is not a number")


def _timeline(scheme: str, parameter: str, body: Mapping[str, Any]) -> _Timeline:
    missing = {"label", "unit", "status", "source", "values"} - body.keys()
    if missing:
        raise BadScheme(scheme, parameter, f"without {', '.join(sorted(missing))}")
    if body["status"] not in ("official", "illustrative"):
        raise BadScheme(scheme, parameter, f"status '{body['status']}' is neither official nor illustrative")
    values = tuple((v["from"], _exact(v["value"])) for v in body["values"])
    starts = [begin for begin, _value in values]
    if not starts or any(not isinstance(s, date) for s in starts) or starts != sorted(set(starts)):
        raise BadScheme(scheme, parameter, "needs values with rising dates under 'from'")
    return _Timeline(Text.of(body["label"]), body["unit"], body["status"], Text.of(body["source"]), values)


def _exact(value: Any) -> Any:
    """Numbers written as strings become decimals, in lists and maps too; a binary float has no place in content."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list):
        return [_exact(v) for v in value]
    if isinstance(value, dict):
        return {k: _exact(v) for k, v in value.items()}
    if isinstance(value, str):
        try:
            number = Decimal(value)
        except InvalidOperation:
            return value
        return number if number.is_finite() else value
    return value
