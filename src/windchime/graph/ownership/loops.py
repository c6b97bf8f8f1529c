"""Kernels that solve a loop: companies that own parts of each other, directly or through one another, as one linear system.

The matrix `I - M` of a loop is an M-matrix with column sums of at most one, not all of them; LU without fear of growth.
"""

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.graph.nodes import Ints
from windchime.graph.ownership.cutting import MOST, opened
from windchime.graph.ownership.vectors import COMPANY, KNOT, Pool, Scratch, State, Web, gathered

#: a list longer than this is kept once: its company is a knot for all further down
LONG = 256

Square = NDArray[np.float64]


@kernel
def kept(company: int, n: int, pool: Pool, fill: int, state: State, room: Scratch) -> Pool:
    """Keep the list in `room` at the end of the pool."""
    if fill + n > len(pool.symbol):
        places = 3 * (fill + n) // 2
        symbol, weight = np.empty(places, np.int32), np.empty(places)
        symbol[:fill] = pool.symbol[:fill]
        weight[:fill] = pool.weight[:fill]
        pool = Pool(symbol, weight, pool.inverse)
    pool.symbol[fill : fill + n] = room.symbol[:n]
    pool.weight[fill : fill + n] = room.weight[:n]
    state.at[company] = fill
    state.length[company] = n
    return pool


@kernel
def solved(
    loop: Ints, of: Ints, web: Web, state: State, pool: Pool, fill: int, groups: int, room: Scratch
) -> tuple[Pool, int, int, float]:
    """Solve a loop: it is cut open, the companies cut are symbols to the others, and what stands behind them is one system.

    Where few stand behind the loop, the lists of all members name owners outside it; else those cut stay knots.

    Returns:
        pool, fill, groups as they are now, and the largest sum of a row of V.

    Raises:
        OverflowError: there is no room for the system.
    """
    cut, others = opened(loop, of, web, state.group)
    knots = np.empty(len(loop), np.int32)
    apart = np.zeros((len(loop), 2))
    size = len(cut)
    knots[:size] = cut
    for knot in cut:
        state.kind[knot] = KNOT
        state.group[knot] = groups
    for company in others:
        n = gathered(company, web, state, pool, room)
        pool = kept(company, n, pool, fill, state, room)
        fill += n
        if n > LONG:
            state.kind[company] = KNOT
            state.group[company] = groups
            knots[size] = company
            _set_apart(company, size, apart, state)
            size += 1
    if state.inverse_at[groups] + size * size > MOST:
        raise OverflowError
    pool, fill, matrix = _rows(knots[:size], len(cut), groups, apart, web, state, pool, fill, room)
    inverse = np.linalg.inv(matrix)
    whole = inverse @ apart[:size]
    for k in range(size):
        state.hidden[knots[k]], state.orphaned[knots[k]] = whole[k, 0], whole[k, 1]
    rows = 0
    for knot in knots[:size]:
        rows += state.length[knot]
    if rows <= LONG:
        pool, fill = _substituted(knots[:size], inverse, state, pool, fill, room)
        for company in others:
            n = gathered(company, web, state, pool, room)
            pool = kept(company, n, pool, fill, state, room)
            fill += n
    else:
        for company in others:
            if state.kind[company] != KNOT:
                _completed(company, groups, state, pool)
        pool = _grouped(knots[:size], inverse, groups, state, pool)
        groups += 1
    rounds = 0.0
    for k in range(size):
        rounds = max(rounds, inverse[k].sum())
    return pool, fill, groups, rounds


