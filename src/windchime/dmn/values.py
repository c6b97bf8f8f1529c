"""The four kinds of value a table knows, and how text, content and JSON write them: all exact, nothing guessed."""

import re
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Any, Literal, get_args

Value = Decimal | str | bool | date
Kind = Literal["number", "string", "boolean", "date"]
KINDS: tuple[str, ...] = get_args(Kind)

#: most digits of a number in a table: what DECIMAL of the engines holds
MAX_DIGITS = 38
#: arithmetic wide enough that no sum of table numbers is ever rounded
EXACT = Context(prec=4 * MAX_DIGITS)

_NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)")


def kind_of(value: Value) -> Kind:
    """The kind a literal has."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, Decimal):
        return "number"
    return "string" if isinstance(value, str) else "date"


def number(text: str) -> Decimal | None:
    """The number a plain decimal text writes; None where it is none (exponents and separators are not accepted)."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def iso_date(text: str) -> date | None:
    """The day a text writes as YYYY-MM-DD; None where it is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def digits(value: Decimal) -> tuple[int, int]:
    """Digits before and after the point, as written."""
    whole, _point, fraction = format(value.copy_abs(), "f").partition(".")
    return len(whole.lstrip("0")), len(fraction)


def literal(value: Value | None) -> str:
    """The S-FEEL literal of a value; numbers without needless zeros."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = format(value, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text == "-0" else text
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped.replace(chr(13), chr(92) + "r")}"'


def plain(value: Any) -> Any:
    """The JSON form: decimals as text, dates in ISO form, tuples as lists."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    return value


def from_content(raw: Any, kind: Kind) -> Value | None:
    """A value that content writes plainly (in `values`); None where it is not of the kind.

    Numbers are whole numbers or quoted text (a YAML fraction would be a binary float); dates are YAML dates or ISO text.
    """
    if kind == "boolean":
        return raw if isinstance(raw, bool) else None
    if kind == "string":
        return raw if isinstance(raw, str) else None
    if kind == "number":
        return (
            Decimal(raw)
            if isinstance(raw, int) and not isinstance(raw, bool)
            else number(raw)
            if isinstance(raw, str)
            else None
        )
    if isinstance(raw, str):
        return iso_date(raw)
    return raw if isinstance(raw, date) and not isinstance(raw, datetime) else None
