"""All pairs of literals of two features, counted from one table of their states: one scan of the rows a pair of features."""

import numpy as np

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats
from windchime.risk.coding import spread
from windchime.risk.rules.engine.histograms import Codes, by_pair
from windchime.risk.rules.engine.limits import Ways
from windchime.risk.rules.engine.literals import Literals
from windchime.risk.rules.engine.objective import Goal, band, better, bound, excess, score
from windchime.risk.rules.engine.pool import Masks, Places, Pool


def pairs(
    codes: Codes, bad: Codes, weight: Floats, ways: Ways, chosen: Places, sets: Literals, goal: Goal, threads: int
) -> tuple[Pool, Pool]:
    """Of each pair of features the best rule of each band of hit rates, and the one that leaves most to narrow down.

    A pair has to be better than each of its literals alone.

    Args:
        codes: (features, rows).
        bad: 0 or 1, one a row.
        weight: of each row; empty = equal.
        ways: which features are of one group.
        chosen: the features to be paired.
        sets: their literals.
        goal: what is sought.
        threads: pairs counted at once.

    Returns:
        The rules, and the beginnings of longer ones: those with most bads beyond the usual, at most one a pair.
    """
    left, right = np.triu_indices(len(chosen), 1)
    both = np.stack([chosen[left], chosen[right]], axis=1)
    both = both[ways.group[both[:, 0]] != ways.group[both[:, 1]]]

    def one(pair: Places) -> tuple[Masks, Floats]:
        i, j = pair
        table = by_pair(codes[i], codes[j], bad, weight)
        a, b = slice(*sets.start[i : i + 2]), slice(*sets.start[j : j + 2])
        masks, figures = np.zeros((goal.bands + 1, 2), np.uint32), np.full((goal.bands + 1, 3), -1.0)
        _best(
            table,
            sets.masks[a],
            sets.masks[b],
            sets.rows[a],
            sets.bads[a],
            sets.rows[b],
            sets.bads[b],
            goal.body,
            masks,
            figures,
        )
        return masks, figures

    found = spread(one, list(both), threads)
    masks = np.array([m for m, _ in found], np.uint32).reshape(len(both), goal.bands + 1, 2)
    figures = np.array([f for _, f in found]).reshape(len(both), goal.bands + 1, 3)
    features = np.broadcast_to(both[:, None, :], masks.shape)
    real = figures[:, :, 0] > 0
    real[:, -1] = False
    base = np.zeros_like(real)
    base[:, -1] = figures[:, -1, 0] > 0
    return _pool(features, masks, figures, real), _pool(features, masks, figures, base)


def _pool(features: Places, masks: Masks, figures: Floats, real: "np.typing.NDArray[np.bool_]") -> Pool:
    return Pool.of(features[real], masks[real], rows=figures[real][:, 1], bads=figures[real][:, 2])


@kernel
def _best(
    table: Floats,
    left: Masks,
    right: Masks,
    left_rows: Floats,
    left_bads: Floats,
    right_rows: Floats,
    right_bads: Floats,
    goal: Floats,
    masks: Masks,
    figures: Floats,
) -> None:
    bases = len(masks) - 1
    row, bads = np.zeros(32), np.zeros(32)
    right_bound = np.empty(len(right))
    for b in range(len(right)):
        right_bound[b] = bound(right_rows[b], right_bads[b], goal)
    for a in range(len(left)):
        row[:] = 0
        bads[:] = 0
        for s in range(32):
            if left[a] >> np.uint32(s) & np.uint32(1):
                for t in range(32):
                    row[t] += table[0, s, t]
                    bads[t] += table[1, s, t]
        least = bound(left_rows[a], left_bads[a], goal)
        for b in range(len(right)):
            n = 0.0
            k = 0.0
            for t in range(32):
                if right[b] >> np.uint32(t) & np.uint32(1):
                    n += row[t]
                    k += bads[t]
            if n >= left_rows[a] or n >= right_rows[b] or bound(n, k, goal) <= max(least, right_bound[b]):
                continue
            place = band(n, goal)
            if better(figures[place], score(n, k, goal), n, k):
                masks[place, 0], masks[place, 1] = left[a], right[b]
            if better(figures[bases], excess(n, k, goal), n, k):
                masks[bases, 0], masks[bases, 1] = left[a], right[b]
