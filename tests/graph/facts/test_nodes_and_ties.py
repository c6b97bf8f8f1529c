"""The library as one table of nodes and one of ties, in small libraries written by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from tests.graph.library import Row, reading, stake

from windchime.graph.facts.forms import GUARANTEES, KIN, NODES, PAYMENTS, POINTS, POSTS, TIES, TRADE
from windchime.graph.facts.nodes import nodes
from windchime.graph.facts.ties_all import KINDS, points_between, ties_all, ties_of
from windchime.graph.views.network import Network

DAY = date(2024, 5, 1)
BEHIND = {"table": "list", "row": "1"}


def firm(number: str, name: str, **more: Any) -> Row:
    return {"firm_id": number, "name": name, "status": "active"} | more


def test_firms_persons_and_other_parties_are_nodes() -> None:
    found = nodes(
        reading(
            firms=[firm("f1", "甲", industry_code="C13", region_code="990102", registered_capital="5")],
            persons=[{"person_id": "p1", "name": "t_token", "resolution": "by_id"}],
            shareholdings=[
                stake("p1", "f1", "0.5"),
                stake("x1", "f1", "0.3", holder_type="foreign", holder_name="Overseas"),
                stake("f1", "f2", "0.1", holder_name="old name"),
            ],
        )
    )
    assert found.schema.equals(NODES)
    assert [(r["node"], r["kind"], r["label"], r["industry"]) for r in found.to_pylist()] == [
        ("f1", "firm", "甲", "C13"),
        ("p1", "person", "t_token", None),
        ("x1", "foreign", "Overseas", None),
    ]
    assert found["registered_capital"].to_pylist()[0] == Decimal(5)


def test_one_node_for_all_ids_of_an_entity_under_its_own_row() -> None:
    links = [
        {"mention_id": m, "kind": "firm", "entity_id": "e", "method": "code", "run_id": "r"} for m in ("f1", "f2", "z9")
    ]
    found = nodes(
        reading(
            firms=[firm("f2", "后来的名称", known_on=date(2025, 1, 1)), firm("f1", "自己的名称")],
            entity_links=links,
            shareholdings=[stake("z9", "f3", "0.5", holder_name="名册上的名称")],
        )
    )
    assert [(r["node"], r["label"]) for r in found.to_pylist()] == [("f1", "自己的名称")]


def test_an_empty_library_has_no_nodes_and_no_ties() -> None:
    assert nodes(reading()).num_rows == 0
    assert ties_all(reading()).equals(TIES.empty_table())
    assert Network.read(reading()).kinds == ()


def test_ties_of_the_library_by_kind() -> None:
    made = reading(
        firms=[firm("f1", "甲"), firm("f2", "乙")], shareholdings=[stake("f2", "f1", "0.5", nominee="declared")]
    )
    (row,) = ties_all(made).to_pylist()
    assert (row["kind"], row["source"], row["target"], row["share"], row["count"]) == (
        "holds",
        "f2",
        "f1",
        Decimal("0.5"),
        1,
    )
    assert (row["detail"], row["since"], row["until"], row["table"]) == (
        "declared",
        date(2020, 1, 1),
        None,
        "shareholdings",
    )
    assert ties_all(made, kinds=["sells"]).num_rows == 0
    network = Network.read(made)
    assert [n.label for n in network.neighbourhood("f1").nodes] == ["甲", "乙"]


def ties(kind: str, form: pa.Schema, *rows: Row) -> list[dict[str, Any]]:
    found = ties_of(kind, pa.Table.from_pylist([dict(BEHIND | dict(r)) for r in rows], form))
    assert found.schema.equals(TIES)
    return [{k: v for k, v in r.items() if v is not None and k != "table"} for r in found.to_pylist()]


def test_points_shared_by_two_firms_are_nodes_between_them() -> None:
    def point(firm_: str, token: str, row: str, kind: str = "mobile", **more: Any) -> Row:
        return {"kind": kind, "token": token, "firm": firm_, "row": row} | more

    rows = [
        point("f1", "t", "1", since=DAY, usage="registered"),
        point("f1", "t", "2", since=date(2020, 1, 1), usage="invoice", person="p"),
        point("f2", "t", "3"),
        point("f2", "t", "4", kind="email"),
        point("f1", "alone", "5"),
        point("f1", "alone", "6"),
    ]
    found = ties("contact", POINTS, *rows)
    assert found == [
        {"kind": "contact", "source": "f1", "target": "mobile:t", "count": 2, "since": date(2020, 1, 1), "row": "1"},
        {"kind": "contact", "source": "f2", "target": "mobile:t", "count": 1, "row": "3"},
    ]
    between = points_between(ties_of("contact", pa.Table.from_pylist([dict(BEHIND | dict(r)) for r in rows], POINTS)))
    assert [(r["node"], r["kind"], r["label"]) for r in between.to_pylist()] == [("mobile:t", "mobile", "t")]


def test_the_other_kinds() -> None:
    sold = {"seller": "a", "buyer": "b", "total": Decimal(7), "count": 3, "since": DAY, "until": date(2024, 5, 31)}
    assert ties("sells", TRADE, sold) == [
        {"kind": "sells", "source": "a", "target": "b", "amount": Decimal(7), "count": 3, "row": "1"}
        | {"since": DAY, "until": date(2024, 5, 31)}
    ]
    paid = [
        {"payer": "a", "payee": "b", "amount": Decimal(x), "paid_at": datetime(2024, 5, x, tzinfo=UTC), "row": str(x)}
        | dict.fromkeys(("since", "until"), date(2024, 5, x))
        for x in (3, 5, 4)
    ]
    assert ties("pays", PAYMENTS, *paid) == [
        {"kind": "pays", "source": "a", "target": "b", "amount": Decimal(12), "count": 3, "row": "3"}
        | {"since": date(2024, 5, 3), "until": date(2024, 5, 5)}
    ]
    promise = {"guarantor": "a", "debtor": "b", "creditor": "k", "contract": "c", "kind": "max", "amount": Decimal(9)}
    assert ties("guarantees", GUARANTEES, promise | {"status": "active", "since": DAY})[0] == {
        "kind": "guarantees",
        "source": "a",
        "target": "b",
        "amount": Decimal(9),
        "count": 1,
        "detail": "max",
        "since": DAY,
        "row": "1",
    }
    assert ties("leads", POSTS, {"person": "p", "firm": "a", "role": "cfo"})[0]["detail"] == "cfo"
    kin = {"person_a": "p", "person_b": "q", "relation": "spouse"}
    assert [ties("kin", KIN, kin)[0][k] for k in ("source", "target", "detail")] == ["p", "q", "spouse"]
    assert set(KINDS) == {"holds", "leads", "kin", "guarantees", "contact", "sells", "pays"}
