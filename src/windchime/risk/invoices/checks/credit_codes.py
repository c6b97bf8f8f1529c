"""Check characters of many credit codes at once; the same answer as `core.credit_code` and `core.resident_id` give for one."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core import credit_code, resident_id
from windchime.risk.invoices.ledger import numbered

LENGTH = 18


def validity(codes: pl.Series) -> pl.Series:
    """Whether each text is a valid credit code, or a valid resident id, which sole traders bear in its place.

    Null for what is neither in its length: tax numbers of 15 and 20 characters, tokens, empty fields.
    """
    numbers, texts = numbered(codes.str.strip_chars().str.to_uppercase())
    judged = texts.str.contains(rf"^[0-9A-Z]{{{LENGTH}}}$")
    found = pl.Series([None] * len(texts), dtype=pl.Boolean)
    if judged.any():
        places = judged.arg_true()
        found = found.scatter(places, _valid(texts.gather(places)))
    return found.gather(numbers)


def _valid(texts: pl.Series) -> pl.Series:
    characters = np.frombuffer("".join(texts).encode(), np.uint8).reshape(-1, LENGTH)
    values = _values(credit_code.ALPHABET)[characters]
    sums = values[:, :-1] @ np.array(credit_code.WEIGHTS)
    firms = (
        (values >= 0).all(axis=1)
        & (-sums % len(credit_code.ALPHABET) == values[:, -1])
        & (_values("123456789ANY")[characters[:, 0]] >= 0)
        & (_values("0123456789")[characters[:, 2:8]] >= 0).all(axis=1)
    )
    valid = pl.Series(firms)
    persons = ~firms & (_values("0123456789")[characters[:, :-1]] >= 0).all(axis=1)
    if persons.any():
        places = np.flatnonzero(persons)
        valid = valid.scatter(places, [resident_id.check(t).valid for t in texts.gather(places)])
    return valid


def _values(alphabet: str) -> NDArray[np.int64]:
    """Value of each byte in an alphabet, −1 where it has none."""
    table = np.full(256, -1, np.int64)
    table[np.frombuffer(alphabet.encode(), np.uint8)] = np.arange(len(alphabet))
    return table
