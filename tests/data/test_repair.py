"""Repairing quarantined rows: same checks, named author, the original stays."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.data.helpers import LI, contest_book, invoice, invoices, load_pack, open_bank, pack, rows_of, sheet_row

from windchime.core.clock import FixedClock
from windchime.core.errors import UnknownName
from windchime.core.unit import Actor
from windchime.data.intake import load, quarantined, repair
from windchime.data.intake.quarantine import NotInQuarantine, Quarantined
from windchime.data.intake.repair import AlreadyTreated, NothingToRepair, StillFaulty
from windchime.data.lake import head
from windchime.service import audit
from windchime.service.bank import Bank

WANG = Actor("wang")


def waiting(bank: Bank, **filters: str) -> list[Quarantined]:
    with bank.session() as session:
        return quarantined(bank, session, **filters)  # type: ignore[arg-type]  # all filters used here are texts


def test_a_repaired_row_lands_in_its_table_and_its_past_stays(tmp_path: Path, clock: FixedClock) -> None:
    bank = open_bank(tmp_path, clock)
    first = load_pack(
        bank,
        pack(tmp_path / "pack", invoices=[invoice(invoice_no="1"), invoice(invoice_no="2", total=Decimal("1.00"))]),
    )
    (item,) = waiting(bank)
    done = repair(bank, WANG, item.quarantine_id, {"total": "113.00"}, "copy of the invoice seen")
    rows = rows_of(bank, "invoices")
    assert [(r["invoice_no"], r["row_no"], str(r["total"]), r["load_id"]) for r in rows] == [
        ("1", 1, "113.00", first.load_id),
        ("2", 2, "113.00", done.load_id),
    ]
    assert done.lake_version == 2
    assert len(rows_of(bank, "invoices", lake_version=1)) == 1
    assert waiting(bank) == []
    (treated,) = waiting(bank, state="repaired")
    assert (treated.author, treated.reason, treated.treated_at, treated.changed) == (
        "wang",
        "copy of the invoice seen",
        clock.now(),
        {"total": "113.00"},
    )
    assert treated.source_row == item.source_row
    with bank.session() as session:
        assert [(r.actor, r.reason) for r in audit.records(session, subject=f"quarantine:{item.quarantine_id}")] == [
            ("wang", "copy of the invoice seen")
        ]


def test_a_repair_that_does_not_help_writes_nothing(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", invoices=[invoice(issue_date=date(2099, 1, 1), total=Decimal("1.00"))]))
    (item,) = waiting(bank)
    with pytest.raises(StillFaulty, match=r"issued_in_the_future \(issue_date: 2099-01-01\)"):
        repair(bank, WANG, item.quarantine_id, {"total": "113.00"}, "r")
    with bank.session() as session:
        newest = head(session)
        assert newest is not None
        assert newest.lake_version == 1
    assert waiting(bank) == [item]


def test_what_cannot_be_a_repair(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", invoices=[invoice(total=Decimal("1.00"))]))
    (item,) = waiting(bank)
    with pytest.raises(NothingToRepair):
        repair(bank, WANG, item.quarantine_id, {}, "r")
    with pytest.raises(NothingToRepair):
        repair(bank, WANG, item.quarantine_id, {"total": "113.00"}, " ")
    with pytest.raises(UnknownName, match="unknown column 'totl'; known: total"):
        repair(bank, WANG, item.quarantine_id, {"totl": "113.00"}, "r")
    with pytest.raises(NotInQuarantine):
        repair(bank, WANG, "x-1", {"total": "113.00"}, "r")
    repair(bank, WANG, item.quarantine_id, {"total": "113.00"}, "r")
    with pytest.raises(AlreadyTreated, match="repaired"):
        repair(bank, LI, item.quarantine_id, {"total": "113.00"}, "r")


def test_a_repair_that_makes_a_duplicate_is_not_counted_twice(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", invoices=[invoice(), invoice(total=Decimal("1.00"))]))
    repair(bank, WANG, waiting(bank)[0].quarantine_id, {"total": "113.00"}, "r")
    assert [r["duplicate_of"] for r in rows_of(bank, "invoices")] == [None, 1]


def test_a_mapped_row_is_repaired_in_the_words_of_its_source(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    sales = [sheet_row(), sheet_row(发票号码="7", 发票状态="有效", 金额="九千")]
    load(bank, LI, contest_book(tmp_path / "b.xlsx", sales), pack="cumcm2020c")
    (item,) = waiting(bank)
    assert [(f.column, f.accepted) for f in item.faults] == [("发票状态", "有效发票, 作废发票"), ("金额", "")]
    repair(bank, WANG, item.quarantine_id, {"发票状态": "作废发票", "金额": "9,401.71"}, "r")
    found = [r for r in rows_of(bank, "invoices", as_of=date(2020, 2, 21)) if r["invoice_no"] == "7"]
    assert [(r["status"], str(r["amount"]), r["source_sheet"], r["row_no"]) for r in found] == [
        ("void", "9401.71", "销项发票信息", 3)
    ]


def test_quarantine_is_filtered(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    bad = [invoice(total=Decimal("1.00")), invoice(issue_date=date(2099, 1, 1)), invoice(total=Decimal("2.00"))]
    report = load_pack(bank, pack(tmp_path / "pack", invoices=[*invoices(2), *bad]))
    assert [i.row for i in waiting(bank, code="total_disagrees")] == [3, 5]
    assert [i.row for i in waiting(bank, load_id=report.load_id, table="invoices")] == [3, 4, 5]
    assert waiting(bank, table="firms") == []
    assert waiting(bank, load_id="another") == []
