"""Vintages: the time of each row, blocks of vintages large enough to tell something, and the newest held back.

A vintage is what the caller's time names. Dates, and whole numbers that all read as yyyymm or all as yyyymmdd, are taken by
month, quarter or year, the finest that gives no more than `MOST` vintages; other whole numbers, such as years or quarters
counted from some start, are themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.errors import BadInput
from windchime.core.text import _

#: most vintages that dates are cut into: a table of months over three years can still be read
MOST = 36
#: how whole numbers tell days; a month begins with its first
_WRITTEN = {6: ("%Y%m%d", "01"), 8: ("%Y%m%d", "")}
#: years within which whole numbers are read as months or days
_YEARS = 1900, 2199
_GRAINS = ("%Y-%m", "%YQ", "%Y")


class BadTimes(BadInput):
    """Times that name no vintage."""

    msgid = _(
        "time must be whole numbers or dates, one a row, none missing: {given} given for {rows} rows, {missing} missing"
    )

    def __init__(self, given: int, rows: int, missing: int) -> None:
        super().__init__(given=given, rows=rows, missing=missing)


class TooManyVintages(BadInput):
    """Times with so many values that they name no vintages: numbers of rows, seconds since some start."""

    msgid = _("time has {count} distinct values; vintages are at most {most}")
    hint = _("give dates, whole numbers as yyyymm or yyyymmdd, or years; not ids, nor seconds since some start")

    def __init__(self, count: int, most: int) -> None:
        super().__init__(count=count, most=most)


@dataclass(frozen=True, slots=True)
class Vintages:
    """The vintage of each row."""

    #: names, oldest first
    labels: tuple[str, ...]
    #: (rows,) position in `labels`
    of_row: NDArray[np.int64]

    def newest(self, bad: NDArray[np.bool_], *, least: tuple[int, int], most: float) -> int:
        """How many of the newest vintages can be held back: the fewest with enough goods and bads, 0 where that is too much.

        Args:
            bad: which rows are bad.
            least: bads and goods to be held back.
            most: share of rows that may be.
        """
        rows, bads = self._counts(bad)
        for k in range(1, len(self.labels)):
            held, held_bads = int(rows[-k:].sum()), int(bads[-k:].sum())
            if held > most * len(bad):
                return 0
            if held_bads >= least[0] and held - held_bads >= least[1]:
                return k
        return 0

    def used(self, held: int) -> NDArray[np.bool_]:
        """(rows,) whether a row is in none of the newest vintages, so many of which are held back."""
        found: NDArray[np.bool_] = self.of_row < len(self.labels) - held
        return found

    def blocks(self, bad: NDArray[np.bool_], *, least: tuple[int, int], most: int) -> NDArray[np.int64]:
        """Block of each vintage, 0 = oldest: runs of vintages, each with enough goods and bads, made from the newest back.

        Args:
            bad: which rows are bad.
            least: bads and goods of a block.
            most: number of blocks.
        """
        rows, bads = self._counts(bad)
        enough = np.array(least)
        while True:
            found = _blocks(rows, bads, enough)
            if found.max() < most:
                return found
            enough = 2 * enough

    def _counts(self, bad: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        size = len(self.labels)
        return np.bincount(self.of_row, minlength=size), np.bincount(self.of_row[bad], minlength=size)


def vintages(time: Any, rows: int, most: int) -> Vintages:
    """The vintage of each row.

    Args:
        time: dates, whole numbers (yyyymm and yyyymmdd are read as dates), or texts of either (ISO); one a row. None: all
            rows are of one vintage.
        rows: how many there are.
        most: vintages that there may be.

    Raises:
        BadTimes: anything else, a missing time, a wrong number of them.
        TooManyVintages: more vintages than there may be.
    """
    if time is None:
        return Vintages(("",), np.zeros(rows, dtype=np.int64))
    column = _column(time)
    if column is None or len(column) != rows or column.null_count():
        raise BadTimes(0 if column is None else len(column), rows, 0 if column is None else column.null_count())
    names = _days(column)
    if not names.dtype.is_integer():
        names = _cut(names)
    labels, place = np.unique(names.to_numpy(), return_inverse=True)
    if len(labels) > most:
        raise TooManyVintages(len(labels), most)
    return Vintages(tuple(str(v) for v in labels), place.astype(np.int64))


def _days(column: pl.Series) -> pl.Series:
    """Whole numbers that tell days or months as dates; others as they are."""
    if not column.dtype.is_integer() or not len(column):
        return column
    form, day = _WRITTEN.get(len(str(column.max())), ("", ""))
    if not form:
        return column
    found = (column.cast(pl.String) + day).str.to_date(form, strict=False)
    read = not found.null_count() and bool(found.dt.year().is_between(*_YEARS).all())
    return found if read else column


def _cut(days: pl.Series) -> pl.Series:
    """The month, quarter or year of each day."""
    for grain in _GRAINS[:-1]:
        names = _named(days, grain)
        if names.n_unique() <= MOST:
            return names
    return _named(days, _GRAINS[-1])


def _blocks(rows: NDArray[np.int64], bads: NDArray[np.int64], enough: NDArray[np.int64]) -> NDArray[np.int64]:
    """Block of each vintage, made from the newest back, each with enough bads and goods."""
    block, have = np.zeros(len(rows), dtype=np.int64), np.zeros(2)
    number = 0
    for v in range(len(rows))[::-1]:
        block[v] = number
        have += (bads[v], rows[v] - bads[v])
        if (have >= enough).all():
            number, have = number + 1, np.zeros(2)
    # what is left over at the oldest end joins the block after it
    full = number - 1 if number else 0
    return full - np.minimum(block, full)


def _column(time: Any) -> pl.Series | None:
    """Whole numbers or dates; None where it is neither."""
    try:
        column = time if isinstance(time, pl.Series) else pl.Series(_values(time))
        if column.dtype == pl.String:
            numbers = column.cast(pl.Int64, strict=False)
            column = numbers if not numbers.null_count() else column.str.to_date(strict=False)
        if column.dtype.is_float():
            whole = column.fill_nan(None).cast(pl.Int64, strict=False)
            column = whole if (whole == column).all() else column.cast(pl.Null, strict=False)
    except (pl.exceptions.PolarsError, TypeError, ValueError):
        return None
    if column.dtype.is_integer() or column.dtype == pl.Date:
        return column
    return column.dt.date() if column.dtype == pl.Datetime else None


def _values(time: Any) -> Sequence[Any] | NDArray[Any]:
    values = time.to_numpy() if hasattr(time, "to_numpy") else time
    if not isinstance(values, np.ndarray):
        return list(values)
    return values.astype("datetime64[us]") if values.dtype.kind == "M" else values


def _named(column: pl.Series, grain: str) -> pl.Series:
    if grain == "%YQ":
        return column.dt.year().cast(pl.String) + "Q" + column.dt.quarter().cast(pl.String)
    return column.dt.strftime(grain)
