from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.graph.guarantees.helpers import lake, written

from windchime.data.reading import Reading
from windchime.graph.facts.forms import GUARANTEES
from windchime.graph.facts.guarantees import guarantees

AS_OF = date(2025, 12, 31)


def facts(*rows: dict[str, Any], links: dict[str, str] | None = None, as_of: date = AS_OF) -> list[dict[str, Any]]:
    tables = {"guarantees": lake("guarantees", *rows)}
    if links:
        said = [
            {"mention_id": m, "kind": "firm", "entity_id": e, "method": "code", "run_id": "r"} for m, e in links.items()
        ]
        tables["entity_links"] = lake("entity_links", *said)
    found = guarantees(Reading.over(tables, as_of=as_of))
    assert found.schema == GUARANTEES
    listed: list[dict[str, Any]] = found.to_pylist()
    return listed


def test_without_the_table_there_are_none() -> None:
    assert guarantees(Reading.over({}, as_of=AS_OF)).equals(GUARANTEES.empty_table())


def test_a_promise_says_who_for_whom_and_where_it_stands() -> None:
    (row,) = facts(
        written("t:a", "t:b", contract_no="C1", covered_balance=Decimal(80), debt_ref="L9", share=Decimal("0.2"))
    )
    assert row == {
        "guarantor": "t:a", "debtor": "t:b", "creditor": "t:bank", "contract": "C1", "joint_group": None,
        "kind": "joint_several", "amount": Decimal("100.00"), "covered": Decimal("80.00"), "share": Decimal("0.200000"),
        "debt": "L9", "status": "active", "since": date(2024, 3, 1), "until": None, "table": "guarantees",
        "row": "C1|t:a",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ({}, None),
        ({"ends_on": date(2025, 6, 30)}, date(2025, 6, 30)),
        ({"status": "released", "released_on": date(2025, 2, 1), "ends_on": date(2025, 6, 30)}, date(2025, 1, 31)),
        ({"status": "called", "called_on": date(2025, 2, 1), "ends_on": date(2025, 6, 30)}, date(2025, 6, 30)),
        ({"status": "void", "ends_on": date(2025, 6, 30)}, date(2024, 2, 29)),
        ({"status": "expired", "known": date(2025, 3, 1)}, date(2025, 2, 28)),
    ],
)
def test_the_last_day(said: dict[str, Any], until: date | None) -> None:
    (row,) = facts(written("t:a", "t:b", **said))
    assert row["until"] == until


def test_a_promise_told_by_two_sources_is_one_and_the_later_word_counts() -> None:
    early = written("t:a", "t:b", source="bank_core")
    later = written("t:a", "t:b", source="pbc_bureau", status="called", known=date(2025, 4, 1))
    (row,) = facts(early, later)
    assert row["status"] == "called"
    (row,) = facts(early, later, as_of=date(2025, 3, 1))
    assert row["status"] == "active"


def test_guarantors_of_one_contract_stay_apart() -> None:
    rows = facts(*(written(g, "t:d", contract_no="C", joint_group="J") for g in ("t:a", "t:b", "t:c")))
    assert [(r["guarantor"], r["joint_group"]) for r in rows] == [("t:a", "J"), ("t:b", "J"), ("t:c", "J")]


def test_parties_go_by_their_nodes_and_nobody_stands_for_itself() -> None:
    rows = facts(written("t:a2", "t:b"), written("t:a2", "t:a"), links={"t:a": "t:a", "t:a2": "t:a", "t:b": "t:b"})
    assert [(r["guarantor"], r["debtor"], r["row"]) for r in rows] == [("t:a", "t:b", "t:a2-t:b|t:a2")]
