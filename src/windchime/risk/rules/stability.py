"""Stability selection: how often a rule is among the best when half of the rows are looked at.

Source: R. D. Shah and R. J. Samworth (2013), Variable selection with error control: another look at stability selection,
JRSS-B 75. Halves are drawn in complementary pairs, within each block.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats
from windchime.risk.rules.evidence import Counts, standardised
from windchime.risk.rules.field import Field
from windchime.risk.rules.settings import EvidenceSettings, StabilitySettings


def frequencies(
    field: Field,
    *,
    evidence: EvidenceSettings,
    settings: StabilitySettings,
    duplicate: float,
    seed: int,
    threads: int,
) -> Floats:
    """(r,) share of half-samples in which a rule, or its near-duplicate, is selected.

    A half-sample selects the `selected` rules with the highest lower bound of the bad rate among those whose bound is above
    the base rate. Two rules that hit nearly the same rows stand for each other: which of them leads is luck.

    Args:
        field: the rules and the rows they hit.
        evidence: level of the bounds.
        settings: pairs and size of the selection.
        duplicate: overlap from which rules are near-duplicates.
        seed: of the halves.
        threads: pairs at once; the result does not depend on it.
    """
    whole = field.tally(field.bits)
    zero = np.zeros(len(field.bits), dtype=np.int64)
    group = (field.alike >= duplicate) | np.eye(len(field.bits), dtype=np.bool_)

    def one(pair: int) -> Counts:
        # one bit a row by chance: every row falls into either half
        half = np.random.default_rng([seed, pair]).integers(0, 2**64, len(field.bad), dtype=np.uint64)
        rows, bads = field.tally(field.bits, half)
        sides = ((rows, bads), (whole[0] - rows, whole[1] - bads))
        lows = (standardised(*side, field.sample, evidence.z)[1] for side in sides)
        found: Counts = sum((_selected(low, field.sample.base, group, settings.selected) for low in lows), zero)
        return found

    with ThreadPoolExecutor(threads) as workers:
        found: Floats = np.sum(list(workers.map(one, range(settings.pairs))), axis=0) / (2 * settings.pairs)
    return found


def _selected(low: Floats, base: float, group: NDArray[np.bool_], most: int) -> Counts:
    order = np.argsort(-low, kind="stable")[:most]
    chosen = np.zeros(len(low), dtype=np.int64)
    chosen[order] = low[order] > base
    found: Counts = (group @ chosen > 0).astype(np.int64)
    return found
