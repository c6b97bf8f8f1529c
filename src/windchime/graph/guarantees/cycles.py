"""Simple cycles of few parties inside strong components, each once: searched from its smallest party.

A search goes on only where the way back is short enough (distances to the root, found backwards), so that effort follows
the answer. Ties of several guarantors are passed through and not counted as parties; a party that returns to itself
through its own joint group is no cycle.
"""

from dataclasses import dataclass

import numpy as np

from windchime.core.kernel import kernel
from windchime.graph.csr import Longs, csr
from windchime.graph.guarantees.knots import Knots
from windchime.graph.guarantees.web import Bools
from windchime.graph.nodes import Ints


@dataclass(frozen=True, slots=True)
class Cycles:
    """The cycles that were found; counts may exceed what is listed."""

    #: (components, longest + 1): how many of each number of parties; at least so many where `truncated`
    counts: Longs
    #: (components,) whether the search was given up before its end
    truncated: Bools
    #: (listed + 1,) and (nodes on them,): the listed cycles, smallest party first, ties between the parties they tie
    start: Longs
    members: Ints
    #: (nodes,) on how many of the counted cycles each node lies
    through: Longs

    def __len__(self) -> int:
        return len(self.start) - 1

    def at(self, number: int) -> Ints:
        """The nodes of one cycle."""
        return self.members[self.start[number] : self.start[number + 1]]


def cycles(knots: Knots, parties: int, *, longest: int, listed_at_most: int, steps_at_most: int) -> Cycles:
    """Simple cycles of two to `longest` parties.

    Args:
        knots: components and their graph.
        parties: nodes below this number are parties, the others ties.
        longest: most parties of a cycle.
        listed_at_most: cycles listed of each component; the others are counted.
        steps_at_most: steps of the search in each component before it is given up.
    """
    of = knots.components.of
    source = np.repeat(np.arange(knots.graph.nodes, dtype=np.int32), np.diff(knots.graph.start))
    inside = (of[source] == of[knots.graph.target]) & (knots.parties[of[source]] > 1)
    left, entered = source[inside], knots.graph.target[inside]
    forward, back = csr(knots.graph.nodes, left, entered), csr(knots.graph.nodes, entered, left)
    found = _search(
        forward.start,
        forward.target,
        back.start,
        back.target,
        of,
        len(knots.components),
        parties,
        longest,
        listed_at_most,
        steps_at_most,
    )
    return Cycles(*found)


@kernel
def _search(  # noqa: C901, PLR0912, PLR0915 - one loop; split, its state would be passed around
    start: Longs,
    target: Ints,
    back_start: Longs,
    back: Ints,
    of: Ints,
    components: int,
    parties: int,
    longest: int,
    listed_at_most: int,
    steps_at_most: int,
) -> tuple[Longs, Bools, Longs, Ints, Longs]:
    nodes = len(start) - 1
    counts = np.zeros((components, longest + 1), np.int64)
    listed = np.zeros(components, np.int64)
    steps = np.zeros(components, np.int64)
    truncated = np.zeros(components, np.bool_)
    through = np.zeros(nodes, np.int64)
    cuts = np.zeros(1024, np.int64)
    members = np.empty(4096, np.int32)
    many = 0
    need = np.full(nodes, -1, np.int32)
    on_path = np.zeros(nodes, np.bool_)
    path = np.empty(2 * longest + 2, np.int32)
    used = np.empty(2 * longest + 2, np.int64)
    place = np.empty(2 * longest + 2, np.int64)
    queue = np.empty(nodes + 1, np.int32)
    for root in range(parties):
        one = of[root]
        if start[root] == start[root + 1] or back_start[root] == back_start[root + 1] or truncated[one]:
            continue
        # distances back to the root, in parties: those at the same distance through ties come before those further
        queue[0] = root
        need[root] = 0
        head, tail = 0, 1
        while head < tail:
            v = queue[head]
            head += 1
            for at in range(back_start[v], back_start[v + 1]):
                u = back[at]
                if u < root:
                    continue
                reached = need[v] + 1 if u < parties else need[v]
                steps[one] += 1
                if reached >= longest or (need[u] != -1 and need[u] <= reached):
                    continue
                need[u] = reached
                if tail == len(queue):
                    queue = np.append(queue, np.empty(len(queue), np.int32))
                queue[tail] = u
                tail += 1
        path[0], used[0], place[0] = root, 1, start[root]
        depth = 0
        while depth >= 0:
            v = path[depth]
            if place[depth] == start[v + 1]:
                on_path[v] = False
                depth -= 1
                continue
            w = target[place[depth]]
            place[depth] += 1
            steps[one] += 1
            if steps[one] > steps_at_most:
                truncated[one] = True
                for level in range(depth + 1):
                    on_path[path[level]] = False
                break
            if w == root:
                if used[depth] > 1:
                    counts[one, used[depth]] += 1
                    for level in range(depth + 1):
                        through[path[level]] += 1
                    if listed[one] < listed_at_most:
                        listed[one] += 1
                        if many + 2 > len(cuts):
                            cuts = np.append(cuts, np.zeros(len(cuts), np.int64))
                        if cuts[many] + depth + 1 > len(members):
                            members = np.append(members, np.empty(len(members), np.int32))
                        cuts[many + 1] = cuts[many] + depth + 1
                        members[cuts[many] : cuts[many + 1]] = path[: depth + 1]
                        many += 1
                continue
            if w < root or on_path[w] or need[w] == -1:
                continue
            counted = used[depth] + 1 if w < parties else used[depth]
            # `need` counts the node itself
            if used[depth] + need[w] > longest:
                continue
            on_path[w] = True
            depth += 1
            path[depth], used[depth], place[depth] = w, counted, start[w]
        for at in range(tail):
            need[queue[at]] = -1
    return counts, truncated, cuts[: many + 1].copy(), members[: cuts[many]].copy(), through
