"""Who is who among planted mentions: right, explained, the same whenever it is asked."""

from datetime import date
from functools import cache
from itertools import combinations

import pyarrow as pa
import pytest
from tests.data.identity.planted import Register, code_of, in_lake, register

from windchime.content import seed
from windchime.content.scheme import Scheme
from windchime.data.identity.evaluating import Known, agreement
from windchime.data.identity.mentions import Mentions, gather, sources_of
from windchime.data.identity.resolving import Resolution, resolve_mentions
from windchime.data.identity.settings import Settings
from windchime.data.reading import Reading

AS_OF = date(2025, 12, 31)
FIRMS = 1200


@cache
def settings() -> Settings:
    return Settings.of(Scheme.of(seed.documents("schemes")["identity"]), AS_OF)


@cache
def planted() -> tuple[Register, Mentions, Resolution]:
    made = register(FIRMS, 11)
    mentions = gather(made.reading())
    return made, mentions, resolve_mentions(mentions, [], settings())


def entities(found: Resolution) -> dict[str, str]:
    return {m: str(head) for m, head in zip(found.firm_ids, found.firms.heads, strict=True)}


def test_planted_duplicates_are_found() -> None:
    made, _mentions, found = planted()
    truth = {m: Known(str(firm), made.kinds[m]) for m, firm in made.truth.items()}
    every = agreement(entities(found), truth)[0]
    assert every.f1 is not None
    assert every.f1 >= 0.97
    assert every.precision is not None
    assert every.precision >= 0.99


def test_no_two_credit_codes_are_one() -> None:
    made, _mentions, found = planted()
    code = {r["record_id"]: r["firm_code"] for r in made.rows}
    for members in found.firms.members().values():
        assert len({code[found.firm_ids[m]] for m in members} - {None}) <= 1


def test_the_same_mentions_give_the_same_links() -> None:
    made, _mentions, found = planted()
    shuffled = Reading.over({"firm_records": in_lake("firm_records", made.records()[::-1])}, as_of=AS_OF)
    again = resolve_mentions(gather(shuffled), [], settings())
    assert again.firms == found.firms
    assert again.record() == found.record()


def rows(**tables: list[dict[str, object]]) -> Reading:
    return Reading.over({name: in_lake(name, some) for name, some in tables.items()}, as_of=AS_OF)


def record(number: int, name: str, **more: object) -> dict[str, object]:
    usual = {"record_id": f"lists:{number}", "list_name": "list", "firm_name": name, "known_on": date(2025, 6, 30)}
    return usual | more


def together(reading: Reading, *ids: str) -> bool:
    found = resolve_mentions(gather(reading), [], settings())
    of = dict(zip((*found.firm_ids, *found.person_ids), (*found.firms.heads, *found.persons.heads), strict=True))
    return len({of[i] for i in ids}) == 1


@pytest.mark.parametrize(
    ("other", "one"),
    [
        ({"firm_name": "铭达（岚溪）商贸有限责任公司"}, True),
        ({"firm_name": "望川县铭达贸易有限公司", "region_code": "990124"}, False),
        ({"firm_name": "岚溪市铭达物流有限公司"}, False),
        ({"firm_name": "岚溪市铭达贸易股份有限公司"}, False),
        ({"firm_name": "岚溪市明达贸易有限公司", "legal_rep_name": "t_lin", "phone": "t_1"}, True),
        ({"firm_name": "岚溪市铭通贸易有限公司", "legal_rep_name": "t_he", "phone": "t_2"}, False),
        ({"firm_name": "岚溪市铭达贸易有限公司望川分公司", "legal_rep_name": "t_lin", "phone": "t_1"}, False),
        ({"firm_name": "岚溪市铭达贸易有限公司", "firm_code": code_of(9, "990102")}, False),
    ],
)
def test_names_that_are_one_and_names_that_are_two(other: dict[str, str], one: bool) -> None:
    crowd = [
        record(100 + i, f"青陌市{c}{d}科技有限公司") for i, (c, d) in enumerate(combinations("安宝昌辰富高恒佳康", 2))
    ]
    signs = {"region_code": "990102", "legal_rep_name": "t_lin", "legal_rep_type": "person", "phone": "t_1"}
    first = record(1, "岚溪市铭达贸易有限公司", firm_code=code_of(1, "990102"), **signs)
    second = record(2, "") | {"region_code": "990102"} | other
    assert together(rows(firm_records=[first, second, *crowd]), "lists:1", "lists:2") is one


