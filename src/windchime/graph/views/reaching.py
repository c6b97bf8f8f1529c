"""What lies around a node, hop by hop, within a number of nodes: hubs get a fair part, the strongest ties come first."""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.graph.nodes import Ints
from windchime.graph.views.rows import Rows, Wanted


@dataclass(frozen=True, slots=True)
class Reach:
    """The nodes around one, in the order in which they were reached."""

    #: (found,) the first is where it starts
    nodes: Ints
    #: (found,) hops from there
    hops: Ints
    #: (found,) ties it has among those looked at, and of these the ones in `ties`
    degree: Ints
    shown: Ints
    #: (shown,) between the found, strongest first
    ties: Ints
    #: whether something within the wished hops is missing for want of room
    truncated: bool


class Scratch(NamedTuple):
    """What a walk writes down; it is left as it was found."""

    #: (nodes / 8,) one bit a node: whether it was found. All zero between walks; small enough to stay near the processor
    bits: NDArray[np.uint8]
    #: (nodes,) of a found node its place among the found
    place: Ints

    @classmethod
    def of(cls, nodes: int) -> Self:
        """For a network of so many nodes."""
        return cls(np.zeros(nodes // 8 + 1, np.uint8), np.zeros(nodes, np.int32))


def reach(rows: Rows, node: int, hops: int, cap: int, most: int, wanted: Wanted, scratch: Scratch) -> Reach:
    """Walk outwards from a node until the hops or the room are used up.

    Nearer nodes come before farther ones. Within a hop the nodes reached last take turns: each brings, through its
    strongest tie left, one node not yet found; so a node with few ties is shown whole and the rest of the room is
    shared evenly among hubs. Of the ties between the nodes found those through which they were found are kept, and the
    strongest others.

    Args:
        rows: of the network.
        node: where to start.
        hops: how far, at least 0.
        cap: most nodes, the first included; at least 1.
        most: most ties; those through which nodes were found are kept even where they are more.
        wanted: the ties to walk.
        scratch: of this network; one walk uses it at a time.
    """
    nodes, steps, by = _outwards(rows, wanted, node, hops, cap, scratch)
    degree, shown, ties, truncated = _between(rows, wanted, nodes, steps, hops, scratch)
    ties.sort()
    if len(ties) > max(most, len(by)):
        through = np.isin(ties, by, assume_unique=True)
        through[np.flatnonzero(~through)[: max(most - len(by), 0)]] = True
        ties, truncated = ties[through], True
        shown = _ends(rows, nodes, ties)
    return Reach(nodes, steps, degree, shown, ties, bool(truncated))


def _ends(rows: Rows, nodes: Ints, ties: Ints) -> Ints:
    """How many of the ties each node is an end of; one to itself counts once."""
    source, target = rows.source[ties], rows.target[ties]
    ends = np.concatenate([source, target[source != target]])
    order = np.argsort(nodes)
    return np.bincount(order[np.searchsorted(nodes, ends, sorter=order)], minlength=len(nodes)).astype(np.int32)


@kernel
def _outwards(rows: Rows, wanted: Wanted, first: int, hops: int, cap: int, scratch: Scratch) -> tuple[Ints, Ints, Ints]:
    """The nodes, their hops, the ties to all but the first; all nodes found are noted in `scratch`."""
    found = np.empty(cap, np.int32)
    by = np.empty(cap, np.int32)
    steps = np.zeros(cap, np.int32)
    cursor = np.empty(cap, np.int64)
    active = np.empty(cap, np.int32)
    found[0] = first
    _note(scratch, first, 0)
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
                if count == cap:
                    break
                at = _next(rows, wanted, cursor[i], rows.start[found[i] + 1], scratch)
                cursor[i] = at + 1
                if at < 0:
                    continue
                found[count] = rows.other[at]
                by[count] = rows.tie[at]
                steps[count] = hop
                _note(scratch, found[count], count)
                count += 1
                active[left] = i
                left += 1
            living = left
        begin = end
    return found[:count].copy(), steps[:count].copy(), by[1:count].copy()


@kernel
def _note(scratch: Scratch, node: int, place: int) -> None:
    scratch.bits[node >> 3] |= np.uint8(1 << (node & 7))
    scratch.place[node] = place


@kernel
def _next(rows: Rows, wanted: Wanted, begin: int, end: int, scratch: Scratch) -> int:
    """The first place from `begin` on whose other end is not found yet; -1 where there is none."""
    other, kind, since, until, bits = rows.other, rows.kind, rows.since, rows.until, scratch.bits
    kinds, day, any_day, everything = wanted.kinds, wanted.day, wanted.is_any_day, wanted.is_everything
    for at in range(begin, end):
        is_found = (bits[other[at] >> 3] >> (other[at] & 7)) & 1
        if not is_found and (everything or (kinds[kind[at]] and (any_day or since[at] <= day <= until[at]))):
            return at
    return -1


@kernel
def _between(
    rows: Rows, wanted: Wanted, found: Ints, steps: Ints, hops: int, scratch: Scratch
) -> tuple[Ints, Ints, Ints, bool]:
    """Degrees, ties shown, the ties, whether any is missing within the hops; `scratch` is given back as it was."""
    start, other, kind, since, until = rows.start, rows.other, rows.kind, rows.since, rows.until
    kinds, day, any_day, everything = wanted.kinds, wanted.day, wanted.is_any_day, wanted.is_everything
    bits = scratch.bits
    degree = np.zeros(len(found), np.int32)
    shown = np.zeros(len(found), np.int32)
    ties = np.empty(4 * len(found), np.int32)
    count = 0
    truncated = False
    for i in range(len(found)):
        degree_of = shown_of = 0
        for at in range(start[found[i]], start[found[i] + 1]):
            if not (everything or (kinds[kind[at]] and (any_day or since[at] <= day <= until[at]))):
                continue
            degree_of += 1
            if not (bits[other[at] >> 3] >> (other[at] & 7)) & 1:
                continue
            shown_of += 1
            if scratch.place[other[at]] >= i:
                if count == len(ties):
                    ties = np.concatenate((ties, np.empty(count, np.int32)))
                ties[count] = rows.tie[at]
                count += 1
        degree[i], shown[i] = degree_of, shown_of
        truncated |= steps[i] < hops and shown_of < degree_of
    for v in found:
        scratch.bits[v >> 3] = 0
    return degree, shown, ties[:count].copy(), truncated
