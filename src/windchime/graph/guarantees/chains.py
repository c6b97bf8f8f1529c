"""Chains of guarantee: longest paths through the condensation, in which each strong component is one place."""

from dataclasses import dataclass

import numpy as np

from windchime.core.kernel import kernel
from windchime.graph.csr import Csr, Longs, csr
from windchime.graph.guarantees.knots import Knots
from windchime.graph.nodes import Ints


@dataclass(frozen=True, slots=True)
class Chains:
    """By component: the longest chain that leaves it and the longest that reaches it, in components that hold parties."""

    #: (components,) places on the longest chain downwards (to debtors) and upwards, the component itself left out
    down: Ints
    up: Ints
    #: (components,) the next component on the longest chain downwards, -1 at its end
    next: Ints

    def longest_through(self, component: int) -> int:
        """Promises on the longest chain through a component."""
        return int(self.down[component] + self.up[component])

    def path(self, component: int) -> list[int]:
        """Components on the longest chain downwards, the given one first."""
        found = [component]
        while self.next[found[-1]] >= 0:
            found.append(int(self.next[found[-1]]))
        return found


def chains(knots: Knots) -> Chains:
    """The longest chains, in one pass each way: component numbers fall along edges."""
    of, graph = knots.components.of, knots.graph
    source = np.repeat(np.arange(graph.nodes, dtype=np.int32), np.diff(graph.start))
    left, entered = of[source], of[graph.target]
    between = left != entered
    count = len(knots.components)
    holds = (knots.parties > 0).astype(np.int32)
    condensed: Csr = csr(count, left[between], entered[between])
    return Chains(*_longest(condensed.start, condensed.target, holds))


@kernel
def _longest(start: Longs, target: Ints, holds: Ints) -> tuple[Ints, Ints, Ints]:
    count = len(start) - 1
    down = np.zeros(count, np.int32)
    up = np.zeros(count, np.int32)
    following = np.full(count, -1, np.int32)
    for c in range(count):
        for at in range(start[c], start[c + 1]):
            d = target[at]
            length = down[d] + holds[d]
            if length > down[c]:
                down[c] = length
                following[c] = d
    for back in range(count):
        c = count - 1 - back
        for at in range(start[c], start[c + 1]):
            d = target[at]
            up[d] = max(up[d], up[c] + holds[c])
    return down, up, following
