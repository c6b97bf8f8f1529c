"""Rows that stream by and rows that are stored come to the same end: lake, quarantine, notes, second editions."""

import re
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tests.data.helpers import LI, invoice, open_bank, pack, rows_of

from windchime.core.clock import FixedClock
from windchime.data.contracts import contract
from windchime.data.intake import load, quarantined
from windchime.data.intake.limits import LIMITS
from windchime.service.bank import Bank

#: as the contract says, but that any column may lack values
FORM = pa.schema([f.with_nullable(True) for f in contract("invoices").source_schema()])
OWN_KEY = re.compile("(?<=t_)[a-z2-7]{32}|(?<=:p-)[a-z2-7]{32}|(?<=:p-)[0-9a-f]{24}")
OWN = ("load_id", "quarantine_id", "supersedes")


def came(folder: Path, clock: FixedClock, editions: list[list[dict[str, Any]]], streamed_rows: int) -> list[Any]:
    limits, found = replace(LIMITS, streamed_rows=streamed_rows), []
    with closing(open_bank(folder, clock)) as bank:
        for rows in editions:
            made = pack(folder / "pack", invoices=[])
            pq.write_table(pa.Table.from_pylist(rows, schema=FORM), made / "invoices.parquet")
            report = load(bank, LI, made, pack="windchime", limits=limits)
            found += [report.tables, report.notes, report.faults, state(bank)]
    return found


def state(bank: Bank) -> list[Any]:
    with bank.session() as session:
        waiting = [(q.row, q.faults, q.source_row, q.state) for q in quarantined(bank, session, state=None)]
    kept = [{k: v is not None if k in OWN else v for k, v in row.items()} for row in rows_of(bank, "invoices")]
    return [sorted(waiting, key=lambda w: (w[0], w[3])), kept]


def test_streamed_and_stored_rows_come_to_the_same(tmp_path: Path, clock: FixedClock) -> None:
    rows = [
        invoice(),
        invoice(),
        invoice(reporting_firm_id="twin:F0", invoice_no=" 7 "),
        invoice(invoice_no="8\u200b"),
        invoice(status="lost"),
        invoice(total=Decimal("113.05")),
        invoice(issue_date=date(2027, 1, 1), invoice_no=""),
        invoice(seller_id=None, seller_code="91350100M000100Y43", seller_name="甲有限公司"),
        invoice(seller_id=None, seller_name="某某某", drawer="某某某", remark="电话13900000000"),
        invoice(buyer_id="twin:330102199003077774"),
        invoice(total=Decimal(0), amount=Decimal(0), tax=Decimal(0)),
    ]
    second = [{**row, "remark": "again" if n % 2 else row.get("remark")} for n, row in enumerate(rows)] + [invoice()]
    stored = came(tmp_path / "stored", clock, [rows, second], 10**9)
    assert "#" in plain(stored)
    assert plain(came(tmp_path / "streamed", clock, [rows, second], 1)) == plain(stored)


def plain(found: list[Any]) -> str:
    """Tokens, which each bank makes with a key of its own, and ids of loads by the order in which they first stand."""
    seen: dict[str, str] = {}
    return OWN_KEY.sub(lambda m: seen.setdefault(m[0], f"#{len(seen)}"), repr(found))
