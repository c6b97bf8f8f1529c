"""A network in memory against networkx: what is reached, what is shown, what is left out, by days and by kinds."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graph.views.small import day, network, nodes_table, tie, ties_table

from windchime.graph.facts.forms import NODES, TIES
from windchime.graph.views import network as network_module
from windchime.graph.views.network import Network, UnknownNode
from windchime.graph.views.view import View

NAMES = [f"n{i}" for i in range(12)]
FIRST = date(2020, 1, 1)


@st.composite
def rows(draw: st.DrawFn, most: int = 40) -> list[dict[str, Any]]:
    """Ties among a dozen nodes, ties to oneself and several between two included, some with days."""

    def one() -> dict[str, Any]:
        since = draw(st.none() | st.integers(0, 9))
        lasts = draw(st.none() | st.integers(0, 5))
        return tie(
            draw(st.sampled_from(["holds", "leads", "guarantees", "odd"])),
            draw(st.sampled_from(NAMES)),
            draw(st.sampled_from(NAMES)),
            share=draw(st.sampled_from([None, "0.1", "0.5"])),
            since=None if since is None else FIRST + timedelta(days=since),
            until=None if lasts is None else FIRST + timedelta(days=(since or 0) + lasts),
        )

    return [one() for _ in range(draw(st.integers(1, most)))]


def graph_of(made: Network) -> nx.MultiGraph:
    """The ties of a network as networkx has them."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(made.nodes["node"].to_pylist())
    graph.add_edges_from((t["source"], t["target"]) for t in made.ties.to_pylist())
    return graph


def degree(graph: nx.MultiGraph, node: str) -> int:
    """Ties of a node, one to itself counted once."""
    both: int = graph.degree(node) - graph.number_of_edges(node, node)
    return both


@settings(max_examples=60)
@given(rows(), st.integers(0, 4))
def test_all_within_the_hops_is_there_if_there_is_room(given_rows: list[dict[str, Any]], hops: int) -> None:
    made = network(*given_rows)
    graph, start = graph_of(made), given_rows[0]["source"]
    view = made.neighbourhood(start, hops, cap=100)
    ego = nx.ego_graph(graph, start, radius=hops)
    assert {n.node for n in view.nodes} == set(ego)
    assert len(view.ties) == ego.number_of_edges()
    assert not view.truncated
    assert {n.node: n.hops for n in view.nodes} == nx.single_source_shortest_path_length(graph, start, cutoff=hops)
    honest(view, graph)


@given(rows(80), st.integers(0, 4), st.integers(1, 8))
def test_what_the_cap_leaves_out_is_said(given_rows: list[dict[str, Any]], hops: int, cap: int) -> None:
    made = network(*given_rows)
    graph, start = graph_of(made), given_rows[0]["source"]
    view = made.neighbourhood(start, hops, cap)
    distance = nx.single_source_shortest_path_length(graph, start, cutoff=hops)
    assert view.nodes[0].node == start
    assert len(view.nodes) == min(cap, len(distance))
    assert all(n.hops == distance[n.node] for n in view.nodes)
    # nearer ones first: none is missing that is nearer than one shown
    farthest = max(n.hops for n in view.nodes)
    assert {n for n, d in distance.items() if d < farthest} <= {n.node for n in view.nodes}
    assert len(view.ties) <= max(network_module.TIES_A_NODE * cap, len(view.nodes) - 1)
    inside = graph.subgraph(n.node for n in view.nodes).number_of_edges()
    assert view.truncated == (len(view.nodes) < len(distance) or len(view.ties) < inside)
    assert nx.is_connected(nx.Graph([(t.source, t.target) for t in view.ties] + [(start, start)]))
    honest(view, graph)


def honest(view: View, graph: nx.MultiGraph) -> None:
    """Shown and left out are the degree, for every node, and shown is what is shown."""
    for node in view.nodes:
        assert node.degree == degree(graph, node.node)
        assert node.shown == sum(node.node in (t.source, t.target) for t in view.ties)
        assert node.shown + view.left_out.get(node.node, 0) == node.degree
    assert all(left > 0 for left in view.left_out.values())


@settings(max_examples=30)
@given(rows(), st.integers(0, 10), st.sets(st.sampled_from(["holds", "leads", "odd"])))
def test_a_day_and_kinds_show_the_network_of_those_ties(
    given_rows: list[dict[str, Any]], number: int, kinds: set[str]
) -> None:
    made, on = network(*given_rows), FIRST + timedelta(days=number)

    def holds(t: dict[str, Any]) -> bool:
        return t["kind"] in kinds and (t["since"] or on) <= on <= (t["until"] or on)

    then = Network.of(made.nodes, ties_table(t for t in made.ties.to_pylist() if holds(t)))
    start = given_rows[0]["source"]
    seen, wanted = made.neighbourhood(start, 2, 100, kinds, on), then.neighbourhood(start, 2, 100)
    assert set(seen.nodes) == set(wanted.nodes)
    assert sorted(seen.ties, key=repr) == sorted(wanted.ties, key=repr)
    assert made.counts(start, kinds, on) == then.counts(start)
    if NAMES[0] in made:
        assert (made.path(start, NAMES[0], kinds, on) is None) == (then.path(start, NAMES[0]) is None)


