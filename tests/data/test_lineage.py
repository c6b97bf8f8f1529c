"""A row of a source file is followed through loads and corrections; a table's states add up."""

from datetime import date
from pathlib import Path

from tests.data.helpers import AS_OF, firm, invoice, load_pack, open_bank, pack

from windchime.data.lake import Lake
from windchime.data.lineage import Place, TableState, history, trace
from windchime.indicators.uses import uses
from windchime.service.bank import Bank


def test_a_corrected_row_is_seen_in_both_loads_and_counts_once(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    rows = [invoice(invoice_no="1"), invoice(invoice_no="2")]
    first = load_pack(bank, pack(tmp_path / "one", firms=[firm(1)], invoices=rows))
    second = load_pack(bank, pack(tmp_path / "two", invoices=[rows[0] | {"status": "void"}, rows[1]]))
    lake = Lake(bank.lake_dir)
    with bank.session() as session, lake.reading(session, as_of=AS_OF) as reading:
        found = trace(reading, session, "invoices", Place("invoices.parquet", 1))
        assert [(r.load_id, r.values["status"], r.lake_version, r.shown) for r in found] == [
            (second.load_id, "void", 2, True),
            (first.load_id, "normal", 1, False),
        ]
        assert found[0].supersedes == first.load_id
        assert trace(reading, session, "invoices", Place("invoices.parquet", 3)) == []
        assert trace(reading, session, "invoices", Place("invoices.parquet", 1, source="other")) == []
        states = history(lake, session, "invoices")
    assert [(s.lake_version, s.rows, s.added, s.source) for s in states] == [(2, 4, 2, "twin"), (1, 2, 2, "twin")]
    assert [s.lake_version for s in _states(bank, "firms")] == [1]
    assert _states(bank, "patents") == []


def _states(bank: Bank, table: str) -> list[TableState]:
    with bank.session() as session:
        return history(Lake(bank.lake_dir), session, table)


def test_a_row_enters_the_figures_whose_window_holds_it(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    rows = [
        invoice(invoice_no="1"),
        invoice(invoice_no="2", status="void"),
        invoice(invoice_no="3", issue_date=date(2022, 1, 5)),
    ]
    load_pack(bank, pack(tmp_path / "one", firms=[firm(1)], invoices=rows))
    with bank.session() as session, Lake(bank.lake_dir).reading(session, as_of=AS_OF) as reading:
        counted, void, old = ({i.code for i in uses(reading, "invoices.parquet", n)} for n in (1, 2, 3))
        assert "sales_12m" in counted
        assert "void_rate_12m" in void
        assert "sales_12m" not in void | old
        assert uses(reading, "invoices.parquet", 9) == []
