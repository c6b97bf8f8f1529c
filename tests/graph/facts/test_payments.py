from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.graph.library import Row, reading

from windchime.graph.facts.forms import PAYMENTS
from windchime.graph.facts.payments import payments

NOON = datetime(2025, 3, 5, 4, tzinfo=UTC)


def _entry(book: str, other: str | None, direction: str, at: datetime = NOON, amount: str = "100", **more: Any) -> Row:
    return {
        "firm_id": book,
        "account_id": f"acc-{book}",
        "bank_serial": f"{book}{direction}{at:%d%H%M%S}{amount}",
        "seq": 0,
        "booked_at": at,
        "is_time_known": True,
        "direction": direction,
        "amount": amount,
        "currency": "CNY",
        "counterparty_id": other,
        "status": "booked",
    } | more


def _payments(*written: Row, **others: Any) -> list[dict[str, Any]]:
    found = payments(reading(bank_transactions=written, **others))
    assert found.schema == PAYMENTS
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def _pairs(*written: Row, **others: Any) -> list[tuple[Any, ...]]:
    return [(r["payer"], r["payee"], r["amount"]) for r in _payments(*written, **others)]


def test_a_library_without_accounts_has_no_payments() -> None:
    assert payments(reading()).equals(PAYMENTS.empty_table())


def test_a_transfer_in_both_books_is_one_and_the_payers_entry_stands_for_it() -> None:
    out = _entry("a", "b", "out", category="purchase")
    into = _entry("b", "a", "in", NOON.replace(minute=3), category="sale")
    (row,) = _payments(into, out)
    assert (row["payer"], row["payee"], row["amount"]) == ("a", "b", Decimal(100))
    assert (row["paid_at"], row["category"], row["is_time_known"]) == (NOON, "purchase", True)
    assert row["row"].startswith("acc-a|2025-03-05 04:00:00+00|aout")


def test_booked_the_day_after_by_the_payees_bank_it_is_still_one() -> None:
    late = NOON.replace(hour=15, minute=59)  # 23:59 in China
    assert _pairs(_entry("a", "b", "out", late), _entry("b", "a", "in", late.replace(hour=16))) == [
        ("a", "b", Decimal(100))
    ]
    assert len(_pairs(_entry("a", "b", "out"), _entry("b", "a", "in", NOON.replace(day=7)))) == 2


def test_a_transfer_that_one_book_shows_counts() -> None:
    assert _pairs(_entry("a", "x", "out"), _entry("b", "y", "in")) == [
        ("a", "x", Decimal(100)),
        ("y", "b", Decimal(100)),
    ]


@pytest.mark.parametrize(("out", "into"), [(3, 2), (1, 3)])
def test_of_equal_transfers_of_one_day_there_are_as_many_as_the_fuller_book_shows(out: int, into: int) -> None:
    rows = [_entry("a", "b", "out", NOON.replace(minute=m)) for m in range(out)]
    rows += [_entry("b", "a", "in", NOON.replace(minute=30 + m)) for m in range(into)]
    assert len(_pairs(*rows)) == max(out, into)


def test_what_failed_was_undone_or_has_no_other_side_is_no_payment() -> None:
    wrong = _entry("a", "b", "out", amount="7")
    rows = [
        _entry("a", "b", "out", amount="1", status="failed"),
        _entry("a", "b", "out", amount="2", status="returned"),
        _entry("a", None, "out", amount="3"),
        wrong,
        _entry("a", "b", "in", amount="8", is_reversal=True, reverses_serial=wrong["bank_serial"]),
    ]
    assert _pairs(*rows) == []


def test_books_belong_to_the_holder_of_the_account_and_the_account_written_there_says_who_is_paid() -> None:
    def account(of: str, holder: str) -> Row:
        return {
            "firm_id": of,
            "account_id": f"acc-{of}",
            "account_no": f"no-{of}",
            "holder_type": "person" if holder.startswith("p") else "firm",
            "holder_id": holder,
            "account_kind": "basic",
            "currency": "CNY",
            "status": "normal",
            "is_declared": True,
        }

    rows = [
        _entry("a", None, "out", counterparty_account_no="no-b"),
        _entry("b", "wrong", "in", NOON.replace(minute=1), counterparty_account_no="no-a"),
        _entry("a", "p1", "out", amount="5"),
    ]
    assert _pairs(*rows, bank_accounts=[account("a", "p1"), account("b", "b")]) == [("p1", "b", Decimal(100))]


def test_ids_are_those_of_nodes() -> None:
    links = [{"mention_id": m, "kind": "firm", "entity_id": "a", "method": "code", "run_id": "r"} for m in ("a", "a2")]
    rows = [_entry("a2", "b", "out"), _entry("a", "a2", "out", amount="9")]
    assert _pairs(*rows, entity_links=links) == [("a", "b", Decimal(100))]
