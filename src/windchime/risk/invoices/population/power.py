"""What each check can see: the fewest altered rows, and the smallest list, at which a firm is asked about."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from windchime.risk.invoices.population.norm import Norm
from windchime.risk.invoices.population.norms import Norms
from windchime.risk.invoices.population.settings import Settings

#: one row a check and size of the list
POWER: dict[str, pl.DataType] = {
    "code": pl.String(),
    "end": pl.String(),
    # rows that the check judges
    "of": pl.UInt32(),
    # fewest rows that, if each were hit beside what is usual, let the firm be asked about; null where none do
    "altered": pl.UInt32(),
}


def power(norms: Norms, settings: Settings, sizes: Sequence[int], share: float) -> pl.DataFrame:
    """For every measure that counts rows.

    Args:
        norms: of the library.
        settings: with the bounds.
        sizes: rows that a check judges.
        share: of altered firms that are to be seen.

    Returns:
        `POWER`, in the order of the norms.
    """
    bounds = settings.bounds
    hard = norms.bound(bounds.question * bounds.hard_share, hard=True)
    other = norms.bound(bounds.question * (1 - bounds.hard_share))
    rows = [
        (norm.code, norm.end, of, _fewest(norm, of, hard if norm.hard else other, share))
        for norm in norms.norms
        if norm.form == "count"
        for of in sizes
    ]
    return pl.DataFrame(rows, schema=POWER, orient="row")


def _fewest(norm: Norm, of: int, bound: float, share: float) -> int | None:
    """Of the strange rows of a clean list of the rest as many as are there with probability `share` help."""
    strange = np.arange(1.0, of + 1)
    counted = strange if norm.end == "high" else of - strange
    whole = np.full(of, float(of))
    below = norm.tail.rarity(norm.surprises(counted, whole, whole)) / norm.weight < bound
    if not below.any():
        return None
    needed = int(strange[below][0])
    altered = np.arange(1.0, needed + 1)
    own, rest = needed - altered, of - altered
    others = norm.surprises(own if norm.end == "high" else rest - own, rest, rest)
    enough = (own <= 0) | (10**-others >= share)
    return int(altered[enough][0])
