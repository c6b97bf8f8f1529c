"""Groups joined by edges in order of strength, against networkx on random graphs."""

from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.graph.groups.joining import Membership, groups, kept

NODES = 10
edges = st.lists(st.tuples(st.integers(0, 2), st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=25).map(
    lambda some: sorted((t, a, b) for t, a, b in some if a != b)
)
Edges = list[tuple[int, int, int]]


def found(rows: Edges, rank: list[int] | None = None) -> list[Membership]:
    tier, a, b = (np.array([r[i] for r in rows], np.int32) for i in range(3))
    return list(groups(NODES, a, b, tier, np.array(rank or [0] * NODES, np.int64)))


def members(of: Membership) -> dict[int, set[int]]:
    told: dict[int, set[int]] = {}
    for head, node in zip(of.head.tolist(), of.node.tolist(), strict=True):
        told.setdefault(head, set()).add(node)
    return told


def graph(rows: Edges, tier: int) -> "nx.Graph[int]":
    made: nx.Graph[int] = nx.Graph()
    made.add_nodes_from(range(NODES))
    made.add_edges_from((a, b) for t, a, b in rows if t <= tier)
    return made


@given(edges)
def test_groups_are_the_components_of_a_tier_that_no_stronger_tier_has(rows: Edges) -> None:
    told = {m.tier: {frozenset(g) for g in members(m).values()} for m in found(rows)}
    before: set[frozenset[int]] = set()
    for tier in range(3):
        parts = {frozenset(c) for c in nx.connected_components(graph(rows, tier)) if len(c) > 1}
        assert told.get(tier, set()) == parts - before
        before = parts


@given(edges)
def test_each_member_but_the_head_has_one_edge_towards_the_head(rows: Edges) -> None:
    for group in found(rows):
        step = dict(zip(group.node.tolist(), group.step.tolist(), strict=True))
        for head, node, edge, towards, steps in zip(
            group.head, group.node, group.edge, group.towards, group.step, strict=True
        ):
            if node == head:
                assert (edge, towards, steps) == (-1, -1, 0)
                continue
            tier, a, b = rows[edge]
            assert {a, b} == {node, towards}
            assert steps == step[towards] + 1
            assert tier <= group.tier


@given(edges)
def test_without_the_edge_it_joined_by_a_leaf_stands_alone_in_the_tree(rows: Edges) -> None:
    for group in found(rows):
        tree = nx.Graph((rows[e][1], rows[e][2]) for e in group.edge if e >= 0)
        assert nx.number_connected_components(tree) == len(members(group))
        degree = Counter(v for e in group.edge if e >= 0 for v in rows[e][1:])
        leaves = [
            (n, e) for n, e in zip(group.node.tolist(), group.edge.tolist(), strict=True) if e >= 0 and degree[n] == 1
        ]
        for node, edge in leaves:
            tree.remove_edge(*rows[edge][1:])
            assert nx.node_connected_component(tree, node) == {node}
            tree.add_edge(*rows[edge][1:])


@given(edges)
def test_the_kept_edges_are_the_strongest_that_join(rows: Edges) -> None:
    tier, a, b = (np.array([r[i] for r in rows], np.int32) for i in range(3))
    total = sum(rows[e][0] for e in np.flatnonzero(kept(NODES, a, b)))
    weighted: nx.Graph[int] = nx.Graph()
    for t, x, y in reversed(rows):
        weighted.add_edge(x, y, weight=t)
    spanning = nx.minimum_spanning_edges(weighted, data=True)
    assert total == sum(d["weight"] for _x, _y, d in spanning)
    assert len(tier) == len(rows)


def test_the_head_has_the_highest_rank_then_the_smallest_number() -> None:
    rows = [(0, 1, 2), (0, 2, 3), (0, 5, 6)]
    (group,) = found(rows, [0, 0, 0, 9, 0, 4, 4, 0, 0, 0])
    assert members(group) == {3: {1, 2, 3}, 5: {5, 6}}
    assert group.node.tolist() == [3, 2, 1, 5, 6]


@pytest.mark.parametrize("rows", [[], [(2, 0, 1)]])
def test_few_edges(rows: Edges) -> None:
    assert [len(g) for g in found(rows)] == [2 * len(rows)] * len(rows)
