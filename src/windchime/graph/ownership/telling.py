"""Kernels that add up a list and tell the shares in it that are large enough."""

from typing import NamedTuple

import numpy as np

from windchime.core.kernel import kernel
from windchime.graph.csr import Floats, Longs
from windchime.graph.nodes import Ints
from windchime.graph.ownership.vectors import KNOT, ULTIMATE, Pool, Scratch, State, expanded


class Told(NamedTuple):
    """Shares of ultimate owners in companies, and how many places are used."""

    owner: Ints
    company: Ints
    share: Floats
    used: Longs


class Worst(NamedTuple):
    """What a run notes about itself, (1,) each."""

    #: the largest disagreement of two ways to add up one company
    gap: Floats
    #: the largest sum of a row of V: how many times over a share goes around a loop
    rounds: Floats
    #: lists whose knots were replaced
    expanded: Longs


@kernel
def nothing_told() -> Told:
    """Room for the first shares."""
    return Told(np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024), np.zeros(1, np.int64))


@kernel
def nothing_worse() -> Worst:
    """Before a run."""
    return Worst(np.zeros(1), np.zeros(1), np.zeros(1, np.int64))


@kernel
def tell(company: int, n: int, cut: float, state: State, pool: Pool, room: Scratch, told: Told, worst: Worst) -> Told:
    """Add up the list in `room`, and tell its shares of at least `cut` (above 0).

    Knots are replaced only where an owner behind them can reach `cut`: nobody has more of a company through knots than
    the largest share that anyone has in any of them, weighted.
    """
    owned = through = ceiling = 0.0
    for i in range(n):
        weight = room.weight[i]
        if state.kind[room.symbol[i]] == KNOT:
            through += weight
            owned += weight * state.owned[room.symbol[i]]
            ceiling += weight * state.reach[room.symbol[i]]
        else:
            owned += weight
    state.owned[company] = owned
    if through > 0.0:
        wanted = ceiling >= cut
        for i in range(n):
            reach = state.reach[room.symbol[i]]
            if state.kind[room.symbol[i]] == ULTIMATE and reach > 0.0:
                wanted = wanted or room.weight[i] + min(through * reach, ceiling) >= cut
        if wanted:
            n = expanded(n, state, pool, room)
            worst.expanded[0] += 1
            worst.gap[0] = max(worst.gap[0], abs(_total(n, room) - owned))
    return _told(company, n, cut, state, room, told)


@kernel
def knotted(company: int, cut: float, state: State, pool: Pool, room: Scratch, told: Told) -> Told:
    """Replace a knot itself by the ultimate owners behind it; set what it is to those further down; tell its shares."""
    room.symbol[0] = company
    room.weight[0] = 1.0
    n = expanded(1, state, pool, room)
    state.owned[company] = _total(n, room)
    top = 0.0
    for i in range(n):
        top = max(top, room.weight[i])
        state.reach[room.symbol[i]] = max(state.reach[room.symbol[i]], room.weight[i])
    state.reach[company] = top
    return _told(company, n, cut, state, room, told)


@kernel
def _total(n: int, room: Scratch) -> float:
    total = 0.0
    for i in range(n):
        total += room.weight[i]
    return total


@kernel
def _told(company: int, n: int, cut: float, state: State, room: Scratch, told: Told) -> Told:
    used = told.used[0]
    if used + n > len(told.owner):
        told = _grown(told, 3 * (used + n) // 2)
    for i in range(n):
        if room.weight[i] >= cut and room.weight[i] > 0.0 and state.kind[room.symbol[i]] == ULTIMATE:
            told.owner[used] = room.symbol[i]
            told.company[used] = company
            told.share[used] = room.weight[i]
            used += 1
    told.used[0] = used
    return told


@kernel
def _grown(told: Told, places: int) -> Told:
    owner, company, share = np.empty(places, np.int32), np.empty(places, np.int32), np.empty(places)
    used = told.used[0]
    owner[:used] = told.owner[:used]
    company[:used] = told.company[:used]
    share[:used] = told.share[:used]
    return Told(owner, company, share, told.used)
