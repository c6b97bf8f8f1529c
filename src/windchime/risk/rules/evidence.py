"""What counts over blocks of vintages say of many rules at once: bad rate at equal base rates, its bound, and drift.

Vintages differ in their base rate. To compare rules over several of them, every block is brought to the overall base rate:
its bads count base ÷ base of the block, its goods (1 − base) ÷ (1 − base of the block). A rule that merely finds the bad
years then has the bad rate of everybody. With one block nothing changes. The effective number of rows (Kish) enters the
bound.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats
from windchime.risk.rules.figures import wilson_bounds
from windchime.risk.rules.settings import EvidenceSettings, TimeSettings

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sample:
    """All rows that rules are judged on, by block of vintages, oldest first.

    Rows of unequal weight are told in effective rows (Kish): weights scaled so that they add up to their effective number.
    """

    #: (v,) rows and bads of each block; each block has both goods and bads
    rows: Floats
    bads: Floats

    @property
    def base(self) -> float:
        """Overall bad rate."""
        return float(self.bads.sum() / self.rows.sum())

    @property
    def factors(self) -> tuple[Floats, Floats]:
        """(v,) what a bad and a good of each block count for."""
        share = self.bads / self.rows
        return self.base / share, (1 - self.base) / (1 - share)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Figures of many rules; each field is (r,)."""

    hits: Floats
    bads: Floats
    #: bad rate at equal base rates, and its one-sided lower bound
    rate: Floats
    low: Floats
    #: hit rate of the newest block and of the next to come against all blocks: the larger ratio or inverse ratio, from 1 up
    drift: Floats
    #: whether some block contradicts it: its bad rate there is below the base rate beyond chance
    contradicted: NDArray[np.bool_]


def evidence(rows: Floats, bads: Floats, sample: Sample, settings: EvidenceSettings, time: TimeSettings) -> Evidence:
    """Judge rules by their counts.

    Args:
        rows: (r, v) rows that each rule hits in each block.
        bads: (r, v) bads among them.
        sample: all rows by block.
        settings: level of the bound.
        time: how drift is measured.
    """
    rate, low = standardised(rows, bads, sample, settings.z)
    high = wilson_bounds(bads, rows, settings.z)[1]
    several = len(sample.rows) > 1
    against: NDArray[np.bool_] = np.any((high < sample.bads / sample.rows) & (rows > 0) & several, axis=1)
    return Evidence(rows.sum(axis=1), bads.sum(axis=1), rate, low, drift(rows, sample.rows, time), against)


def standardised(rows: Floats, bads: Floats, sample: Sample, z: float) -> tuple[Floats, Floats]:
    """(r,) bad rate at equal base rates, and its lower Wilson bound; 0 where nothing is hit."""
    of_bad, of_good = sample.factors
    goods = rows - bads
    bad_mass, good_mass = bads @ of_bad, goods @ of_good
    mass = bad_mass + good_mass
    squares = bads @ (of_bad * of_bad) + goods @ (of_good * of_good)
    rate = bad_mass / np.maximum(mass, 1e-300)
    number = mass * mass / np.maximum(squares, 1e-300)
    return rate, wilson_bounds(rate * number, number, z)[0]


def drift(rows: Floats, of: Floats, settings: TimeSettings) -> Floats:
    """(r,) how far the hit rate moves: the newest block, and the next one if its trend goes on, against all blocks.

    Each block is joined by `pseudo_hits` at the overall rate; a trend counts by what its size exceeds its own error
    (positive-part shrinkage).
    """
    blocks = len(of)
    if blocks == 1:
        return np.ones(len(rows))
    overall = np.maximum(rows.sum(axis=1, keepdims=True) / of.sum(), 1e-300)
    k = settings.pseudo_hits
    logs = np.log((rows + k) / (of * overall + k))
    weight, t = rows + k, np.arange(blocks, dtype=np.float64)
    middle = (weight @ t) / weight.sum(axis=1)
    away = t - middle[:, None]
    spread = (weight * away * away).sum(axis=1)
    slope = (weight * away * logs).sum(axis=1) / spread
    slope *= np.maximum(0.0, 1 - 1 / np.maximum(spread * slope * slope, 1e-300))
    newest = logs[:, -1]
    ratio: Floats = np.exp(np.maximum(np.abs(newest), np.abs(newest + slope)))
    return ratio
