"""One shallow tree grown on codes: at each node the split that tells bads from goods best (Gini), by tables of states."""

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats
from windchime.risk.rules.engine.histograms import Codes, Rows

Int32s = NDArray[np.int32]
Masks = NDArray[np.uint32]

_ALL = 0xFFFFFFFF


@kernel
def grow(
    codes: Codes,
    bad: Codes,
    weight: Floats,
    rows: Rows,
    features: Int32s,
    ordered: Int32s,
    direction: NDArray[np.int8],
    group: Int32s,
    most: int,
    least: float,
    depth: int,
) -> tuple[Int32s, Masks]:
    """Grow a tree of the given depth.

    Args:
        codes: (features, rows of the table).
        bad: 0 or 1, one a row.
        weight: of each row; empty = equal.
        rows: the rows it learns from.
        features: the features it may split by.
        ordered: of each feature of the table, its states in order; 0 = a category.
        direction: of each feature, 1 = higher values are worse, −1 better, 0 either; other splits are not made.
        group: features of one number are not on one path.
        most: states of a category on the one side or the other of a split at most.
        least: rows on either side of a split (weight) at least.
        depth: splits on a path.

    Returns:
        Of each node the feature it splits by (−1 = none) and the states that go to its worse side. The root is node 1, the
        worse side of node i is node 2i, the other 2i + 1.
    """
    split = np.full(2 << depth, -1, np.int32)
    worse = np.zeros(2 << depth, np.uint32)
    place = np.zeros(len(rows), np.uint8)  # the node of each row, counted from the first of its level; 255 = in a leaf
    key = np.empty(len(rows), np.uint32)  # of each row, where its table begins, and whether it is bad
    for level in range(depth):
        nodes = 1 << level
        for k in range(len(rows)):
            key[k] = np.uint32(place[k]) << np.uint32(6) | np.uint32(bad[rows[k]])
        best = np.zeros(nodes)
        for feature in features:
            tables = _tables(codes[feature], bad, weight, rows, key, nodes)
            for node in range(nodes):
                if _barred(split, group, feature, nodes + node):
                    continue
                if ordered[feature]:
                    gain, mask = _split_number(tables[node], ordered[feature], direction[feature], least)
                else:
                    gain, mask = _split_category(tables[node], most, least)
                if gain > best[node]:
                    best[node], split[nodes + node], worse[nodes + node] = gain, feature, mask
        for k in range(len(rows)):
            if place[k] == 255:
                continue
            node = nodes + place[k]
            if split[node] < 0:
                place[k] = 255
            else:
                hit = worse[node] >> np.uint32(codes[split[node], rows[k]]) & np.uint32(1)
                place[k] = 2 * place[k] + (1 - hit)
    return split, worse


@kernel
def route(codes: Codes, bad: Codes, weight: Floats, split: Int32s, worse: Masks) -> Floats:
    """Rows and bads of the whole table in each node of a tree: (2, nodes)."""
    found = np.zeros((2, len(split)))
    for row in range(len(bad)):
        w = weight[row] if len(weight) else 1.0
        node = 1
        while node < len(split) and split[node] >= 0:
            node = 2 * node + int(not worse[node] >> np.uint32(codes[split[node], row]) & np.uint32(1))
            found[0, node] += w
            found[1, node] += w * bad[row]
    return found


@kernel
def _tables(column: Codes, bad: Codes, weight: Floats, rows: Rows, key: Rows, nodes: int) -> Floats:
    """Rows and bads by state of each node of a level: (nodes, 2, 32)."""
    found = np.zeros((nodes, 2, 32))
    if len(weight):
        for k in range(len(rows)):
            node, row = key[k] >> np.uint32(6), rows[k]
            if node < nodes:
                found[node, 0, column[row]] += weight[row]
                found[node, 1, column[row]] += weight[row] * bad[row]
        return found
    tally = np.zeros(256 * 64, np.uint32)
    for k in range(len(rows)):
        tally[key[k] | np.uint32(column[rows[k]]) << np.uint32(1)] += np.uint32(1)
    for node in range(nodes):
        for state in range(32):
            bads = tally[node << 6 | state << 1 | 1]
            found[node, 0, state] = tally[node << 6 | state << 1] + bads
            found[node, 1, state] = bads
    return found


