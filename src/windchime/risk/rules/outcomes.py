"""Columns of outcomes and of months as they may be given: anything else is named with its row instead of guessed at."""

import polars as pl

from windchime.core.errors import BadInput
from windchime.core.text import _
from windchime.risk.rules.tables import TIMES, read, times

#: whole numbers up to here are exact as floats
EXACT = 2.0**53


class NotOutcomes(BadInput):
    """A column of outcomes with something else in it. A text is not repeated: it may be anybody's."""

    msgid = _("{column}, data row {row}: no outcome ({value})")
    hint = _("accepted: 1 or true = bad, 0 or false = good, empty = not known (not when mining)")

    def __init__(self, column: str, row: int, value: str) -> None:
        super().__init__(column=column, row=row, value=value)


class NotMonths(BadInput):
    """A column of months that have no order of their own."""

    msgid = _("{column}, data row {row}: no month")
    hint = _("accepted: dates, whole numbers, texts such as 2025-01, 2025-01-31 or 202501, one form in the column")

    def __init__(self, column: str, row: int) -> None:
        super().__init__(column=column, row=row)


def outcomes(values: pl.Series, file: str = "", *, missing: bool = True) -> pl.Series:
    """Outcomes as truth values: 1 or true, 0 or false; empty and NaN are not known.

    Args:
        values: the column.
        file: where it comes from, for the message.
        missing: whether some may be missing.

    Raises:
        NotOutcomes: something else, with the first row (from 1, without headings) that holds it.
    """
    said = f"{file}: {values.name}" if file else values.name
    if (
        values.null_count() < len(values)
        and values.dtype not in (pl.Boolean, pl.String)
        and not values.dtype.is_numeric()
    ):
        raise NotOutcomes(said, _first(values.is_not_null()) or 1, str(values.dtype))
    # strict=False: texts of numbers are numbers, other texts are found below
    numbers = values.cast(pl.Float64, strict=False) if values.null_count() < len(values) else values.cast(pl.Null)
    if row := _first(numbers.is_null() & values.is_not_null()):
        raise NotOutcomes(said, row, str(values.dtype))
    numbers = numbers.cast(pl.Float64).fill_nan(None)
    wrong = numbers.is_not_null() & ~numbers.is_in([0.0, 1.0]) | (numbers.is_null() & (not missing))
    if row := _first(wrong.fill_null(value=False)):
        value = numbers[row - 1]
        raise NotOutcomes(said, row, "-" if value is None else f"{value:g}")
    return (numbers > 0).alias(values.name)


def months(values: pl.Series, file: str = "") -> pl.Series:
    """Months as the first day of each, or as whole numbers; empty ones stay empty. Arguments as `outcomes`.

    Raises:
        NotMonths: something else, with the first row that holds it.
    """
    said = f"{file}: {values.name}" if file else values.name
    found = times(values)
    if found.dtype in (pl.Date, pl.Datetime):
        return found.dt.truncate("1mo").dt.date()
    if found.dtype.is_integer() or found.dtype == pl.Null:
        return found
    if found.dtype.is_float():
        whole = found.fill_nan(None)
        if row := _first(((whole.abs() > EXACT) | (whole != whole.floor())).fill_null(value=False)):
            raise NotMonths(said, row)
        return whole.cast(pl.Int64)
    if found.dtype != pl.String:
        raise NotMonths(said, _first(values.is_not_null()) or 1)
    unread = min((read(values, form).is_null() & values.is_not_null() for form in TIMES), key=lambda s: s.sum())
    raise NotMonths(said, _first(unread) or 1)


def _first(wrong: pl.Series) -> int | None:
    """Number of the first row that is, from 1; None where none is."""
    return int(wrong.arg_max() or 0) + 1 if wrong.any() else None
