"""Swap sets: who would be approved, and who declined, if the mined list took the place of the policy in force.

Rows that the policy in force declined have no outcome. What is assumed of them is named: their bad rate is a factor times
that of the rows with known outcomes that the list treats alike. Several factors are told side by side, since none of them
can be proven from the data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from windchime.core.errors import BadInput
from windchime.core.text import _
from windchime.risk.arrays import Floats
from windchime.risk.rules.figures import rate
from windchime.risk.validation import Interval

Cell = Literal["approved_by_both", "swapped_out", "swapped_in", "declined_by_both"]
Flags = NDArray[np.bool_]


class NoOutcomes(BadInput):
    """Swap sets without a single known outcome among the rows that the list treats alike."""

    msgid = _("no row with a known outcome is approved by the mined list: nothing can be assumed of those without")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class SwapCell:
    """Rows on which policy and list agree, or differ in one way."""

    cell: Cell
    rows: int
    #: share of all rows, by weight
    share: float
    #: rows with a known outcome, bads among them, and their rate
    known: int
    bads: int
    bad_rate: Interval


@dataclass(frozen=True, slots=True)
class SwapOutlook:
    """What the change would do under one assumption."""

    #: bad rate of rows without outcomes ÷ bad rate of those with one that the list treats alike
    factor: float
    #: share of rows approved by the policy in force, and by the list
    approved_before: float
    approved_after: float
    #: bad rate of the approved, by weight: known outcomes as they are, the others as assumed
    bad_rate_before: float
    bad_rate_after: float


@dataclass(frozen=True, slots=True)
class SwapSet:
    """The four cells, and the outlook under each assumption."""

    cells: tuple[SwapCell, ...]
    outlooks: tuple[SwapOutlook, ...]

    def __getitem__(self, cell: Cell) -> SwapCell:
        return next(c for c in self.cells if c.cell == cell)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def swap_set(
    before: Flags,
    after: Flags,
    bad: Floats,
    *,
    factors: Sequence[float],
    weight: Floats | None = None,
    level: float = 0.95,
) -> SwapSet:
    """Compare two ways to decline the same applications.

    Args:
        before: rows that the policy in force declines.
        after: rows that the mined list declines.
        bad: 1 bad, 0 good, NaN where the outcome is not known.
        factors: assumptions on the rows without outcome, see `SwapOutlook.factor`.
        weight: of each row; 1 by default.
        level: of the intervals.

    Raises:
        NoOutcomes: rows without outcomes would be approved, and no row with one is.
    """
    w = np.ones(len(bad)) if weight is None else weight
    masks: Mapping[Cell, Flags] = {
        "approved_by_both": ~before & ~after,
        "swapped_out": ~before & after,
        "swapped_in": before & ~after,
        "declined_by_both": before & after,
    }
    cells = tuple(_cell(name, mask, bad, w, level) for name, mask in masks.items())
    return SwapSet(cells, tuple(_outlook(before, after, bad, w, factor) for factor in factors))


def _cell(name: Cell, mask: Flags, bad: Floats, weight: Floats, level: float) -> SwapCell:
    known = mask & ~np.isnan(bad)
    mass, bads = float(weight[known].sum()), float(weight[known & (bad == 1)].sum())
    scale = mass / float((weight[known] ** 2).sum()) if mass else 0.0
    return SwapCell(
        name,
        int(mask.sum()),
        float(weight[mask].sum() / weight.sum()),
        int(known.sum()),
        int((bad[known] == 1).sum()),
        rate(bads * scale, mass * scale, level),
    )


def _outlook(before: Flags, after: Flags, bad: Floats, weight: Floats, factor: float) -> SwapOutlook:
    return SwapOutlook(
        factor,
        float(weight[~before].sum() / weight.sum()),
        float(weight[~after].sum() / weight.sum()),
        _expected(~before, after, bad, weight, factor),
        _expected(~after, after, bad, weight, factor),
    )


def _expected(approved: Flags, after: Flags, bad: Floats, weight: Floats, factor: float) -> float:
    """Bad rate of the approved: each row without outcome is as bad as its like, times the factor."""
    known = ~np.isnan(bad)
    share = np.where(known, bad, 0.0)
    for side in (after, ~after):
        like, open_ = side & known, side & ~known & approved
        if open_.any():
            if not like.any():
                raise NoOutcomes
            share = np.where(open_, min(1.0, factor * float(np.average(bad[like], weights=weight[like]))), share)
    return float(np.average(share[approved], weights=weight[approved])) if approved.any() else 0.0
