"""Repeats and red letters against loops over all pairs."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.risk.invoices.checks.builders import SETTINGS, Row, books, day, hit, judged, purchase, ran, sale

DAYS = SETTINGS.repeats.days


def test_a_row_listed_again_is_told_with_the_first() -> None:
    rows = books(5)
    found = ran([*rows, dict(rows[2])])
    assert hit(found, "listed_twice") == [5]
    assert found.hits.filter(code="listed_twice")["detail"].to_list() == ["2"]
    assert hit(found, "number_used_twice") == []
    # it is no second sale either
    assert hit(found, "amount_again_same_day") == []


def test_a_row_listed_again_elsewhere() -> None:
    rows = books(SETTINGS.repeats.rows_apart + 2)
    assert hit(ran([*rows, dict(rows[2])]), "listed_twice_apart") == []
    assert hit(ran([*rows, dict(rows[1])]), "listed_twice_apart") == [len(rows)]


def test_odd_amounts_that_come_exactly_twice() -> None:
    def again(total: int, times: int, start: int) -> list[Row]:
        return [sale(f"{start + 50 * i:08d}", 4 * i, total) for i in range(times)]

    rows = again(123_457, 2, 1000) + again(123_458, 3, 2000) + again(123_400, 2, 3000)
    found = ran(rows)
    assert hit(found, "odd_amount_again_soon") == [1]
    assert judged(found, "odd_amount_again_soon") == 5


@pytest.mark.parametrize("other", [{"total": 5.65}, {"issue_date": day(3)}, {"status": "void"}, {"buyer_id": "own:Z"}])
def test_one_number_for_two_invoices(other: dict[str, Any]) -> None:
    rows = books(5)
    found = ran([*rows, rows[2] | other])
    assert len(hit(found, "number_used_twice")) == 1
    assert hit(found, "listed_twice") == []


def test_two_sellers_may_use_one_number() -> None:
    assert hit(ran([purchase("1", partner="own:S"), purchase("1", partner="own:T")]), "number_used_twice") == []


def test_one_number_under_two_codes_is_two_invoices() -> None:
    rows = [sale("10000001", invoice_code="3100191130"), sale("10000001", 1, 22600, invoice_code="3100192130")]
    assert hit(ran(rows), "number_used_twice") == []


deals = st.lists(
    st.tuples(
        st.integers(0, 2 * DAYS), st.sampled_from(["own:B", "own:C"]), st.sampled_from([11300, 22600]), st.booleans()
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=15)
@given(deals)
def test_repeats_by_all_pairs(drawn: list[tuple[int, str, int, bool]]) -> None:
    rows = [
        sale(f"{1000 + 50 * i:08d}", on, total, partner=who, status="void" if void else "normal")
        for i, (on, who, total, void) in enumerate(sorted(drawn))
    ]
    soon, same_day = [], []
    for i, row in enumerate(rows):
        earlier = [
            (row["issue_date"] - r["issue_date"]).days
            for r in rows[:i]
            if r["status"] == row["status"] == "normal"
            and r["buyer_id"] == row["buyer_id"]
            and r["total"] == row["total"]
        ]
        if earlier and min(earlier) == 0:
            same_day.append(i)
        elif earlier and min(earlier) <= DAYS:
            soon.append(i)
    found = ran(rows)
    assert hit(found, "amount_again_soon") == soon
    assert hit(found, "amount_again_same_day") == same_day
    assert judged(found, "amount_again_soon") == sum(r["status"] == "normal" for r in rows)


def test_a_year_copied() -> None:
    first = books(6)
    again = [
        r | {"issue_date": r["issue_date"] - timedelta(days=365), "invoice_no": str(int(r["invoice_no"]) - 500)}
        for r in first
    ]
    late = sale("10000900", day(300), 555)
    found = ran([*first, *again, late])
    assert hit(found, "amount_again_after_a_year") == [6, 7, 8, 9, 10, 11]


def test_parts_of_one_large_invoice_add_up() -> None:
    parts = [sale(f"{10000001 + i}", 3, t) for i, t in enumerate((123_457, 234_568, 141_975))]
    other = [sale(f"{10000101 + i}", 4, t) for i, t in enumerate((123_457, 234_568, 141_976))]
    found = ran(parts + other)
    assert hit(found, "parts_add_up_to_whole") == [0]
    assert judged(found, "parts_add_up_to_whole") == 2


def _red(of: Row, no: str, on: int, **other: Any) -> Row:
    red = of | {c: -of[c] for c in ("amount", "tax", "total")}
    return red | {"colour": "red", "invoice_no": no, "original_no": of["invoice_no"], "issue_date": day(on)} | other


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("red_original_missing", {"original_no": "10000099", "issue_date": day(SETTINGS.red_lookback_days)}),
        ("red_original_later", {"issue_date": day(0)}),
        ("red_original_of_other_partner", {"buyer_id": "own:Z"}),
        ("red_beyond_original", {"total": -11526.01}),
        ("red_at_other_rate", {"amount": -12000.0, "tax": -720.0, "total": -12720.0}),
    ],
)
def test_a_red_letter_that_does_not_fit_its_original(code: str, fault: dict[str, Any]) -> None:
    rows = [sale(f"{10000001 + i}", i, 1_130_000 + 11300 * i) for i in range(6)]
    fits = [_red(rows[1], "10000007", 20), _red(rows[2], "10000008", 20)]
    clean = ran([*rows, *fits])
    assert {c for c in clean.hits["code"] if c.startswith("red")} == set()
    fits[1] |= fault
    assert hit(ran([*rows, *fits]), code) == [7]


def test_an_original_that_is_void() -> None:
    rows = books(4)
    rows[1]["status"] = "void"
    assert hit(ran([*rows, _red(rows[1], "10000005", 9, status="normal")]), "red_original_not_valid") == [4]


def test_partial_red_letters_are_added_up() -> None:
    rows = books(4)
    parts = [_red(rows[3], f"1000000{5 + i}", 9) | {"total": -100.0, "amount": -88.50, "tax": -11.50} for i in range(2)]
    assert rows[3]["total"] == 146.90
    assert hit(ran([*rows, parts[0]]), "red_beyond_original") == []
    assert hit(ran([*rows, *parts]), "red_beyond_original") == [4, 5]


def test_an_original_before_the_list_begins_is_not_asked_for() -> None:
    found = ran([*books(4), _red(sale("00000077", total=5000), "10000005", 9)])
    assert hit(found, "red_original_missing") == []
    assert judged(found, "red_original_missing") == 0


def test_originals_of_digital_numbers_are_found_in_their_year() -> None:
    old, new = (
        sale(f"{y}312000000000000001", d, 11300 * n, kind="digital_special") for y, d, n in ((23, -90, 1), (24, 5, 2))
    )
    found = ran([old, new, _red(old, "24312000000000000002", 9)])
    assert {c for c in found.hits["code"] if c.startswith("red")} == set()


def test_a_mark_without_its_red_letter() -> None:
    rows = books(4)
    rows[1]["status"] = rows[2]["status"] = "red_full"
    assert hit(ran([*rows, _red(rows[1], "10000005", 9, status="normal")]), "marked_red_without_red_letter") == [2]


def test_more_is_taken_back_than_was_billed() -> None:
    late = SETTINGS.red_lookback_days
    rows = [
        sale("1", 0, 10000),
        sale("2", late, -9000),
        sale("3", late + 1, -2000),
        sale("4", late + 2, -100, partner="own:Z"),
    ]
    found = ran(rows)
    assert hit(found, "reds_beyond_what_was_billed") == [2, 3]
    assert found.hits.filter(pl.col("code") == "reds_beyond_what_was_billed")["figure"].to_list() == [-10.0, -1.0]
