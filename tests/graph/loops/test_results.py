from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from tests.graph.library import Row, reading

from windchime.content.scheme import Scheme
from windchime.content.seed import sources
from windchime.content.yamlfile import parse
from windchime.graph.loops.evaluating import evaluate
from windchime.graph.loops.results import results
from windchime.graph.results.finders import Found

NOON = datetime(2025, 3, 3, 4, tzinfo=UTC)
SCHEME = Scheme.of(parse(sources("schemes")["money_loops"], "money_loops.yaml"))


def entry(payer: str, payee: str, yuan: str, days: float, **more: Any) -> Row:
    return {
        "firm_id": payer,
        "account_id": f"acc-{payer}",
        "bank_serial": f"{payer}{payee}{days}{yuan}",
        "seq": 0,
        "booked_at": NOON + timedelta(days=days),
        "is_time_known": True,
        "direction": "out",
        "amount": yuan,
        "currency": "CNY",
        "counterparty_id": payee,
        "status": "booked",
        "category": "other_out",
    } | more


def sale(seller: str, buyer: str, no: str, yuan: str, day: date) -> Row:
    return {
        "reporting_firm_id": seller, "direction": "sale", "copy": "seller", "seller_id": seller, "buyer_id": buyer,
        "invoice_no": no, "kind": "digital_special", "status": "normal", "colour": "blue", "issue_date": day,
        "amount": yuan, "tax": "0", "total": yuan,
    }  # fmt: skip


def found(entries: Sequence[Row] = (), invoices: Sequence[Row] = ()) -> Found:
    tables: dict[str, Any] = {"bank_transactions": entries, "invoices": invoices}
    return results(reading(**{k: v for k, v in tables.items() if v}), SCHEME)


OLD = entry("x", "y", "5000", -700)
LOOP = [entry("a", "b", "10000", 0), entry("b", "c", "9900", 1), entry("c", "a", "9800", 2)]


def test_an_empty_library_gives_empty_tables() -> None:
    assert {name: rows.num_rows for name, rows in found().tables.items()} == {"money_loops": 0, "money_patterns": 0}


def test_a_loop_of_payments_is_told_hop_by_hop_with_its_rows() -> None:
    rows = found([OLD, *LOOP]).tables["money_loops"].to_pylist()
    assert [(r["hop"], r["from_id"], r["to_id"], str(r["amount"])) for r in rows] == [
        (1, "a", "b", "10000.00"),
        (2, "b", "c", "9900.00"),
        (3, "c", "a", "9800.00"),
    ]
    assert {(r["kind"], r["hops"], r["rounds_count"], r["share"]) for r in rows} == {("payment", 3, 1, 1)}
    assert rows[0]["passed_on"] == date(2025, 3, 3)
    assert '"table":"bank_transactions"' in rows[0]["evidence"]
    assert "acc-a|2025-03-03" in rows[0]["evidence"]


def test_the_same_library_in_another_order_gives_the_same_rows() -> None:
    assert found([*LOOP, OLD]).tables["money_loops"].equals(found([OLD, *LOOP[::-1]]).tables["money_loops"])


def test_categories_that_go_round_by_nature_are_left_out() -> None:
    loan = [dict(LOOP[0]) | {"category": "loan_in"}, *LOOP[1:], OLD]
    assert found(loan).tables["money_loops"].num_rows == 0


def test_a_circle_of_invoices_is_told_too() -> None:
    first = date(2025, 1, 1)
    circle = [
        sale("a", "b", "1", "10000", first),
        sale("b", "c", "2", "10300", first + timedelta(days=9)),
        sale("c", "a", "3", "10500", first + timedelta(days=20)),
        sale("a", "z", "9", "777", date(2022, 1, 1)),
    ]
    rows = found(invoices=circle).tables["money_loops"].to_pylist()
    assert [(r["kind"], r["from_id"], r["to_id"]) for r in rows] == [
        ("invoice", "a", "b"), ("invoice", "b", "c"), ("invoice", "c", "a"),
    ]  # fmt: skip


def patterns(entries: Sequence[Row]) -> dict[tuple[str, str], dict[str, Any]]:
    rows = found(entries).tables["money_patterns"].to_pylist()
    return {(r["firm_id"], r["kind"]): r for r in rows}


def test_many_pay_one_that_pays_one() -> None:
    many = [entry(f"p{i}", "hub", "5000", i / 4) for i in range(12)]
    got = patterns([*many, entry("hub", "out", "58000", 4)])
    row = got["hub", "fan_in"]
    assert (str(row["amount"]), row["many_count"], str(row["share"])) == ("60000.00", 12, "0.966667")
    assert (row["since"], row["until"]) == (date(2025, 3, 3), date(2025, 3, 7))
    assert patterns([*many, entry("hub", "out", "30000", 4)]) == {}
    assert patterns([*(dict(m) | {"category": "sale"} for m in many), entry("hub", "out", "58000", 4)]) == {}


def test_one_pays_one_that_pays_many() -> None:
    many = [entry("hub", f"p{i}", "5000", 1 + i / 10) for i in range(12)]
    assert set(patterns([entry("in", "hub", "60000", 0), *many])) == {("hub", "fan_out")}


def test_what_comes_in_and_goes_out_within_days_passes_through() -> None:
    days = [30 * m for m in range(8)]
    into = [entry(f"p{d % 3}", "v", "150000", d + k / 10) for d in days for k in (0, 1)]
    out = [entry("v", f"q{d % 3}", "299000", d + 2) for d in days]
    row = patterns([*into, *out])["v", "pass_through"]
    assert (str(row["amount"]), row["many_count"]) == ("2400000.00", 16)
    # what is left of a month leaves first in the next, too late
    assert float(row["share"]) == pytest.approx(0.985)
    slow = [entry("v", f"q{d % 3}", "299000", d + 9) for d in days]
    assert ("v", "pass_through") not in patterns([*into, *slow])


def test_sums_just_below_the_limit_of_reporting() -> None:
    below = [entry("a", "b", "1900000", d) for d in (0, 1, 2)]
    row = patterns(below)["a", "below_limit"]
    assert (str(row["amount"]), row["many_count"]) == ("5700000.00", 3)
    assert patterns([*below, entry("a", "b", "2000000", 1), entry("a", "b", "2100000", 2)]) == {}
    assert patterns([*below[:2], entry("a", "b", "1900000", 9)]) == {}


def test_rounds_are_held_against_what_was_planted() -> None:
    day = date(2025, 3, 3)
    hops = [("a", "b", day), ("b", "a", day + timedelta(days=1))]
    named = {
        "kind": ["payment"] * 2 + ["invoice"] * 2,
        "loop_id": ["1", "1", "2", "2"],
        "from_id": ["a", "b", "a", "b"],
        "to_id": ["b", "a", "b", "a"],
        "passed_on": [h[2] for h in hops] * 2,
    }

    def planted(*columns: str) -> pa.Table:
        told = {c: [h[i] for h in hops] for i, c in enumerate(columns)}
        return pa.table({"case_id": [0, 0], "round": [0, 0]} | told)

    truth = {
        "money_loop": planted("payer_id", "payee_id", "paid_on"),
        "invoice_cycle": planted("seller_id", "buyer_id", "issue_date").slice(0, 0),
        "benign_case": planted("seller_id", "buyer_id", "issue_date"),
    }
    money, circles, honest = evaluate({"money_loops": pa.table(named)}, truth)
    assert (money.recall, money.precision) == (1, 1)
    assert (circles.recall, circles.precision) == (None, 0)
    assert (honest.planted, honest.hit) == (1, 1)
