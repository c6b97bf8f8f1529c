from collections import Counter
from typing import Any

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.graph.guarantees.helpers import promises, settings

from windchime.graph.guarantees.core_firms import betweenness
from windchime.graph.guarantees.cycles import Cycles, cycles
from windchime.graph.guarantees.knots import knots
from windchime.graph.guarantees.members import groups
from windchime.graph.guarantees.motifs import motifs
from windchime.graph.guarantees.structure import core, structure
from windchime.graph.guarantees.web import Web, web

EDGES = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda e: e[0] != e[1]), min_size=1, max_size=40
)


def edges(*pairs: str) -> pa.Table:
    """An edge list of pairs such as `ab`: a stands for b."""
    return pa.table({c: pa.array([p[n] for p in pairs], pa.string()) for n, c in enumerate(("guarantor", "debtor"))})


def joint(group: str, debtors: str | None = None, name: str | None = None) -> list[dict[str, Any]]:
    """Members of one joint group, each of whom stands for every debtor but itself."""
    return [
        {
            "guarantor": g,
            "debtor": d,
            "contract": f"{name or group}-{d}",
            "joint_group": name or group,
            "kind": "joint_group",
        }
        for d in debtors or group
        for g in group
        if g != d
    ]


def searched(found: Web, longest: int = 6, listed: int = 10_000, steps: int = 10**9) -> Cycles:
    return cycles(knots(found), len(found.parties), longest=longest, listed_at_most=listed, steps_at_most=steps)


def told(rows: pa.Table) -> set[tuple[str, str]]:
    """Kind and members of every group but clusters."""
    found = structure(rows, settings())
    ids = found.web.parties.ids.to_pylist()
    return {(g.kind, "".join(sorted(ids[p] for p in g.members))) for g in groups(found) if g.kind != "cluster"}


@given(EDGES, st.integers(2, 6))
def test_cycles_are_those_of_networkx_each_once(pairs: list[tuple[int, int]], longest: int) -> None:
    listed = edges(*(f"{a}{b}" for a, b in pairs))
    woven = web(listed)
    found = searched(woven, longest)
    ids = woven.parties.ids.to_pylist()
    graph = nx.DiGraph([(str(a), str(b)) for a, b in pairs])
    wanted = {_turned(c) for c in nx.simple_cycles(graph, length_bound=longest)}
    shown = [_turned([ids[n] for n in found.at(i)]) for i in range(len(found))]
    assert set(shown) == wanted
    assert len(shown) == len(wanted)
    assert {n: int(c) for n, c in enumerate(found.counts.sum(0)) if c} == Counter(map(len, wanted))
    on = Counter(f for c in wanted for f in c)
    assert [int(t) for t in found.through] == [on[f] for f in ids]
    assert not found.truncated.any()


def _turned(cycle: list[str]) -> tuple[str, ...]:
    first = cycle.index(min(cycle))
    return (*cycle[first:], *cycle[:first])


@given(EDGES)
def test_figures_are_those_of_the_triad_census(pairs: list[tuple[int, int]]) -> None:
    found = motifs(web(edges(*(f"{a}{b}" for a, b in pairs))))
    graph = nx.DiGraph(pairs)
    census = nx.triadic_census(graph)
    mutual = sum(1 for a, b in graph.edges if a < b and graph.has_edge(b, a))
    with_pair = census["120D"] + census["120U"] + census["120C"] + census["210"]
    assert found.totals.tolist() == [mutual, with_pair, census["030C"], census["300"]]
    assert found.counts.sum(0).tolist() == [2 * mutual, 3 * with_pair, 3 * census["030C"], 3 * census["300"]]


@given(EDGES)
def test_betweenness_is_that_of_networkx_inside_each_circle(pairs: list[tuple[int, int]]) -> None:
    woven = web(edges(*(f"{a}{b}" for a, b in pairs)))
    found = betweenness(knots(woven), exact_up_to=100, sources=1, seed=1)
    graph = nx.DiGraph([(str(a), str(b)) for a, b in pairs])
    wanted = dict.fromkeys(graph, 0.0)
    for members in nx.strongly_connected_components(graph):
        if len(members) >= 3:
            wanted |= nx.betweenness_centrality(graph.subgraph(members))
    assert found == pytest.approx([wanted[f] for f in woven.parties.ids.to_pylist()])


def test_drawn_sources_estimate_the_same_again_and_again() -> None:
    ring = edges(*("abcdefgh"[i] + "abcdefgh"[(i + 1) % 8] for i in range(8)), "ae")
    tied = knots(web(ring))
    drawn = [betweenness(tied, exact_up_to=3, sources=4, seed=7) for _ in range(2)]
    assert drawn[0].tolist() == drawn[1].tolist()
    assert abs(drawn[0].mean() - betweenness(tied, exact_up_to=8, sources=1, seed=1).mean()) < 0.15


