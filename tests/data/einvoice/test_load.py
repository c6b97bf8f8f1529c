"""A folder of invoice documents is loaded like any other pack: rows with their document, personal values sealed."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.data.einvoice import builders
from tests.data.helpers import LI, open_bank, rows_of

from windchime.data.intake import load
from windchime.service.bank import Bank

PACK = {
    "pack": "windchime",
    "label": {"zh": "票据", "en": "documents"},
    "source": "demo",
    "as_of": "2025-01-01",
    "documents": [{"folder": "papers", "firm_id": "demo:1", "code": builders.code(17)}],
}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    (folder / "papers").mkdir(parents=True)
    (folder / "pack.yaml").write_text(json.dumps(PACK).replace('"2025-01-01"', "2025-01-01"), encoding="utf-8")
    plain = builders.plain()
    person = replace(plain, number="24992000000000000018", buyer=replace(plain.buyer, code=None, name="王小明"))
    wrong = replace(plain, number="24992000000000000019", total=Decimal("999.00"))
    documents = {
        "a.xml": builders.digital_xml(plain, person),
        "b.ofd": builders.ofd(wrong, tags=True),
        "c.pdf": b"%PDF-1.7 broken",
    }
    for name, data in documents.items():
        (folder / "papers" / name).write_bytes(data)
    return folder


def test_documents_are_loaded(pack: Path, tmp_path: Path) -> None:
    bank: Bank = open_bank(tmp_path / "bank")
    report = load(bank, LI, pack, pack="windchime")
    assert (report.tables["invoices"].source, report.tables["invoices"].lake) == (3, 2)
    assert report.tables["invoice_lines"].lake == 6
    assert {"papers/c.pdf"} == {n.file for n in report.notes if n.code == "document_damaged"}
    assert all(note.sentence("zh") and note.sentence("en") for note in report.notes)
    rows = rows_of(bank, "invoices")
    assert {(r["source_file"], r["row_no"], r["seller_id"], r["direction"]) for r in rows} == {
        ("papers/a.xml", 1, "demo:1", "sale"),
        ("papers/a.xml", 2, "demo:1", "sale"),
    }
    firm, person = sorted(rows, key=lambda r: str(r["invoice_no"]))
    assert (firm["buyer_id"], firm["buyer_type"]) == (f"demo:{builders.code(18)}", "firm")
    assert person["buyer_type"] == "person"
    said = json.dumps(rows, default=str, ensure_ascii=False)
    for secret in ("王小明", "测试员", "010-00000000", "0000000000000000 "):
        assert secret not in said
    (bad,) = rows_of(bank, "quarantine")
    assert (bad["source_file"], bad["code"]) == ("papers/b.ofd", "total_disagrees")


def test_unchanged_documents_are_not_read_again_and_new_ones_are(pack: Path, tmp_path: Path) -> None:
    bank = open_bank(tmp_path / "bank")
    load(bank, LI, pack, pack="windchime")
    assert load(bank, LI, pack, pack="windchime").already_loaded
    another = replace(builders.plain(), number="24992000000000000020")
    (pack / "papers" / "d.xml").write_bytes(builders.digital_xml(another))
    report = load(bank, LI, pack, pack="windchime")
    assert report.tables["invoices"].source == 1
    assert sorted(report.unchanged) == ["papers/a.xml", "papers/b.ofd", "papers/c.pdf"]
    assert len(rows_of(bank, "invoices")) == 3
