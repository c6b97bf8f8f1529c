"""The stakes through which one owner holds one company: found by kernels, read as rationals when asked for."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np

from windchime.core.kernel import kernel
from windchime.graph.csr import Longs
from windchime.graph.nodes import Ints
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.vectors import Bytes, Web

#: companies that are looked through for another way from owner to company before rationals are asked
WALK = 256


class Rows(Mapping[int, dict[int, Fraction]]):
    """The stakes of an owner and of companies on its ways to a company, by company held, read when asked for."""

    def __init__(self, holdings: Holdings, stakes: Longs) -> None:
        self._holdings = holdings
        held, first = np.unique(holdings.company[stakes], return_index=True)
        self._stakes = dict(zip(held.tolist(), np.split(stakes, first[1:]), strict=True)) if len(stakes) else {}
        self._read: dict[int, dict[int, Fraction]] = {}

    def __getitem__(self, held: int) -> dict[int, Fraction]:
        if held not in self._read:
            owner, exact = self._holdings.owner, self._holdings.exact_share
            self._read[held] = {int(owner[e]): exact(e) for e in self._stakes[held].tolist()}
        return self._read[held]

    def __iter__(self) -> Iterator[int]:
        return iter(self._stakes)

    def __len__(self) -> int:
        return len(self._stakes)


@kernel
def between(owner: int, company: int, web: Web, start: Longs, held: Ints, mark: Bytes, waiting: Ints) -> Longs:
    """The stakes on the ways from an owner to a company, by company held.

    Args:
        owner: a node that nobody holds.
        company: whom it may own.
        web: the stakes by company.
        start: (nodes + 1,) and
        held: (stakes,) the same by owner.
        mark: (nodes,) zeros, left as zeros.
        waiting: (2 * nodes,) scratch.
    """
    many = _upstream(owner, company, web, mark, waiting)
    reached, at = many, many - 1  # those that the owner reaches, after those upstream
    node = owner
    while True:
        for e in range(start[node], start[node + 1]):
            if mark[held[e]] == 1:
                mark[held[e]] = 2
                waiting[reached] = held[e]
                reached += 1
        at += 1
        if at == reached:
            break
        node = waiting[at]
    stakes = 0
    found = np.empty(64, np.int64)
    for k in range(many, reached):
        for e in range(web.start[waiting[k]], web.start[waiting[k] + 1]):
            i = web.owner[e]
            if web.share[e] > 0.0 and (i == owner or mark[i] == 2):
                if stakes == len(found):
                    wider = np.empty(2 * stakes, np.int64)
                    wider[:stakes] = found
                    found = wider
                found[stakes] = e
                stakes += 1
    for k in range(many):
        mark[waiting[k]] = 0
    found = found[:stakes]
    found.sort()
    return found


@kernel
def _upstream(owner: int, company: int, web: Web, mark: Bytes, waiting: Ints) -> int:
    many, at = 1, 0
    waiting[0] = company
    mark[company] = 1
    while at < many:
        for e in range(web.start[waiting[at]], web.start[waiting[at] + 1]):
            i = web.owner[e]
            if mark[i] == 0 and web.share[e] > 0.0 and i != owner:
                mark[i] = 1
                waiting[many] = i
                many += 1
        at += 1
    return many


@kernel
def only_stakes(owner: Ints, company: Ints, web: Web) -> Longs:
    """(pairs,) the one stake by which an owner holds a company; -1 where there may be another way.

    Looks through the companies upstream, up to `WALK` of them.
    """
    found = np.full(len(owner), -1, np.int64)
    seen = np.empty(WALK, np.int32)
    for p in range(len(owner)):
        many, at = 1, 0
        seen[0] = company[p]
        stake, alone = -1, True
        while alone and at < many:
            held = seen[at]
            for e in range(web.start[held], web.start[held + 1]):
                i = web.owner[e]
                if i == owner[p]:
                    alone = alone and at == 0
                    stake = e
                elif i == company[p]:
                    alone = False
                elif web.start[i] < web.start[i + 1]:
                    known = False
                    for s in range(many):
                        known = known or seen[s] == i
                    if not known:
                        if many == WALK:
                            alone = False
                            break
                        seen[many] = i
                        many += 1
            at += 1
        if alone:
            found[p] = stake
    return found
