"""Payments of guarantors on given calls: levels of debts rise until each is paid or every guarantor is at its most."""

import numpy as np

from windchime.core.kernel import kernel
from windchime.graph.csr import Floats, Longs
from windchime.graph.guarantees.web import Bools
from windchime.graph.nodes import Ints

#: sweeps after which levels that still creep are taken as they are; what they lack is below a hundredth of a yuan
SWEEPS = 10_000


def cleared(
    start: Longs,
    promise: Longs,
    guarantor: Ints,
    most: Floats,
    weight: Floats,
    takes_over: Bools,
    unpaid: Floats,
    buffer: Floats,
) -> tuple[Floats, Floats]:
    """The least calls and greatest payments that fit together.

    A promise of weight `w` is called for `min(most, w · level)` of its debt. At first the level is such that calls make up
    what is unpaid, as far as amounts reach. A guarantor called for more than its buffer pays the same fraction of each
    call. Where payments on a debt fall short, the level of those that take over rises.

    Args:
        start: (debts + 1,) and
        promise: (promises,): the promises of each debt.
        guarantor: (promises,).
        most: (promises,) yuan.
        weight: (promises,) above 0.
        takes_over: (promises,) whether it is called for more than its share where others cannot pay.
        unpaid: (debts,) yuan.
        buffer: (parties,) yuan.

    Returns:
        called and paid, (promises,) yuan.
    """
    called = _first(start, promise, most, weight, unpaid)
    paid = _settled(start, promise, guarantor, most, weight, takes_over, unpaid, buffer, called, SWEEPS)
    return called, paid


@kernel
def _first(start: Longs, promise: Longs, most: Floats, weight: Floats, unpaid: Floats) -> Floats:
    called = np.zeros(len(most))
    for d in range(len(start) - 1):
        if unpaid[d] <= 0.0:
            continue
        total = 0.0
        for at in range(start[d], start[d + 1]):
            total += weight[promise[at]]
        for at in range(start[d], start[d + 1]):
            p = promise[at]
            called[p] = min(most[p], unpaid[d] * weight[p] / total)
    return called


@kernel
def _settled(
    start: Longs,
    promise: Longs,
    guarantor: Ints,
    most: Floats,
    weight: Floats,
    takes_over: Bools,
    unpaid: Floats,
    buffer: Floats,
    called: Floats,
    sweeps: int,
) -> Floats:
    parties = len(buffer)
    debts = len(start) - 1
    fraction = np.ones(parties)
    total = np.zeros(parties)
    for _sweep in range(sweeps):
        _fractions(guarantor, buffer, called, total, fraction)
        moved = 0.0
        for d in range(debts):
            if unpaid[d] > 0.0:
                mine = promise[start[d] : start[d + 1]]
                moved += _raised(mine, guarantor, most, weight, takes_over, unpaid[d], fraction, called)
        if moved < 1e-6:
            break
    _fractions(guarantor, buffer, called, total, fraction)
    paid = np.zeros(len(called))
    for p in range(len(called)):
        paid[p] = fraction[guarantor[p]] * called[p]
    return paid


@kernel
def _fractions(guarantor: Ints, buffer: Floats, called: Floats, total: Floats, fraction: Floats) -> None:
    """What part of its calls each guarantor can pay."""
    total[:] = 0.0
    for p in range(len(called)):
        total[guarantor[p]] += called[p]
    for g in range(len(buffer)):
        if total[g] > buffer[g]:
            fraction[g] = min(fraction[g], buffer[g] / total[g])


@kernel
def _raised(
    mine: Longs,
    guarantor: Ints,
    most: Floats,
    weight: Floats,
    takes_over: Bools,
    unpaid: float,
    fraction: Floats,
    called: Floats,
) -> float:
    """Raise the level of one debt's promises that take over, until it is paid or all are at their most; how far it rose."""
    short = unpaid
    for p in mine:
        short -= fraction[guarantor[p]] * called[p]
    moved = 0.0
    while short > 1e-9 * unpaid:
        slope, room = 0.0, np.inf
        for p in mine:
            if takes_over[p] and called[p] < most[p]:
                slope += fraction[guarantor[p]] * weight[p]
                room = min(room, (most[p] - called[p]) / weight[p])
        if room == np.inf:
            break
        step = min(room, short / slope) if slope > 0.0 else room
        for p in mine:
            if takes_over[p] and called[p] < most[p]:
                called[p] = most[p] if step * weight[p] >= most[p] - called[p] else called[p] + step * weight[p]
        short -= step * slope
        moved += step
    return moved
