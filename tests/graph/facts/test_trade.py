from datetime import date
from decimal import Decimal
from typing import Any

from tests.graph.library import Row, reading

from windchime.graph.facts.forms import TRADE
from windchime.graph.facts.trade import listing, trade


def _invoice(seller: str, buyer: str, no: str, total: str = "113.00", *, copy: str = "seller", **more: Any) -> Row:
    own = copy == "seller"
    return {
        "reporting_firm_id": seller if own else buyer,
        "direction": "sale" if own else "purchase",
        "copy": copy,
        "seller_id": seller,
        "buyer_id": buyer,
        "invoice_no": no,
        "kind": "digital_special",
        "status": "normal",
        "colour": "red" if total.startswith("-") else "blue",
        "issue_date": date(2025, 3, 5),
        "amount": total,
        "tax": "0",
        "total": total,
    } | more


def _trade(*written: Row, **others: Any) -> list[dict[str, Any]]:
    found = trade(reading(invoices=written, **others))
    assert found.schema == TRADE
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def test_a_library_without_invoices_has_no_trade() -> None:
    assert trade(reading()).equals(TRADE.empty_table())
    assert listing(reading()).num_rows == 0


def test_an_invoice_in_both_lists_counts_once_and_the_sellers_copy_stands_for_it() -> None:
    (row,) = _trade(_invoice("a", "b", "1"), _invoice("a", "b", "1", "999", copy="buyer"))
    assert (row["total"], row["count"], row["row"]) == (Decimal("113.00"), 1, "a|sale|list|1")
    assert (row["since"], row["until"]) == (date(2025, 3, 1), date(2025, 3, 31))


def test_an_invoice_that_only_the_buyer_lists_counts_too() -> None:
    (row,) = _trade(_invoice("a", "b", "1", copy="buyer"))
    assert (row["seller"], row["buyer"], row["row"]) == ("a", "b", "b|purchase|list|1")


def test_an_invoice_that_the_seller_says_is_void_is_no_trade_whatever_the_buyer_says() -> None:
    assert _trade(_invoice("a", "b", "1", status="void"), _invoice("a", "b", "1", copy="buyer")) == []


def test_equal_numbers_of_other_sellers_and_other_codes_are_other_invoices() -> None:
    rows = _trade(
        _invoice("a", "b", "1"), _invoice("c", "b", "1"), _invoice("a", "b", "1", invoice_code="9", total="10")
    )
    assert [(r["seller"], r["total"], r["count"]) for r in rows] == [("a", Decimal(123), 2), ("c", Decimal(113), 1)]


def test_red_letters_lower_the_month_and_duplicates_do_not_raise_it() -> None:
    (row,) = _trade(
        _invoice("a", "b", "1", status="red_part"),
        _invoice("a", "b", "2", "-13.00"),
        _invoice("a", "b", "1", status="red_part", duplicate_of=1),
    )
    assert (row["total"], row["count"]) == (Decimal("100.00"), 2)


def test_months_stay_apart_and_february_ends_with_its_last_day() -> None:
    rows = _trade(_invoice("a", "b", "1"), _invoice("a", "b", "2", issue_date=date(2024, 2, 29)))
    assert [(r["since"], r["until"]) for r in rows] == [
        (date(2024, 2, 1), date(2024, 2, 29)),
        (date(2025, 3, 1), date(2025, 3, 31)),
    ]


def test_ids_are_those_of_nodes_and_a_firm_does_not_trade_with_itself() -> None:
    links = [{"mention_id": m, "kind": "firm", "entity_id": "a", "method": "code", "run_id": "r"} for m in ("a", "a2")]
    rows = _trade(
        _invoice("a", "a2", "1"), _invoice("a", "b", "2"), _invoice("a2", "b", "2", copy="buyer"), entity_links=links
    )
    assert [(r["seller"], r["buyer"], r["count"]) for r in rows] == [("a", "b", 1)]


def test_who_handed_in_which_list() -> None:
    found = listing(reading(invoices=[_invoice("a", "b", "1"), _invoice("c", "b", "2", copy="buyer")]))
    assert [tuple(r.values()) for r in found.to_pylist()] == [("a", "seller"), ("b", "buyer")]
