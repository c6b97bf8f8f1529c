"""What is unusual for a firm or a partner, and measures of the firm as a whole."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.risk.invoices.checks.builders import SETTINGS, Row, books, hit, judged, purchase, ran, sale

from windchime.risk.invoices.running import Ran

N = SETTINGS.smallest_firm


def monthly(totals: dict[tuple[int, int], int], each: int = 6) -> list[Row]:
    """A month's sales in `each` invoices, by (year, month)."""
    rows: list[Row] = []
    for (year, month), total in totals.items():
        rows += [sale(f"{len(rows) + n + 1:08d}", date(year, month, 3 + n), total // each + n) for n in range(each)]
    return rows


def measured(found: Ran, code: str) -> float | None:
    """Figure of a firm's hit; None where the check is silent."""
    figures = found.hits.filter(code=code)["figure"].to_list()
    assert len(figures) <= 1
    return figures[0] if figures else None


def test_a_rate_the_firm_never_has() -> None:
    rows = books(60)
    rows[30] = sale(rows[30]["invoice_no"], rows[30]["issue_date"], 109000, rate=0.09)
    found = ran(rows)
    assert hit(found, "rate_unlike_firm") == [30]
    assert hit(found, "rate_unlike_partner") == [30]


def test_a_rate_unlike_the_partners_others() -> None:
    rows = [sale(f"{i:08d}", i, 113000 + 1000 * i, 0.13 if i % 2 else 0.06, partner=f"own:P{i % 2}") for i in range(40)]
    rows[21] = sale("00000021", 21, 212000, 0.06, partner="own:P1")
    found = ran(rows)
    assert hit(found, "rate_unlike_partner") == [21]
    assert hit(found, "rate_unlike_firm") == []


def test_tax_remembers_the_amount() -> None:
    rows = [sale(f"{i:08d}", i // 2, 500_000 + 1000 * i) for i in range(40)]
    rows[7]["amount"] = round(rows[7]["amount"] * 1.7, 2)
    rows[7]["total"] = rows[7]["amount"] + rows[7]["tax"]
    rows[9] = sale(rows[9]["invoice_no"], rows[9]["issue_date"], 514_321)
    rows[9]["amount"], rows[9]["total"] = 7000.0, 7000.0 + rows[9]["tax"]
    found = ran(rows)
    # what was no round price before cannot be told
    assert hit(found, "tax_of_another_amount") == [7]
    assert found.hits.filter(code="tax_of_another_amount")["figure"].to_list() == [5070.0]
    low = ran([sale(f"{i:08d}", i // 2, 500_000 + 1000 * i, 0.01) for i in range(40)])
    assert judged(low, "tax_of_another_amount") == 0


def test_a_change_of_the_law_is_no_change_of_habit() -> None:
    old = [sale(f"{i:08d}", date(2019, 3, 20), 116000 + 1000 * i, 0.16) for i in range(60)]
    new = [sale(f"{i:08d}", date(2019, 4, 2), 113000 + 1000 * i, 0.13) for i in range(60, 63)]
    found = ran(old + new)
    assert {c for c in found.hits["code"] if c.startswith("rate")} == set()


def test_another_region_than_the_sellers() -> None:
    rows = [purchase(f"24312{i:015d}", i % 30, 11300 + i, kind="digital_general") for i in range(60)]
    rows += [purchase(f"24442{i:015d}", i % 30, 11300 + i, kind="digital_general", partner="own:S") for i in range(60)]
    rows[7]["invoice_no"] = "24442000000000000007"
    found = ran(rows)
    assert hit(found, "region_unlike_seller") == [7]
    assert judged(found, "region_unlike_seller") == 120


def test_months_without_sales() -> None:
    found = ran(monthly({(2024, m): 100_000 for m in (1, 2, 5, 6, 7, 9)}))
    assert measured(found, "months_without_sales") == 3
    assert measured(ran(monthly({(2024, m): 100_000 for m in range(1, 8)})), "months_without_sales") is None


def test_a_surge() -> None:
    steady = dict.fromkeys([(2024, m) for m in range(1, 13)], 1_000_000)
    surging = steady | {(2024, m): 3_000_000 for m in (10, 11, 12)}
    assert measured(ran(monthly(steady)), "sales_surge") is None
    assert measured(ran(monthly(surging)), "sales_surge") == pytest.approx(3, rel=1e-4)
    # half a history is none
    assert judged(ran(monthly({k: v for k, v in surging.items() if k[1] > 6})), "sales_surge") == 0


@pytest.mark.parametrize(
    ("code", "rows", "share"),
    [
        ("totals_are_round", [{"total": 10000.0}] * N, 1.0),
        ("amounts_near_cap", [{"amount": 99990.0}] * N, 1.0),
        ("issued_on_holidays", [{"issue_date": date(2024, 10, 2)}] * 6, 0.2),
        ("issued_on_holidays", [{"issue_date": date(2024, 2, 9)}] * 6, 0.2),
        ("issued_at_night", [{"issued_at": datetime(2024, 3, 1, 15, 0, tzinfo=UTC)}] * N, 1.0),
        ("issued_at_night", [{"issued_at": datetime(2024, 3, 1, 4, 0, tzinfo=UTC)}] * N, None),
    ],
)
def test_shares_of_a_firm(code: str, rows: list[dict[str, Any]], share: float | None) -> None:
    plain = books(N)
    changed = [row | change for row, change in zip(plain, rows + [{}] * (N - len(rows)), strict=True)]
    assert measured(ran(changed), code) == share
    assert measured(ran(plain), code) is None


def test_too_few_invoices_have_no_shares() -> None:
    found = ran([row | {"total": 10000.0} for row in books(N - 1)])
    assert judged(found, "totals_are_round") == 0
    assert measured(found, "totals_are_round") is None


def test_cancelled_at_the_end() -> None:
    rows = books(2 * N, per_day=1)
    for row in rows[-N:]:
        row["status"] = "void"
    assert measured(ran(rows), "cancelled_at_end") == 1.0
    for row in rows[:N]:
        row["status"] = "void"
    late, everything = (sum(row["total"] for row in part) for part in (rows[-N:], rows))
    assert measured(ran(rows), "cancelled_at_end") == pytest.approx(late / everything)


def test_a_buyer_whose_invoices_are_gone() -> None:
    rows = monthly({(2024, m): 1_000_000 for m in (1, 2, 3)}, each=20)
    assert measured(ran(rows), "numbers_missing") is None
    kept = [r for r in rows if r["issue_date"].month != 2 or int(r["invoice_no"]) % 3 == 0]
    found = ran(kept)
    assert measured(found, "numbers_missing") == pytest.approx(14 / 60, abs=0.02)
    assert len(hit(found, "number_missing")) >= 6
