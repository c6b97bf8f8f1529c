"""How a column is read before it is coded: as quantities or as texts, days counted from 1970-01-01."""

from typing import Literal

import numpy as np
import polars as pl

from windchime.core.errors import BadCall, BadInput
from windchime.core.text import _
from windchime.risk.arrays import Floats

#: how a feature is read: quantities with special codes, or names
Kind = Literal["number", "category"]

_TEXTS = (pl.String, pl.Categorical, pl.Enum)
_DAYS = (pl.Date, pl.Datetime)


class NotCodable(BadInput):
    """A column whose values are neither numbers, truth values, dates nor texts."""

    msgid = _("feature {feature} holds {kind}; rules take numbers, truth values, dates and texts")
    hint = _("turn it into one of these, or leave it out")

    def __init__(self, feature: str, kind: str) -> None:
        super().__init__(feature=feature, kind=kind)


class TooManyStates(BadCall):
    """More special codes than a feature has room for."""

    msgid = _("feature {feature} has {count} special codes; a feature has room for {most}")

    def __init__(self, feature: str, count: int, most: int) -> None:
        super().__init__(feature=feature, count=count, most=most)


class NotStates(BadCall):
    """A set of states that a feature does not have."""

    msgid = _("feature {feature} has {states} states; a set of states {mask} names others")

    def __init__(self, feature: str, states: int, mask: int) -> None:
        super().__init__(feature=feature, states=states, mask=mask)


def kind(column: pl.Series) -> Kind:
    """How a column is read unless told otherwise: text is text, also where it looks like numbers.

    Raises:
        NotCodable: lists, structs, bytes, times of day and the like.
    """
    if column.dtype in _TEXTS:
        return "category"
    if column.dtype.is_numeric() or column.dtype in (pl.Boolean, pl.Null, *_DAYS):
        return "number"
    raise NotCodable(column.name, str(column.dtype))


def plain(column: pl.Series, as_kind: Kind) -> pl.Series:
    """The column in the form in which conditions are told: numbers, or texts; dates as day numbers.

    Text that is to be read as a number and is none is missing.

    Raises:
        NotCodable: of another kind.
    """
    found = kind(column)
    if as_kind == "category":
        return column.cast(pl.String)
    if found == "category":
        return column.cast(pl.String).cast(pl.Float64, strict=False)
    if column.dtype in _DAYS:
        return column.cast(pl.Date).cast(pl.Int32)
    return column


def quantities(column: pl.Series) -> Floats:
    """A plain column of numbers as float64, missing as NaN; where nothing has to change, no copy is made."""
    numbers = column.cast(pl.Float64)
    if numbers.null_count():
        numbers = numbers.fill_null(float("nan"))
    values: Floats = np.ascontiguousarray(numbers.to_numpy(), dtype=np.float64)
    return values
