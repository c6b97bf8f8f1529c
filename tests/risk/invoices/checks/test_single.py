"""Each check of one invoice: the row it passes, and the smallest change that it hits."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.risk.invoices.checks.builders import hit, judged, ran, sale
from tests.risk.invoices.lab.borrowers import code as credit_code

from windchime.core import credit_code as one_code
from windchime.core.invoice_number import check as check_number
from windchime.risk.invoices.checks.credit_codes import validity
from windchime.risk.invoices.checks.structure import code_forms

SPECIAL, GENERAL = "3100191130", "031001900104"
DIGITAL = "24312000000012345678"
GOOD = credit_code(7)
BAD = GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1")

#: code, what a clean row says, and what the faulty one says beside it
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("number_malformed", {"no": "00123456"}, {"no": "123456789"}),
    ("number_malformed", {"no": DIGITAL}, {"no": "1234567A"}),
    ("number_malformed", {"no": "4711"}, {"no": "-4711"}),
    ("code_malformed", {"invoice_code": SPECIAL}, {"invoice_code": "31001911"}),
    ("code_malformed", {"invoice_code": GENERAL}, {"no": DIGITAL}),
    ("kind_disagrees_with_number", {"kind": "special", "invoice_code": SPECIAL}, {"kind": "general"}),
    ("kind_disagrees_with_number", {"kind": "general", "invoice_code": GENERAL}, {"kind": "special_paper"}),
    ("kind_disagrees_with_number", {"kind": "digital_special", "no": DIGITAL}, {"no": "10000001"}),
    ("kind_disagrees_with_number", {"kind": "digital_general", "no": DIGITAL}, {"kind": "general_electronic"}),
    ("year_disagrees", {"no": DIGITAL}, {"on": date(2023, 12, 31)}),
    ("kind_not_yet_issued", {"kind": "special_electronic", "on": date(2020, 9, 1)}, {"on": date(2020, 8, 31)}),
    ("issued_before_vat", {"on": date(1994, 1, 1)}, {"on": date(1993, 12, 31)}),
    ("issued_in_the_future", {"on": date(2024, 12, 31)}, {"on": date(2025, 1, 1)}),
    (
        "instant_disagrees_with_date",
        {"on": date(2024, 3, 1), "issued_at": datetime(2024, 2, 29, 16, 0, tzinfo=UTC)},
        {"issued_at": datetime(2024, 2, 29, 15, 59, tzinfo=UTC)},
    ),
    ("seller_code_invalid", {"seller_code": GOOD}, {"seller_code": BAD}),
    ("buyer_code_invalid", {"buyer_code": GOOD.lower()}, {"buyer_code": BAD}),
    ("total_disagrees", {"total": 11300}, {"amount": 100.01}),
    ("signs_disagree", {"total": -11300}, {"tax": 13.0}),
    ("rate_never_legal", {"total": 1130000}, {"rate": 0.07}),
    ("rate_never_legal", {"total": 1130000}, {"rate": 0.12}),
    ("rate_out_of_force", {"on": date(2018, 5, 1), "rate": 0.16, "total": 1160000}, {"rate": 0.17}),
    ("rate_out_of_force", {"on": date(2020, 3, 1), "rate": 0.01, "total": 1010000}, {"on": date(2019, 8, 1)}),
    ("rate_unexplained", {"total": 1130000}, {"rate": 0.0654}),
    ("total_is_zero", {"total": 0, "status": "void"}, {"status": "normal"}),
    ("digital_is_void", {"kind": "digital_special", "no": DIGITAL}, {"status": "void"}),
    ("colour_disagrees_with_sign", {"total": -11300}, {"colour": "blue"}),
    ("colour_disagrees_with_sign", {"total": 11300}, {"colour": "red"}),
    ("red_names_no_original", {"total": -11300, "original_no": "10000000"}, {"original_no": None}),
    ("voucher_is_abnormal", {"status": "red_part"}, {"status": "lost_control"}),
    ("verification_failed", {"verified": "match"}, {"verified": "not_found"}),
    ("seller_is_buyer", {"partner": "own:B"}, {"partner": "own:A"}),
    ("firm_is_no_party", {}, {"seller_id": "own:C"}),
]


@pytest.mark.parametrize(("code", "clean", "faulty"), CASES)
def test_the_faulty_row_is_hit_and_the_clean_one_is_not(
    code: str, clean: dict[str, Any], faulty: dict[str, Any]
) -> None:
    found = ran([sale(**clean), sale(**({"no": "10000002"} | clean | faulty))])
    assert hit(found, code) == [1]
    assert judged(found, code) >= 1


@pytest.mark.parametrize("column", ["invoice_no", "issue_date", "amount", "kind", "status", "colour", "total", "tax"])
def test_an_empty_field_is_no_fault(column: str) -> None:
    rows = [sale("10000001"), sale("10000002") | {column: None}]
    codes = set(ran(rows).hits.filter(pl.col("row") == 1)["code"])
    # what numbers and days say together is for the checks of the set
    assert codes <= {"amount_again_same_day", "number_stands_alone"}


def test_a_red_letter_may_bear_the_rate_of_its_original() -> None:
    found = ran([sale(total=-1170000, rate=0.17, on=date(2019, 6, 1)), sale("2", total=1170000, rate=0.17)])
    assert hit(found, "rate_out_of_force") == [1]


def test_a_few_fen_of_rounded_lines_are_no_fault() -> None:
    off = {"amount": 100.05, "tax": 12.95, "total": 113.00}
    assert "rate_unexplained" not in set(ran([sale() | off]).hits["code"])


def test_a_mix_of_rates_is_unexplained_but_no_illegal_rate() -> None:
    found = ran([sale() | {"amount": 2000.0, "tax": 131.07, "total": 2131.07}])
    assert hit(found, "rate_unexplained") == [0]
    assert hit(found, "rate_never_legal") == []


@settings(deadline=None, max_examples=60)
@given(st.text("0123456789AX", min_size=8, max_size=13), st.booleans())
def test_codes_are_read_as_one_code_is(text: str, starts_well: bool) -> None:
    code = "0" + text[1:] if starts_well else text
    alone, form = check_number(code, "00000001"), code_forms(pl.Series([code]))[0]
    assert (form == "malformed") == bool(alone.faults)
    if alone.valid:
        known = ("special", "general", "electronic_general", "electronic_special")
        assert form == (alone.kind if alone.kind in known else "other")


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 99_999_999), st.integers(0, 17), st.sampled_from(one_code.ALPHABET))
def test_credit_codes_are_checked_as_one_is(n: int, place: int, letter: str) -> None:
    code = credit_code(n)
    altered = code[:place] + letter + code[place + 1 :]
    found = validity(pl.Series([code, altered, None, "t_abc", code]))
    assert found.to_list() == [True, one_code.check(altered).valid, None, None, True]


def test_a_sole_trader_bears_a_resident_id() -> None:
    assert validity(pl.Series(["11010519491231002X", "110105194912310021"])).to_list() == [True, False]
