"""Who stands behind a company, as a short list of symbols with weights: kernels that gather, expand and keep such lists.

A symbol is an ultimate owner or a *knot*: a company that lists further down refer to by name instead of repeating what
stands behind it. Nothing is dropped, so a list is exact however long the chains are; `expanded` replaces its knots by
ultimate owners. Knots come in groups, numbered owners first: one company whose list is long, or a loop. In a loop the
rows `R` say what stands behind each member outside the loop, and `V = (I - M)^-1`, `M` what they are of each other; `V R` is
what stands behind each member in all.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.graph.csr import Floats, Longs
from windchime.graph.nodes import Ints

Bytes = NDArray[np.int8]
Flags = NDArray[np.bool_]

#: what a node is: a company whose list is kept, an ultimate owner, a knot, one whom nobody outside its
#: loop holds, one left out
COMPANY, ULTIMATE, KNOT, NOBODYS, LEFT_OUT = 0, 1, 2, 3, 4
#: so many distinct symbols are looked for one by one, more through an array over all nodes
FEW = 48


class Web(NamedTuple):
    """The stakes, by company; (nodes + 1,), (stakes,), (stakes,)."""

    start: Longs
    owner: Ints
    share: Floats


class State(NamedTuple):
    """What is known of each node; filled owners first."""

    #: (nodes,) see COMPANY …
    kind: Bytes
    #: (nodes,) where a list stands in the pool, and its length; of a knot its row of `R`
    at: Longs
    length: Ints
    #: (nodes,) undisclosed, owned by orphan loops, and owned by ultimate owners, added up from the lists themselves
    hidden: Floats
    orphaned: Floats
    owned: Floats
    #: (nodes,) of a knot: its group
    group: Ints
    #: (nodes,) of a knot: the largest share that anyone has in it; of an ultimate owner: the largest it has in any knot
    reach: Floats
    #: (nodes,) members of the groups; (groups + 1,) where each begins; (groups,) where its V begins
    members: Ints
    member_start: Longs
    inverse_at: Longs


class Scratch(NamedTuple):
    """Room of one thread; `sum` is zero between calls."""

    #: (nodes,)
    sum: Floats
    symbol: Ints
    weight: Floats
    #: (groups,) zero between calls
    pending: Bytes
    todo: Ints
    #: (members of the largest loop,)
    row: Floats
    #: (nodes,) where a knot stands in its group, while that is made
    place: Ints


class Pool(NamedTuple):
    """Lists, one after the other, and the matrices V of groups."""

    symbol: Ints
    weight: Floats
    inverse: Floats


@kernel
def gathered(company: int, web: Web, state: State, pool: Pool, room: Scratch) -> int:
    """List in `room` who stands behind a company through its owners, and set its undisclosed and orphaned part.

    What a company holds of itself is divided out. Owners that are knots count by name; while a loop is being solved,
    nothing is known yet of its knots' undisclosed part, which is 0 then.

    Returns:
        the length of the list.
    """
    first, last = web.start[company], web.start[company + 1]
    told = hidden = orphaned = own = 0.0
    size = 0
    for e in range(first, last):
        owner = web.owner[e]
        kind = state.kind[owner]
        size += state.length[owner] if kind == COMPANY else 1
    dense = size > FEW
    n = 0
    for e in range(first, last):
        owner, share = web.owner[e], web.share[e]
        told += share
        if share == 0.0:
            continue
        kind = state.kind[owner]
        if kind == ULTIMATE:
            n = _add(owner, share, n, dense, room)
            continue
        if owner == company:
            own = share
            continue
        hidden += share * state.hidden[owner]
        orphaned += share * state.orphaned[owner]
        if kind == KNOT:
            n = _add(owner, share, n, dense, room)
        elif kind == COMPANY:
            n = _add_list(owner, share, n, dense, state, pool, room)
    if dense:
        _settle(n, room)
    rest = 1.0 / (1.0 - own)
    state.hidden[company] = (hidden + 1.0 - told) * rest
    if orphaned != 0.0:  # seldom: the array stays untouched, and takes no memory, where there is no orphan loop
        state.orphaned[company] = orphaned * rest
    if own > 0.0:
        for i in range(n):
            room.weight[i] *= rest
    return n


@kernel
def _add(symbol: int, weight: float, n: int, dense: bool, room: Scratch) -> int:
    if dense:
        if room.sum[symbol] == 0.0:
            room.symbol[n] = symbol
            n += 1
        room.sum[symbol] += weight
        return n
    for i in range(n):
        if room.symbol[i] == symbol:
            room.weight[i] += weight
            return n
    room.symbol[n] = symbol
    room.weight[n] = weight
    return n + 1


@kernel
def _add_list(owner: int, share: float, n: int, dense: bool, state: State, pool: Pool, room: Scratch) -> int:
    for i in range(state.at[owner], state.at[owner] + state.length[owner]):
        n = _add(pool.symbol[i], share * pool.weight[i], n, dense, room)
    return n


@kernel
def _settle(n: int, room: Scratch) -> None:
    for i in range(n):
        room.weight[i] = room.sum[room.symbol[i]]
        room.sum[room.symbol[i]] = 0.0


@kernel
def expanded(n: int, state: State, pool: Pool, room: Scratch) -> int:
    """Replace the knots in a list of `room` by the ultimate owners behind them, the last groups first.

    Returns:
        the length of the list, of ultimate owners only.
    """
    groups = 0
    for i in range(n):
        room.sum[room.symbol[i]] = room.weight[i]
        groups = _remember(room.symbol[i], groups, state, room)
    while groups > 0:
        best = 0
        for i in range(1, groups):
            if room.todo[i] > room.todo[best]:
                best = i
        group = room.todo[best]
        groups -= 1
        room.todo[best] = room.todo[groups]
        room.pending[group] = 0
        first, last = state.member_start[group], state.member_start[group + 1]
        _through(first, last, state.inverse_at[group], state, pool, room)
        for m in range(first, last):
            weight = room.row[m - first]
            if weight == 0.0:
                continue
            at = state.at[state.members[m]]
            for i in range(at, at + state.length[state.members[m]]):
                symbol = pool.symbol[i]
                if room.sum[symbol] == 0.0:
                    room.symbol[n] = symbol
                    n += 1
                    groups = _remember(symbol, groups, state, room)
                room.sum[symbol] += weight * pool.weight[i]
    kept = 0
    for i in range(n):
        symbol = room.symbol[i]
        if room.sum[symbol] != 0.0:
            room.symbol[kept] = symbol
            room.weight[kept] = room.sum[symbol]
            room.sum[symbol] = 0.0
            kept += 1
    return kept


@kernel
def _remember(symbol: int, groups: int, state: State, room: Scratch) -> int:
    if state.kind[symbol] != KNOT or room.pending[state.group[symbol]] == 1:
        return groups
    room.pending[state.group[symbol]] = 1
    room.todo[groups] = state.group[symbol]
    return groups + 1


@kernel
def _through(first: int, last: int, at: int, state: State, pool: Pool, room: Scratch) -> None:
    """The weights of a group's members, taken out of the sums, times V."""
    size = last - first
    room.row[:size] = 0.0
    for m in range(size):
        knot = state.members[first + m]
        weight = room.sum[knot]
        if weight != 0.0:
            room.sum[knot] = 0.0
            line = at + m * size
            for c in range(size):
                room.row[c] += weight * pool.inverse[line + c]
