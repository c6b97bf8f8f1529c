"""Beneficial owners by law: worked cases of the articles."""

from datetime import date
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from tests.graph.ownership.voting import edges, held

from windchime.content import seed, yamlfile
from windchime.content.scheme import Scheme
from windchime.core.errors import UnknownName
from windchime.graph.facts.forms import POSTS
from windchime.graph.ownership import concert
from windchime.graph.ownership.legal import OWNERS, beneficial_owners
from windchime.graph.ownership.settings import RULES, Rule, Settings
from windchime.graph.ownership.shares import holdings_of

SCHEME = Scheme.of(yamlfile.parse(seed.sources("schemes")["ownership"], "ownership.yaml"))
AS_OF = date(2025, 12, 31)
CN, EU, UK = (Rule.of(SCHEME, name, AS_OF) for name in RULES)


def integrated(written: str, rule: Rule) -> pa.Table:
    """Integrated ownership of persons by adding up all chains, for structures without loops."""
    stakes = [(o, c, Fraction(s)) for o, c, s in edges(written)]
    companies = {c for _o, c, _s in stakes}

    def owned(owner: str, company: str) -> Fraction:
        return sum((s * (1 if o == owner else owned(owner, o)) for o, c, s in stakes if c == company), Fraction(0))

    rows = [
        (p, c, float(owned(p, c)))
        for p in sorted({o for o, _c, _s in stakes} - companies)
        for c in sorted(companies)
        if rule.share and rule.share.met(owned(p, c))
    ]
    return pa.table(
        {
            "owner": pa.array([r[0] for r in rows], pa.string()),
            "company": pa.array([r[1] for r in rows], pa.string()),
            "share": pa.array([r[2] for r in rows], pa.float64()),
        }
    )


def owners(written: str, rule: Rule, posts: "list[tuple[str, str, str]] | None" = None) -> dict[tuple[str, str], Any]:
    """Beneficial owners by person and company."""
    table = None
    if posts is not None:
        rows = [{"person": p, "firm": f, "role": r, "table": "t", "row": "r"} for p, f, r in posts]
        table = pa.Table.from_pylist([{n: r.get(n) for n in POSTS.names} for r in rows], schema=POSTS)
    found = beneficial_owners(held(written), integrated(written, rule), rule, table)
    assert found.schema == OWNERS
    return {(r["person"], r["company"]): r for r in found.to_pylist()}


def routes(written: str, rule: Rule) -> dict[str, list[str]]:
    """Routes of each person at the company T."""
    return {p: r["routes"] for (p, c), r in owners(written, rule).items() if c == "T"}


def test_the_example_of_the_chinese_rule() -> None:
    """P holds 60 % of A, A 50 % of T, and P 10 % of T: 0.6 x 0.5 + 0.1 = 40 %."""
    found = owners("P A 60, A T 50, P T 10, Q A 40", CN)["P", "T"]
    assert found["share"] == pytest.approx(0.4)
    assert (found["route"], found["article"]) == ("share", "6(1)")
    assert found["votes"] == pytest.approx(0.6)
    assert found["routes"] == ["share", "votes", "control"]


def test_a_quarter_exactly_is_enough_in_china_and_not_in_the_united_kingdom() -> None:
    assert routes("P T 25, Q T 24.9999", CN) == {"P": ["share", "votes"]}
    assert routes("P T 25, Q T 25.0001", UK) == {"Q": ["votes"]}


def test_all_who_meet_a_route_are_told_not_the_first_alone() -> None:
    assert set(routes("P T 40, Q T 30, R T 25, S T 5", CN)) == {"P", "Q", "R"}


def test_two_chains_of_less_than_a_quarter_add_up() -> None:
    """Two paths of 24 % each: a filter path by path would lose the owner."""
    assert "share" in routes("P A 48, P B 48, A T 50, B T 50, Q A 52, R B 52", CN)["P"]


def test_votes_are_enough_where_the_share_is_not() -> None:
    """P controls A, which has 30 % of T: 15.3 % of the money, 30 % of the votes."""
    assert routes("P A 51, Q A 49, A T 30", CN)["P"] == ["votes"]
    assert routes("P A 51, Q A 49, A T 30", UK)["P"] == ["votes"]


def test_control_through_a_pyramid_where_the_share_is_an_eighth() -> None:
    found = owners("P A 51, A B 51, B T 51", EU)["P", "T"]
    assert (found["route"], found["article"], found["share"]) == ("control", "53", None)
    assert found["votes"] == pytest.approx(0.51)


