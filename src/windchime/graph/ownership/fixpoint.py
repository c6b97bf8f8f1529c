"""Control as a least fixpoint, one controller at a time: from its own stakes to the stakes of all it controls."""

from collections import deque
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.graph.csr import Longs
from windchime.graph.nodes import Ints
from windchime.graph.ownership.majority import UNITS, Majority
from windchime.graph.ownership.votes import Votes

#: sums of votes this near to a threshold, in units, are decided by the texts where one of them is not whole units
NEAR = UNITS // 10**9


@dataclass(frozen=True, slots=True)
class Reached:
    """Pairs of a controller and a company in which it commands votes, grouped by controller."""

    controller: Ints
    company: Ints
    #: votes of the controller and of all it controls, in units
    votes: Longs
    #: whether they are the majority asked for
    controls: NDArray[np.bool_]


class Desk:
    """Room that one run after another of the kernel works in; clean between them."""

    def __init__(self, nodes: int) -> None:
        self.votes = np.zeros(nodes, np.int64)
        self.loose = np.zeros(nodes, np.int32)
        self.controlled = np.zeros(nodes, np.bool_)
        self.queue = np.empty(nodes + 1, np.int32)
        self.touched = np.empty(nodes + 1, np.int32)


def reached(
    votes: Votes, starts: Ints, majority: Majority, least: Majority | None = None, desk: Desk | None = None
) -> Reached:
    """All companies that each start controls, and those where it commands the least share of votes asked for.

    Args:
        votes: the graph.
        starts: controllers to ask about.
        majority: what makes control.
        least: votes from which a company is told although it is not controlled; None: those controlled alone.
        desk: room for the kernel; None: a new one.
    """
    desk = desk or Desk(votes.nodes)
    controller, company, units, controls, unsure = _reached(
        votes.begin,
        votes.end,
        votes.target,
        votes.units,
        votes.loose,
        starts,
        majority.units,
        least.units if least else UNITS * 1_000_000,
        desk.votes,
        desk.loose,
        desk.controlled,
        desk.queue,
        desk.touched,
    )
    found = Reached(controller, company, units, controls)
    if not len(unsure):
        return found
    exact = [_exactly(votes, int(x), majority, least) for x in unsure]
    return Reached(
        *(
            np.concatenate([getattr(part, name) for part in (found, *exact)])
            for name in ("controller", "company", "votes", "controls")
        )
    )


def _exactly(votes: Votes, start: int, majority: Majority, least: Majority | None) -> Reached:
    """The same for one controller, in rationals."""
    held: dict[int, Fraction] = {}
    controlled = {start}
    waiting = deque([start])
    while waiting:
        holder = waiting.popleft()
        for place in range(votes.begin[holder], votes.end[holder]):
            company = int(votes.target[place])
            if company == start or not votes.units[place]:
                continue
            held[company] = held.get(company, Fraction(0)) + votes.exact(place)
            if company not in controlled and majority.met(held[company]):
                controlled.add(company)
                waiting.append(company)
    told = [c for c, v in held.items() if c in controlled or (least and least.met(v))]
    return Reached(
        np.full(len(told), start, np.int32),
        np.array(told, np.int32),
        np.array([round(held[c] * UNITS) for c in told], np.int64),
        np.array([c in controlled for c in told], bool),
    )


@kernel
def _reached(
    begin: Longs,
    end: Longs,
    target: Ints,
    units: Longs,
    is_loose: NDArray[np.bool_],
    starts: Ints,
    need: int,
    shown: int,
    votes: Longs,
    loose: Ints,
    controlled: NDArray[np.bool_],
    queue: Ints,
    touched: Ints,
) -> tuple[Ints, Ints, Longs, NDArray[np.bool_], Ints]:
    size = 1024
    found_x, found_y = np.empty(size, np.int32), np.empty(size, np.int32)
    found_votes, found_controls = np.empty(size, np.int64), np.empty(size, np.bool_)
    unsure = np.empty(len(starts), np.int32)
    found = many_unsure = 0
    for x in starts:
        if not _worth(x, begin, end, units, is_loose, min(need, shown)):
            continue
        touches = _walk(x, begin, end, target, units, is_loose, need, votes, loose, controlled, queue, touched)
        doubt = _doubtful(touched[:touches], need, shown, votes, loose, controlled)
        if doubt:
            unsure[many_unsure] = x
            many_unsure += 1
        if found + touches > size:
            size = 2 * size + touches
            found_x, found_y = _grown(found_x, size), _grown(found_y, size)
            found_votes, found_controls = _grown(found_votes, size), _grown(found_controls, size)
        for y in touched[:touches]:
            if not doubt and (controlled[y] or votes[y] >= shown):
                found_x[found], found_y[found] = x, y
                found_votes[found], found_controls[found] = votes[y], controlled[y]
                found += 1
            votes[y] = 0
            loose[y] = 0
            controlled[y] = False
    return (
        found_x[:found].copy(),
        found_y[:found].copy(),
        found_votes[:found].copy(),
        found_controls[:found].copy(),
        unsure[:many_unsure].copy(),
    )


@kernel
def _worth(x: int, begin: Longs, end: Longs, units: Longs, is_loose: NDArray[np.bool_], low: int) -> bool:
    """Whether some stake of its own is enough: the first company of a controller is one that it controls alone."""
    for place in range(begin[x], end[x]):  # noqa: SIM110 - numba compiles no any()
        if units[place] + (NEAR if is_loose[place] else 0) >= low:
            return True
    return False


@kernel
def _walk(
    x: int,
    begin: Longs,
    end: Longs,
    target: Ints,
    units: Longs,
    is_loose: NDArray[np.bool_],
    need: int,
    votes: Longs,
    loose: Ints,
    controlled: NDArray[np.bool_],
    queue: Ints,
    touched: Ints,
) -> int:
    """Count the votes of one controller and mark what it surely controls; the first places of `touched` say where."""
    queue[0] = x
    head, tail, touches = 0, 1, 0
    while head < tail:
        z = queue[head]
        head += 1
        for place in range(begin[z], end[z]):
            y = target[place]
            if y == x or units[place] == 0:
                continue
            if votes[y] == 0:
                touched[touches] = y
                touches += 1
            votes[y] += units[place]
            loose[y] += is_loose[place]
            if not controlled[y] and votes[y] >= need + (NEAR + loose[y] if loose[y] else 0):
                controlled[y] = True
                queue[tail] = y
                tail += 1
    return touches


@kernel
def _doubtful(touched: Ints, need: int, shown: int, votes: Longs, loose: Ints, controlled: NDArray[np.bool_]) -> bool:
    """Whether some sum stands so near to a threshold that units do not decide it."""
    for y in touched:
        if loose[y]:
            slack = NEAR + loose[y]
            if (not controlled[y] and votes[y] + slack >= need) or abs(votes[y] - shown) <= slack:
                return True
    return False


@kernel
def _grown(old, size):  # type: ignore[no-untyped-def]  # of any kind of array
    new = np.empty(size, old.dtype)
    new[: len(old)] = old
    return new
