"""The check of the data: each planted oddity is found, with its count and rows; clean data are called clean."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.data.helpers import AS_OF, LI, contest_book, firm, invoice, load_pack, open_bank, pack

from windchime.data.intake import load
from windchime.data.lake import Lake
from windchime.data.quality import QualityReport, check
from windchime.service.bank import Bank


def checked(bank: Bank, as_of: date = AS_OF) -> QualityReport:
    with bank.session() as session, Lake(bank.lake_dir).reading(session, as_of=as_of) as reading:
        return check(reading, session)


def test_clean_data_have_no_findings(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    sale = {"issue_date": date(2025, 3, 1)}
    bought = {
        "reporting_firm_id": "twin:F2",
        "direction": "purchase",
        "copy": "buyer",
        "issue_date": date(2025, 12, 31),
    }
    back = {"seller_id": "twin:F2", "buyer_id": "twin:F1", "direction": "purchase", "copy": "buyer"}
    rows = [invoice(**sale), invoice(**bought), invoice(**back), invoice(invoice_no="25312000000000000001")]
    load_pack(bank, pack(tmp_path / "pack", firms=[firm(1), firm(2)], invoices=rows))
    report = checked(bank)
    assert [f.code for f in report.findings] == []
    assert report.rows == {"firms": 2, "invoices": 4}
    assert report.worst() == "normal"
    assert [(r.since, r.rate, r.share) for r in report.rates] == [(date(2019, 4, 1), "0.13", 1.0)]


PLANTED = [
    ("rows_are_exact_duplicates", [invoice(), invoice()], 1, [2]),
    ("totals_are_zero", [invoice(), invoice(amount=Decimal(0), tax=Decimal(0), total=Decimal(0))], 1, [2]),
    (
        "totals_are_negative",
        [invoice(amount=Decimal(-100), tax=Decimal(-13), total=Decimal(-113), colour="red")],
        1,
        [1],
    ),
    (
        "invoices_are_red_and_void",
        [invoice(amount=Decimal(-100), tax=Decimal(-13), total=Decimal(-113), colour="red", status="void")],
        1,
        [1],
    ),
    ("invoices_are_void", [invoice(status="void"), invoice()], 1, [1]),
    ("numbers_lack_leading_zeros", [invoice(invoice_no="123"), invoice(invoice_no="1" * 20)], 1, [1]),
    ("sellers_are_buyers", [invoice(buyer_id="twin:F1")], 1, [1]),
    ("tax_rates_are_unusual", [invoice(tax=Decimal("16.00"), total=Decimal("116.00"))], 1, [1]),
    ("first_month_is_partial", [invoice(issue_date=date(2025, 3, 4)), invoice(issue_date=date(2025, 12, 31))], 1, []),
    ("last_month_is_partial", [invoice(issue_date=date(2025, 12, 30)), invoice()], 1, []),
    ("counterparties_are_never_firms", [invoice(buyer_id="twin:A1")], 1, []),
    ("buyers_are_never_sellers", [invoice()], 1, []),
    ("quarantined_total_disagrees", [invoice(), invoice(total=Decimal(1))], 1, [2]),
    ("blanks_trimmed", [invoice(status=" void")], 1, [1]),
    ("firms_have_no_invoices", [invoice()], 1, [2]),
    ("rows_name_unknown_firms", [invoice(reporting_firm_id="twin:F7")], 1, [1]),
]


@pytest.mark.parametrize(("code", "rows", "count", "examples"), PLANTED, ids=[p[0] for p in PLANTED])
def test_a_planted_oddity_is_found(
    tmp_path: Path, code: str, rows: list[dict[str, object]], count: int, examples: list[int]
) -> None:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", firms=[firm(1), firm(2)], invoices=rows))
    (found,) = [f for f in checked(bank).findings if f.code == code]
    assert (found.count, [e.row for e in found.examples]) == (count, examples)
    assert found.sentence("zh") != found.sentence("en")
    assert "{" not in found.sentence("zh") + found.sentence("en")
    assert found.as_dict()["sentence"]["zh"] == found.sentence("zh")


def test_a_list_that_was_loaded_in_two_forms_is_found(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    for name, codes in (("a.xlsx", []), ("b.xlsx", [2])):
        load(bank, LI, contest_book(tmp_path / name), pack="cumcm2020c")
        found = [
            f.count
            for f in checked(bank, as_of=date(2020, 2, 21)).findings
            if f.code == "invoices_stand_in_several_files"
        ]
        assert found == codes


def test_a_check_sees_no_later_knowledge(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", invoices=[invoice(), invoice(status="void", issue_date=date(2025, 6, 1))]))
    assert "invoices_are_void" in [f.code for f in checked(bank).findings]
    assert "invoices_are_void" not in [f.code for f in checked(bank, as_of=date(2025, 5, 31)).findings]