@settings(max_examples=30)
@given(rows())
def test_between_two_days_of_change_nothing_changes(given_rows: list[dict[str, Any]]) -> None:
    made, start = network(*given_rows), given_rows[0]["source"]
    days = made.days(start)
    assert list(days) == sorted(set(days))
    for number in range(-1, 20):
        today, tomorrow = FIRST + timedelta(days=number), FIRST + timedelta(days=number + 1)
        if tomorrow not in days:
            before, after = made.neighbourhood(start, 1, 100, on=today), made.neighbourhood(start, 1, 100, on=tomorrow)
            assert [n.node for n in before.nodes] == [n.node for n in after.nodes]
            assert before.ties == after.ties


def test_rows_of_one_pair_and_kind_are_one_tie() -> None:
    months = [("2024-01-01", "2024-01-31", "5.00"), ("2024-02-01", "2024-02-29", "7.00")]
    sold = [tie("sells", "a", "b", amount=x, since=day(s), until=day(u), row=s) for s, u, x in months]
    held = [
        tie("holds", "a", "b", share="0.2", since=day("2020-01-01"), row="one"),
        tie("holds", "a", "b", share="0.3", since=day("2020-01-01"), row="two"),
        tie("holds", "a", "b", share="0.1", since=day("2021-01-01"), row="three"),
    ]
    ties = network(*sold, *held).neighbourhood("a").ties
    assert [(t.kind, t.share, t.amount, t.count, t.since, t.until, t.row) for t in ties] == [
        ("holds", Decimal("0.5"), None, 2, day("2020-01-01"), None, "one"),
        ("holds", Decimal("0.1"), None, 1, day("2021-01-01"), None, "three"),
        ("sells", None, Decimal(12), 2, day("2024-01-01"), day("2024-02-29"), "2024-01-01"),
    ]


def test_counts_by_kind_and_direction() -> None:
    made = network(
        tie("pays", "a", "b"),
        tie("holds", "a", "b"),
        tie("holds", "c", "a"),
        tie("holds", "a", "a"),
        tie("odd", "b", "a"),
    )
    assert list(made.counts("a").items()) == [("holds", (2, 2)), ("pays", (1, 0)), ("odd", (0, 1))]
    assert made.counts("a", kinds=["pays"]) == {"pays": (1, 0)}


def test_hubs_get_a_fair_part_and_the_strongest_ties_come_first() -> None:
    spokes = [tie("holds", "hub", f"h{n:02d}", share=f"0.{n:02d}") for n in range(1, 60)]
    few = [tie("leads", "small", f"s{n}") for n in range(3)]
    made = network(tie("holds", "a", "hub", share="0.9"), tie("leads", "a", "small"), *spokes, *few)
    view = made.neighbourhood("a", 2, cap=10)
    assert {n.node for n in view.nodes} == {"a", "hub", "small", "s0", "s1", "s2", "h59", "h58", "h57", "h56"}
    assert view.left_out == {"hub": 55}
    assert view.truncated


def test_ties_beyond_four_a_node_are_left_out_the_strongest_stay() -> None:
    many = [tie("pays", "a", "b", detail=str(n), amount=str(n)) for n in range(1, 30)]
    view = network(*many).neighbourhood("a", 1, cap=2)
    assert [t.amount for t in view.ties] == [Decimal(n) for n in range(29, 21, -1)]
    assert (view.truncated, view.left_out) == (True, {"a": 21, "b": 21})


def test_who_is_only_named_by_a_tie_is_unknown_and_the_first_row_of_a_node_counts() -> None:
    nodes = nodes_table({"a": "甲"})
    twice = nodes.append_column("x", nodes["node"]).drop_columns(["x"])
    made = Network.of(pa_concat(twice, nodes_table({"a": "乙"})), ties_table([tie("holds", "b", "a")]))
    assert [(n.node, n.kind, n.label) for n in made.neighbourhood("a").nodes] == [
        ("a", "firm", "甲"),
        ("b", "unknown", None),
    ]


def pa_concat(*tables: Any) -> Any:
    import pyarrow as pa

    return pa.concat_tables(tables)


def test_an_empty_network_answers() -> None:
    made = Network.of(NODES.empty_table(), TIES.empty_table())
    assert made.search("a") == ()
    assert "a" not in made
    with pytest.raises(UnknownNode):
        made.neighbourhood("a")
    alone = Network.of(nodes_table({"a": "甲"}), TIES.empty_table())
    assert alone.neighbourhood("a", 3).ties == ()
    assert (alone.counts("a"), alone.days("a"), alone.path("a", "a")) == ({}, (), ())


def test_threads_read_the_same() -> None:
    made = network(*(tie("holds", f"n{i}", f"n{i * 7 % 101}", share="0.5") for i in range(300)))
    starts = [f"n{i}" for i in range(100)] * 3
    alone = [made.neighbourhood(s, 2, 20) for s in starts]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda s: made.neighbourhood(s, 2, 20), starts)) == alone
