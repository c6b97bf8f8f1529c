"""What the values of a column say about what it is: how many of them a contract column would accept."""

import re
from collections.abc import Callable, Sequence
from datetime import date

from windchime.core import credit_code
from windchime.data.contracts import Column
from windchime.data.intake.convert import FALSE, TRUE

NUMBER = re.compile(
    r"^[(¥￥]?[+-]?[¥￥]?\d{1,3}(,?\d{3})*(\.\d+)?\)?\s*(元|万元|亿元|万|亿|%|％|‰|bp)?$|^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$"
)
DAY = re.compile(r"^\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?([ T].*)?$")
MONTH = re.compile(r"^\d{4}[-/.年]?(0?[1-9]|1[0-2])月?$|^\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?$")
WHOLE = re.compile(r"^[+-]?\d{1,3}(,?\d{3})*(\.0+)?$|^[+-]?\d+$")


def fit(column: Column, values: Sequence[str]) -> float | None:
    """The share of the filled values that the column would take; None where its type takes anything, or nothing is filled."""
    test = _test(column)
    filled = [v for v in values if v]
    if test is None or not filled:
        return None
    return sum(map(test, filled)) / len(filled)


def _test(column: Column) -> Callable[[str], bool] | None:
    if column.check == "credit_code":
        return lambda v: credit_code.check(v).valid
    if column.type == "enum":
        known = enum_words(column)
        return lambda v: v.lower() in known
    return _TESTS.get(column.type)


def _is_number(value: str) -> bool:
    return bool(NUMBER.match(value)) and not (len(value) == 8 and _is_day(value))


def enum_words(column: Column) -> dict[str, str]:
    """The code of each word by which a value of an enum column is called: code, and label in both languages."""
    found: dict[str, str] = {}
    for code, label in column.values.items():
        for word in (label.en, label.zh, code):
            found[word.lower()] = code
    return found


def _is_day(value: str) -> bool:
    if not DAY.match(value):
        return False
    digits = [int(n) for n in re.findall(r"\d+", value)]
    if len(digits) == 1:
        digits = (
            [int(value[:4]), int(value[4:6] or 0), int(value[6:8] or 0)] if value.isdigit() and len(value) == 8 else []
        )
    try:
        return len(digits) >= 3 and 1900 <= date(digits[0], digits[1], digits[2]).year <= 2200
    except (ValueError, IndexError):
        return False


_TESTS: dict[str, Callable[[str], bool]] = {
    "date": _is_day,
    "instant": _is_day,
    "month": lambda v: bool(MONTH.match(v)),
    "int": lambda v: bool(WHOLE.match(v)),
    "bool": lambda v: v.lower() in (*TRUE, *FALSE),
    **dict.fromkeys(("money", "rate", "number", "quantity", "price"), _is_number),
}
