"""What callers hand to a rule forest, as it is worked with."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.errors import BadInput, UnknownName
from windchime.core.text import Lang, _, translate
from windchime.risk.arrays import Floats, Frame, frame
from windchime.risk.coding import Coded, Coding, Feature, code_table
from windchime.risk.coding.reading import kind
from windchime.risk.coding.table import Specials
from windchime.risk.rules.settings import Settings

Flags = NDArray[np.bool_]

#: columns whose rows in use are copied at once
_WIDTH = 32


class BadMass(BadInput):
    """Weights or amounts that cannot be counted with."""

    msgid = _("{what} must be finite numbers, none negative, not all zero, one a row")

    def __init__(self, what: str) -> None:
        super().__init__(what=what)

    def message(self, lang: Lang) -> str:
        """The sentence, with what is meant in the reader's language."""
        return translate(self.msgid, lang, what=translate(self.params["what"], lang))


def table(given: Frame) -> pl.DataFrame:
    """The table as Polars; the columns of an array are called x0, x1 and so on."""
    if isinstance(given, np.ndarray) and given.ndim == 2:
        return pl.DataFrame(given, schema=[f"x{k}" for k in range(given.shape[1])])
    return frame(given)


def coded(
    rows: pl.DataFrame,
    used: Flags,
    *,
    specials: Specials,
    categories: Collection[str],
    weight: Floats | None,
    threads: int,
) -> Coded:
    """The table in codes that are learnt on the rows in use alone; what they make of the other rows is only looked up.

    Args:
        rows: all of them.
        used: which may shape the codes.
        specials: as `code_table` takes them, and so `categories`.
        categories: columns of numbers that are names.
        weight: of each row; None = equal.
        threads: columns at once.

    Raises:
        as `code_table`.
    """
    if used.all():
        return code_table(rows, specials=specials, categories=categories, weight=weight, threads=threads)
    of_column = specials if isinstance(specials, Mapping) else dict.fromkeys(rows.columns, specials)
    for name in (*categories, *of_column):
        if name not in rows.columns:
            raise UnknownName("feature", name, rows.columns)
    features: list[Feature] = []
    kept = pl.Series(used)
    for start in range(0, rows.width, _WIDTH):
        some = rows[:, start : start + _WIDTH]
        learnt = code_table(
            some.filter(kept),
            specials={name: of_column[name] for name in some.columns if name in of_column},
            categories=[name for name in some.columns if name in categories],
            weight=None if weight is None else weight[used],
            threads=threads,
        )
        features += learnt.coding.features
    return Coding(tuple(features)).encode(rows, threads)


def crowded(rows: pl.DataFrame, used: Flags, categories: Collection[str], settings: Settings) -> tuple[str, ...]:
    """Columns of texts with so many values that they tell one row from another, not kinds of rows: names, ids, free text.

    Args:
        rows: all of them.
        used: which count.
        categories: columns of numbers that are names.
        settings: the share of values among rows, and the hits below which no share is taken.
    """

    def many(column: pl.Series) -> bool:
        told = column.filter(pl.Series(used)).drop_nulls()
        return told.n_unique() > max(settings.evidence.min_hits, settings.candidates.max_texts * len(told))

    return tuple(c.name for c in rows if (c.name in categories or kind(c) == "category") and many(c))


def mass(what: str, values: Any, rows: int) -> Floats | None:
    """Weights or amounts as float64; None where there are none.

    Raises:
        BadMass: not one number a row, or numbers that are no masses.
    """
    if values is None:
        return None
    try:
        found = np.asarray(values_of(values), dtype=np.float64).ravel()
    except (TypeError, ValueError):
        raise BadMass(what) from None
    if len(found) != rows or not np.isfinite(found).all() or (found < 0).any() or not found.any():
        raise BadMass(what)
    return found


def values_of(values: Any) -> Any:
    """An array where there is one inside, otherwise what was given."""
    return values.to_numpy() if hasattr(values, "to_numpy") else values


def product(left: Floats | None, right: Floats | None) -> Floats | None:
    """Row by row; None stands for ones."""
    return right if left is None else left if right is None else left * right
