"""From the owners down: kernels that solve every company once and tell the shares that are asked for."""

from typing import NamedTuple

import numpy as np

from windchime.core.kernel import kernel
from windchime.graph.csr import Longs
from windchime.graph.nodes import Ints
from windchime.graph.ownership.loops import listed, single, solved
from windchime.graph.ownership.telling import Told, Worst, knotted, nothing_told, nothing_worse, tell
from windchime.graph.ownership.vectors import COMPANY, KNOT, Flags, Pool, Scratch, State, Web, gathered


class Swept(NamedTuple):
    """What a sweep leaves behind, beside the state."""

    pool: Pool
    fill: int
    groups: int
    told: Told
    #: companies that hold none, in their order
    leaves: Ints
    worst: Worst


@kernel
def owners_first(
    start: Longs,
    members: Ints,
    of: Ints,
    holds: Flags,
    web: Web,
    state: State,
    pool: Pool,
    fill: int,
    groups: int,
    room: Scratch,
    cut: float,
) -> Swept:
    """Solve components, owners first; companies in no loop that hold none are only listed, for `leaves_told`.

    Args:
        start: (components + 1,) where each begins in `members`.
        members: the nodes of each.
        of: (nodes,) a number of each node's component.
        holds: (nodes,) whether a node holds companies.
        web: the stakes.
        state: of all that was solved before; extended.
        pool: lists of all that was solved before, of which `fill` places are used; copied when it grows.
        fill: places of the pool in use.
        groups: groups of knots so far.
        room: scratch.
        cut: shares from this on are told.

    Raises:
        OverflowError: there is no room for the system that a loop is.
    """
    told, worst = nothing_told(), nothing_worse()
    leaves = np.empty(len(members), np.int32)
    left = 0
    for c in range(len(start) - 1):
        loop = members[start[c] : start[c + 1]]
        company = loop[0]
        if state.kind[company] != COMPANY:
            continue
        if len(loop) > 1:
            pool, fill, groups, rounds = solved(loop, of, web, state, pool, fill, groups, room)
            worst.rounds[0] = max(worst.rounds[0], rounds)
        elif holds[company]:
            n = gathered(company, web, state, pool, room)
            pool, groups = single(company, n, pool, fill, groups, state, room)
            fill += n
        else:
            leaves[left] = company
            left += 1
            continue
        for member in loop:
            if state.kind[member] == KNOT:
                told = knotted(member, cut, state, pool, room, told)
        for member in loop:
            if state.kind[member] == COMPANY:
                told = tell(member, listed(member, state, pool, room), cut, state, pool, room, told, worst)
    return Swept(pool, fill, groups, told, leaves[:left].copy(), worst)


@kernel
def leaves_told(companies: Ints, web: Web, state: State, pool: Pool, room: Scratch, cut: float) -> tuple[Told, Worst]:
    """Companies that hold none: nothing of them is kept but what is told. Calls over disjoint companies may run at once."""
    told, worst = nothing_told(), nothing_worse()
    for company in companies:
        n = gathered(company, web, state, pool, room)
        told = tell(company, n, cut, state, pool, room, told, worst)
    return told, worst
