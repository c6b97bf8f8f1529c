"""What lies around a node, hop by hop, within a number of nodes: hubs get a fair part, the strongest ties come first."""

from dataclasses import dataclass

import numpy as np

from windchime.graph.kernel import kernel
from windchime.graph.nodes import Ints
from windchime.graph.views.rows import Rows, Wanted, looked_at


@dataclass(frozen=True, slots=True)
class Reach:
    """The nodes around one, in the order in which they were reached."""

    #: (found,) the first is where it starts
    nodes: Ints
    #: (found,) hops from there
    hops: Ints
    #: (found,) ties it has among those looked at, and of these the ones whose both ends were found
    degree: Ints
    shown: Ints
    #: (ties between the found,), strongest first
    ties: Ints
    #: whether something within the wished hops was not found for want of room
    truncated: bool


def reach(rows: Rows, node: int, hops: int, cap: int, wanted: Wanted, place: Ints) -> Reach:
    """Walk outwards from a node until the hops or the room are used up.

    Nearer nodes come before farther ones. Within a hop the nodes reached last take turns: each brings, through its
    strongest tie left, one node not yet found; so a node with few ties is shown whole and the rest of the room is
    shared evenly among hubs.

    Args:
        rows: of the network.
        node: where to start.
        hops: how far, at least 0.
        cap: most nodes, the first included; at least 1.
        wanted: the ties to walk.
        place: (nodes,) of -1, scratch; it is given back as it was. One thread uses it at a time.
    """
    nodes, steps = _outwards(rows, wanted, node, hops, cap, place)
    degree, shown, ties, truncated = _between(rows, wanted, nodes, steps, hops, place)
    ties.sort()
    return Reach(nodes, steps, degree, shown, ties, bool(truncated))


@kernel
def _outwards(rows: Rows, wanted: Wanted, first: int, hops: int, cap: int, place: Ints) -> tuple[Ints, Ints]:
    """The nodes and their hops; `place` of each found node is set to its place among them."""
    found = np.empty(cap, np.int32)
    steps = np.zeros(cap, np.int32)
    cursor = np.empty(cap, np.int64)
    active = np.empty(cap, np.int32)
    found[0] = first
    place[first] = 0
    count, begin = 1, 0
    for hop in range(1, hops + 1):
        end = count
        living = end - begin
        for a in range(living):
            active[a] = begin + a
            cursor[begin + a] = rows.start[found[begin + a]]
        while living > 0 and count < cap:
            left = 0
            for i in active[:living].copy():
                at = _next(rows, wanted, cursor[i], rows.start[found[i] + 1], place)
                cursor[i] = at + 1
                if at < 0 or count == cap:
                    continue
                found[count] = rows.other[at]
                steps[count] = hop
                place[rows.other[at]] = count
                count += 1
                active[left] = i
                left += 1
            living = left
        begin = end
    return found[:count].copy(), steps[:count].copy()


@kernel
def _next(rows: Rows, wanted: Wanted, begin: int, end: int, place: Ints) -> int:
    """The first place from `begin` on whose other end is not found yet; -1 where there is none."""
    for at in range(begin, end):
        if place[rows.other[at]] < 0 and looked_at(rows, wanted, rows.tie[at]):
            return at
    return -1


@kernel
def _between(
    rows: Rows, wanted: Wanted, found: Ints, steps: Ints, hops: int, place: Ints
) -> tuple[Ints, Ints, Ints, bool]:
    """Degrees, ties shown, the ties, whether any is missing within the hops; `place` is given back as it was."""
    degree = np.zeros(len(found), np.int32)
    shown = np.zeros(len(found), np.int32)
    ties = np.empty(4 * len(found), np.int32)
    count = 0
    truncated = False
    for i in range(len(found)):
        for at in range(rows.start[found[i]], rows.start[found[i] + 1]):
            tie = rows.tie[at]
            if not looked_at(rows, wanted, tie):
                continue
            degree[i] += 1
            p = place[rows.other[at]]
            if p < 0:
                truncated |= steps[i] < hops
                continue
            shown[i] += 1
            if p >= i:
                if count == len(ties):
                    ties = np.concatenate((ties, np.empty(count, np.int32)))
                ties[count] = tie
                count += 1
    for v in found:
        place[v] = -1
    return degree, shown, ties[:count].copy(), truncated
