"""What a fit knows of its rows beside the features: labels, weights, special codes, vintages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import polars as pl

from windchime.core.errors import BadInput, UnknownName
from windchime.core.text import _
from windchime.risk.arrays import Floats, Frame, floats, frame
from windchime.risk.binning.histogram import Values


class BadWeights(BadInput):
    """Weights that cannot be counted with."""

    msgid = _(
        "weights must be finite, not negative, one for each of the {rows} rows, and not all zero; {given} were given"
    )

    def __init__(self, given: int, rows: int) -> None:
        super().__init__(given=given, rows=rows)


class BadTimes(BadInput):
    """A vintage for some rows only."""

    msgid = _("time must tell a vintage for each of the {rows} rows: {given} were given, {missing} of them missing")

    def __init__(self, given: int, missing: int, rows: int) -> None:
        super().__init__(given=given, missing=missing, rows=rows)


@dataclass(frozen=True, slots=True)
class Sample:
    """Labels and what goes with them, one a row."""

    #: 1.0 for bad, 0.0 for good
    bad: Floats
    #: weight of each row; None = 1
    weights: Floats | None = None
    #: codes that are not quantities, by feature
    specials: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    #: name of each row's vintage; None where nobody told
    vintage: tuple[str, ...] | None = None

    @property
    def w(self) -> Floats:
        """Weights in any case."""
        return np.ones_like(self.bad) if self.weights is None else self.weights

    def part(self, rows: Any) -> Self:
        """The sample of some rows (a mask or positions), without vintages."""
        weights = None if self.weights is None else self.weights[rows]
        return type(self)(self.bad[rows], weights, self.specials)


def special_codes(
    given: Mapping[str, Sequence[float]] | Sequence[float] | None, names: Sequence[str]
) -> dict[str, tuple[float, ...]]:
    """Special codes by feature, sorted; a plain list holds for every feature.

    Raises:
        UnknownName: codes for a feature that is not there.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        return dict.fromkeys(names, tuple(sorted({float(c) for c in given})))
    if unknown := [n for n in given if n not in names]:
        raise UnknownName("feature", unknown[0], list(names))
    return {n: tuple(sorted({float(c) for c in codes})) for n, codes in given.items()}


def row_weights(given: Any, rows: int) -> Floats | None:
    """Weights as float64.

    Raises:
        BadWeights: a wrong number of them, negative or infinite ones, or only zeros.
    """
    if given is None:
        return None
    found = np.asarray(given.to_numpy() if hasattr(given, "to_numpy") else given, dtype=np.float64).ravel()
    if len(found) != rows or not np.isfinite(found).all() or (found < 0).any() or not found.any():
        raise BadWeights(len(found), rows)
    return found


def vintages(given: Any, rows: int) -> tuple[str, ...] | None:
    """The vintage of each row as text that sorts in time: quarters of dates, other values as they are.

    Raises:
        BadTimes: a wrong number of them, or missing ones.
    """
    if given is None:
        return None
    series = (
        given
        if isinstance(given, pl.Series)
        else pl.Series("time", given.to_numpy() if hasattr(given, "to_numpy") else given)
    )
    if len(series) != rows or series.null_count():
        raise BadTimes(len(series), series.null_count(), rows)
    if series.dtype.is_temporal():
        return tuple((series.dt.year().cast(pl.String) + "Q" + series.dt.quarter().cast(pl.String)).to_list())
    if series.dtype.is_integer():
        width = max(len(str(v)) for v in (series.min(), series.max()))
        return tuple(series.cast(pl.String).str.zfill(width).to_list())
    return tuple(series.cast(pl.String).to_list())


def feature_columns(table: Frame, names: Sequence[str]) -> dict[str, Values]:
    """The named columns as models read them: numbers as float64, texts as objects with None for missing.

    Raises:
        UnknownName: a column that the table does not have.
        NotNumbers: a column of neither numbers nor texts.
    """
    rows = frame(table)
    if missing := [n for n in names if n not in rows.columns]:
        raise UnknownName("feature", missing[0], rows.columns)
    return {n: _column(rows[n]) for n in names}


def _column(column: pl.Series) -> Values:
    if isinstance(column.dtype, pl.String | pl.Categorical | pl.Enum):
        return column.cast(pl.String).to_numpy().astype(object)
    return floats(column)
