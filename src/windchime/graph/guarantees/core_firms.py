"""Core firms of a circle: through how many shortest chains of guarantee inside it each party runs (Brandes 2001)."""

import numpy as np

from windchime.core.kernel import kernel
from windchime.graph.csr import Floats, Longs, csr
from windchime.graph.guarantees.knots import Knots
from windchime.graph.nodes import Ints


def betweenness(knots: Knots, *, exact_up_to: int, sources: int, seed: int) -> Floats:
    """Share of the ordered pairs of a component whose shortest paths run through each node; zero outside circles.

    Args:
        knots: components and their graph.
        exact_up_to: nodes of a component in which every node is a source; in larger ones some are drawn.
        sources: how many are drawn, without replacement.
        seed: of the drawing.

    Returns:
        (nodes,) fractions; ties of several guarantors count as nodes on the way.
    """
    of, graph, components = knots.components.of, knots.graph, knots.components
    source = np.repeat(np.arange(graph.nodes, dtype=np.int32), np.diff(graph.start))
    inside = of[source] == of[graph.target]
    own = csr(graph.nodes, source[inside], graph.target[inside])
    found = np.zeros(graph.nodes)
    draws = np.random.default_rng(seed)
    for component in knots.circles:
        members = components.members[components.start[component] : components.start[component + 1]]
        size = len(members)
        drawn = members if size <= exact_up_to else np.sort(draws.choice(members, min(sources, size), replace=False))
        _through(own.start, own.target, drawn, found)
        found[members] *= size / (len(drawn) * (size - 1) * (size - 2))
    return found


@kernel
def _through(start: Longs, target: Ints, sources: Ints, found: Floats) -> None:
    nodes = len(start) - 1
    distance = np.full(nodes, -1, np.int32)
    paths = np.zeros(nodes)
    share = np.zeros(nodes)
    order = np.empty(nodes, np.int32)
    for s in sources:
        order[0] = s
        distance[s] = 0
        paths[s] = 1.0
        head, tail = 0, 1
        while head < tail:
            v = order[head]
            head += 1
            for at in range(start[v], start[v + 1]):
                w = target[at]
                if distance[w] == -1:
                    distance[w] = distance[v] + 1
                    order[tail] = w
                    tail += 1
                if distance[w] == distance[v] + 1:
                    paths[w] += paths[v]
        for back in range(tail):
            v = order[tail - 1 - back]
            for at in range(start[v], start[v + 1]):
                w = target[at]
                if distance[w] == distance[v] + 1:
                    share[v] += paths[v] / paths[w] * (1.0 + share[w])
            if v != s:
                found[v] += share[v]
        for at in range(tail):
            v = order[at]
            distance[v] = -1
            paths[v] = 0.0
            share[v] = 0.0