@kernel
def _barred(split: Int32s, group: Int32s, feature: int, node: int) -> bool:
    """Whether another feature of the group is on the path to a node, or the path has ended."""
    above = node >> 1
    while above:
        other = split[above]
        if other < 0 or (other != feature and group[other] == group[feature]):
            return True
        above >>= 1
    return False


@kernel
def _gain(rows: float, bads: float, all_rows: float, all_bads: float, least: float) -> float:
    """Decrease of impurity by a split, in rows; 0 where a side is too small."""
    rest, rest_bads = all_rows - rows, all_bads - bads
    if rows < least or rest < least or rows <= 0 or rest <= 0:
        return 0.0
    return float(bads * bads / rows + rest_bads * rest_bads / rest - all_bads * all_bads / all_rows)


@kernel
def _split_number(table: Floats, ordered: int, way: int, least: float) -> tuple[float, int]:
    """Best split of a number: the quantities at a cut, other states going where they fit, or one such state from the rest."""
    rows, bads = table[0], table[1]
    all_rows, all_bads = rows.sum(), bads.sum()
    best, chosen = 0.0, 0
    worse_rows, worse_bads, worse = 0.0, 0.0, 0
    for s in range(ordered, 32):
        if rows[s] > 0 and bads[s] * all_rows > all_bads * rows[s]:
            worse_rows, worse_bads, worse = worse_rows + rows[s], worse_bads + bads[s], worse | 1 << s
        gain = _gain(rows[s], bads[s], all_rows, all_bads, least)
        if gain > best:
            best = gain
            chosen = 1 << s if bads[s] * all_rows > all_bads * rows[s] else _ALL ^ 1 << s
    quantities, of_bads = rows[:ordered].sum(), bads[:ordered].sum()
    low, low_bads = 0.0, 0.0
    for s in range(ordered - 1):
        low += rows[s]
        low_bads += bads[s]
        high, high_bads = quantities - low, of_bads - low_bads
        if low <= 0 or high <= 0 or rows[s + 1] <= 0:
            continue
        rising = high_bads * low > low_bads * high
        if (rising and way < 0) or (not rising and way > 0):
            continue
        side, side_bads = (high, high_bads) if rising else (low, low_bads)
        gain = _gain(side + worse_rows, side_bads + worse_bads, all_rows, all_bads, least)
        if gain > best:
            best = gain
            upto = (1 << (s + 1)) - 1
            chosen = worse | ((1 << ordered) - 1 ^ upto if rising else upto)
    return best, chosen


@kernel
def _split_category(table: Floats, most: int, least: float) -> tuple[float, int]:
    """Best split of a category: the states with the highest bad rates from the rest."""
    rows, bads = table[0], table[1]
    all_rows, all_bads = rows.sum(), bads.sum()
    best, chosen = 0.0, 0
    if all_bads <= 0:
        return best, chosen
    key = np.full(32, 1.0)
    states, named = 0, 0
    for s in range(32):
        if rows[s] > 0:
            states += 1
            key[s] = -(bads[s] + 1) / (rows[s] + all_rows / all_bads)
    n, b, taken = 0.0, 0.0, 0
    for _ in range(32):
        s = int(key.argmin())
        if key[s] > 0:
            break
        key[s] = 1.0
        n, b, taken, named = n + rows[s], b + bads[s], taken | 1 << s, named + 1
        if min(named, states - named) > most:
            continue
        gain = _gain(n, b, all_rows, all_bads, least)
        if gain > best:
            best, chosen = gain, taken
    return best, chosen
