"""How far data have moved from a reference: the population stability index with its sampling distribution.

Of the score it is called PSI, of a feature CSI. Were nothing to have moved, the index would still not be zero: it is about
(1/n + 1/m) times a chi-squared variable of (parts − 1) degrees of freedom, n and m rows (B. Yurdakul 2018, Statistical
Properties of Population Stability Index; B. Yurdakul and J. Naranjo 2020, Journal of Risk Model Validation 14). So a move is
first *proven* or not, and only then judged by its size; 0.1 and 0.25 alone alarm at 0.25 on thirty rows and sleep at 0.09 on
a million.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from windchime.core.text import Text
from windchime.risk.arrays import Frame
from windchime.risk.scorecards.reference import Counts, Reference, counted
from windchime.risk.scorecards.workbench import Monitoring
from windchime.risk.validation import psi, psi_test

State = Literal["stable", "small", "unproven", "watch", "alarm"]
STATES: dict[State, Text] = {
    "stable": Text("稳定", "stable"),
    "small": Text("已证实但很小", "proven, small"),
    "unproven": Text("较大但未证实", "large, not proven"),
    "watch": Text("关注", "watch"),
    "alarm": Text("告警", "alarm"),
}


@dataclass(frozen=True, slots=True)
class Shift:
    """One column then and now."""

    name: str
    state: State
    #: stability index as customarily computed
    index: float
    #: what the index stays below by chance, at the significance of the run shared out over its columns
    critical: float
    #: of the test that nothing moved, before sharing out
    p: float
    #: lower bound of the index of the populations, one-sided at the same level; 0 where nothing is proven
    at_least: float
    #: what each part is, its rows then and now
    parts: tuple[str, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def shifts(reference: Reference, table: Frame, limits: Monitoring) -> tuple[Shift, ...]:
    """Each column of the reference against other data, in the order of the reference.

    Raises:
        UnknownName: the table lacks a column.
    """
    now = counted(reference, table)
    return tuple(
        shift(n, c.parts, np.array(c.counts), now[n], limits, tests=len(now)) for n, c in reference.columns.items()
    )


def shift(name: str, parts: Sequence[str], before: Counts, after: Counts, limits: Monitoring, *, tests: int) -> Shift:
    """One column, as one of so many tests of a run."""
    seen = (before + after) > 0
    index = (
        psi(before[seen].astype(np.float64), after[seen].astype(np.float64)) if before.sum() and after.sum() else 0.0
    )
    level = limits.significance / max(tests, 1)
    critical, p, low = psi_test(before.astype(np.float64), after.astype(np.float64), level)
    proven = p < level
    if index >= limits.watch:
        state: State = ("alarm" if index >= limits.alarm else "watch") if proven else "unproven"
    else:
        state = "small" if proven else "stable"
    return Shift(
        name,
        state,
        index,
        critical,
        p,
        low if proven else 0.0,
        tuple(parts),
        tuple(before.tolist()),
        tuple(after.tolist()),
    )
