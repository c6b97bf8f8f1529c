"""How a model holds through time: figures of each vintage, and how far score and features moved from the reference."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from windchime.risk.arrays import Floats
from windchime.risk.scorecards.settings import Validation
from windchime.risk.scorecards.shifts import Shift, shifts
from windchime.risk.scorecards.store import Model
from windchime.risk.scorecards.watching import SCORE, model_reference, scored_table
from windchime.risk.scorecards.workbench import Workbench
from windchime.risk.validation import Interval, auc_interval, ks


@dataclass(frozen=True, slots=True)
class Vintage:
    """One vintage."""

    name: str
    firms: int
    bads: int
    #: expected bads
    expected: float
    #: None where there are too few bads or goods
    auc: Interval | None
    ks: float | None
    #: of the score against the reference; None for the reference itself
    shift: Shift | None


@dataclass(frozen=True, slots=True)
class ThroughTime:
    """Stability."""

    #: vintage that others are compared with; empty where a development sample was given
    baseline: str
    vintages: tuple[Vintage, ...]
    #: the score and each feature, all firms or the newest vintage against the reference
    newest: str
    columns: tuple[Shift, ...]


def through_time(
    model: Model,
    table: pl.DataFrame,
    bad: Floats,
    probability: Floats,
    *,
    vintage: tuple[str, ...] | None,
    development: pl.DataFrame | None,
    validation: Validation,
    workbench: Workbench,
) -> ThroughTime | None:
    """Stability against a development sample, or else against the first vintage; None where neither was told."""
    if vintage is None and development is None:
        return None
    names = np.asarray(vintage if vintage is not None else [""] * len(bad))
    order = sorted(set(names.tolist()))
    baseline = "" if development is not None else order[0]
    base = development if development is not None else table.filter(pl.Series(names == baseline))
    reference, limits = model_reference(model, base, workbench.monitoring), workbench.monitoring
    scored = scored_table(model, table)
    by_vintage = {
        n: shifts(reference, scored.filter(pl.Series(names == n)), limits)
        for n in order
        if n != baseline or not baseline
    }
    found = tuple(
        _vintage(
            n,
            bad[names == n],
            probability[names == n],
            by_vintage.get(n, ()),
            workbench.pack.min_bads,
            validation.level,
        )
        for n in order
    )
    newest = next((n for n in reversed(order) if n in by_vintage), "")
    return ThroughTime(baseline, found if vintage is not None else (), newest, by_vintage.get(newest, ()))


def _vintage(name: str, bad: Floats, p: Floats, moved: tuple[Shift, ...], least: int, level: float) -> Vintage:
    bads, enough = int(bad.sum()), min(bad.sum(), (1 - bad).sum()) >= least
    score = next((s for s in moved if s.name == SCORE), None)
    return Vintage(
        name, len(bad), bads, float(p.sum()), auc_interval(bad, p, level=level) if enough else None,
        ks(bad, p) if enough else None, score,
    )  # fmt: skip
