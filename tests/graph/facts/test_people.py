from datetime import date
from typing import Any

from tests.graph.library import Row, reading

from windchime.graph.facts.forms import KIN, POSTS
from windchime.graph.facts.kin import kin
from windchime.graph.facts.posts import posts


def _post(person: str, firm: str, role: str, **more: Any) -> Row:
    return {"person_id": person, "firm_id": firm, "role": role, "person_type": "person"} | more


def _tie(relation: str, **more: Any) -> Row:
    ends = {"person_a_id": "p1", "person_b_id": "p2", "person_a_type": "person", "person_b_type": "person"}
    return ends | {"relation": relation, "degree": 1, "basis": "declared"} | more


def test_a_library_without_people_has_no_edges() -> None:
    assert posts(reading()).equals(POSTS.empty_table())
    assert kin(reading()).equals(KIN.empty_table())


def test_posts_come_from_key_persons_and_from_the_register_of_firms() -> None:
    firms = [{"firm_id": f, "name": f, "legal_rep_id": p} for f, p in (("f1", "p1"), ("f2", "p2"))]
    held = [_post("p1", "f1", "legal_rep", valid_from=date(2020, 1, 1)), _post("p1", "f1", "gm")]
    found = posts(reading(firms=firms, key_persons=held))
    assert found.schema == POSTS
    assert [(r["person"], r["firm"], r["role"], r["table"], r["row"]) for r in found.to_pylist()] == [
        ("p1", "f1", "gm", "key_persons", "f1|p1|gm|"),
        ("p1", "f1", "legal_rep", "key_persons", "f1|p1|legal_rep|2020-01-01"),
        ("p2", "f2", "legal_rep", "firms", "f2"),
    ]


def test_a_representative_whose_term_ended_in_one_table_and_lasts_in_the_other_is_both() -> None:
    firms = [{"firm_id": "f1", "name": "f1", "legal_rep_id": "p1"}]
    ended = _post("p1", "f1", "legal_rep", valid_from=date(2020, 1, 1), valid_to=date(2021, 1, 1))
    found = posts(reading(firms=firms, key_persons=[ended]))
    assert [(r["table"], r["until"]) for r in found.to_pylist()] == [("firms", None), ("key_persons", date(2021, 1, 1))]


def test_kin_says_what_b_is_to_a_and_on_what_basis() -> None:
    found = kin(reading(relatives=[_tie("child", confidence="1")]))
    assert found.schema == KIN
    (row,) = found.to_pylist()
    assert (row["person_a"], row["person_b"], row["relation"], row["degree"]) == ("p1", "p2", "child", 1)
    assert (row["basis"], row["row"]) == ("declared", "p1|p2|child")


def test_two_mentions_of_one_person_are_not_kin() -> None:
    links = [
        {"mention_id": m, "kind": "person", "entity_id": "e", "method": "code", "run_id": "r"} for m in ("p1", "p2")
    ]
    assert kin(reading(relatives=[_tie("sibling")], entity_links=links)).num_rows == 0
