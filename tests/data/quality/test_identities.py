"""Identities between tables: kept and broken cases of many of them, two against an oracle, honest silence."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from tests.data.quality.rows import AS_OF, a_reading, months, rows

from windchime.data.quality.examining import Schemes
from windchime.data.quality.identities import Crosscheck, crosscheck, declared
from windchime.data.quality.identities.judging import SIDES
from windchime.data.reading import Reading

SCHEME = Schemes.shipped().cross_checks
DECLARED = {d.code: d for d in declared(SCHEME, AS_OF)}
YEAR = months(date(2025, 1, 1), 12)
YUAN = Decimal(1000)


def held(code: str, reading: Reading) -> Crosscheck:
    return crosscheck(reading, DECLARED[code])


def last_day(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1).fromordinal(
        date(month.year + month.month // 12, month.month % 12 + 1, 1).toordinal() - 1
    )


def sale(month: date, amount: Decimal, firm: str = "twin:F1", **changes: Any) -> dict[str, Any]:
    base = {"reporting_firm_id": firm, "seller_id": firm, "buyer_id": "twin:B", "copy": "seller", "direction": "sale"}
    tax = amount * Decimal("0.13")
    day = {"issue_date": month, "happened_at": month, "invoice_no": f"{firm}{month}{amount}"}
    return base | {"amount": amount, "tax": tax, "total": amount + tax} | day | changes


def filed(month: date, item: str, value: Decimal, firm: str = "twin:F1", **changes: Any) -> dict[str, Any]:
    day = last_day(month)
    base = {"firm_id": firm, "tax_kind": "vat_general", "period_from": month, "period_to": day, "filing_version": 1}
    return base | {"item": item, "value": value, "happened_at": day, "filed_on": day} | changes


def entry(day: date, amount: Decimal, direction: str, category: str, **changes: Any) -> dict[str, Any]:
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    facts = {"booked_at": at, "happened_at": day, "direction": direction, "category": category, "amount": amount}
    return {"account_id": "A1", "bank_serial": f"{day}{amount}{category}", "status": "booked"} | facts | changes


def stated(item: str, value: Decimal, **changes: Any) -> dict[str, Any]:
    base = {"period_end": date(2024, 12, 31), "happened_at": date(2024, 12, 31), "period_months": 12, "scope": "parent"}
    return base | {"version_kind": "audited", "item": item, "value": value, "statement": item[:2]} | changes


def insured(month: date, count: int, **changes: Any) -> dict[str, Any]:
    return {"month": month, "happened_at": month, "insured_count": count, "kind": "pension"} | changes


#: code, tables when kept, tables when broken
Tables = Mapping[str, Any]
SALES = [sale(m, YUAN) for m in YEAR]
TAX = YUAN * Decimal("0.13")
LOAN = {"loan_id": "L1", "principal": YUAN, "drawn_on": date(2025, 3, 3), "happened_at": date(2025, 3, 3)}
LIFE = [entry(date(2025, 1, 2), Decimal(1), "in", "sale"), entry(date(2025, 12, 30), Decimal(1), "in", "sale")]
STAKE = {"holder_id": "twin:P1", "basis": "registry", "share": Decimal("0.30"), "paid_amount": YUAN, "valid_from": date(2020, 1, 1), "happened_at": date(2020, 1, 1)}  # fmt: skip
PLEDGE = {
    "kind": "equity",
    "status": "active",
    "pledgor_id": "twin:P1",
    "object_firm_id": "twin:F1",
    "share": Decimal("0.20"),
}
BOUGHT = {"copy": "buyer", "direction": "purchase", "reporting_firm_id": "twin:B"}
REPORT = {"report_at": datetime(2025, 1, 20, tzinfo=UTC), "happened_at": date(2025, 1, 20)}
CASES: list[tuple[str, Tables, Tables]] = [
    ("X1", {"invoices": SALES, "tax_filings": [filed(m, "sales_taxable", YUAN) for m in YEAR]}, {"invoices": SALES, "tax_filings": [filed(m, "sales_taxable", YUAN * 2) for m in YEAR]}),
    ("X2", {"invoices": SALES, "tax_filings": [filed(m, "output_tax", TAX) for m in YEAR]}, {"invoices": SALES, "tax_filings": [filed(m, "output_tax", TAX * 2) for m in YEAR]}),
    ("X4", {"invoices": SALES, "bank_transactions": [entry(m, YUAN, "in", "sale") for m in YEAR]}, {"invoices": SALES, "bank_transactions": [entry(m, YUAN / 2, "in", "sale") for m in YEAR]}),
    ("X6", {"invoices": [sale(m, YUAN) for m in months(date(2024, 1, 1), 12)], "statements": [stated("is_revenue", YUAN * 12)]}, {"invoices": [sale(m, YUAN) for m in months(date(2024, 1, 1), 12)], "statements": [stated("is_revenue", YUAN * 20)]}),
    ("X7", {"statements": [stated("is_revenue", YUAN)], "tax_filings": [filed(date(2024, 12, 1), "revenue", YUAN, tax_kind="cit_annual")]}, {"statements": [stated("is_revenue", YUAN)], "tax_filings": [filed(date(2024, 12, 1), "revenue", YUAN * 2, tax_kind="cit_annual")]}),
    ("X10", {"social_insurance": [insured(date(2024, 12, 1), 10)], "tax_filings": [filed(date(2024, 12, 1), "staff_count", Decimal(11), tax_kind="cit_annual")]}, {"social_insurance": [insured(date(2024, 12, 1), 10)], "tax_filings": [filed(date(2024, 12, 1), "staff_count", Decimal(30), tax_kind="cit_annual")]}),
    ("X13", {"tax_filings": [filed(date(2025, 2, 1), "tax_paid", YUAN, paid_on=date(2025, 3, 10))], "bank_transactions": [*LIFE, entry(date(2025, 3, 12), YUAN, "out", "tax")]}, {"tax_filings": [filed(date(2025, 2, 1), "tax_paid", YUAN, paid_on=date(2025, 3, 10))], "bank_transactions": [*LIFE, entry(date(2025, 3, 20), YUAN, "out", "tax")]}),
    ("X14", {"loans": [LOAN], "bank_transactions": [*LIFE, entry(date(2025, 3, 4), YUAN, "in", "loan_in")]}, {"loans": [LOAN], "bank_transactions": [*LIFE, entry(date(2025, 3, 4), YUAN + 1, "in", "loan_in")]}),
    ("X16", {"loans": [LOAN | {"balance": YUAN, "drawn_on": date(2024, 3, 3), "happened_at": date(2024, 3, 3)}], "bureau_summaries": [REPORT | {"own_bank_balance": YUAN}]}, {"loans": [LOAN | {"balance": YUAN, "drawn_on": date(2024, 3, 3), "happened_at": date(2024, 3, 3)}], "bureau_summaries": [REPORT | {"own_bank_balance": YUAN * 2}]}),
    ("X17", {"statements": [stated("bs_short_debt", YUAN)], "bureau_summaries": [REPORT | {"total_balance": YUAN}]}, {"statements": [stated("bs_short_debt", YUAN)], "bureau_summaries": [REPORT | {"total_balance": YUAN * 3}]}),
    ("X18", {"statements": [stated("bs_cash", YUAN)], "bank_transactions": [entry(date(2024, 5, 1), YUAN, "in", "sale", balance_after=Decimal(5)), entry(date(2024, 12, 1), YUAN, "in", "sale", balance_after=YUAN)]}, {"statements": [stated("bs_cash", YUAN)], "bank_transactions": [entry(date(2024, 12, 1), YUAN, "in", "sale", balance_after=Decimal(5))]}),
    ("X19", {"statements": [stated("bs_total_equity", YUAN * 2, value_prior=YUAN), stated("is_net_profit", YUAN)], "shareholdings": [STAKE]}, {"statements": [stated("bs_total_equity", YUAN * 3, value_prior=YUAN), stated("is_net_profit", YUAN)], "shareholdings": [STAKE]}),
    ("X20", {"statements": [stated("bs_paid_in_capital", YUAN)], "shareholdings": [STAKE]}, {"statements": [stated("bs_paid_in_capital", YUAN * 2)], "shareholdings": [STAKE]}),
    ("X22", {"pledges": [PLEDGE], "shareholdings": [STAKE]}, {"pledges": [PLEDGE | {"share": Decimal("0.40")}], "shareholdings": [STAKE]}),
    ("X23", {"invoices": [sale(YEAR[0], YUAN), sale(YEAR[0], YUAN) | BOUGHT]}, {"invoices": [sale(YEAR[0], YUAN), sale(YEAR[0], YUAN) | BOUGHT | {"status": "void"}]}),
    ("X26", {"subsidies": [{"paid_on": date(2024, 5, 1), "happened_at": date(2024, 5, 1), "paid_amount": YUAN}], "statements": [stated("is_other_income", YUAN)]}, {"subsidies": [{"paid_on": date(2024, 5, 1), "happened_at": date(2024, 5, 1), "paid_amount": YUAN * 2}], "statements": [stated("is_other_income", YUAN)]}),
    ("X28", {"provident_fund": [{"month": YEAR[0], "happened_at": YEAR[0], "account_count": 8}], "social_insurance": [insured(YEAR[0], 10)]}, {"provident_fund": [{"month": YEAR[0], "happened_at": YEAR[0], "account_count": 20}], "social_insurance": [insured(YEAR[0], 10)]}),
    ("X30", {"guarantees": [{"guarantor_id": "twin:F1", "status": "active", "covered_balance": YUAN, "signed_on": date(2024, 6, 1), "happened_at": date(2024, 6, 1)}], "bureau_summaries": [REPORT | {"guarantee_balance": YUAN}]}, {"guarantees": [{"guarantor_id": "twin:F1", "status": "active", "covered_balance": YUAN, "signed_on": date(2024, 6, 1), "happened_at": date(2024, 6, 1)}], "bureau_summaries": [REPORT | {"guarantee_balance": Decimal(5)}]}),
    ("X32", {"invoices": SALES, "firms": [{"firm_id": "twin:F1", "established_on": date(2020, 1, 1)}]}, {"invoices": SALES, "firms": [{"firm_id": "twin:F1", "established_on": date(2025, 6, 1)}]}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "kept", "broken"), CASES, ids=[c[0] for c in CASES])
def test_a_kept_and_a_broken_case(code: str, kept: Tables, broken: Tables) -> None:
    good, bad = held(code, a_reading(**kept)), held(code, a_reading(**broken))
    assert (good.assessable, good.broken) == (1, 0)
    assert (bad.assessable, bad.broken) == (1, 1)
    assert bad.examples[0].firm_id in ("twin:F1", "twin:P1")
    (tally,) = bad.tallies
    assert (tally.table, tally.column, tally.failed) == (DECLARED[code].tables[0], code, 1)


def test_at_least_twenty_are_declared_each_with_its_side() -> None:
    assert DECLARED.keys() == SIDES.keys()
    assert len(DECLARED) >= 20
    assert {d.kind for d in DECLARED.values()} == {"A", "B"}


def test_too_few_months_in_common_are_not_assessable() -> None:
    few = a_reading(invoices=SALES[:5], bank_transactions=[entry(m, YUAN / 8, "in", "sale") for m in YEAR])
    found = held("X4", few)
    assert (found.cases, found.assessable, found.broken, found.reason) == (1, 0, 0, "nothing_in_common")
    assert held("X4", a_reading(invoices=SALES)).reason == "tables_missing"


def test_the_newest_filing_counts_and_knowledge_is_that_of_the_day() -> None:
    twice = [filed(m, "sales_taxable", YUAN * 3) for m in YEAR] + [
        filed(m, "sales_taxable", YUAN, filing_version=2) for m in YEAR
    ]
    assert held("X1", a_reading(invoices=SALES, tax_filings=twice)).broken == 0
    late = [filed(m, "sales_taxable", YUAN, lag=400) for m in YEAR]
    assert held("X1", a_reading(invoices=SALES, tax_filings=late)).assessable == 0


def _book(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Invoices, filings and entries of thirty firms, with months that lack on either side."""
    draw = random.Random(seed)
    sold, returns, flows = [], [], []
    for n in range(30):
        firm, bias = f"twin:F{n}", draw.choice([1.0, 1.0, 1.02, 1.5, 0.6])
        for month in YEAR:
            amount = Decimal(draw.randrange(1_000, 90_000))
            if draw.random() < 0.9:
                sold.append(sale(month, amount, firm, status=draw.choice(["normal"] * 9 + ["void"])))
            if draw.random() < 0.9:
                value = Decimal(str(round(float(amount) * bias, 2)))
                returns.append(filed(month, "sales_taxable", value, firm))
                flows.append(entry(month, value, "in", "sale", firm_id=firm))
    return sold, returns, flows


