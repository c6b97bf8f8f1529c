"""Joint promises in circles, held against the definition itself: edges that stand on a simple cycle of several parties."""

from typing import Any

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st
from tests.graph.guarantees.helpers import promises

from windchime.graph.guarantees.cycles import cycles
from windchime.graph.guarantees.knots import knots
from windchime.graph.guarantees.web import web

PARTIES = "abcdef"
PLAIN = st.lists(
    st.tuples(st.sampled_from(PARTIES), st.sampled_from(PARTIES)).filter(lambda e: e[0] != e[1]),
    max_size=8,
    unique=True,
)
#: members of a joint group, and whether they take turns as debtor or all stand for one other
GROUPS = st.lists(
    st.tuples(st.sets(st.sampled_from(PARTIES), min_size=3, max_size=4), st.booleans()), min_size=1, max_size=3
)


def rows_of(groups: list[tuple[set[str], bool]]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for number, (members, in_turn) in enumerate(groups):
        debtors = sorted(members) if in_turn else sorted(members)[:1]
        made += [
            {
                "guarantor": g,
                "debtor": d,
                "contract": f"{number}{d}",
                "joint_group": f"J{number}",
                "kind": "joint_group",
            }
            for d in debtors
            for g in sorted(members)
            if g != d
        ]
    return made


@given(PLAIN, GROUPS)
def test_knots_are_what_simple_cycles_of_several_parties_hold_together(
    plain: list[tuple[str, str]], groups: list[tuple[set[str], bool]]
) -> None:
    joint = rows_of(groups)
    woven = web(promises(*plain, *joint))
    tied = knots(woven)
    graph = nx.DiGraph(plain)
    for row in joint:
        graph.add_edges_from([(row["guarantor"], row["joint_group"]), (row["joint_group"], row["debtor"])])
    several = [c for c in nx.simple_cycles(graph) if sum(n in PARTIES for n in c) > 1]
    on = nx.DiGraph([(a, b) for c in several for a, b in zip(c, [*c[1:], c[0]], strict=True)])
    wanted = {frozenset(n for n in held if n in PARTIES) for held in nx.strongly_connected_components(on)}
    ids = woven.parties.ids.to_pylist()
    of = tied.components.of[: len(ids)]
    found = {frozenset(i for i, c in zip(ids, of, strict=True) if c == k) for k in (*tied.circles, *tied.pairs)}
    assert found == {w for w in wanted if len(w) > 1}
    searched = cycles(tied, len(ids), longest=6, listed_at_most=10_000, steps_at_most=10**9)
    names = [*ids, *woven.tie_names]
    listed = [_turned([names[n] for n in searched.at(i)]) for i in range(len(searched))]
    assert sorted(listed) == sorted(_turned(c) for c in several)


def _turned(cycle: list[str]) -> tuple[str, ...]:
    first = cycle.index(min(cycle))
    return (*cycle[first:], *cycle[:first])