@kernel
def _rows(
    knots: Ints, cut: int, group: int, apart: Square, web: Web, state: State, pool: Pool, fill: int, room: Scratch
) -> tuple[Pool, int, Square]:
    """What stands behind each knot: outside the loop as its list, within it as a row of `I - M`."""
    size = len(knots)
    matrix = np.eye(size)
    for k in range(size):
        room.place[knots[k]] = k
    for k in range(size):
        knot = knots[k]
        if k < cut:
            n = gathered(knot, web, state, pool, room)
            _set_apart(knot, k, apart, state)
        else:
            n = listed(knot, state, pool, room)
        rest = 0
        for i in range(n):
            symbol = room.symbol[i]
            if state.kind[symbol] == KNOT and state.group[symbol] == group:
                matrix[k, room.place[symbol]] -= room.weight[i]
            else:
                room.symbol[rest] = symbol
                room.weight[rest] = room.weight[i]
                rest += 1
        pool = kept(knot, rest, pool, fill, state, room)
        fill += rest
    return pool, fill, matrix


@kernel
def _completed(company: int, group: int, state: State, pool: Pool) -> None:
    """Add what came through the knots of its own loop to a company's undisclosed and orphaned parts."""
    at = state.at[company]
    for i in range(at, at + state.length[company]):
        symbol = pool.symbol[i]
        if state.kind[symbol] == KNOT and state.group[symbol] == group:
            state.hidden[company] += pool.weight[i] * state.hidden[symbol]
            state.orphaned[company] += pool.weight[i] * state.orphaned[symbol]


@kernel
def _grouped(knots: Ints, inverse: Square, group: int, state: State, pool: Pool) -> Pool:
    """Make the knots a group, their V kept row by row."""
    size = len(knots)
    first, at = state.member_start[group], state.inverse_at[group]
    if at + size * size > len(pool.inverse):
        grown = np.empty(2 * (at + size * size))
        grown[:at] = pool.inverse[:at]
        pool = Pool(pool.symbol, pool.weight, grown)
    for k in range(size):
        state.members[first + k] = knots[k]
        pool.inverse[at + k * size : at + (k + 1) * size] = inverse[k]
    state.member_start[group + 1] = first + size
    state.inverse_at[group + 1] = at + size * size
    return pool


@kernel
def single(company: int, n: int, pool: Pool, fill: int, groups: int, state: State, room: Scratch) -> tuple[Pool, int]:
    """Keep the list of a company in no loop; a long one makes it a knot.

    Returns:
        the pool, and groups as they are now.
    """
    pool = kept(company, n, pool, fill, state, room)
    if n <= LONG:
        return pool, groups
    state.kind[company] = KNOT
    state.group[company] = groups
    return _grouped(np.array([company], np.int32), np.eye(1), groups, state, pool), groups + 1


@kernel
def listed(company: int, state: State, pool: Pool, room: Scratch) -> int:
    """Bring a kept list back into `room`."""
    at, n = state.at[company], int(state.length[company])
    room.symbol[:n] = pool.symbol[at : at + n]
    room.weight[:n] = pool.weight[at : at + n]
    return n


@kernel
def _set_apart(knot: int, k: int, apart: Square, state: State) -> None:
    """Undisclosed and orphaned parts of a knot from outside the loop, until those from within are known too."""
    apart[k, 0], apart[k, 1] = state.hidden[knot], state.orphaned[knot]
    state.hidden[knot] = state.orphaned[knot] = 0.0


@kernel
def _substituted(knots: Ints, inverse: Square, state: State, pool: Pool, fill: int, room: Scratch) -> tuple[Pool, int]:
    """The knots as ordinary companies: V times the rows is the list of each."""
    size = len(knots)
    at, length = np.empty(size, np.int64), np.empty(size, np.int32)
    for k in range(size):
        at[k], length[k] = state.at[knots[k]], state.length[knots[k]]
    for k in range(size):
        n = 0
        for c in range(size):
            for i in range(at[c], at[c] + length[c]):
                symbol = pool.symbol[i]
                if room.sum[symbol] == 0.0:
                    room.symbol[n] = symbol
                    n += 1
                room.sum[symbol] += inverse[k, c] * pool.weight[i]
        for i in range(n):
            room.weight[i] = room.sum[room.symbol[i]]
            room.sum[room.symbol[i]] = 0.0
        pool = kept(knots[k], n, pool, fill, state, room)
        fill += n
        state.kind[knots[k]] = COMPANY
    return pool, fill