@pytest.mark.parametrize(("code", "right"), [("X1", "amount"), ("X4", "total")])
def test_an_oracle_in_pandas_counts_the_same(code: str, right: str) -> None:
    sold, returns, flows = _book(7)
    reading = a_reading(invoices=sold, tax_filings=returns, bank_transactions=flows)
    found = held(code, reading)
    invoices = rows("invoices", sold).to_pandas()
    invoices = invoices[invoices["status"] != "void"]
    other = rows("tax_filings", returns).to_pandas() if code == "X1" else rows("bank_transactions", flows).to_pandas()
    when, value = ("period_from", "value") if code == "X1" else ("happened_at", "amount")
    left = other.assign(m=pd.to_datetime(other[when]).dt.to_period("M"), v=other[value].astype(float))
    there = invoices.assign(m=pd.to_datetime(invoices["issue_date"]).dt.to_period("M"), w=invoices[right].astype(float))
    left = left.groupby(["firm_id", "m"])["v"].sum().reset_index()
    there = there.groupby(["reporting_firm_id", "m"])["w"].sum().reset_index()
    both = left.merge(there, left_on=["firm_id", "m"], right_on=["reporting_firm_id", "m"])
    sums = both.groupby("firm_id").agg(v=("v", "sum"), w=("w", "sum"), n=("m", "nunique"))
    sums = sums[sums["n"] >= DECLARED[code].common]
    ratio = sums["v"] / sums["w"]
    wrong = (ratio < DECLARED[code].low) | (ratio > DECLARED[code].high)
    assert (found.assessable, found.broken) == (len(sums), int(wrong.sum()))
    assert 0 < found.broken < found.assessable


def test_a_wider_band_breaks_less() -> None:
    sold, returns, _flows = _book(9)
    reading = a_reading(invoices=sold, tax_filings=returns)
    strict = crosscheck(reading, DECLARED["X1"]).broken
    assert crosscheck(reading, replace(DECLARED["X1"], low=0.0, high=9.0)).broken == 0 < strict