def test_a_former_name_leads_to_the_firm() -> None:
    first = record(
        1, "岚溪市铭达贸易有限公司", former_names="岚溪市通汇贸易有限公司；岚溪市同汇商行", region_code="990102"
    )
    second = record(2, "岚溪市通汇贸易有限公司", region_code="990102")
    assert together(rows(firm_records=[first, second]), "lists:1", "lists:2")


def test_mentions_of_firms_and_persons_are_gathered_from_every_table() -> None:
    holding: dict[str, object] = {
        "firm_id": "gsxt:F1", "subject_name": "岚溪市铭达贸易有限公司", "subject_code": code_of(1, "990102"),
        "holder_type": "person", "holder_id": "gsxt:p1", "holder_code": "t_id1", "holder_name": "t_name",
    }  # fmt: skip
    firm: dict[str, object] = {
        "firm_id": "bank:F9",
        "name": "铭达贸易",
        "credit_code": code_of(1, "990102"),
        "known_on": date(2025, 6, 30),
    }
    reading = rows(shareholdings=[holding], firms=[firm])
    found = gather(reading)
    assert found.firms["mention_id"].to_pylist() == ["bank:F9", "gsxt:F1"]
    assert found.persons.to_pylist() == [{"mention_id": "gsxt:p1", "codes": ["t_id1"], "names": ["t_name"]}]
    assert found.ties.to_pylist() == [{"mention_id": "gsxt:p1", "kind": "firm", "value": "gsxt:F1"}]
    assert sources_of(reading, ["gsxt:F1"]) == {"gsxt:F1": {"shareholdings": 1}}
    assert together(reading, "bank:F9", "gsxt:F1")


def person(
    number: int, firm: str, code: str | None = None, phone: str | None = None
) -> dict[str, list[dict[str, object]]]:
    party = {"person_type": "person", "person_id": f"s:p{number}", "person_code": code, "person_name": "t_wang"}
    found = {"key_persons": [{"firm_id": firm, "role": "director", **party}]}
    if phone:
        found["contacts"] = [
            {"firm_id": firm, "person_id": f"s:p{number}", "kind": "mobile", "value": phone, "first_seen_at": None}
        ]
    return found  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("left", "right", "one"),
    [
        # one name alone, or with one tie, is not one person
        ({"firm": "s:F1"}, {"firm": "s:F2"}, False),
        ({"firm": "s:F1"}, {"firm": "s:F1"}, False),
        ({"firm": "s:F1", "phone": "t_1"}, {"firm": "s:F1", "phone": "t_1"}, True),
        ({"firm": "s:F1", "phone": "t_1", "code": "t_a"}, {"firm": "s:F1", "phone": "t_1", "code": "t_b"}, False),
        ({"firm": "s:F1", "code": "t_a"}, {"firm": "s:F2", "code": "t_a"}, True),
    ],
)
def test_one_name_is_not_one_person(left: dict[str, str], right: dict[str, str], one: bool) -> None:
    parts = [person(1, **left), person(2, **right)]
    tables: dict[str, list[dict[str, object]]] = {}
    for part in parts:
        for name, some in part.items():
            tables.setdefault(name, []).extend(some)
    for contact in tables.get("contacts", []):
        contact["first_seen_at"] = pa.scalar(0, pa.timestamp("us", tz="UTC")).as_py()
    assert together(rows(**tables), "s:p1", "s:p2") is one


def test_agreement_counts_pairs() -> None:
    truth = {
        "a": Known("1", "registry"),
        "b": Known("1", "brackets"),
        "c": Known("1", "form"),
        "d": Known("2", "registry"),
    }
    found = agreement({"a": "x", "b": "x", "c": "y", "d": "x"}, truth)
    by = {a.kind: (a.right, a.wrong, a.missed) for a in found}
    assert by == {
        "all": (1, 2, 2),
        "brackets": (1, 1, 0),
        "form": (0, 0, 1),
        "registry": (0, 1, 0),
        "several": (0, 0, 1),
    }
    assert found[0].f1 == pytest.approx(2 / (2 + 2 + 2))
    least, most = found[0].intervals()["precision"]
    assert 0 < least < 1 / 3 < most < 1
