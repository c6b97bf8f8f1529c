"""A wide table in codes: what is learnt of every column, and the codes of the rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.errors import UnknownName
from windchime.risk.arrays import Floats, Frame, frame
from windchime.risk.coding.cuts import TAILS, final, rough
from windchime.risk.coding.feature import STATES, Codes, Feature
from windchime.risk.coding.kernels import measured
from windchime.risk.coding.reading import Kind, TooManyStates, kind, plain, quantities
from windchime.risk.coding.workers import spread

#: special codes: of all numbers, or of the named ones
Specials = Sequence[float] | Mapping[str, Sequence[float]]

#: shares are learnt on at most so many rows, drawn alike for all columns; cuts then come to lie between values of all rows
_SAMPLE = 32_768
#: a number keeps room for so many intervals whatever special codes it has
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Coding:
    """The features of a table and their states."""

    features: tuple[Feature, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The features by name, in order."""
        return tuple(f.name for f in self.features)

    def encode(self, table: Frame, threads: int = 1) -> "Coded":
        """The codes of another table; columns that are no features are passed over.

        Raises:
            UnknownName: a feature that the table does not have.
            NotCodable: a column of another kind.
        """
        rows = self._table(table)
        codes = np.empty((len(self.features), rows.height), np.uint8)

        def one(place: int) -> None:
            codes[place] = self.features[place].encode(rows[self.features[place].name])

        spread(one, range(len(self.features)), threads)
        return Coded(self, codes)

    def plain(self, table: Frame) -> pl.DataFrame:
        """The features of a table in the form in which conditions are told: dates as day numbers, told texts as numbers.

        Raises:
            UnknownName: a feature that the table does not have.
            NotCodable: a column of another kind.
        """
        rows = self._table(table)
        return pl.DataFrame([plain(rows[f.name], f.kind) for f in self.features])

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"features": [f.as_dict() for f in self.features]}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        return cls(tuple(Feature.of(f) for f in body["features"]))

    def _table(self, table: Frame) -> pl.DataFrame:
        rows = frame(table)
        known = set(rows.columns)
        for name in self.names:
            if name not in known:
                raise UnknownName("feature", name, rows.columns)
        return rows


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Rows in codes."""

    coding: Coding
    #: (features, rows) uint8, one feature after the other
    codes: Codes

    @property
    def rows(self) -> int:
        """How many rows."""
        return len(self.codes.T)

    def take(self, index: NDArray[Any]) -> "Coded":
        """Some of the rows, by number or by truth value; they are copied."""
        place = np.flatnonzero(index) if index.dtype == np.bool_ else index
        codes = np.empty((len(self.codes), len(place)), np.uint8)
        for row, out in zip(self.codes, codes, strict=True):
            np.take(row, place, out=out)
        return Coded(self.coding, codes)


def code_table(
    table: Frame,
    *,
    specials: Specials = (),
    categories: Collection[str] = (),
    numbers: Collection[str] = (),
    weight: Floats | None = None,
    levels: Sequence[float] = TAILS,
    threads: int = 2,
) -> Coded:
    """Learn the states of every column of a table and code it. The same table gives the same codes on any threads.

    Args:
        table: Polars, Arrow, pandas, or a mapping of columns. Numbers and truth values are quantities, dates day numbers
            since 1970-01-01, text is text; constant and empty columns are coded too.
        specials: codes that are no quantities (`-9999` = no record): of all numbers, or for each named feature.
        categories: columns of numbers or dates that are names, not quantities.
        numbers: columns of text that are to be read as numbers; what is none is missing.
        weight: weight of each row, honoured where cuts are chosen; None = equal.
        levels: shares of the rows below the cuts, rising; fewer where there is no room for as many.
        threads: how many columns are coded at once; each needs one copy of its column.

    Raises:
        NotAFrame: no table.
        UnknownName: `specials`, `categories` or `numbers` of a column that is not there.
        NotCodable: a column of lists, bytes or the like.
        TooManyStates: more special codes of a feature than there is room for.
    """
    rows = frame(table)
    known = set(rows.columns)
    for name in (*categories, *numbers, *(specials if isinstance(specials, Mapping) else ())):
        if name not in known:
            raise UnknownName("feature", name, rows.columns)
    sample = _sample(rows.height)
    codes = np.empty((rows.width, rows.height), np.uint8)

    def one(place: int) -> Feature:
        column = rows[rows.columns[place]]
        as_kind: Kind = (
            "category" if column.name in categories else "number" if column.name in numbers else kind(column)
        )
        if as_kind == "category":
            feature = _category(plain(column, as_kind))
            codes[place] = feature.encode(column)
            return feature
        own = specials.get(column.name, ()) if isinstance(specials, Mapping) else specials
        feature, codes[place] = _number(plain(column, as_kind), own, weight, levels, sample)
        return feature

    return Coded(Coding(tuple(spread(one, range(rows.width), threads))), codes)


def _number(
    column: pl.Series,
    specials: Sequence[float],
    weight: Floats | None,
    levels: Sequence[float],
    sample: slice | NDArray[np.int64],
) -> tuple[Feature, Codes]:
    own = np.unique(np.asarray(specials, dtype=np.float64))
    own = own[~np.isnan(own)]
    most = STATES - 1 - len(own)
    if most < _LEAST:
        raise TooManyStates(column.name, len(own), STATES - 1 - _LEAST)
    values = quantities(column)
    some = values[sample]
    usual = ~(np.isnan(some) | np.isin(some, own))
    cuts = rough(some[usual], None if weight is None else weight[sample][usual], levels, most)
    codes, least, greatest = measured(values, cuts, own)
    return Feature(column.name, "number", final(least, greatest), tuple(own.tolist())), codes


def _category(column: pl.Series) -> Feature:
    counted = column.drop_nulls().alias("text").value_counts(name="rows")
    frequent = counted.sort(["rows", "text"], descending=[True, False]).head(STATES - 2)
    return Feature(column.name, "category", named=tuple(sorted(frequent["text"].to_list())))


def _sample(rows: int) -> slice | NDArray[np.int64]:
    if rows <= _SAMPLE:
        return slice(None)
    return np.sort(np.random.default_rng(_SAMPLE).choice(rows, _SAMPLE, replace=False))
