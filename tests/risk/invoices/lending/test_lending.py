"""Lending from bills: figures by hand to the cent, and properties: nothing bad raises a limit, nothing clean taken away does."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.risk.invoices.library import reading

from windchime.content import seed, yamlfile
from windchime.content.in_force import shipped
from windchime.content.scheme import BadScheme, Scheme
from windchime.risk.invoices.checks.check import HITS
from windchime.risk.invoices.lending.books import Books, books
from windchime.risk.invoices.lending.lending import Lending, lend
from windchime.risk.invoices.lending.rows import QUESTIONED, REJECTED
from windchime.risk.invoices.lending.settings import Settings
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.relations.gathering import gather
from windchime.risk.invoices.relations.parties import Parties
from windchime.risk.invoices.relations.settings import Settings as Relations

AS_OF = date(2025, 12, 31)
HOW = Settings.of(shipped("invoice_lending")[0], AS_OF)
RELATIONS = Relations.of(shipped("invoice_relations")[0], AS_OF)
Row = tuple[str, date, int, str]


def listed(rows: list[Row]) -> Listing:
    """Sales of firm `a` as (buyer, day, total in cents, status); a negative total is a red letter."""
    frame = pl.DataFrame(
        {
            "reporting_firm_id": ["a"] * len(rows),
            "direction": ["sale"] * len(rows),
            "seller_id": ["a"] * len(rows),
            "buyer_id": [r[0] for r in rows],
            "invoice_no": [str(n) for n in range(len(rows))],
            "issue_date": [r[1] for r in rows],
            "status": [r[3] for r in rows],
            "colour": ["red" if r[2] < 0 else "blue" for r in rows],
            "amount": [Decimal(r[2]) / 100 for r in rows],
            "tax": [Decimal("0.00")] * len(rows),
            "total": [Decimal(r[2]) / 100 for r in rows],
        },
        schema_overrides={"issue_date": pl.Date(), **dict.fromkeys(("amount", "tax", "total"), pl.Decimal(18, 2))},
    )
    return Listing.of(frame, AS_OF)


def lent(
    rows: list[Row],
    *,
    hits: dict[int, str] | None = None,
    verdicts: dict[int, str] | None = None,
    verdict: str = "pass",
    known: Books | None = None,
    parties: Parties | None = None,
) -> Lending:
    found, judged = hits or {}, verdicts or {}
    frame = pl.DataFrame(
        {"code": list(found.values()), "reporting_firm_id": ["a"] * len(found), "row": list(found)},
        schema={c: HITS[c] for c in ("code", "reporting_firm_id", "row")},
    )
    doubts = pl.DataFrame(
        {"row": list(judged), "verdict": list(judged.values())}, schema={"row": pl.UInt32(), "verdict": pl.String()}
    )
    return lend(listed(rows), parties or Parties(), frame, doubts, verdict, known or Books("a"), HOW, RELATIONS)


def monthly(total: int, buyer: str = "b", months: int = 12) -> list[Row]:
    return [
        (buyer, date(2025, 12 - m, 15) if m < 12 else date(2024, 24 - m, 15), total, "normal") for m in range(months)
    ]


def paid(*payments: tuple[str, date, int], since: date = date(2025, 1, 1), **more: Any) -> Books:
    frame = pl.DataFrame(
        list(payments), schema={"party": pl.String(), "day": pl.Date(), "cents": pl.Int64()}, orient="row"
    )
    return Books("a", frame, since, **more)


def test_what_is_taken_off_adds_up() -> None:
    day = date(2025, 11, 3)
    rows = [
        ("b", day, 100_00, "normal"),
        ("b", day, -10_00, "normal"),
        ("r", day, 50_00, "normal"),
        ("r", day, -5_00, "normal"),
        ("b", day, 7_00, "normal"),
        ("b", day, 9_00, "normal"),
        ("b", day, 1000_00, "void"),
        ("b", date(2024, 12, 31), 500_00, "normal"),
    ]
    truth = lent(
        rows,
        hits={2: "partner_is_related", 3: "partner_is_related"},
        verdicts={4: "reject", 5: "question", 1: "reject"},
    ).truth
    assert (truth.gross, truth.red) == (Decimal("166.00"), Decimal("-15.00"))
    assert truth.left_out == {"related": Decimal("-45.00"), REJECTED: Decimal("-7.00"), QUESTIONED: Decimal("-9.00")}
    assert (truth.low, truth.estimate, truth.high) == (Decimal("90.00"), Decimal("94.50"), Decimal("99.00"))
    assert truth.gross + truth.red + sum(truth.left_out.values()) == truth.low
    assert truth.active == 1
    assert len(truth.months) == HOW.shown


def test_the_coming_year_is_as_sure_as_the_months_were_even() -> None:
    even = lent(monthly(100_00)).truth
    assert even.coming == (even.low, even.high)
    rows = [(b, d, 190_00 if d.month % 2 else 10_00, s) for b, d, _total, s in monthly(100_00)]
    uneven = lent(rows).truth
    assert uneven.coming is not None
    low, high = uneven.coming
    assert low < uneven.low == even.low < high
    # 1.7959 = t(0.95; 11), s = 94.0026, times the root of 24
    assert high - uneven.high == pytest.approx(Decimal("827.04"), abs=Decimal("0.5"))


def test_a_limit_is_a_share_of_the_smaller_of_year_and_recent_months_on_its_step() -> None:
    falling = [(b, d, t // 2 if d.month > 9 else t, s) for b, d, t, s in monthly(200_000_00)]
    limit = lent(falling).limit
    steps = {s.code: s.value for s in limit.steps}
    assert steps["sales_sure"] == Decimal("2100000.00")
    assert steps["recent_as_year"] == steps["base"] == Decimal("1200000.00")
    assert limit.amount == Decimal("120000.00")
    assert lent(falling, verdict="question").limit.amount == Decimal("60000.00")
    assert lent(falling, verdict="reject").limit.amount == 0
    assert lent(falling, known=Books("a", existing=Decimal("30500.00"))).limit.amount == Decimal("89000.00")
    assert lent(falling, known=Books("a", existing=Decimal("111000.00"))).limit.amount == 0
    assert lent(monthly(90_000_000_00)).limit.amount == HOW.maximum


def test_receipts_pay_the_oldest_invoice_first() -> None:
    rows = [("b", AS_OF - timedelta(days=age), 100_00, "normal") for age in (200, 70, 10)]
    owed = lent(rows, known=paid(("b", AS_OF, 130_00))).receivables
    (buyer,) = owed.buyers
    assert buyer.open_by_age == {90: Decimal("70.00"), 60: Decimal("100.00")}
    assert (owed.open, owed.eligible) == (Decimal("170.00"), Decimal("129.00"))
    assert owed.financeable == owed.cap == Decimal("51.60")
    assert owed.payments_known
    older = lent(rows, known=paid(("b", AS_OF, 30_00))).receivables.buyers[0]
    assert older.open_by_age == {-1: Decimal("70.00"), 90: Decimal("100.00"), 60: Decimal("100.00")}


def test_invoices_before_the_books_begin_count_as_paid() -> None:
    rows = [("b", date(2025, 7, 1), 100_00, "normal"), ("b", date(2025, 12, 1), 50_00, "normal")]
    assert lent(rows, known=paid(since=date(2025, 11, 1))).receivables.open == Decimal("50.00")
    assert lent(rows, known=paid(since=date(2025, 9, 1))).receivables.open == Decimal("150.00")


def test_without_receipts_a_part_of_what_is_not_yet_due_is_open() -> None:
    rows = [("b", AS_OF - timedelta(days=91), 100_00, "normal"), ("b", AS_OF - timedelta(days=90), 100_01, "normal")]
    owed = lent(rows).receivables
    assert (owed.open, owed.payments_known) == (Decimal("70.00"), False)


def test_one_buyer_counts_up_to_the_cap_and_bad_buyers_not_at_all() -> None:
    day = AS_OF - timedelta(days=5)
    rows = [(b, day, 100_00, "normal") for b in ("b", "c", "d", "gone")] + [("b", day, 300_00, "normal")]
    gone = [{"firm_id": "gone", "status": "cancelled", "status_on": date(2025, 12, 30)}]
    owed = lent(rows, known=paid(), parties=gather(reading(firms=gone), RELATIONS)).receivables
    by = {b.party: b for b in owed.buyers}
    assert by["gone"].excluded == "ended"
    assert by["gone"].eligible == by["gone"].financeable == 0
    assert owed.eligible == Decimal("480.00")
    assert by["b"].financeable == owed.cap == Decimal("192.00")
    assert owed.financeable == Decimal("352.00")


def test_filings_and_receipts_are_compared_over_the_months_both_tell() -> None:
    filed = [
        {"firm_id": "a", "tax_kind": "vat_general", "item": "sales_taxable", "filing_version": v, "value": value,
         "period_from": date(2025, m, 1), "period_to": date(2025, m, 28)}
        for m in range(1, 12) for v, value in ((1, "50.00"), (2, "80.00"))
    ]  # fmt: skip
    money = {"firm_id": "a", "status": "booked", "direction": "in", "category": "sale", "counterparty_id": "b"}
    entries = [money | {"amount": "90.00", "booked_at": datetime(2025, m, 20, tzinfo=UTC)} for m in range(2, 13)]
    library = reading(tax_filings=filed, bank_transactions=entries)
    found = lent(monthly(100_00), known=books(library, "a", Parties(), Decimal("0.00"))).comparisons
    assert [(c.against, c.months, c.invoiced, c.told, c.divergence, c.marked) for c in found] == [
        ("filings", 11, Decimal("1100.00"), Decimal("880.00"), Decimal("0.250000"), True),
        ("receipts", 10, Decimal("1000.00"), Decimal("900.00"), Decimal("0.111111"), False),
    ]
    assert lent(monthly(100_00), known=books(reading(), "a", Parties(), Decimal("0.00"))).comparisons == ()


def test_a_scheme_whose_advance_rises_with_age_is_refused() -> None:
    body = yamlfile.parse(seed.sources("schemes")["invoice_lending"], "schemes/invoice_lending.yaml")
    body["parameters"]["advance"]["values"][0]["value"] = [{"up_to": 30, "share": "0.5"}, {"up_to": 60, "share": "0.6"}]
    with pytest.raises(BadScheme, match="advance"):
        Settings.of(Scheme.of(body), AS_OF)


DAYS = st.integers(0, 400).map(lambda back: AS_OF - timedelta(days=back))
SALES = st.lists(
    st.tuples(st.sampled_from("bcd"), DAYS, st.integers(1, 9_000_000_00), st.just("normal")), min_size=2, max_size=10
)
RECEIPTS = st.lists(st.tuples(st.sampled_from("bcd"), DAYS, st.integers(1, 9_000_000_00)), max_size=4)
FLAGS = st.dictionaries(
    st.integers(0, 9), st.sampled_from(["partner_is_related", "circular_invoicing", "reject", "question"]), max_size=4
)


def outcome(rows: list[Row], flags: dict[int, str], books: Books | None) -> tuple[Decimal, ...]:
    hits = {i: f for i, f in flags.items() if "_" in f and i < len(rows)}
    doubts = {i: f for i, f in flags.items() if "_" not in f and i < len(rows)}
    found = lent(rows, hits=hits, verdicts=doubts, known=books)
    amounts = (found.limit.amount, found.truth.low, found.truth.estimate, found.receivables.financeable)
    assert all(a == a.quantize(Decimal("0.01")) for a in amounts)
    return amounts


@settings(max_examples=25)
@given(SALES, RECEIPTS, FLAGS, st.booleans(), st.data())
def test_nothing_clean_taken_away_and_nothing_bad_added_raises_anything(
    rows: list[Row], receipts: list[tuple[str, date, int]], flags: dict[int, str], known: bool, data: st.DataObject
) -> None:
    book = paid(*receipts, since=date(2025, 1, 1)) if known else None
    before = outcome(rows, flags, book)
    clean = [i for i in range(len(rows)) if i not in flags]
    if clean:
        gone = data.draw(st.sampled_from(clean))
        moved = {i - (i > gone): f for i, f in flags.items()}
        after = outcome([r for i, r in enumerate(rows) if i != gone], moved, book)
        assert all(a <= b for a, b in zip(after, before, strict=True))
    buyer, day, total = data.draw(st.tuples(st.sampled_from("bcd"), DAYS, st.integers(1, 9_000_000_00)))
    place = len(rows)
    bad = [
        ((buyer, day, -total, "normal"), {}),
        ((buyer, day, -total, "normal"), {place: "reject"}),
        ((buyer, day, total, "void"), {}),
        ((buyer, day, total, "normal"), {place: "reject"}),
        ((buyer, day, total, "normal"), {place: "partner_is_related"}),
    ]
    worse, more = data.draw(st.sampled_from(bad))
    kept = {i: f for i, f in flags.items() if i < place}
    assert all(a <= b for a, b in zip(outcome([*rows, worse], kept | more, book), before, strict=True))
