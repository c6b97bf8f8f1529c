"""Clusters keep apart what is two, whatever chain would join it; entities keep their ids."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from windchime.data.identity.clusters import Link, cluster
from windchime.data.identity.entities import entity_ids, first_id

NUMBERS = st.integers(0, 11)
LINKS = st.lists(
    st.builds(
        lambda a, b, method, score: Link(min(a, b), max(a, b), method, score / 100),
        NUMBERS, NUMBERS, st.sampled_from(["code", "name", "probabilistic"]), st.integers(50, 100),
    ).filter(lambda e: e.left != e.right),
    max_size=25,
)  # fmt: skip
CODES = st.lists(st.sampled_from([None, None, "A", "B", "C"]), min_size=12, max_size=12)
APART = st.lists(st.tuples(NUMBERS, NUMBERS).filter(lambda p: p[0] != p[1]), max_size=4)


@given(CODES, LINKS, APART)
def test_nothing_joins_two_codes_or_what_people_told_apart(
    codes: list[str | None], links: list[Link], apart: list[tuple[int, int]]
) -> None:
    found = cluster(codes, links, apart)
    for members in found.members().values():
        assert len({codes[m] for m in members} - {None}) <= 1
        assert not any({a, b} <= set(members) for a, b in apart)


@given(LINKS)
def test_without_anything_against_it_clusters_are_connected_components(links: list[Link]) -> None:
    graph = nx.Graph([(e.left, e.right) for e in links])
    graph.add_nodes_from(range(12))
    found = cluster([None] * 12, links)
    assert sorted(map(sorted, nx.connected_components(graph))) == sorted(found.members().values())
    assert len(found.joined) == 12 - nx.number_connected_components(graph)
    assert found.cut == ()


@given(CODES, LINKS, APART, st.randoms())
def test_the_order_of_links_is_irrelevant(
    codes: list[str | None], links: list[Link], apart: list[tuple[int, int]], random: object
) -> None:
    shuffled = list(links)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert cluster(codes, shuffled, apart).heads == cluster(codes, links, apart).heads


@given(CODES, LINKS)
def test_every_mention_but_the_head_hangs_on_its_tree(codes: list[str | None], links: list[Link]) -> None:
    found = cluster(codes, links)
    hangs = found.towards_head()
    assert set(hangs) == {m for m, head in enumerate(found.heads) if m != head}
    for mention, head in enumerate(found.heads):
        here, steps = mention, 0
        while here != head:
            link = hangs[here]
            here = link.right if link.left == here else link.left
            steps += 1
            assert steps <= 12


def test_a_chain_between_two_codes_is_cut_at_its_weakest_link() -> None:
    links = [Link(0, 1, "probabilistic", 0.99), Link(1, 2, "probabilistic", 0.91), Link(2, 3, "name", 0.97)]
    found = cluster(["A", None, None, "B"], links)
    assert found.members() == {0: [0, 1], 2: [2, 3]}
    assert found.cut == (links[1],)


def test_an_entity_keeps_its_id_when_a_smaller_mention_joins() -> None:
    before = entity_ids([["m5", "m7"]], {})
    after = entity_ids([["m1", "m5", "m7"]], before)
    assert before["m5"] == first_id("m5") == after["m1"]


def test_after_a_split_the_larger_part_keeps_the_id() -> None:
    before = entity_ids([["a", "b", "c"]], {})
    after = entity_ids([["a"], ["b", "c"]], before)
    assert after["b"] == after["c"] == before["a"] != after["a"]
    # and a merge afterwards gives back the id with most mentions
    assert set(entity_ids([["a", "b", "c"]], after).values()) == {before["a"]}


def test_a_merge_undone_gives_back_the_ids() -> None:
    before = entity_ids([["a"], ["b"]], {})
    merged = entity_ids([["a", "b"]], before)
    assert entity_ids([["a"], ["b"]], merged) == before


def test_an_id_in_use_is_not_given_to_another() -> None:
    before = entity_ids([["a", "b", "c"]], {})
    after = entity_ids([["a"], ["b", "c"]], before)
    assert after["a"] == first_id("a", again=1)


PARTITIONS = st.lists(st.integers(0, 3), min_size=8, max_size=8)


@given(st.lists(PARTITIONS, min_size=1, max_size=5))
def test_ids_follow_the_clusters_through_any_history(history: list[list[int]]) -> None:
    before: dict[str, str] = {}
    for partition in history:
        groups: dict[int, list[str]] = {}
        for number, group in enumerate(partition):
            groups.setdefault(group, []).append(f"m{number}")
        now = entity_ids(groups.values(), before)
        assert len(set(now.values())) == len(groups)
        assert all(len({now[m] for m in members}) == 1 for members in groups.values())
        # a cluster of which all bore one id, and no other cluster did, keeps it
        for members in groups.values():
            held = {before.get(m) for m in members}
            others = {before.get(m) for m in now if m not in members}
            if len(held) == 1 and held != {None} and not held & others:
                assert {now[m] for m in members} == held
        before = now
