"""Paths against networkx: as short as can be, of the shortest the one that means most, hubs only where nothing else leads."""

from typing import Any

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st
from tests.graph.views.small import network, tie
from tests.graph.views.test_network import NAMES, graph_of, rows

from windchime.graph.views.view import Tie


def ends(path: tuple[Tie, ...], start: str) -> str:
    """Where a path leads, tie by tie; every tie goes on from where the last one ended."""
    for step in path:
        assert start in (step.source, step.target)
        start = step.target if start == step.source else step.source
    return start


@given(rows(30), st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(1, 6))
def test_as_short_as_can_be(given_rows: list[dict[str, Any]], a: str, b: str, longest: int) -> None:
    made = network(*given_rows, labels=dict.fromkeys(NAMES))
    graph = graph_of(made)
    path = made.path(a, b, longest=longest)
    shortest = nx.shortest_path_length(graph, a, b) if nx.has_path(graph, a, b) else None
    if shortest is None or shortest > longest:
        assert path is None
        return
    assert path is not None
    assert len(path) == shortest
    assert ends(path, a) == b


@given(rows(30), st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_of_the_shortest_the_one_that_means_most(given_rows: list[dict[str, Any]], a: str, b: str) -> None:
    made = network(*given_rows, labels=dict.fromkeys(NAMES))
    graph = nx.Graph()
    graph.add_nodes_from(NAMES)
    for t in made.ties.to_pylist():
        place = made.kinds.index(t["kind"]) + 1
        known = graph.get_edge_data(t["source"], t["target"], {"place": place})
        graph.add_edge(t["source"], t["target"], place=min(place, known["place"]))
    path = made.path(a, b)
    if path is None or a == b:
        return
    ways = (nx.utils.pairwise(nodes) for nodes in nx.all_shortest_paths(graph, a, b))
    best = min(sum(graph[u][v]["place"] for u, v in way) for way in ways)
    assert sum(made.kinds.index(t.kind) + 1 for t in path) == best


def test_control_before_trade() -> None:
    made = network(tie("sells", "a", "x"), tie("sells", "x", "b"), tie("holds", "p", "a"), tie("holds", "p", "b"))
    path = made.path("a", "b")
    assert path is not None
    assert [(t.kind, t.source) for t in path] == [("holds", "p"), ("holds", "p")]
    assert made.path("a", "b", kinds=["sells"]) != path
    assert made.path("a", "b", kinds=["leads"]) is None


def test_hubs_are_passed_through_only_where_nothing_else_leads() -> None:
    hub = [tie("leads", "agent", f"f{n}") for n in range(20)]
    around = [tie("sells", "f0", "x"), tie("sells", "x", "y"), tie("sells", "y", "f1")]
    made = network(*hub, *around)
    long, short = made.path("f0", "f1", hub=10), made.path("f0", "f1", hub=100)
    assert long is not None
    assert [t.kind for t in long] == ["sells"] * 3
    assert short is not None
    assert [t.source for t in short] == ["agent", "agent"]
    only = made.path("f2", "f3", hub=10)
    assert only is not None
    assert ends(only, "f2") == "f3"
    # a hub may be where a path begins
    to_hub = made.path("agent", "f5", hub=10)
    assert to_hub is not None
    assert len(to_hub) == 1
