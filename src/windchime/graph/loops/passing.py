"""Accounts that money only passes: what comes in goes out within days, and nothing stays."""

from dataclasses import dataclass

import numpy as np

from windchime.core.kernel import kernel
from windchime.graph.csr import Csr, Longs, csr
from windchime.graph.loops.kernels import in_time
from windchime.graph.loops.transfers import DAY_US, Transfers
from windchime.graph.nodes import Ints


@dataclass(frozen=True, slots=True)
class Passing:
    """By node; fen."""

    #: what came in, what went out, and what of the former went out within the time, first in first out
    came: Longs
    went: Longs
    passed: Longs
    #: transfers in
    count: Longs


def passing(transfers: Transfers, hold_days: int) -> Passing:
    """What passes each account within some days.

    Money that was there before the first transfer is not known: transfers out that no transfer in covers pass nothing.
    """
    nodes = len(transfers.nodes)
    out, into = (
        _by_time(nodes, key, other, transfers.at)
        for key, other in ((transfers.payer, transfers.payee), (transfers.payee, transfers.payer))
    )
    passed = _passed(
        out.start,
        transfers.at[out.edge],
        transfers.amount[out.edge],
        into.start,
        transfers.at[into.edge],
        transfers.amount[into.edge],
        hold_days * DAY_US,
    )
    came, went = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    np.add.at(came, transfers.payee, transfers.amount)
    np.add.at(went, transfers.payer, transfers.amount)
    return Passing(came, went, passed, np.diff(into.start))


def _by_time(nodes: int, key: Ints, other: Ints, at: Longs) -> Csr:
    grouped = csr(nodes, key, other)
    in_time(grouped.start, grouped.edge, grouped.target, at)
    return grouped


@kernel
def _passed(start: Longs, at: Longs, fen: Longs, in_start: Longs, in_at: Longs, in_fen: Longs, hold: int) -> Longs:
    passed = np.zeros(len(start) - 1, np.int64)
    for v in range(len(start) - 1):
        place = in_start[v]
        left = in_fen[place] if place < in_start[v + 1] else 0
        for o in range(start[v], start[v + 1]):
            wanted = fen[o]
            while wanted > 0 and place < in_start[v + 1] and in_at[place] <= at[o]:
                taken = min(wanted, left)
                if at[o] - in_at[place] <= hold:
                    passed[v] += taken
                wanted -= taken
                left -= taken
                if left == 0:
                    place += 1
                    left = in_fen[place] if place < in_start[v + 1] else 0
    return passed
