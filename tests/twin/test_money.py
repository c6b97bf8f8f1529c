"""Accounts, loans, taxes, statements: what one table says must be what the others say, to the fen."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from tests.twin.helpers import Row, rows

from windchime.data.contracts import contract
from windchime.twin.bank import account_numbers
from windchime.twin.source import sheet

HERE = ZoneInfo("Asia/Shanghai")
CURRENT = ("cash", "trading_assets", "accounts_receivable", "prepayments", "other_receivables", "inventory")
OWED = ("short_debt", "accounts_payable", "payroll_payable", "taxes_payable", "other_payables", "advances")


@pytest.fixture(scope="module")
def entries(pack: Path) -> list[Row]:
    return rows(pack, "bank_transactions")


@pytest.fixture(scope="module")
def statements(pack: Path) -> dict[tuple[str, date, int], dict[str, Decimal]]:
    """Statements by firm, end and months, without those that a firm embellished."""
    changed = {(r["firm_id"], r["period_end"], r["period_months"]) for r in rows(pack, "truth/embellished_line")}
    found: dict[tuple[str, date, int], dict[str, Decimal]] = defaultdict(dict)
    for row in rows(pack, "statements"):
        found[row["firm_id"], row["period_end"], row["period_months"]][row["item"]] = row["value"]
    assert changed <= found.keys()
    return {k: v for k, v in found.items() if k not in changed}


def test_balances_chain_and_never_fall_below_zero(entries: list[Row]) -> None:
    accounts = defaultdict(list)
    for row in entries:
        accounts[row["account_id"]].append(row)
    assert len(accounts) > 40
    for listed in accounts.values():
        assert [r["seq"] for r in listed] == list(range(len(listed)))
        assert all(a["booked_at"] <= b["booked_at"] for a, b in pairwise(listed))
        for before, row in pairwise(listed):
            signed = row["amount"] if row["direction"] == "in" else -row["amount"]
            assert row["balance_after"] == before["balance_after"] + signed
        assert min(r["balance_after"] for r in listed) >= 0


def test_a_payment_between_two_firms_stands_on_both_accounts(pack: Path, entries: list[Row]) -> None:
    numbers = {r["account_no"]: r["account_id"] for r in rows(pack, "bank_accounts")}
    sides: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in entries:
        if row["counterparty_account_no"]:
            pair = frozenset((row["account_id"], numbers[row["counterparty_account_no"]]))
            sides[pair, row["booked_at"], row["amount"]].append(row)
    assert len(sides) > 200
    for both in sides.values():
        received = sum(r["direction"] == "in" for r in both)
        assert received * 2 == len(both)


def test_payments_follow_invoices(pack: Path, entries: list[Row], invoices: list[Row]) -> None:
    received = sum(r["amount"] for r in entries if r["category"] == "sale")
    changed = {(r["firm_id"], r["invoice_no"]) for r in rows(pack, "truth/altered_row")}
    sold = sum(
        r["total"]
        for r in invoices
        if r["direction"] == "sale" and r["status"] == "normal" and (r["seller_id"], r["invoice_no"]) not in changed
    )
    assert Decimal("0.8") < received / sold < Decimal("1.3")


def test_own_transfers_cancel(entries: list[Row]) -> None:
    moved: dict[tuple[object, object], Decimal] = defaultdict(Decimal)
    for row in entries:
        if row["category"] in {"internal_in", "internal_out"}:
            sign = 1 if row["direction"] == "in" else -1
            moved[row["firm_id"], row["booked_at"].astimezone(HERE).date()] += sign * row["amount"]
    assert moved
    assert set(moved.values()) == {Decimal(0)}


def test_loans_come_in_and_payments_go_out_as_the_bank_booked_them(pack: Path, entries: list[Row]) -> None:
    booked = defaultdict(list)
    for row in entries:
        booked[row["firm_id"], row["category"], row["booked_at"].astimezone(HERE).date()].append(row["amount"])
    for loan in rows(pack, "loans"):
        assert loan["principal"] in booked[loan["firm_id"], "loan_in", loan["drawn_on"]]
    paid = rows(pack, "repayments")
    assert len(paid) > 100
    kinds = {"interest": "interest", "principal": "principal"}
    for row in paid:
        day = row["paid_at"].astimezone(HERE).date()
        assert row["amount"] in booked[row["firm_id"], kinds[row["component"]], day]


def test_plans_add_up_to_their_loans(pack: Path) -> None:
    loans = {r["loan_id"]: r for r in rows(pack, "loans")}
    due: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows(pack, "repayment_schedule"):
        due[row["loan_id"]] += row["principal_due"]
        assert loans[row["loan_id"]]["drawn_on"] < row["due_on"] <= loans[row["loan_id"]]["due_on"]
    assert {k: loans[k]["principal"] for k in loans} == due


def test_statements_articulate(statements: dict[tuple[str, date, int], dict[str, Decimal]]) -> None:
    assert len(statements) > 40
    for lines in statements.values():

        def item(name: str, of: dict[str, Decimal] = lines) -> Decimal:
            return of.get(name, Decimal(0))

        current = sum((item(f"bs_{k}") for k in (*CURRENT, "other_current_assets")), Decimal(0))
        assert item("bs_total_current_assets") == current
        assert item("bs_fixed_assets") == item("bs_fixed_assets_cost") - item("bs_accumulated_depreciation")
        assert item("bs_total_assets") == current + item("bs_fixed_assets")
        assert item("bs_total_liabilities") == sum((item(f"bs_{k}") for k in OWED), Decimal(0))
        assert item("bs_total_assets") == item("bs_total_liabilities") + item("bs_total_equity")
        assert item("cf_cash_end") == item("cf_cash_begin") + item("cf_net_change") == item("bs_cash")
        assert item("cf_net_change") == item("cf_cfo") + item("cf_cfi") + item("cf_cff")


def test_cash_of_statements_is_what_lies_on_the_accounts(
    pack: Path, entries: list[Row], statements: dict[tuple[str, date, int], dict[str, Decimal]]
) -> None:
    last: dict[tuple[str, str], list[tuple[date, Decimal]]] = defaultdict(list)
    for row in entries:
        last[row["firm_id"], row["account_id"]].append((row["booked_at"].astimezone(HERE).date(), row["balance_after"]))
    for (firm, end, _months), lines in statements.items():
        held = [[b for day, b in listed if day <= end] for (of, _account), listed in last.items() if of == firm]
        if all(held):
            assert lines["bs_cash"] == sum(balances[-1] for balances in held)


def test_earnings_of_a_year_go_into_equity(statements: dict[tuple[str, date, int], dict[str, Decimal]]) -> None:
    years = {(f, end): lines for (f, end, months), lines in statements.items() if months == 12}
    rolled = 0
    for (firm, end), lines in years.items():
        before = years.get((firm, end.replace(year=end.year - 1)))
        if before:
            kept = lines.get("bs_retained_earnings", 0) - before.get("bs_retained_earnings", 0)
            assert kept <= lines["is_net_profit"]
            rolled += 1
    assert rolled > 10


def test_returns_of_tax_agree_with_invoices(pack: Path, honest: list[Row]) -> None:
    changed = {r["firm_id"] for r in rows(pack, "truth/altered_row")}
    doubled = {(r["firm_id"], r["invoice_no"]) for r in rows(pack, "truth/duplicate_row")}
    sold: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    seen = set()
    for row in honest:
        key = (row["reporting_firm_id"], row["invoice_code"], row["invoice_no"], row["direction"])
        again = key in seen and (row["reporting_firm_id"], row["invoice_no"]) in doubled
        seen.add(key)
        if row["direction"] == "sale" and row["status"] == "normal" and not again:
            sold[row["seller_id"], row["issue_date"].replace(day=1)] += row["amount"]
    compared = 0
    for row in rows(pack, "tax_filings"):
        if row["tax_kind"] == "vat_general" and row["item"] == "sales_taxable" and row["firm_id"] not in changed:
            assert row["value"] == sold[row["firm_id"], row["period_from"]]
            compared += 1
    assert compared > 300


def test_taxes_filed_are_paid_from_an_account(pack: Path, entries: list[Row]) -> None:
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for row in entries:
        if row["category"] == "tax":
            paid[row["firm_id"]] += row["amount"]
    filed: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows(pack, "tax_filings"):
        if row["item"] == "tax_paid" and row["tax_kind"] != "cit_annual":
            filed[row["firm_id"]] += row["value"]
    assert filed
    # surcharges are paid with the VAT and stand in no return
    assert all(paid[firm] >= due * Decimal("0.9") for firm, due in filed.items())


def test_lines_add_up_to_their_invoice(pack: Path, invoices: list[Row]) -> None:
    lines: dict[tuple[str, str | None, str], list[Row]] = defaultdict(list)
    for row in rows(pack, "invoice_lines"):
        lines[row["reporting_firm_id"], row["invoice_code"], row["invoice_no"]].append(row)
    changed = {(r["firm_id"], r["invoice_no"]) for r in rows(pack, "truth/altered_row")}
    compared = 0
    for row in invoices:
        key = (row["seller_id"], row["invoice_code"], row["invoice_no"])
        if row["direction"] == "sale" and key in lines and (key[0], key[2]) not in changed:
            listed = lines[key]
            assert [r["line_no"] for r in listed] == list(range(1, len(listed) + 1))
            assert sum(r["amount"] for r in listed) == row["amount"]
            assert sum(r["tax"] for r in listed) == row["tax"]
            assert all(abs(r["quantity"] * r["unit_price"] - r["amount"]) <= Decimal("0.05") for r in listed)
            compared += 1
    assert compared > 100


def test_the_bureau_knows_the_loan_of_this_bank(pack: Path) -> None:
    loans = {r["firm_id"]: r for r in rows(pack, "loans")}
    for row in rows(pack, "bureau_summaries"):
        loan = loans[row["firm_id"]]
        there = row["report_at"].astimezone(HERE).date() >= loan["drawn_on"]
        assert row["own_bank_balance"] == (loan["principal"] if there else 0)
        assert row["npl_balance"] <= row["total_balance"]
        assert row["own_bank_balance"] <= row["total_balance"]


def test_guarantors_pay_when_called_and_guarantee_others(pack: Path) -> None:
    failed = {r["firm_id"]: r["default_on"] for r in rows(pack, "truth/default_event")}
    for row in rows(pack, "guarantees"):
        assert row["guarantor_id"] != row["debtor_id"]
        if row["status"] == "called":
            assert row["called_on"] == failed[row["debtor_id"]] + timedelta(days=15)
            assert row["paid_amount"] > 0


def test_planted_guarantee_circles_close(pack: Path) -> None:
    given = {(r["guarantor_id"], r["debtor_id"]) for r in rows(pack, "guarantees")}
    circles: dict[int, dict[str, str]] = defaultdict(dict)
    for row in rows(pack, "truth/guarantee_circle"):
        circles[row["circle_id"]][row["guarantor_id"]] = row["debtor_id"]
        assert (row["guarantor_id"], row["debtor_id"]) in given
    assert circles
    for edges in circles.values():
        at = first = next(iter(edges))
        for _step in edges:
            at = edges[at]
        assert at == first
        assert len(edges) >= 3


def test_money_loops_close_within_days_and_are_booked(pack: Path, entries: list[Row]) -> None:
    booked = {
        (r["firm_id"], r["counterparty_id"], r["direction"], r["amount"], r["booked_at"].astimezone(HERE).date())
        for r in entries
    }
    loops: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in rows(pack, "truth/money_loop"):
        loops[row["case_id"], row["round"]].append(row)
        assert (row["payer_id"], row["payee_id"], "out", row["amount"], row["paid_on"]) in booked
        assert (row["payee_id"], row["payer_id"], "in", row["amount"], row["paid_on"]) in booked
    assert loops
    for hops in loops.values():
        assert hops[-1]["payee_id"] == hops[0]["payer_id"]
        assert hops[-1]["paid_on"] - hops[0]["paid_on"] <= timedelta(days=15)
        assert Decimal("0.8") <= hops[-1]["amount"] / hops[0]["amount"] <= Decimal("1.25")


def test_what_is_reversed_after_the_loan_had_been_invoiced_before_it(pack: Path) -> None:
    loans = {r["firm_id"]: r["drawn_on"] for r in rows(pack, "loans")}
    reversing = {r["firm_id"] for r in rows(pack, "truth/intent") if r["kind"] == "reversal"}
    taken = [r for r in rows(pack, "truth/planted_invoice") if r["mark"] == "reversal"]
    assert taken
    assert {r["seller_id"] for r in taken} <= reversing
    assert all(r["issue_date"] > loans[r["seller_id"]] for r in taken)


def test_altered_lists_differ_from_what_the_tax_office_knows(pack: Path, invoices: list[Row]) -> None:
    listed = {(r["reporting_firm_id"], r["invoice_no"]): r for r in invoices if r["direction"] == "sale"}
    changed = rows(pack, "truth/altered_row")
    assert {"total", "issue_date", "buyer_id"} & {r["field"] for r in changed}
    for row in changed:
        seen = listed[row["firm_id"], row["invoice_no"]]
        assert str(seen[row["field"]]) == row["shown_value"] != row["true_value"]


def test_embellished_lines_differ_and_their_firms_are_known(pack: Path) -> None:
    meant = {r["firm_id"] for r in rows(pack, "truth/intent") if r["kind"].startswith("statement_")}
    lines = rows(pack, "truth/embellished_line")
    assert {r["firm_id"] for r in lines} <= meant
    assert all(r["true_value"] != r["shown_value"] for r in lines)


def test_account_numbers_are_unlike_and_nobodys() -> None:
    found = account_numbers(np.arange(30_000)).to_pylist()
    assert len(set(found)) == len(found)
    for number in found[:500]:
        assert len(number) == 19
        assert number.startswith("9999")
        digits = [int(d) for d in reversed(number)]
        luhn = sum(digits[0::2]) + sum(sum(divmod(2 * d, 10)) for d in digits[1::2])
        assert luhn % 10 != 0


def test_a_sheet_takes_no_column_its_contract_lacks() -> None:
    with pytest.raises(KeyError, match="colour"):
        sheet("loans", {"loan_id": pa.array(["x"]), "colour": pa.array(["red"])})


def test_a_sheet_has_the_order_and_types_of_its_contract() -> None:
    found = sheet(
        "rate_churn",
        {"rate": [Decimal("0.05")], "band": "A", "churn": [Decimal("0.1")], "known_on": [date(2025, 1, 1)]},
    )
    whole = contract("rate_churn").source_schema()
    assert found.schema.equals(pa.schema([f for f in whole if f.name in found.column_names]))
