"""BODS statements out and in: what goes out comes back equal, published examples answer, files of any shape are no crash."""

import io
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graph.exchange.test_files import TOLD
from tests.graph.views.small import day, network, nodes_table, tie

from windchime.graph.exchange import bods
from windchime.graph.exchange.bods_import import IMPORTED, Imported, import_bods
from windchime.graph.exchange.drawing import Drawing
from windchime.graph.facts.forms import HOLDINGS, TIES

#: what the standard's page demands of a statement of 0.4, in our words
FORM = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["statementId", "declarationSubject", "recordId", "recordType", "recordDetails"],
        "properties": {
            "statementId": {"type": "string", "minLength": 32, "maxLength": 64},
            "statementDate": {"type": "string", "format": "date"},
            "recordType": {"enum": ["entity", "person", "relationship"]},
            "recordStatus": {"enum": ["new", "updated", "closed"]},
            "publicationDetails": {"required": ["publicationDate", "bodsVersion", "publisher"]},
            "source": {"properties": {"type": {"items": {"enum": ["thirdParty"]}}}},
            "recordDetails": {
                "required": ["isComponent"],
                "properties": {
                    "personType": {"enum": ["knownPerson"]},
                    "interests": {
                        "items": {
                            "required": ["type", "directOrIndirect"],
                            "properties": {
                                "type": {"enum": ["shareholding", "votingRights"]},
                                "share": {"properties": {"exact": {"type": "number", "minimum": 0, "maximum": 100}}},
                            },
                        }
                    },
                },
            },
        },
    },
}
FRACTION = st.none() | st.decimals(0, 1, places=6)
DAYS = st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1))


