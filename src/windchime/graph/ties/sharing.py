"""Pairs of firms that share clues: the product of a sparse table of firms and clues with itself, row by row.

Each shared clue counts 1 / log2(1 + d), d the firms that have it, after Adamic and Adar (2003, Social Networks 25:211), who
divide by the logarithm of the degree. Of the firms that share anything with the one in hand only the classes are held; the
few that share two are looked at closely. So memory grows with firms, not with pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.graph.csr import Csr, Floats, Longs, csr
from windchime.graph.nodes import Ints

Bytes = NDArray[np.int8]
Grown = TypeVar("Grown", Ints, Floats, Longs)


@dataclass(frozen=True, slots=True)
class Incidence:
    """Which firm has which clue; each pair of firm and clue once."""

    firms: int
    clues: int
    #: (rows,)
    firm: Ints
    clue: Ints
    #: (rows,): how the firm has it; what two firms share is of the greater of both kinds
    kind: Bytes
    #: (clues,): what sharing it counts
    weight: Floats


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of firms, `a` below `b`, sorted by `a`, then `b`."""

    a: Ints
    b: Ints
    #: sum of the weights of the shared clues of the kinds that count
    score: Floats
    #: bit `c` stands for class `c`
    classes: Longs

    def __len__(self) -> int:
        return len(self.a)


def weights(degree: NDArray[np.integer]) -> Floats:
    """What a clue that `degree` firms have counts for two of them."""
    return np.asarray(1.0 / np.log2(1.0 + degree), dtype=np.float64)


def shared(
    table: Incidence, class_of: Sequence[int], least: Sequence[int], independent: Sequence[int], score: float = 0.0
) -> Pairs:
    """The pairs that share clues of two classes that are independent of each other.

    Args:
        table: who has what.
        class_of: class of each kind, below 63.
        least: clues of each kind that a pair must share before the kind counts.
        independent: of each class the others that are independent of it, as bits.
        score: how high its score must be at least.
    """
    by_firm, by_clue = _grouped(table)
    found = _product(
        by_firm.start,
        by_firm.target,
        table.kind[by_firm.edge],
        by_clue.start,
        by_clue.target,
        table.kind[by_clue.edge],
        table.weight,
        np.asarray(class_of, np.int64),
        np.asarray(least, np.int64),
        np.asarray(independent, np.int64),
        score,
    )
    return Pairs(*found)


def _grouped(table: Incidence) -> tuple[Csr, Csr]:
    """Rows by firm, clues rising, and by clue, firms rising; `edge` is the place of the row in the table."""
    plain = csr(table.clues, table.clue, table.firm)
    # grouping keeps the order it is given
    by_firm = csr(table.firms, plain.target, table.clue[plain.edge])
    back = plain.edge[by_firm.edge]
    by_clue = csr(table.clues, by_firm.target, table.firm[back])
    return Csr(by_firm.start, by_firm.target, back), Csr(by_clue.start, by_clue.target, back[by_clue.edge])


@kernel
def _product(
    firm_start: Longs,
    firm_clue: Ints,
    firm_kind: Bytes,
    clue_start: Longs,
    clue_firm: Ints,
    clue_kind: Bytes,
    weight: Floats,
    class_of: Longs,
    least: Longs,
    independent: Longs,
    score: float,
) -> tuple[Ints, Ints, Floats, Longs]:
    firms, kinds = len(firm_start) - 1, len(class_of)
    count, total = np.zeros(kinds, np.int64), np.zeros(kinds)
    met, mask = np.full(firms, -1, np.int32), np.zeros(firms, np.int64)
    others = np.empty(firms, np.int32)
    # the firms of a clue before the one in hand are done: its list begins behind them
    begin = clue_start[:-1].copy()
    room = 1024
    left, right = np.empty(room, np.int32), np.empty(room, np.int32)
    scores, masks = np.empty(room), np.empty(room, np.int64)
    found = 0
    for a in range(firms):
        many = 0
        for place in range(firm_start[a], firm_start[a + 1]):
            clue = firm_clue[place]
            begin[clue] += 1
            for other in range(begin[clue], clue_start[clue + 1]):
                b = clue_firm[other]
                held = np.int64(1) << class_of[max(firm_kind[place], clue_kind[other])]
                if met[b] != a:
                    met[b] = a
                    mask[b] = held
                elif mask[b] & held == 0:
                    # few share a second class: these alone are looked at closely
                    if mask[b] & (mask[b] - 1) == 0:
                        others[many] = b
                        many += 1
                    mask[b] |= held
        for b in np.sort(others[:many]):
            counted, reached = _close(a, b, firm_start, firm_clue, firm_kind, weight, class_of, least, count, total)
            proven = False
            for one in range(len(independent)):
                proven |= (counted >> one) & 1 == 1 and counted & independent[one] != 0
            if not proven or reached < score:
                continue
            if found == room:
                room *= 2
                left, right = _longer(left, room), _longer(right, room)
                scores, masks = _longer(scores, room), _longer(masks, room)
            left[found], right[found], scores[found], masks[found] = a, b, reached, counted
            found += 1
    return left[:found].copy(), right[:found].copy(), scores[:found].copy(), masks[:found].copy()


@kernel
def _close(
    a: int,
    b: int,
    start: Longs,
    clue: Ints,
    has: Bytes,
    weight: Floats,
    class_of: Longs,
    least: Longs,
    count: Longs,
    total: Floats,
) -> tuple[np.int64, float]:
    """Classes that count between two firms, as bits, and the score of their clues; `count` and `total` are written over."""
    count[:] = 0
    total[:] = 0.0
    i, j = start[a], start[b]
    while i < start[a + 1] and j < start[b + 1]:
        if clue[i] < clue[j]:
            i += 1
        elif clue[i] > clue[j]:
            j += 1
        else:
            kind = max(has[i], has[j])
            count[kind] += 1
            total[kind] += weight[clue[i]]
            i += 1
            j += 1
    counted = np.int64(0)
    reached = 0.0
    for kind in range(len(class_of)):
        if count[kind] >= least[kind] and count[kind] > 0:
            counted |= np.int64(1) << class_of[kind]
            reached += total[kind]
    return counted, reached


@kernel
def _longer(held: Grown, room: int) -> Grown:
    grown = np.empty(room, held.dtype)
    grown[: len(held)] = held
    return grown


def common(table: Incidence, pairs: Pairs) -> tuple[Longs, Longs, Longs]:
    """What each pair shares.

    Returns:
        for each shared clue of each pair: the pair's place, the row of its first firm and the row of its second.
    """
    by_firm, _by_clue = _grouped(table)
    return _common(by_firm.start, by_firm.edge, table.clue, pairs.a, pairs.b)


@kernel
def _common(start: Longs, order: Longs, clue: Ints, left: Ints, right: Ints) -> tuple[Longs, Longs, Longs]:
    room, found = 1024, 0
    pair, first, second = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    for p in range(len(left)):
        i, j = start[left[p]], start[right[p]]
        while i < start[left[p] + 1] and j < start[right[p] + 1]:
            x, y = order[i], order[j]
            if clue[x] < clue[y]:
                i += 1
            elif clue[x] > clue[y]:
                j += 1
            else:
                if found == room:
                    room *= 2
                    pair, first, second = _longer(pair, room), _longer(first, room), _longer(second, room)
                pair[found], first[found], second[found] = p, x, y
                found += 1
                i += 1
                j += 1
    return pair[:found].copy(), first[:found].copy(), second[:found].copy()
