"""Integrated ownership of all companies: the stakes solved from the owners down, on two cores where most of the work is.

`y[o, j] = A[o, j] + sum over companies i of y[o, i] A[i, j]` for ultimate owners `o`, through every loop (Brioschi, Buzzacchi
and Colombo 1989; Baldone, Brioschi and Paleari 1998 agree with it for owners outside loops). What nobody discloses and
what loops own of themselves is kept beside it, so that for each company all adds up to one.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from windchime.core.errors import BadInput
from windchime.core.text import _
from windchime.graph.components import Components, strong
from windchime.graph.csr import Floats, Longs, csr
from windchime.graph.nodes import Ints
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.sweeping import leaves_told, owners_first
from windchime.graph.ownership.vectors import (
    COMPANY,
    LEFT_OUT,
    NOBODYS,
    ULTIMATE,
    Bytes,
    Flags,
    Pool,
    Scratch,
    State,
    Web,
)

THREADS = 2


@dataclass(frozen=True, slots=True)
class Solved:
    """What stands behind every company, kept so that a change needs to solve no more than what lies downstream of it."""

    state: State
    pool: Pool
    #: places of the pool in use, and groups of knots
    fill: int
    groups: int
    #: (nodes,) whether a node holds companies: only of those the lists are kept
    holds: Flags
    #: how many times over a share goes around a loop at most
    rounds: float


@dataclass(frozen=True, slots=True)
class Solution:
    """The shares of ultimate owners in companies from a least share on."""

    #: (pairs,) node numbers, in no order
    owner: Ints
    company: Ints
    share: Floats
    solved: Solved
    #: the largest disagreement of two ways to add up a company; lists whose knots were replaced
    gap: float
    expanded: int


class Entangled(BadInput):
    """Companies that hold each other in so many ways that no machine has room for the system they are."""

    msgid = _("{count} companies hold each other in more ways than can be solved")
    hint = _("look at where these rows come from: no register is like that; control() answers as is")

    def __init__(self, count: int) -> None:
        super().__init__(count=f"{count:,}")


def companies_first(holdings: Holdings) -> Components:
    """The strong components of companies by the stakes they hold in each other; numbers fall from owner to company."""
    between = holdings.is_held[holdings.owner] & (holdings.share > 0)
    return strong(csr(len(holdings.nodes), holdings.owner[between], holdings.company[between]))


def solve(
    holdings: Holdings,
    components: Components,
    nobodys: tuple[Ints, Ints],
    left_out: Flags,
    cut: float,
    before: Solved | None = None,
    part: Flags | None = None,
) -> Solution:
    """Solve every company, or a part of them.

    Args:
        holdings: the stakes.
        components: of its companies (`companies_first`).
        nobodys: members of loops that own themselves wholly, and of loops whose outside owners are all undisclosed.
        left_out: (nodes,) companies without an answer, with all that they hold directly or indirectly.
        cut: shares from this on are told.
        before: what was solved before a change, and
        part: (nodes,) what is to be solved anew: with every company all that it holds, unless its list alone is wanted.

    Raises:
        Entangled: a loop is too tangled to be solved.
    """
    nodes = len(holdings.nodes)
    kind = np.where(holdings.is_held, COMPANY, ULTIMATE).astype(np.int8)
    orphans, undisclosed = nobodys
    kind[orphans] = kind[undisclosed] = NOBODYS
    kind[left_out] = LEFT_OUT
    holds = np.zeros(nodes, bool)
    holds[holdings.owner[holdings.owner != holdings.company]] = True
    order, start = _order(components, kind, part)
    if before is None or part is None:
        state, pool, fill, groups, rounds = _state(kind, len(start)), _pool(nodes), 0, 0, 1.0
    else:
        state, pool, fill, groups, rounds = _continued(before, kind, part, len(start))
    state.orphaned[orphans] = 1.0
    state.hidden[undisclosed] = 1.0
    web = web_of(holdings)
    rooms = [_scratch(nodes, groups + len(start), int(np.diff(start).max(initial=1))) for _ in range(THREADS)]
    try:
        swept = owners_first(start, order, components.of, holds, web, state, pool, fill, groups, rooms[0], cut)
    except OverflowError:
        raise Entangled(int(np.diff(start).max())) from None
    with ThreadPoolExecutor(THREADS) as threads:
        parts = list(
            threads.map(
                lambda some, room: leaves_told(some, web, state, swept.pool, room, cut),
                np.array_split(swept.leaves, THREADS),
                rooms,
            )
        )
    told = [swept.told, *(p for p, _ in parts)]
    worst = [swept.worst, *(w for _, w in parts)]
    rounds = max(rounds, float(swept.worst.rounds[0]))
    return Solution(
        np.concatenate([t.owner[: t.used[0]] for t in told]),
        np.concatenate([t.company[: t.used[0]] for t in told]),
        np.concatenate([t.share[: t.used[0]] for t in told]),
        Solved(state, swept.pool, swept.fill, swept.groups, holds, rounds),
        max(float(w.gap[0]) for w in worst),
        sum(int(w.expanded[0]) for w in worst),
    )


def _order(components: Components, kind: Bytes, part: Flags | None) -> tuple[Ints, Longs]:
    """The companies, or a part of them, grouped by component, owners first, and where each component begins."""
    asked = kind == COMPANY if part is None else (kind == COMPANY) & part
    by_number = components.members[asked[components.members]][::-1]
    number = components.of[by_number]
    begins = np.flatnonzero(np.append(True, number[1:] != number[:-1])) if len(number) else np.empty(0, np.int64)
    return np.ascontiguousarray(by_number), np.append(begins, len(number)).astype(np.int64)


def web_of(holdings: Holdings) -> Web:
    """The stakes as kernels take them."""
    many = np.bincount(holdings.company, minlength=len(holdings.nodes))
    return Web(np.append(0, np.cumsum(many)).astype(np.int64), holdings.owner, holdings.share)


def _state(kind: Bytes, groups: int) -> State:
    nodes = len(kind)
    return State(
        kind,
        np.zeros(nodes, np.int64),
        np.zeros(nodes, np.int32),
        np.zeros(nodes),
        np.zeros(nodes),
        np.zeros(nodes),
        np.zeros(nodes, np.int32),
        np.zeros(nodes),
        np.empty(nodes + 1, np.int32),
        np.zeros(groups + 1, np.int64),
        np.zeros(groups + 1, np.int64),
    )


def _pool(nodes: int) -> Pool:
    return Pool(np.empty(nodes + 16, np.int32), np.empty(nodes + 16), np.empty(1024))


def _continued(before: Solved, kind: Bytes, part: Flags, groups: int) -> tuple[State, Pool, int, int, float]:
    """State and pool as they were, copied, with room for what is to be solved anew; knots elsewhere stay knots."""
    old, known = before.state, len(before.state.kind)
    state = _state(kind, before.groups + groups)
    kept = np.flatnonzero(~part[:known])
    kind[kept] = old.kind[kept]
    for name in ("at", "length", "hidden", "orphaned", "owned", "group", "reach"):
        getattr(state, name)[kept] = getattr(old, name)[kept]
    state.reach[:known] = np.maximum(state.reach[:known], np.where(old.kind == ULTIMATE, old.reach, 0.0))
    ends = old.member_start[before.groups]
    members = np.append(old.members[:ends], np.empty(len(kind) + 1, np.int32))
    state = state._replace(members=members)
    state.member_start[: before.groups + 1] = old.member_start[: before.groups + 1]
    state.inverse_at[: before.groups + 1] = old.inverse_at[: before.groups + 1]
    # exactly full: the first list that is added moves to a copy, so that what was solved before stays as it is
    inverses = old.inverse_at[before.groups]
    pool = Pool(before.pool.symbol[: before.fill], before.pool.weight[: before.fill], before.pool.inverse[:inverses])
    return state, pool, before.fill, before.groups, before.rounds


def _scratch(nodes: int, groups: int, widest: int) -> Scratch:
    return Scratch(
        np.zeros(nodes),
        np.empty(nodes + 1, np.int32),
        np.empty(nodes + 1),
        np.zeros(groups + 1, np.int8),
        np.empty(groups + 1, np.int32),
        np.empty(max(widest, 1)),
        np.empty(nodes, np.int32),
    )
