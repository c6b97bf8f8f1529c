"""The shortest way from one node to another along ties, whatever their direction; of the shortest the one that means most."""

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.graph.nodes import Ints
from windchime.graph.views.rows import Rows, Wanted


def walk(rows: Rows, a: int, b: int, longest: int, hub: int, wanted: Wanted) -> Ints | None:
    """The ties from one node to another, in order; None where there are more than `longest` between them.

    Walks from both ends, each time from the one with fewer ties at its border. Of ways of equal length that one is
    taken whose kinds of tie come first in their order, summed up.

    Args:
        rows: of the network.
        a: one end.
        b: the other.
        longest: most ties of a way.
        hub: a node of more ties is passed through by no way.
        wanted: the ties that may be walked.
    """
    if a == b:
        return np.empty(0, np.int32)
    by = np.empty((2, len(rows.start) - 1), np.int32)
    found = _walk(rows, wanted, a, b, longest, hub, by)
    if found < 0:
        return None
    return np.array(
        [*reversed(_back(rows, int(found), a, by[0])), *_back(rows, int(found), b, by[1])],
        np.int32,
    )


def _back(rows: Rows, node: int, end: int, by: Ints) -> list[int]:
    ties = []
    while node != end:
        tie = int(by[node])
        ties.append(tie)
        node = int(rows.source[tie]) if rows.target[tie] == node else int(rows.target[tie])
    return ties


@kernel
def _walk(rows: Rows, wanted: Wanted, a: int, b: int, longest: int, hub: int, by: NDArray[np.int32]) -> int:
    """The node where the walks from both ends meet, -1 where they do not; `by` says how each node was come by."""
    nodes = by.shape[1]
    level = np.full((2, nodes), -1, np.int32)
    cost = np.empty((2, nodes), np.int32)
    queue = np.empty((2, nodes), np.int32)
    head, tail = np.zeros(2, np.int64), np.ones(2, np.int64)
    queue[0, 0], queue[1, 0] = a, b
    level[0, a] = level[1, b] = cost[0, a] = cost[1, b] = 0
    work = np.array([rows.start[a + 1] - rows.start[a], rows.start[b + 1] - rows.start[b]])
    depth = np.zeros(2, np.int64)
    while depth[0] + depth[1] < longest:
        s = 0 if work[0] <= work[1] else 1
        if head[s] == tail[s]:
            return -1
        depth[s] += 1
        end = tail[s]
        for q in range(head[s], end):
            v = queue[s, q]
            if depth[s] == 1 or rows.start[v + 1] - rows.start[v] <= hub:
                tail[s] = _step(rows, wanted, v, depth[s], level[s], cost[s], by[s], queue[s], tail[s])
        head[s] = end
        work[s] = 0
        meet = -1
        for w in queue[s, end : tail[s]]:
            degree = rows.start[w + 1] - rows.start[w]
            work[s] += degree
            if level[1 - s, w] < 0 or (degree > hub and w not in (a, b)):
                continue
            if meet < 0 or cost[0, w] + cost[1, w] < cost[0, meet] + cost[1, meet]:
                meet = w
        if meet >= 0:
            return meet
    return -1


@kernel
def _step(
    rows: Rows, wanted: Wanted, v: int, depth: int, level: Ints, cost: Ints, by: Ints, queue: Ints, tail: int
) -> int:
    """From one node to its neighbours: those not yet met join the queue, those met at this depth may become cheaper."""
    other, kind, since, until = rows.other, rows.kind, rows.since, rows.until
    kinds, day, any_day = wanted.kinds, wanted.day, wanted.is_any_day
    for at in range(rows.start[v], rows.start[v + 1]):
        w, price = other[at], cost[v] + kind[at] + 1
        is_settled = level[w] >= 0 and (level[w] != depth or price >= cost[w])
        if is_settled or not (kinds[kind[at]] and (any_day or since[at] <= day <= until[at])):
            continue
        if level[w] < 0:
            level[w] = depth
            queue[tail] = w
            tail += 1
        cost[w] = price
        by[w] = rows.tie[at]
    return tail
