"""Weakest links: worked cases, and every chain listed on small random networks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.graph.ownership.voting import Edges, held, networks

from windchime.graph.ownership.majority import Majority
from windchime.graph.ownership.weakest_link import WeakestLinks, weakest_links


def _links(found: WeakestLinks) -> dict[tuple[str, str], float]:
    return {(r["owner"], r["company"]): r["link"] for r in found.table().to_pylist()}


def test_a_chain_is_as_strong_as_its_weakest_share() -> None:
    """The pyramid of La Porta et al.: 20 % of a company that has half of another is 20 % of control."""
    assert _links(weakest_links(held("P A 20, A B 50")))["P", "B"] == 0.2


def test_of_several_chains_the_best_counts() -> None:
    assert _links(weakest_links(held("P A 20, A T 50, P B 40, B T 30, P T 10")))["P", "T"] == 0.3


def test_a_ladder_of_a_million_chains_is_answered_by_its_edges() -> None:
    rungs = [f"L{n} M{n} 40, L{n} N{n} 30, M{n} L{n + 1} 45, N{n} L{n + 1} 45" for n in range(20)]
    assert _links(weakest_links(held(", ".join(rungs))))["L0", "L20"] == 0.4


def test_loops_end() -> None:
    found = _links(weakest_links(held("A B 60, B A 30, P A 50")))
    assert found == {("A", "B"): 0.6, ("P", "B"): 0.5, ("P", "A"): 0.5, ("B", "A"): 0.3}


def test_links_below_the_least_are_not_told_and_the_least_itself_may_be() -> None:
    found = held("P A 25, Q A 24.9999, A B 60")
    told = _links(weakest_links(found, Majority.of("0.25", inclusive=True)))
    assert set(told) == {("P", "A"), ("P", "B"), ("A", "B")}
    assert ("P", "A") not in _links(weakest_links(found, Majority.of("0.25")))


def test_one_company_alone_its_strongest_owners_first() -> None:
    found = held("P A 25, Q A 30, A B 60")
    one = np.array([found.nodes.number("B")], np.int32)
    assert [(r["owner"], r["link"]) for r in weakest_links(found, companies=one).table().to_pylist()] == [
        ("A", 0.6),
        ("Q", 0.3),
        ("P", 0.25),
    ]


@given(networks(most=6, sizes=(5, 10, 25, 30, 50, 60)), st.sampled_from([None, "0.1", "0.25", "0.5"]))
def test_it_is_the_best_of_all_chains(rows: Edges, least: "str | None") -> None:
    share: dict[tuple[str, str], float] = {}
    for o, c, s in rows:
        share[o, c] = share.get((o, c), 0.0) + float(s)
    best: dict[tuple[str, str], float] = {}

    def walk(company: str, node: str, weakest: float, seen: tuple[str, ...]) -> None:
        for (o, c), s in share.items():
            if c == node and o not in seen:
                link = min(weakest, s)
                best[o, company] = max(best.get((o, company), 0.0), link)
                walk(company, o, link, (*seen, o))

    for company in {c for _o, c in share}:
        walk(company, company, float("inf"), (company,))
    wanted = Majority.of(least, inclusive=True) if least else None
    found = _links(weakest_links(held(rows), wanted))
    expected = {pair: link for pair, link in best.items() if not least or link > float(least) - 1e-9}
    assert found == pytest.approx(expected)
