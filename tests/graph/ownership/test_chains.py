"""Chains as evidence, and the share beside them: worked cases, and rationals solved by hand on random networks."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from tests.graph.ownership.voting import Edges, held, networks

from windchime.graph.ownership.above import Above
from windchime.graph.ownership.chains import FAINT, Chains, chains


def _chains(written: "str | Edges", owner: str, company: str, most: int = 5) -> Chains:
    found = chains(held(written), owner, company, most=most)
    assert found is not None
    return found


def test_the_example_of_two_chains() -> None:
    """P holds 60 % of A, A 50 % of T, and P 10 % of T."""
    found = _chains("P A 60, A T 50, P T 10, Q T 40", "P", "T")
    assert found.share == pytest.approx(0.4)
    assert [c.nodes for c in found.chains] == [("P", "A", "T"), ("P", "T")]
    assert [c.product for c in found.chains] == pytest.approx([0.3, 0.1])
    assert (found.more, found.through_loops, found.stopped) == (0, False, False)
    assert found.unlisted == pytest.approx(0)
    assert found.sentences("en") == [
        "P holds 60.00% of A, A holds 50.00% of T: 30.00% by this chain",
        "P holds 10.00% of T",
    ]
    assert found.sentences("zh", lambda node: f"企业{node}")[1] == "企业P 持有 企业T 10.00%"


def test_what_is_not_told_is_counted_and_weighed() -> None:
    found = _chains("P A 60, A T 50, P B 20, B T 10, P T 10", "P", "T", most=1)
    assert len(found.chains) == 1
    assert found.more == 2
    assert found.unlisted == pytest.approx(0.12)
    assert found.sentences()[-1] == "and 2 more chains, together 12.00%"


def test_a_ladder_of_a_million_chains_is_told_by_its_largest() -> None:
    rungs = [f"L{n} M{n} 50, L{n} N{n} 50, M{n} L{n + 1} 50, N{n} L{n + 1} 50" for n in range(20)]
    found = _chains(", ".join(rungs), "L0", "L20")
    assert len(found.chains) == 1, "the others are as faint"
    assert found.more == 2**20 - 1
    assert found.share == pytest.approx(0.5**20)
    assert not found.stopped


def test_a_loop_on_the_way_is_said_and_counts_in_the_share() -> None:
    """Two companies at 30 % of each other, each held by one person at 70 %: by chains 91 %, truly all of it."""
    written = "P A 70, Q B 70, A B 30, B A 30"
    mine, other = _chains(written, "P", "A"), _chains(written, "Q", "A")
    assert mine.through_loops
    assert mine.share == pytest.approx(0.7 / 0.91)
    assert [c.product for c in mine.chains] == pytest.approx([0.7])
    assert mine.unlisted == pytest.approx(0.7 / 0.91 - 0.7)
    assert other.share == pytest.approx(0.21 / 0.91)
    assert (mine.share or 0) + (other.share or 0) == pytest.approx(1)
    assert "hold each other" in mine.sentences()[-1]


def test_a_company_inside_the_loop_has_the_corrected_share() -> None:
    """Baldone, Brioschi, Paleari 1998: A's stake in B counts A's own share of itself once, at its start."""
    found = _chains("A B 50, B A 20, P A 80", "A", "B")
    assert found.share == pytest.approx(0.5)
    assert not found.through_loops


def test_treasury_shares_raise_what_the_others_hold() -> None:
    found = _chains("P T 45, Q T 45, T T 10", "P", "T")
    assert found.share == pytest.approx(0.5)
    assert found.through_loops


def test_over_issued_companies_have_chains_and_no_share() -> None:
    found = _chains("P A 80, Q A 80, A T 50", "P", "T")
    assert (found.share, found.unlisted) == (None, None)
    assert [c.nodes for c in found.chains] == [("P", "A", "T")]
    assert found.sentences()[-1].startswith("no share is told")


def test_where_no_chain_leads_there_is_no_evidence() -> None:
    found = held("P A 60, Q B 50")
    assert chains(found, "P", "B") is None
    assert chains(found, "P", "P") is None
    assert chains(found, "unheard of", "B") is None


def test_the_dictionary_has_all_of_it() -> None:
    told = _chains("P A 60, A T 50", "P", "T").as_dict()
    assert told == {
        "owner": "P",
        "company": "T",
        "share": 0.3,
        "chains": [{"nodes": ["P", "A", "T"], "shares": [0.6, 0.5], "product": 0.3}],
        "more": 0,
        "unlisted": 0.0,
        "through_loops": False,
        "stopped": False,
    }


def test_companies_that_own_themselves_wholly_pass_nothing_on() -> None:
    found = held("A B 100, B A 100, A T 40, P T 60")
    number = found.nodes.number("T")
    assert number is not None
    above = Above.of(found, number)
    assert {above.name(p): r for p, r in enumerate(above.reach.tolist()) if r} == pytest.approx({"T": 1.0, "P": 0.6})


def _solved(rows: Edges, owner: str, company: str) -> "Fraction | None":
    """y of one owner by its equation, in rationals: y(c) = A(owner, c) + sum over k not the owner of y(k) A(k, c)."""
    share: dict[tuple[str, str], Fraction] = {}
    for o, c, s in rows:
        share[o, c] = share.get((o, c), Fraction(0)) + Fraction(s)
    companies = sorted({c for _o, c in share} - {owner})
    size = len(companies)
    lines = [
        [Fraction(int(i == j)) - share.get((k, c), Fraction(0)) for j, k in enumerate(companies)]
        + [share.get((owner, c), Fraction(0))]
        for i, c in enumerate(companies)
    ]
    for i in range(size):
        pivot = next((r for r in range(i, size) if lines[r][i]), None)
        if pivot is None:
            return None
        lines[i], lines[pivot] = lines[pivot], lines[i]
        lines[i] = [x / lines[i][i] for x in lines[i]]
        for r in range(size):
            if r != i and lines[r][i]:
                lines[r] = [x - lines[r][i] * y for x, y in zip(lines[r], lines[i], strict=True)]
    return lines[companies.index(company)][-1]


@settings(max_examples=30)
@given(networks(most=5, sizes=(5, 10, 20, 25, 30, 40)))
def test_share_and_chains_on_random_networks(rows: Edges) -> None:
    share: dict[tuple[str, str], Fraction] = {}
    for o, c, s in rows:
        share[o, c] = share.get((o, c), Fraction(0)) + Fraction(s)
    sums = {c: sum(s for (_o, d), s in share.items() if d == c) for c in {c for _o, c in share}}
    nodes = sorted({n for pair in share for n in pair})
    found = held(rows)
    for owner in nodes:
        for company in nodes:
            if owner == company:
                continue
            every = sorted((path for path in _paths(share, owner, company)), key=lambda p: -_product(share, p))
            told = chains(found, owner, company, most=3)
            if told is None:
                assert not every
                continue
            assert len(told.chains) == min(len(every), 3) or _product(share, every[len(told.chains)]) < FAINT
            assert [float(_product(share, p)) for p in every[: len(told.chains)]] == pytest.approx(
                [c.product for c in told.chains]
            )
            assert told.more is None or told.more == len(every) - len(told.chains)
            if told.share is not None and all(s <= 1 for s in sums.values()):
                assert told.share == pytest.approx(float(_solved(rows, owner, company) or 0), abs=1e-9)


def _paths(share: dict[tuple[str, str], Fraction], owner: str, company: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []

    def walk(path: tuple[str, ...]) -> None:
        for o, c in share:
            if c == path[0] and o not in path:
                if o == owner:
                    found.append((o, *path))
                else:
                    walk((o, *path))

    walk((company,))
    return found


def _product(share: dict[tuple[str, str], Fraction], path: tuple[str, ...]) -> Fraction:
    product = Fraction(1)
    for o, c in pairwise(path):
        product *= share[o, c]
    return product
