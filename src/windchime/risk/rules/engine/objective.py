"""How good a rule is by what it hits, and in which band of hit rates it lies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats
from windchime.risk.rules.engine.limits import Limits

#: places in the array of a goal
ROWS, BADS, LOW, HIGH, LEAST_BADS, Z, KIND, BANDS = range(8)


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """The limits in rows, as the kernels read them: all rows, all bads, hits from, hits to, bads, z, kind, bands."""

    body: Floats

    @classmethod
    def of(cls, limits: Limits, rows: float, bads: float) -> "Goal":
        """The limits of a table with as many rows and bads.

        Args:
            limits: what a candidate must be.
            rows: all rows (all weight, scaled to the rows it is worth).
            bads: of them bad.
        """
        return cls(
            np.array(
                [
                    rows,
                    bads,
                    max(limits.least_hits * rows, 1.0),
                    limits.most_hits * rows,
                    limits.least_bads,
                    limits.z,
                    float(limits.objective == "wracc"),
                    limits.effort.bands,
                ]
            )
        )

    @property
    def rate(self) -> float:
        """The bad rate of all rows."""
        return float(self.body[BADS] / self.body[ROWS])

    @property
    def bands(self) -> int:
        """How many bands of hit rates there are."""
        return int(self.body[BANDS])

    def scores(self, rows: Floats, bads: Floats) -> Floats:
        """The score of each; −1 for what the limits do not allow."""
        return _scores(rows.astype(np.float64), bads.astype(np.float64), self.body)

    def bands_of(self, rows: Floats) -> NDArray[np.int64]:
        """The band of each."""
        return _bands(rows.astype(np.float64), self.body)

    def excess(self, rows: Floats, bads: Floats) -> Floats:
        """The bads of each beyond the usual, as a share of all rows."""
        found: Floats = (bads - self.rate * rows) / self.body[ROWS]
        return found

    def best_within(self, rows: Floats, bads: Floats) -> Floats:
        """No rule that hits some of the rows of each scores higher than this."""
        return _best_within(rows.astype(np.float64), bads.astype(np.float64), self.body)


@kernel
def score(rows: float, bads: float, goal: Floats) -> float:
    """How good a rule with as many hits is: above 0 and higher is better; −1 where the limits do not allow it."""
    if rows < goal[LOW] or rows > goal[HIGH] or bads < goal[LEAST_BADS] or bads * goal[ROWS] <= goal[BADS] * rows:
        return -1.0
    return excess(rows, bads, goal) if goal[KIND] == 1.0 else bound(rows, bads, goal)


@kernel
def excess(rows: float, bads: float, goal: Floats) -> float:
    """Weighted relative accuracy: bads beyond the usual, as a share of all rows."""
    return float((bads - goal[BADS] * rows / goal[ROWS]) / goal[ROWS])


@kernel
def bound(rows: float, bads: float, goal: Floats) -> float:
    """The lower bound of the bad rate (Wilson 1927); −1 without rows."""
    if rows <= 0:
        return -1.0
    share = bads / rows
    z2 = goal[Z] * goal[Z]
    half = goal[Z] * np.sqrt(share * (1 - share) / rows + z2 / (4 * rows * rows))
    return float((share + z2 / (2 * rows) - half) / (1 + z2 / rows))


@kernel
def best_within(rows: float, bads: float, goal: Floats) -> float:
    """No rule that hits some of these rows scores higher than this: all bads, and no more goods than the limits ask for."""
    if rows < goal[LOW] or bads < goal[LEAST_BADS]:
        return -1.0
    hit = min(max(bads, goal[LOW]), goal[HIGH])
    return score(hit, min(bads, hit), goal)


@kernel
def better(figure: Floats, value: float, rows: float, bads: float) -> bool:
    """Whether a score is above 0 and above the one at hand; if so it takes its place, with its rows and bads."""
    if value <= 0 or value <= figure[0]:
        return False
    figure[0], figure[1], figure[2] = value, rows, bads
    return True


@kernel
def band(rows: float, goal: Floats) -> int:
    """The band of a number of hits: from the least to the most, each band as many times wider than the one below."""
    if rows <= goal[LOW]:
        return 0
    place = int(goal[BANDS] * np.log(rows / goal[LOW]) / np.log(goal[HIGH] / goal[LOW]))
    return min(place, int(goal[BANDS]) - 1)


@kernel
def _best_within(rows: Floats, bads: Floats, goal: Floats) -> Floats:
    found = np.empty(len(rows))
    for k in range(len(rows)):
        found[k] = best_within(rows[k], bads[k], goal)
    return found


@kernel
def _bands(rows: Floats, goal: Floats) -> NDArray[np.int64]:
    found = np.empty(len(rows), np.int64)
    for k in range(len(rows)):
        found[k] = band(rows[k], goal)
    return found


@kernel
def _scores(rows: Floats, bads: Floats, goal: Floats) -> Floats:
    found = np.empty(len(rows))
    for k in range(len(rows)):
        found[k] = score(rows[k], bads[k], goal)
    return found
