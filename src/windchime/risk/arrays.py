"""Columns of numbers from whatever frame the caller has: Polars, Arrow, pandas, or a mapping of sequences."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from windchime.core.errors import BadInput, UnknownName
from windchime.core.text import _

Floats = NDArray[np.float64]
Frame = Any  # pl.DataFrame | pl.LazyFrame | pa.Table | pandas.DataFrame | Mapping[str, Sequence]


class NotAFrame(BadInput):
    """Something that is no table of features."""

    msgid = _("a {kind} is no table of features; accepted are Polars, Arrow and pandas tables and mappings of columns")

    def __init__(self, kind: str) -> None:
        super().__init__(kind=kind)


class NotNumbers(BadInput):
    """A feature column that holds no numbers."""

    msgid = _("feature {feature} holds {kind}; a model takes numbers only")

    def __init__(self, feature: str, kind: str) -> None:
        super().__init__(feature=feature, kind=kind)


class BadLabels(BadInput):
    """Labels that cannot be learnt from."""

    msgid = _(
        "labels must be 0 (good) and 1 (bad), one a row, and of both kinds: {goods} goods, {bads} bads, {rows} rows of features"
    )

    def __init__(self, goods: int, bads: int, rows: int) -> None:
        super().__init__(goods=goods, bads=bads, rows=rows)


def frame(table: Frame) -> pl.DataFrame:
    """The table as Polars.

    Raises:
        NotAFrame: not a table.
    """
    if isinstance(table, pl.DataFrame):
        return table
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    if isinstance(table, pa.Table | pa.RecordBatch):
        return pl.DataFrame(pl.from_arrow(table))
    if isinstance(table, Mapping):
        return pl.DataFrame(dict(table), strict=False)
    if type(table).__module__.split(".")[0] == "pandas":
        return _from_pandas(table)
    raise NotAFrame(type(table).__name__)


def _from_pandas(table: Any) -> pl.DataFrame:
    try:
        return pl.DataFrame(pl.from_pandas(table))
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # columns of numbers and texts mixed are texts
        columns = {str(n): table[n].astype(object).where(table[n].notna(), None).tolist() for n in table.columns}
        return pl.DataFrame(columns, strict=False)


def numeric(column: pl.Series) -> bool:
    """Whether the column holds numbers or truth values."""
    return column.dtype.is_numeric() or column.dtype in (pl.Boolean, pl.Null)


def floats(column: pl.Series) -> Floats:
    """The column as float64, missing values as NaN.

    Raises:
        NotNumbers: text, dates, or other things.
    """
    if not numeric(column):
        raise NotNumbers(column.name, str(column.dtype))
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)


def sums(place: NDArray[np.int64], weight: Floats, groups: int = 0) -> Floats:
    """Sum of the weights in each group: `place` names the group of each row, 0 … groups-1."""
    return np.bincount(place, weight, minlength=groups).astype(np.float64)


def columns(table: Frame, names: Sequence[str]) -> dict[str, Floats]:
    """The named columns as float64, missing values as NaN.

    Raises:
        UnknownName: a column that the table does not have.
        NotNumbers: a column without numbers.
    """
    rows = frame(table)
    if missing := [n for n in names if n not in rows.columns]:
        raise UnknownName("feature", missing[0], rows.columns)
    return {n: floats(rows[n]) for n in names}


def labels(values: Any, rows: int) -> Floats:
    """Labels as 0.0 (good) and 1.0 (bad).

    Raises:
        BadLabels: missing or other values, a wrong length, or only one kind; it tells no cell.
    """
    try:
        y = np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values).astype(np.float64).ravel()
    except (ValueError, TypeError):  # texts, rows of unequal length, or what is no number at all
        raise BadLabels(0, 0, rows) from None
    goods, bads = int((y == 0).sum()), int((y == 1).sum())
    if not goods or not bads or goods + bads != len(y) or len(y) != rows:
        raise BadLabels(goods, bads, rows)
    return y
