from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise

from tests.twin.helpers import Row, by_seller_number

from windchime.core import invoice_number

SWITCH = date(2024, 1, 1)
SHARED = (
    "buyer_id",
    "kind",
    "status",
    "colour",
    "original_no",
    "issue_date",
    "amount",
    "tax",
    "total",
)


def _own(party: str) -> bool:
    return party.startswith("twin:F")


def test_seller_and_buyer_hold_the_same_invoice(honest: list[Row]) -> None:
    mutual = 0
    for lists in by_seller_number(honest).values():
        sides = {(r["direction"], r["copy"]) for r in lists}
        expected = {("sale", "seller")} if _own(lists[0]["seller_id"]) else set()
        expected |= {("purchase", "buyer")} if _own(lists[0]["buyer_id"]) else set()
        assert sides == expected
        assert len({tuple(r[c] for c in SHARED) for r in lists}) == 1
        mutual += len(sides) == 2
    assert mutual > 500


def test_a_firm_lists_what_it_sold_and_what_it_bought(invoices: list[Row]) -> None:
    for row in invoices:
        assert row["reporting_firm_id"] == row["seller_id" if row["direction"] == "sale" else "buyer_id"]
        assert row["seller_id"] != row["buyer_id"]


def test_sums_hold_to_the_fen_and_red_is_negative(invoices: list[Row]) -> None:
    for row in invoices:
        assert row["amount"] + row["tax"] == row["total"] != 0
        assert (row["colour"] == "red") == (row["total"] < 0)


def test_tax_is_the_rate_on_the_amount(invoices: list[Row]) -> None:
    rates = Counter(
        round(row["tax"] / row["amount"], 2) for row in invoices if row["total"] > 1000 and row["direction"] == "sale"
    )
    assert set(map(str, rates)) <= {"0.00", "0.01", "0.03", "0.06", "0.09", "0.13"}


def test_paper_turns_digital_on_the_day_of_the_switch(invoices: list[Row]) -> None:
    for row in invoices:
        digital = row["kind"].startswith("digital")
        assert digital == (row["issue_date"] >= SWITCH)
        assert (row["invoice_code"] is None) == digital
        if digital:
            assert row["status"] == "normal"


def test_numbers_are_well_formed_and_fictitious(invoices: list[Row]) -> None:
    for row in invoices:
        found = invoice_number.check(row["invoice_code"], row["invoice_no"], row["issue_date"])
        assert found.valid
        if row["kind"].startswith("digital"):
            assert found.doubts == ("region 99 does not exist: the number is fictitious",)
            assert row["invoice_no"].startswith(f"{row['issue_date'].year % 100}99")
        else:
            assert found.kind == row["kind"]
            assert found.doubts == ()
            assert row["invoice_code"].lstrip("0").startswith("99")


def test_a_red_letter_names_an_earlier_invoice_it_does_not_exceed(invoices: list[Row]) -> None:
    sold = [r for r in invoices if r["direction"] == "sale"]
    blue = defaultdict(list)
    for row in sold:
        if row["colour"] == "blue":
            blue[row["seller_id"], row["invoice_no"]].append(row)
    red = [r for r in sold if r["colour"] == "red"]
    assert len(red) > 100
    for row in red:
        candidates = blue[row["seller_id"], row["original_no"]]
        assert any(
            b["issue_date"] <= row["issue_date"] and b["buyer_id"] == row["buyer_id"] and -row["total"] <= b["total"]
            for b in candidates
        )
    assert all(r["original_no"] is None for r in sold if r["colour"] == "blue")


def test_paper_numbers_rise_with_the_date(honest: list[Row]) -> None:
    series = defaultdict(list)
    for row in honest:
        if row["direction"] == "sale" and row["invoice_code"]:
            series[row["seller_id"], row["invoice_code"]].append((row["issue_date"], int(row["invoice_no"])))
    for listed in series.values():
        by_number = sorted(listed, key=lambda pair: pair[1])
        assert all(a[0] <= b[0] for a, b in pairwise(by_number))


def test_the_history_has_thirty_six_months(invoices: list[Row]) -> None:
    months = {(r["issue_date"].year, r["issue_date"].month) for r in invoices}
    assert months == {(y, m) for y in (2023, 2024, 2025) for m in range(1, 13)}


def test_paper_amounts_respect_the_cap_of_their_firm(invoices: list[Row]) -> None:
    largest: dict[str, int] = defaultdict(int)
    for row in invoices:
        if row["direction"] == "sale" and row["invoice_code"]:
            largest[row["seller_id"]] = max(largest[row["seller_id"]], row["amount"])
    tiers = [10_000, 100_000, 1_000_000, 10_000_000]
    assert all(any(value < tier for tier in tiers) for value in largest.values())
    assert sum(any(0.95 * t < value < t for t in tiers) for value in largest.values()) > len(largest) / 4
