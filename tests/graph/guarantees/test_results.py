from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.graph.guarantees.helpers import AS_OF, lake, promises, settings, written

from windchime.content.in_force import shipped
from windchime.data.reading import Reading
from windchime.graph.guarantees import telling
from windchime.graph.guarantees.edge_list import NoPromiseColumns, NoPromises, promises_of
from windchime.graph.guarantees.evaluating import evaluate
from windchime.graph.guarantees.measures import Balance, level, ratio
from windchime.graph.guarantees.promised import back, cents, holding
from windchime.graph.guarantees.results import TABLE, members_table, results
from windchime.graph.guarantees.settings import SCHEME

RING = (written("t:a", "t:b"), written("t:b", "t:c"), written("t:c", "t:a"))


def rows_of(
    *rows: dict[str, Any], statements: tuple[dict[str, Any], ...] = (), as_of: date = AS_OF
) -> list[dict[str, Any]]:
    tables = {"guarantees": lake("guarantees", *rows)}
    if statements:
        tables["statements"] = lake("statements", *statements)
    found = results(Reading.over(tables, as_of=as_of), shipped(SCHEME)[0])
    listed: list[dict[str, Any]] = found.tables[TABLE].to_pylist()
    return listed


def equity(firm: str, value: int) -> dict[str, Any]:
    return {
        "firm_id": firm, "period_end": date(2025, 6, 30), "period_months": 6, "scope": "parent", "standard": "cas_2019",
        "statement": "bs", "item": "bs_total_equity", "version_kind": "management", "report_version": 1,
        "value": Decimal(value), "source_unit": "yuan", "is_estimated": False,
    }  # fmt: skip


def kinds(rows: list[dict[str, Any]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["kind"], set()).add(row["firm_id"])
    return found


def test_a_library_without_guarantees_has_no_circles() -> None:
    assert results(Reading.over({}, as_of=AS_OF), shipped(SCHEME)[0]).tables[TABLE].num_rows == 0


def test_members_of_a_circle_with_what_they_rest_on() -> None:
    rows = rows_of(*RING, statements=(equity("t:a", 150), equity("t:b", -5)))
    assert kinds(rows) == {"circle": {"t:a", "t:b", "t:c"}, "cluster": {"t:a", "t:b", "t:c"}}
    by = {r["firm_id"]: r for r in rows if r["kind"] == "circle"}
    a = by["t:a"]
    assert (a["member_count"], a["is_standing"], a["out_count"], a["in_count"], a["cycle_count"]) == (3, True, 1, 1, 1)
    assert (a["out_amount"], a["in_amount"], a["total_out_amount"]) == (Decimal(100), Decimal(100), Decimal(100))
    assert (a["net_assets"], a["out_to_net_assets"], a["level"]) == (Decimal(150), Decimal("0.6667"), "warn")
    assert (by["t:b"]["level"], by["t:c"]["level"]) == ("severe", "unknown")
    assert (a["cyclic_triad_count"], a["mutual_count"], a["betweenness"]) == (1, 0, Decimal("0.500000"))
    assert a["motif_score"] == Decimal("0.050000")
    assert a["evidence"] == (
        '{"cycles":[["t:a","t:b","t:c"]],"net_assets":{"row":"t:a|2025-06-30|6|parent|cas_2019|bs|bs_total_equity|management|1",'
        '"table":"statements"},"promises":[{"contract":"t:a-t:b","row":"t:a-t:b|t:a","table":"guarantees","to":"t:b"}]}'
    )


def test_the_same_again_has_the_same_ids_whatever_the_order() -> None:
    assert {r["circle_id"] for r in rows_of(*RING)} == {r["circle_id"] for r in rows_of(*reversed(RING))}


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({}, True),
        ({"ends_on": date(2025, 3, 1)}, False),
        ({"ends_on": date(2024, 3, 31)}, None),
        ({"status": "called", "called_on": date(2025, 1, 1)}, False),
        ({"status": "void"}, None),
    ],
)
def test_a_promise_that_ended_counts_for_some_months_and_is_told(
    said: dict[str, Any], *, standing: bool | None
) -> None:
    rows = [r for r in rows_of(*RING[:2], written("t:c", "t:a", **said)) if r["kind"] == "circle"]
    assert {r["is_standing"] for r in rows} == (set() if standing is None else {standing})


