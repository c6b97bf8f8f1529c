"""How far the features of rules move with time: the newest block against all before it."""

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats
from windchime.risk.coding import STATES, Coded
from windchime.risk.rules.engine import Pool
from windchime.risk.validation import psi


def shifts(coded: Coded, pool: Pool, block: NDArray[np.int64]) -> Floats:
    """(r,) the largest population stability index among the features of each rule.

    What two samples of their sizes show by chance, (states − 1) · (1 / newest + 1 / before), is taken off (Yurdakul 2018).
    """
    newest = block == block.max()
    found = np.zeros(len(coded.codes))
    for feature in np.unique(pool.features[pool.features >= 0]):
        codes = coded.codes[feature]
        after = np.bincount(codes[newest], minlength=STATES).astype(np.float64)
        before = np.bincount(codes[~newest], minlength=STATES).astype(np.float64)
        seen = (after + before) > 0
        luck = (int(seen.sum()) - 1) * (1 / after.sum() + 1 / before.sum())
        found[feature] = max(0.0, psi(before[seen], after[seen]) - luck)
    moved: Floats = np.where(pool.features >= 0, found[np.maximum(pool.features, 0)], 0.0).max(axis=1)
    return moved
