"""What a model does when data are not as they were: a feature fails, moves, or is partly wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from scipy.stats import rankdata

from windchime.risk.arrays import Floats, numeric
from windchime.risk.scorecards.features import Feature
from windchime.risk.scorecards.settings import Scaling
from windchime.risk.scorecards.store import Model
from windchime.risk.validation import auc

Change = Literal["missing", "up", "down", "perturbed"]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The model on changed data, against itself on the data as they are."""

    change: Change
    #: None = all features at once
    feature: Feature | None
    auc: float
    #: of the mean default probability, a fraction
    mean_moved: float
    #: share of firms that change their band
    rebanded: float
    #: rank correlation of the probabilities before and after (Spearman)
    rank_kept: float


def sensitivity(
    model: Model,
    features: Sequence[Feature],
    table: pl.DataFrame,
    bad: Floats,
    scaling: Scaling,
    *,
    shock: float,
    share: float,
    seed: int,
) -> tuple[Sensitivity, ...]:
    """Each feature missing for everyone, each number moved by so many standard deviations, and all cells partly shuffled.

    Args:
        model: the model.
        features: that it reads.
        table: the firms.
        bad: labels.
        scaling: the bands.
        shock: standard deviations of the feature's own values.
        share: of the cells of every feature that take another firm's value, drawn with the seed.
        seed: of the draw.
    """
    before, bounds = model.probability(table), np.array([below for _name, below in scaling.bands[:-1]])

    def judged(change: Change, feature: Feature | None, changed: pl.DataFrame) -> Sensitivity:
        after = model.probability(changed)
        moved = np.searchsorted(bounds, before, side="right") != np.searchsorted(bounds, after, side="right")
        return Sensitivity(
            change,
            feature,
            auc(bad, after),
            float(after.mean() - before.mean()),
            float(moved.mean()),
            _rank_kept(before, after),
        )

    found = []
    for f in features:
        column = table[f.code]
        gone = pl.Series(f.code, [None] * table.height, dtype=column.dtype)
        found.append(judged("missing", f, table.with_columns(gone)))
        if numeric(column):
            spread = float(np.nanstd(column.cast(pl.Float64).fill_null(float("nan")).to_numpy()))
            for change, sign in (("up", 1), ("down", -1)):
                found.append(judged(change, f, table.with_columns(column.cast(pl.Float64) + sign * shock * spread)))  # type: ignore[arg-type]  # of the tuple's literals
    rng = np.random.default_rng(seed)
    wrong = []
    for f in features:
        taken, other = rng.random(table.height) < share, rng.integers(0, table.height, table.height)
        wrong.append(table[f.code].gather(np.where(taken, other, np.arange(table.height))))
    return (*found, judged("perturbed", None, table.with_columns(wrong)))


def _rank_kept(before: Floats, after: Floats) -> float:
    if np.ptp(before) == 0 or np.ptp(after) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(before), rankdata(after))[0, 1])