def test_a_joint_group_is_told_as_one_with_its_members() -> None:
    rows = rows_of(*(written(g, "t:d", contract_no="C", joint_group="J") for g in ("t:a", "t:b", "t:c")))
    assert kinds(rows)["joint"] == {"t:a", "t:b", "t:c", "t:d"}
    assert "circle" not in kinds(rows)
    assert all('"tie":"J"' in r["evidence"] for r in rows if r["kind"] == "joint")


def test_lines_of_warning_and_severity_are_met_exactly() -> None:
    def at(out: str) -> str:
        return level(Decimal(out), Balance(Decimal(100), "t", "r"), settings())

    assert [at(x) for x in ("0", "49.99", "50", "99.99", "100")] == ["none", "none", "warn", "warn", "severe"]
    assert ratio(Decimal(1), Balance(Decimal(0), "t", "r")) is None


def test_amounts_are_exact_cents_of_what_is_covered_and_borne() -> None:
    rows = promises(
        {"guarantor": "a", "debtor": "b", "amount": "100.01"},
        {"guarantor": "a", "debtor": "c", "amount": "100", "covered": Decimal("99.99"), "share": Decimal("0.5")},
        {"guarantor": "a", "debtor": "d", "amount": "9999999999999999.99"},
    )
    assert cents(rows).tolist() == [10001, 5000, 999999999999999999]


def test_days() -> None:
    assert back(date(2025, 3, 31), 1) == date(2025, 2, 28)
    rows = promises({"guarantor": "a", "debtor": "b", "since": date(2025, 1, 1), "until": date(2025, 2, 1)})
    assert holding(rows, date(2025, 2, 1), date(2025, 3, 1), ["active"]).num_rows == 1
    assert holding(rows, date(2025, 2, 2), date(2025, 3, 1), ["active"]).num_rows == 0


def test_planted_circles_are_hit_when_one_circle_names_all_members() -> None:
    found = members_table(
        promises(("a", "b"), ("b", "c"), ("c", "a"), ("x", "y"), ("y", "x")), promises(), {}, settings()
    )
    truth = {
        "guarantee_circle": pa.table(
            {"circle_id": [0, 0, 0, 1, 1, 1], "guarantor_id": list("abcxyz"), "debtor_id": list("bcayzx")}
        )
    }
    (score,) = evaluate({TABLE: found}, truth)
    assert (score.planted, score.hit, score.found, score.right) == (2, 1, 1, 1)


def test_an_edge_list_is_read_and_what_is_wrong_is_told(tmp_path: Path) -> None:
    file = tmp_path / "e.csv"
    file.write_text('guarantor,debtor,amount\na,b,"1,000.50"\nb,a,-1\nc,,5\nd,d,5\nb,c,x\nc,a,7\n', encoding="utf8")
    found, problems = promises_of(file)
    assert [(r["guarantor"], r["debtor"], r["amount"]) for r in found.to_pylist()] == [
        ("a", "b", Decimal("1000.50")),
        ("c", "a", Decimal("7.00")),
    ]
    assert [(p.code, p.row) for p in problems] == [
        ("not_an_amount", 3), ("no_party", 4), ("own_guarantee", 5), ("not_an_amount", 6),
    ]  # fmt: skip
    again = tmp_path / "e.parquet"
    pq.write_table(found.select(["guarantor", "debtor", "amount"]), again)
    assert promises_of(again)[0].num_rows == 2


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n"])
def test_a_file_that_is_no_edge_list_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "e.csv"
    file.write_text(content, encoding="utf8")
    with pytest.raises((NoPromises, NoPromiseColumns)):
        promises_of(file)


def test_many_wrong_rows_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "e.csv"
    file.write_text("guarantor,debtor,amount\n" + "a,b,?\n" * 30, encoding="utf8")
    found, problems = promises_of(file)
    assert (found.num_rows, len(problems), problems[-1].params) == (0, 21, {"count": 10})


def test_structures_in_words() -> None:
    rows = [r for r in rows_of(*RING) if r["kind"] == "circle"]
    names: Mapping[str, str] = {"t:a": "甲"}
    assert telling.of_group(rows, names, "zh") == "担保圈，3 名成员：甲、t:b、t:c"
    assert telling.of_cycle(["t:a", "tie:J", "t:b"], names) == "甲 → [J] → t:b → 甲"
    assert "its net assets are not known" in telling.of_member(rows[0], names, "en")
