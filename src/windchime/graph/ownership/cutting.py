"""Kernels that cut a loop open: a few companies without which no company of it stands behind itself (a feedback vertex set).

Found greedily, the company with the most stakes in and out of what is still closed first; what is no longer on a circle
falls away after each. The fewer are cut, the smaller the linear system; that the set is least is not needed.
"""

import numpy as np

from windchime.core.kernel import kernel
from windchime.graph.csr import Longs
from windchime.graph.nodes import Ints
from windchime.graph.ownership.vectors import Flags, Web

#: numbers of all linear systems together, 0.2 GB and half a minute: five thousand companies cut out of one loop. Registers
#: stay far below; companies that hold each other at random do not
MOST = 25_000_000


@kernel
def opened(loop: Ints, of: Ints, web: Web, place: Ints) -> tuple[Ints, Ints]:
    """The members that are cut, and the others in an order in which owners come before what they hold.

    Args:
        loop: the members of one component.
        of: (nodes,) the component of each.
        web: the stakes; those of a company in itself do not count.
        place: (nodes,) scratch.

    Raises:
        OverflowError: more must be cut than a system has room for.
    """
    start, owners = _within(loop, of, web, place)
    back, held = _turned(start, owners)
    cut = _cut(start, owners, back, held)
    return loop[cut], loop[_ordered(cut, start, owners, back, held)]


@kernel
def _within(loop: Ints, of: Ints, web: Web, place: Ints) -> tuple[Longs, Ints]:
    """By company, its owners in the loop, by their place in it."""
    size = len(loop)
    for k in range(size):
        place[loop[k]] = k
    start = np.zeros(size + 1, np.int64)
    for k in range(size):
        start[k + 1] = start[k]
        for e in range(web.start[loop[k]], web.start[loop[k] + 1]):
            owner = web.owner[e]
            start[k + 1] += of[owner] == of[loop[k]] and owner != loop[k]
    owners = np.empty(start[size], np.int32)
    at = 0
    for k in range(size):
        for e in range(web.start[loop[k]], web.start[loop[k] + 1]):
            owner = web.owner[e]
            if of[owner] == of[loop[k]] and owner != loop[k]:
                owners[at] = place[owner]
                at += 1
    return start, owners


@kernel
def _turned(start: Longs, target: Ints) -> tuple[Longs, Ints]:
    size = len(start) - 1
    back = np.zeros(size + 1, np.int64)
    for t in target:
        back[t + 1] += 1
    for k in range(size):
        back[k + 1] += back[k]
    at = back[:-1].copy()
    source = np.empty(len(target), np.int32)
    for k in range(size):
        for e in range(start[k], start[k + 1]):
            source[at[target[e]]] = k
            at[target[e]] += 1
    return back, source


@kernel
def _cut(start: Longs, owners: Ints, back: Longs, held: Ints) -> Flags:
    size = len(start) - 1
    into, out = start[1:] - start[:-1], back[1:] - back[:-1]
    gone, cut = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    stack = np.empty(size, np.int32)
    left = size
    cuts = 0
    while left > 0:
        best = 0
        most = -1
        for k in range(size):
            if not gone[k] and into[k] * out[k] > most:
                best, most = k, into[k] * out[k]
        cut[best] = most > 0
        cuts += most > 0
        if cuts * cuts > MOST:
            raise OverflowError
        gone[best] = True
        stack[0] = best
        waiting = 1
        while waiting > 0:
            waiting -= 1
            left -= 1
            k = stack[waiting]
            for e in range(start[k], start[k + 1]):
                out[owners[e]] -= 1
                if out[owners[e]] == 0 and not gone[owners[e]]:
                    gone[owners[e]] = True
                    stack[waiting] = owners[e]
                    waiting += 1
            for e in range(back[k], back[k + 1]):
                into[held[e]] -= 1
                if into[held[e]] == 0 and not gone[held[e]]:
                    gone[held[e]] = True
                    stack[waiting] = held[e]
                    waiting += 1
    return cut


@kernel
def _ordered(cut: Flags, start: Longs, owners: Ints, back: Longs, held: Ints) -> Ints:
    """Those not cut, each after its owners among them."""
    size = len(cut)
    waits = np.zeros(size, np.int32)
    order = np.empty(size, np.int32)
    n = 0
    for k in range(size):
        for e in range(start[k], start[k + 1]):
            waits[k] += not cut[owners[e]]
        if waits[k] == 0 and not cut[k]:
            order[n] = k
            n += 1
    at = 0
    while at < n:
        for e in range(back[order[at]], back[order[at] + 1]):
            waits[held[e]] -= 1
            if waits[held[e]] == 0 and not cut[held[e]]:
                order[n] = held[e]
                n += 1
        at += 1
    return order[:n]