def test_article_54_a_who_controls_an_entity_with_a_direct_quarter() -> None:
    """P has 60 % of E, E 30 % of T: by multiplication 18 %, below a quarter; P controls an entity that holds 30 %."""
    found = owners("P E 60, Q E 40, E T 30", EU)["P", "T"]
    assert (found["route"], found["article"], found["share"]) == ("coexistence_a", "54(a)", None)
    assert ("Q", "T") not in owners("P E 60, Q E 40, E T 30", EU)


def test_article_54_a_entities_count_together() -> None:
    written = "P E 60, P F 60, Q E 40, Q F 40, E T 15, F T 10"
    assert routes(written, EU) == {"P": ["coexistence_a"]}
    assert routes(written.replace("F T 10", "F T 9.9999"), EU) == {}


def test_article_54_b_who_has_a_quarter_of_the_entity_that_controls() -> None:
    """P has 30 % of E, E 60 % of T: by multiplication 18 %; E controls T."""
    found = owners("P E 30, Q E 30, R E 40, E T 60", EU)["P", "T"]
    assert (found["route"], found["article"], found["share"]) == ("coexistence_b", "54(b)", None)


def test_article_54_b_through_several_layers_of_control() -> None:
    assert routes("P E 25, E F 51, F T 51, Q E 24.9999", EU) == {"P": ["coexistence_b"]}


def test_the_chinese_rule_knows_no_coexistence() -> None:
    assert routes("P E 30, Q E 30, R E 40, E T 60", CN) == {}


def test_companies_are_no_beneficial_owners() -> None:
    assert set(owners("A T 100, P A 20", CN)) == set()


POSTS_OF_T = [("M", "T", "gm"), ("L", "T", "legal_rep"), ("S", "T", "supervisor"), ("X", "T", "liaison")]


def test_where_nobody_is_found_the_first_post_of_the_rule_stands_in() -> None:
    written = "P T 10, Q T 10"
    found = owners(written, CN, POSTS_OF_T)
    assert {k: (r["route"], r["role"], r["article"]) for k, r in found.items()} == {
        ("L", "T"): ("manager", "legal_rep", "6")
    }
    assert {k: r["role"] for k, r in owners(written, EU, POSTS_OF_T).items()} == {("M", "T"): "gm"}
    assert owners(written, UK, POSTS_OF_T) == {}


def test_managers_do_not_stand_beside_owners() -> None:
    assert set(owners("P T 30", CN, POSTS_OF_T)) == {("P", "T")}


def test_a_firm_without_shareholdings_has_its_managers_and_a_firm_that_manages_is_no_person() -> None:
    posts = [("L", "U", "legal_rep"), ("L", "U", "legal_rep"), ("A", "V", "partner_exec"), ("N", "V", "gm")]
    found = owners("P A 100", CN, posts)
    assert {k: r["role"] for k, r in found.items() if r["route"] == "manager"} == {
        ("L", "U"): "legal_rep",
        ("N", "V"): "gm",
    }


def test_persons_who_act_in_concert_are_counted_as_one_and_told_one_by_one() -> None:
    rows = [("P", "T", "0.13"), ("Q", "T", "0.12"), ("R", "T", "0.24")]
    table = pa.table(dict(zip(("owner", "company", "share"), map(list, zip(*rows, strict=True)), strict=True)))
    group_of = {"P": "together:1", "Q": "together:1"}
    found, _problems = holdings_of(concert.together(table, group_of))
    owned = pa.table({"owner": ["together:1"], "company": ["T"], "share": [0.25]})
    told = concert.apart(beneficial_owners(found, owned, CN), group_of).to_pylist()
    assert [(r["person"], r["share"], r["concert"]) for r in told] == [
        ("P", 0.25, "together:1"),
        ("Q", 0.25, "together:1"),
    ]
    alone = concert.apart(beneficial_owners(found, owned, CN), {})
    assert alone["person"].to_pylist() == ["together:1"]
    assert alone[concert.CONCERT].null_count == 1


def test_no_holdings_have_no_owners() -> None:
    assert owners("", CN, []) == {}
    assert owners("", EU) == {}


def test_the_scheme_says_which_rule_is_published_and_knows_no_other() -> None:
    assert Settings.of(SCHEME, AS_OF).rule == CN
    assert Settings.of(SCHEME, AS_OF, "eu-amlr").rule == EU
    with pytest.raises(UnknownName, match="cn-2023"):
        Rule.of(SCHEME, "cn-2023", AS_OF)