@st.composite
def stakes(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows of `HOLDINGS`, one for each owner, company and days; who is what does not change."""
    kinds = {"p": "person", "q": "person", "x": "foreign", "f": "product", "g": "government", "u": "unknown"}
    found = {}
    for _ in range(draw(st.integers(1, 8))):
        owner, company = draw(st.sampled_from([*kinds, "a", "b"])), draw(st.sampled_from(["a", "b", "c"]))
        since, until = draw(DAYS), draw(DAYS)
        if since and until and until < since:
            since, until = until, since
        share = draw(FRACTION)
        votes = draw(st.just(share) | FRACTION)
        row = {
            "owner": owner,
            "company": company,
            "share": share,
            "votes": share if votes is None else votes,
            "owner_type": kinds.get(owner, "firm"),
            "nominee": draw(st.sampled_from([None, "declared", "suspected"])),
            "since": since,
            "until": until,
        }
        found[owner, company] = row | {"table": "shareholdings", "row": f"{owner}|{company}"}
    return list(found.values())


def drawing(rows: list[dict[str, Any]]) -> tuple[Drawing, pa.Table]:
    kinds = {r["owner"]: r["owner_type"] for r in rows} | dict.fromkeys((r["company"] for r in rows), "firm")
    nodes = nodes_table({n: f"{n} 公司" if k != "person" else None for n, k in kinds.items()}, **kinds)
    return Drawing(nodes, TIES.empty_table(), TOLD), pa.Table.from_pylist(rows, HOLDINGS)


def file(folder: Path, content: object, name: str = "list.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf8")
    return path


@settings(max_examples=60)
@given(stakes())
def test_what_goes_out_comes_back_equal(rows: list[dict[str, Any]]) -> None:
    import tempfile

    made, holdings = drawing(rows)
    said = list(bods.statements(made, holdings))
    jsonschema.validate(said, FORM)
    assert len({s["statementId"] for s in said}) == len(said)
    with tempfile.TemporaryDirectory() as folder:
        found = import_bods(file(Path(folder), said), source="")
    columns = ["owner", "company", "share", "votes", "owner_type", "nominee", "since", "until"]
    order = [(c, "ascending") for c in ("owner", "company")]
    assert found.holdings.select(columns).sort_by(order) == holdings.select(columns).sort_by(order)
    kinds = dict(zip(found.nodes["node"].to_pylist(), found.nodes["kind"].to_pylist(), strict=True))
    assert kinds == dict(zip(made.nodes["node"].to_pylist(), made.nodes["kind"].to_pylist(), strict=True))
    assert {p.code for p in found.problems} <= {"share_not_told", "arrangement_between"}


def test_a_view_goes_out_as_the_stakes_it_shows(tmp_path: Path) -> None:
    made = network(
        tie("holds", "p", "a", share="0.75", since=day("2010-01-01")),
        tie("holds", "a", "b", share="1"),
        tie("sells", "a", "b"),
        p="person",
    )
    out = io.BytesIO()
    bods.write(Drawing.of_view(made.neighbourhood("a"), TOLD), out)
    said = json.loads(out.getvalue())
    jsonschema.validate(said, FORM)
    assert Counter(s["recordType"] for s in said) == {"entity": 2, "person": 1, "relationship": 2}
    by_owner = {s["recordDetails"]["interestedParty"]: s for s in said if s["recordType"] == "relationship"}
    (of_person,) = by_owner["p"]["recordDetails"]["interests"]
    assert of_person == {
        "type": "shareholding",
        "directOrIndirect": "direct",
        "startDate": "2010-01-01",
        "share": {"exact": 75},
    }
    assert by_owner["a"]["recordDetails"]["interests"][0]["beneficialOwnershipOrControl"] is False
    assert by_owner["p"]["source"]["description"] == "Windchime 0.1.0, lake version 7, as of 2025-12-31: list 1"
    assert by_owner["p"]["statementDate"] == "2025-12-31"
    held = import_bods(file(tmp_path, said)).holdings.to_pylist()
    assert {(r["owner"], r["company"], r["share"]) for r in held} == {
        ("bods:p", "bods:a", Decimal("0.75")),
        ("bods:a", "bods:b", Decimal(1)),
    }


def test_beneficial_owners_are_said_where_known() -> None:
    rows = [
        {"owner": "p", "company": c, "owner_type": "person", "share": Decimal("0.5"), "table": "t", "row": "1"}
        for c in "ab"
    ]
    made, _ = drawing([r | {"votes": None} for r in rows])
    said = bods.statements(made, pa.Table.from_pylist(rows, HOLDINGS), beneficial={("p", "a")})
    told = {
        s["recordDetails"]["subject"]: s["recordDetails"]["interests"][0]["beneficialOwnershipOrControl"]
        for s in said
        if s["recordType"] == "relationship"
    }
    assert told == {"a": True, "b": False}


def relation(**details: Any) -> dict[str, Any]:
    return {"recordType": "relationship", "recordId": "r", "statementDate": "2024-01-01"} | {
        "recordDetails": {"isComponent": False, "subject": "a", "interestedParty": "p"} | details
    }


@pytest.mark.parametrize(
    ("share", "exact", "least", "most", "codes"),
    [
        ({"exact": 75}, "0.75", "0.75", "0.75", []),
        ({"minimum": 25, "maximum": 25}, "0.25", "0.25", "0.25", []),
        ({"minimum": 75, "exclusiveMaximum": 100}, None, "0.75", "1", ["share_is_a_range"]),
        ({"exclusiveMinimum": 25, "exclusiveMaximum": 50}, None, "0.25", "0.5", ["share_is_a_range"]),
        ({"minimum": 25, "exclusiveMinimum": True}, None, "0.25", None, ["share_is_a_range"]),
        ({}, None, None, None, ["share_not_told"]),
        ({"exact": 33.3333333}, "0.333333", "0.333333", "0.333333", ["share_rounded"]),
        ({"exact": 101}, None, None, None, ["not_a_share", "share_not_told"]),
        ({"exact": True}, None, None, None, ["not_a_share", "share_not_told"]),
        ({"exact": "75"}, None, None, None, ["not_a_share", "share_not_told"]),
        ({"minimum": 60, "maximum": 50}, None, None, None, ["range_is_empty", "share_not_told"]),
        ("75 %", None, None, None, ["not_a_share", "share_not_told"]),
    ],
)
def test_shares(
    tmp_path: Path, share: Any, exact: str | None, least: str | None, most: str | None, codes: list[str]
) -> None:
    found = import_bods(file(tmp_path, [relation(interests=[{"type": "shareholding", "share": share}])]))
    (row,) = found.holdings.to_pylist()
    wanted = tuple(None if x is None else Decimal(x) for x in (exact, least, most))
    assert (row["share"], row["share_least"], row["share_most"]) == wanted
    assert [p.code for p in found.problems if p.code != "party_not_described"] == codes
    assert all(p.column.startswith("[0].recordDetails") or p.column.startswith("[0]") for p in found.problems)


def test_later_statements_take_the_place_of_earlier_ones(tmp_path: Path) -> None:
    """A stake told anew with a later beginning ends the earlier one; a record that is closed ends with its statement."""

    def told(date_: str, status: str, exact: int, start: str, **more: str) -> dict[str, Any]:
        interest = {"type": "shareholding", "share": {"exact": exact}, "startDate": start} | more
        return relation(interests=[interest]) | {"statementDate": date_, "recordStatus": status}

    rows = import_bods(
        file(
            tmp_path,
            [
                told("2020-01-01", "new", 100, "2019-12-01"),
                told("2021-01-01", "updated", 40, "2020-12-01"),
                told("2021-02-01", "updated", 45, "2020-12-01"),
                told("2022-01-01", "closed", 45, "2020-12-01"),
            ],
        )
    ).holdings.to_pylist()
    assert [(r["share"], r["since"], r["until"]) for r in rows] == [
        (Decimal(1), day("2019-12-01"), day("2020-11-30")),
        (Decimal("0.45"), day("2020-12-01"), day("2021-12-31")),
    ]
    ended = import_bods(file(tmp_path, [told("2022-01-01", "closed", 45, "2020-12-01", endDate="2021-06-01")]))
    assert ended.holdings["until"].to_pylist() == [day("2021-05-31")]
    assert ended.edge_list().num_rows == 0
    assert ended.edge_list(day("2021-01-01"))["owner"].to_pylist() == ["bods:p"]


def test_older_versions_name_statements_where_records_are_named_today(tmp_path: Path) -> None:
    """Versions 0.1 to 0.3: statements refer to statements, an update replaces an earlier one by its id."""
    old: list[dict[str, Any]] = [
        {"statementID": "e1", "statementType": "entityStatement", "entityType": "registeredEntity", "name": "甲"},
        {
            "statementID": "e2",
            "statementType": "entityStatement",
            "entityType": "arrangement",
            "replacesStatements": ["e0"],
        },
        {"statementID": "p1", "statementType": "personStatement", "personType": "knownPerson"},
        {
            "statementID": "o1",
            "statementType": "ownershipOrControlStatement",
            "statementDate": "2020-01-01",
            "subject": {"describedByEntityStatement": "e1"},
            "interestedParty": {"describedByEntityStatement": "e2"},
            "interests": [{"type": "shareholding", "interestLevel": "direct", "share": {"exact": 100}}],
        },
        {
            "statementID": "o2",
            "statementType": "ownershipOrControlStatement",
            "subject": {"describedByEntityStatement": "e0"},
            "interestedParty": {"describedByPersonStatement": "p1"},
            "interests": [
                {"type": "shareholding", "share": {"exact": 50}},
                {"type": "voting-rights", "share": {"exact": 60}},
                {"type": "voting-rights", "interestLevel": "indirect", "share": {"exact": 60}},
                {"type": "appointment-of-board"},
            ],
        },
        {
            "statementID": "o3",
            "statementType": "ownershipOrControlStatement",
            "subject": {"describedByEntityStatement": "e1"},
            "interestedParty": {"unspecified": {"reason": "noBeneficialOwners"}},
        },
    ]
    groups = {
        "statementGroups": [
            {
                "entityStatements": old[:2],
                "personStatements": old[2:3],
                "beneficialOwnershipStatements": [
                    {k: v for k, v in o.items() if k != "statementType"} for o in old[3:]
                ],
            }
        ]
    }
    lines = "\n".join(json.dumps(s) for s in old)
    for content in (old, {"statements": old}, groups, lines):
        found = import_bods(file(tmp_path, content))
        rows = [(r["owner"], r["company"], r["share"], r["votes"]) for r in found.holdings.to_pylist()]
        assert rows == [
            ("bods:e0", "bods:e1", Decimal(1), Decimal(1)),
            ("bods:p1", "bods:e0", Decimal("0.5"), Decimal("0.6")),
        ]
        assert Counter(p.code for p in found.problems) == {
            "arrangement_between": 1,
            "indirect_interest": 1,
            "not_a_stake": 1,
            "party_unspecified": 1,
        }
        assert [p.params for p in found.problems if p.code == "party_unspecified"] == [{"reason": "noBeneficialOwners"}]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "not_json"),
        ("{", "not_json"),
        ("[1, NaN]", "not_json"),
        ("[" * 100_000, "not_json"),
        ("9" * 5000, "not_json"),
        ("7", "not_statements"),
        ("[7, null, []]", "not_a_statement"),
        ('{"recordType": "entity"}', "no_details"),
        ('[{"recordType": ["entity"]}]', "unknown_record_type"),
        ('[{"recordType": "entity", "recordDetails": {}}]', "no_record_id"),
        ('[{"recordType": "entity", "recordDetails": 7, "recordId": "a"}]', "no_details"),
        (f'[{{"recordType": "entity", "x": {"[" * 60}{"]" * 60}}}]', "too_deep"),
        ('{"a": 1}\n{"b": \n', "not_json"),
        ('[{"recordType": "entity", "recordId": "a", "recordDetails": {"foundingDate": "yesterday"}}]', "not_a_date"),
        (json.dumps([relation(interests={})]), "no_interests"),
        (json.dumps([relation(interests=[7])]), "not_an_interest"),
        (json.dumps([relation(subject=None, interests=[])]), "party_missing"),
        (json.dumps([relation(subject={"reason": 7}, interests=[])]), "party_unspecified"),
        (json.dumps([relation(interests=[{"share": {"exact": 5}}])]), "interest_without_type"),
    ],
)
def test_what_is_no_list_of_statements_is_a_problem(tmp_path: Path, content: str, code: str) -> None:
    found = import_bods(file(tmp_path, content))
    assert code in {p.code for p in found.problems}
    assert found.holdings.schema.equals(IMPORTED)
    assert all(p.file == "list.json" and p.sentence("zh") and p.sentence("en") for p in found.problems)


def test_files_that_are_too_large_or_no_text(tmp_path: Path) -> None:
    path = file(tmp_path, "[]")
    assert [p.code for p in import_bods(path, most_bytes=1).problems] == ["file_too_large"]
    path.write_bytes(b"\xff\xfe\x00")
    assert [p.code for p in import_bods(path).problems] == ["not_utf8"]


@settings(max_examples=60)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-5, 200)
        | st.text(max_size=6)
        | st.sampled_from(["entity", "relationship"]),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["recordType", "recordId", "recordDetails", "interests", "share", "exact", "subject", "type"]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=40,
    )
)
def test_no_shape_of_json_is_a_crash(content: Any) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        assert isinstance(import_bods(file(Path(folder), content)), Imported)


#: file: stakes as (share, votes) from the greatest on, codes of problems
PUBLISHED: dict[str, tuple[list[str | None], dict[str, int]]] = {
    "01-direct-ownership.json": (["0.75"], {}),
    "10-circular-ownership.json": (["1", "1"], {}),
    "11-anonymous-person.json": ([], {"party_unspecified": 1}),
    "bods-package.json": (["1"], {}),
    "bods-package-annotations.json": ([], {"no_interests": 1}),
    "bods-package-entity-owning-entity.json": ([None], {"share_is_a_range": 1}),
    "bods-package-fi-soe.json": (["1", "0.765", "0.235"], {"not_a_stake": 1, "indirect_interest": 1}),
    "bods-package-linking-annotations.json": ([None], {"share_is_a_range": 1}),
    "fermcat.json": (["1", "0.5", "0.5"], {"not_a_stake": 7}),
    "full-pep-declaration.json": ([None], {"share_is_a_range": 2}),
    "indirect-ownership.json": (["0.6", None], {"interest_without_type": 1, "indirect_interest": 1}),
    "joint-ownership.json": (["1", "0.5", "0.5"], {"arrangement_between": 1}),
    "levent.json": ([], {"person_unspecified": 1, "arrangement_between": 1, "not_a_stake": 4}),
    "listed-company-exempt-from-disclosure.json": ([], {"party_unspecified": 1}),
    "mixed-direct-and-indirect-ownership.json": (
        ["0.5", "0.5", None],
        {"interest_without_type": 1, "indirect_interest": 1},
    ),
    "multiple-indirect-ownership.json": (
        ["0.5", "0.5", None, None],
        {"interest_without_type": 2, "indirect_interest": 1},
    ),
    "multiple-tax-residencies.json": (["1"], {}),
    "mutilple-indirect-ownership-2.json": (
        ["0.4", "0.2", None, None],
        {"interest_without_type": 2, "indirect_interest": 1},
    ),
    "nomination.json": ([], {"arrangement_between": 1, "not_a_stake": 3, "indirect_interest": 1}),
    "plc-entity-statement.json": ([], {}),
    "simple-pep-declaration.json": ([None], {"share_is_a_range": 2}),
    "tecido.json": (["1", "0.8", "0.7", "0.6", "0.4", "0.3"], {"not_a_stake": 4}),
}


@pytest.mark.samples
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_examples(samples: Path, name: str) -> None:
    """Examples of the standard (Apache-2.0) and its conformance fixtures (MIT)."""
    (path,) = (samples / "bods_examples").rglob(name)
    shares, codes = PUBLISHED[name]
    found = import_bods(path)
    told = sorted((r["share"] for r in found.holdings.to_pylist()), key=lambda s: (s is None, -(s or 0)))
    assert told == [None if s is None else Decimal(s) for s in shares]
    assert Counter(p.code for p in found.problems) == codes
    people = [n["label"] for n in found.nodes.to_pylist() if n["kind"] == "person"]
    assert people == [None] * len(people)


@pytest.mark.samples
def test_all_published_examples_are_read(samples: Path) -> None:
    assert {p.name for p in (samples / "bods_examples").rglob("*.json")} == set(PUBLISHED)
