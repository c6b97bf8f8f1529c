"""What callers hand to a rule forest, as it is worked with."""

from typing import Any

import numpy as np
import polars as pl

from windchime.core.errors import BadInput
from windchime.core.text import Lang, _, translate
from windchime.risk.arrays import Floats, Frame, frame


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