@given(EDGES)
def test_chains_are_longest_paths_of_the_condensation(pairs: list[tuple[int, int]]) -> None:
    found = structure(edges(*(f"{a}{b}" for a, b in pairs)), settings())
    condensed = nx.condensation(nx.DiGraph(pairs))
    wanted = nx.dag_longest_path_length(condensed)
    ids = found.web.parties.ids.to_pylist()
    assert int(found.chains.down.max()) == int(found.chains.up.max()) == wanted
    assert max(len(found.longest_chain(p)) for p in range(len(ids))) == wanted + 1
    through = [found.chains.longest_through(int(c)) for c in found.knots.components.of]
    assert max(through) == wanted


def test_a_chain_passes_a_circle_as_one_place_and_a_joint_promise_as_one_link() -> None:
    rows = promises(("a", "b"), ("b", "c"), ("c", "b"), *joint("cx", "d", name="J"), ("d", "e"))
    found = structure(rows, settings())
    ids = found.web.parties.ids.to_pylist()
    named = [[ids[p] for p in place] for place in found.longest_chain(ids.index("a"))]
    assert [sorted(p) for p in named] == [["a"], ["b", "c"], ["d"], ["e"]]
    assert found.chains.longest_through(int(found.knots.components.of[ids.index("e")])) == 3


def test_pairs_and_circles() -> None:
    assert told(edges("ab", "ba", "bc")) == {("mutual", "ab")}
    assert told(edges("ab", "bc", "ca")) == {("circle", "abc")}
    assert told(edges("ab", "ba", "bc", "cb")) == {("circle", "abc"), ("mutual", "ab"), ("mutual", "bc")}
    assert told(edges("ab", "bc", "cd")) == set()


def test_a_joint_group_is_one_tie_and_makes_no_circle_by_itself() -> None:
    rows = promises(*joint("abcd"))
    assert told(rows) == {("joint", "abcd")}
    found = structure(rows, settings())
    assert len(found.cycles) == 0
    assert found.motifs.totals.tolist() == [0, 0, 0, 0]


def test_members_in_turn_are_one_group_without_a_name_where_the_contracts_say_so() -> None:
    rows = [r | {"joint_group": None} for r in joint("abc")]
    assert told(promises(*rows)) == {("joint", "abc")}
    woven = web(promises(*rows, *({**r, "contract": f"again-{r['contract']}"} for r in rows)))
    assert len(woven.tie_names) == 1


def test_two_groups_with_one_common_member_are_no_circle() -> None:
    assert told(promises(*joint("abc"), *joint("cde"))) == {("joint", "abc"), ("joint", "cde")}


def test_a_circle_passes_through_a_joint_group_once_and_leaves_out_mere_members() -> None:
    """b, a member of the group {a, b, c}, stands on no cycle: a (with the group) for c, c for d, d for a."""
    rows = promises(*joint("abc"), ("c", "d"), ("d", "a"))
    assert told(rows) == {("joint", "abc"), ("circle", "acd")}
    found = structure(rows, settings())
    assert found.cycles.counts.sum(0).tolist() == [0, 0, 0, 1, 0, 0, 0]


def test_guarantors_of_one_contract_are_one_tie_on_the_way_of_a_pair() -> None:
    rows = promises(
        {"guarantor": "b", "debtor": "a", "contract": "C"},
        {"guarantor": "c", "debtor": "a", "contract": "C"},
        ("a", "b"),
    )
    assert told(rows) == {("joint", "abc"), ("mutual", "ab")}


def test_a_search_that_is_given_up_says_so_and_what_it_found_is_true() -> None:
    clique = [f"{a}{b}" for a in "abcdefgh" for b in "abcdefgh" if a != b]
    whole, part = searched(web(edges(*clique))), searched(web(edges(*clique)), steps=500)
    assert part.truncated.any()
    assert not whole.truncated.any()
    assert (part.counts <= whole.counts).all()
    few = searched(web(edges(*clique)), listed=10)
    assert (len(few), few.counts.tolist()) == (10, whole.counts.tolist())


def test_ring_of_equals_has_no_single_core() -> None:
    members = np.arange(3, dtype=np.int32)
    assert core(np.array([0.5, 0.1, 0.45]), members, 0.8).tolist() == [0, 2]
    assert core(np.zeros(3), members, 0.8).tolist() == []
