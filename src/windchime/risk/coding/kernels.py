"""The state of each number, in one pass, with the least and greatest number met in each interval."""

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats

Codes = NDArray[np.uint8]


def encoded(values: Floats, cuts: Floats, specials: Floats) -> Codes:
    """The state of each value: its interval, its special code, or missing (NaN).

    Args:
        values: float64; infinite values are ordinary ones.
        cuts: at most 31, rising; a value equal to a cut belongs to the right.
        specials: these are no quantities.
    """
    return measured(values, cuts, specials)[0]


def measured(values: Floats, cuts: Floats, specials: Floats) -> tuple[Codes, Floats, Floats]:
    """The states, and the least and greatest value of each interval (+∞ and −∞ in an empty one)."""
    padded = np.full(31, np.nan)
    padded[: len(cuts)] = cuts
    least, most = np.full(32, np.inf), np.full(32, -np.inf)
    codes = np.empty(len(values), np.uint8)
    _encode(values, padded, len(cuts), specials.astype(np.float64), codes, least, most)
    return codes, least[: len(cuts) + 1], most[: len(cuts) + 1]


@kernel
def _encode(
    values: Floats, cuts: Floats, cut_count: int, specials: Floats, codes: Codes, least: Floats, most: Floats
) -> None:
    # beyond the cuts stands NaN, which no value reaches; no branch depends on how a value compares, for it cannot be foreseen
    missing = cut_count + 1 + len(specials)
    for row in range(len(values)):
        value = values[row]
        place = 0
        for half in (16, 8, 4, 2, 1):
            place += half * int(value >= cuts[place + half - 1])
        if np.isnan(value):
            place = missing
        for s in range(len(specials)):
            if value == specials[s]:
                place = cut_count + 1 + s
        codes[row] = place
        if place <= cut_count:
            if value < least[place]:  # noqa: PLR1730 - a store that is rare, not one a row
                least[place] = value
            if value > most[place]:  # noqa: PLR1730 - likewise
                most[place] = value
