"""Documents become rows of the contracts: direction by the reporting firm, one row an invoice, none lost unseen."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.data.einvoice import builders

from windchime.data.intake.compiled import Facts, compile_table
from windchime.data.intake.einvoice import saying, told
from windchime.data.intake.einvoice.documents import Bundle, read, sheets
from windchime.data.intake.einvoice.reporting import DocumentsNotDescribed, by_name, listed, places
from windchime.data.intake.einvoice.rows import HEADERS, LINES, Reporting
from windchime.data.intake.errors import NotAFile
from windchime.data.intake.sheets import match
from windchime.data.intake.staging import Staging, Stamp
from windchime.data.staged import relation

FIRM = "demo:1"
SELLER = Reporting(FIRM, frozenset({builders.code(17)}))
BUYER = Reporting("demo:2", frozenset(), frozenset({builders.NAMES[1]}))


def bundle(folder: Path, who: Reporting, **documents: bytes) -> Bundle:
    files = []
    for name, data in documents.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(data)
        files.append((path, path.name))
    return read(files, lambda _name: who)


def staged_rows(found: Bundle, table: str, columns: str) -> list[tuple[object, ...]]:
    with Staging(Stamp("demo", "load", date(2025, 1, 1)), "/tmp") as staging:
        for sheet, feed in sheets(staging.con, found):
            staging.stage(compile_table(match(sheet, feed), feed.tables[0], Facts("demo", date(2025, 1, 1))))
        return staging.con.execute(
            f"SELECT {columns} FROM {relation(staging.tables[table])} ORDER BY source_file, row_no"
        ).fetchall()


def test_rows_of_the_contracts(tmp_path: Path) -> None:
    plain = builders.plain()
    other = replace(plain, number="24992000000000000018")
    found = bundle(
        tmp_path, SELLER, a_xml=builders.digital_xml(plain, other), b_ofd=builders.ofd(builders.plain(digital=False))
    )
    rows = staged_rows(
        found,
        HEADERS,
        "source_file, row_no, direction, copy, seller_id, invoice_no, kind, colour, issue_date, total, tax",
    )
    first = ("sale", "seller", FIRM)
    values = ("digital_special", "blue", date(2024, 5, 20), Decimal("141.00"), Decimal("6.00"))
    assert rows == [
        ("a.xml", 1, *first, plain.number, *values),
        ("a.xml", 2, *first, other.number, *values),
        ("b.ofd", 1, *first, "00000017", "digital_special", *values[1:]),
    ]
    lines = staged_rows(
        found,
        LINES,
        "source_file, row_no, line_no, item_name, tax_class_short, quantity, amount, tax_rate, tax_rate_text, tax",
    )
    assert [row[:3] for row in lines] == [
        (f, n, (n - 1) % 2 + 1) for f, m in (("a.xml", 4), ("b.ofd", 2)) for n in range(1, m + 1)
    ]
    software = ("信息技术服务", Decimal(2), Decimal("100.00"), Decimal("0.06"), None, Decimal("6.00"))
    rice = ("谷物", Decimal(10), Decimal("35.00"), None, "免税", None)
    assert [row[4:] for row in lines] == [software, rice] * 3


def test_the_buyer_purchases(tmp_path: Path) -> None:
    found = bundle(tmp_path, BUYER, a_xml=builders.digital_xml(builders.plain()))
    assert staged_rows(found, HEADERS, "direction, copy, seller_id, buyer_id") == [
        ("purchase", "buyer", None, "demo:2")
    ]


def test_who_is_no_party_is_told_and_goes_to_quarantine(tmp_path: Path) -> None:
    found = bundle(
        tmp_path, Reporting("demo:9", frozenset({builders.code(99)})), a_xml=builders.digital_xml(builders.plain())
    )
    ((direction, faults),) = staged_rows(found, HEADERS, "direction, len(__faults)")
    assert direction is None
    assert isinstance(faults, int)
    assert faults > 0
    assert "firm_is_no_party" in {p.code for p in found.said}


def test_one_invoice_in_three_forms_is_one_row(tmp_path: Path) -> None:
    plain = builders.plain()
    found = bundle(
        tmp_path, SELLER, a_ofd=builders.ofd(plain), b_xml=builders.digital_xml(plain), c_pdf=builders.pdf(plain)
    )
    assert staged_rows(found, HEADERS, "source_file") == [("b.xml",)]
    assert [p.file for p in found.said if p.code == "same_invoice_again"] == ["a.ofd", "c.pdf"]


def test_copies_that_differ_are_all_kept(tmp_path: Path) -> None:
    plain = builders.plain()
    changed = replace(plain, total=Decimal("1141.00"), amount=Decimal("1135.00"))
    found = bundle(tmp_path, SELLER, a_xml=builders.digital_xml(plain), b_xml=builders.digital_xml(changed))
    assert staged_rows(found, HEADERS, "source_file, total") == [
        ("a.xml", Decimal("141.00")),
        ("b.xml", Decimal("1141.00")),
    ]


def test_every_document_is_told_or_a_row(tmp_path: Path) -> None:
    found = bundle(
        tmp_path, SELLER, a_xml=builders.digital_xml(builders.plain()), b_pdf=b"%PDF-", c_xml=b"", d_ofd=b"PK\x03\x04"
    )
    notes = saying.notes(HEADERS, found.said)
    said = {note.file: note for note in notes if note.code.startswith("document_")}
    assert sorted(said) == ["b.pdf", "c.xml", "d.ofd"]
    assert all(told.NOTES[note.code] for note in notes)


def test_places_of_documents(tmp_path: Path) -> None:
    body = {
        "documents": [
            {"folder": "发票", "firm_id": "demo:1", "code": builders.code(17)},
            {"folder": "发票/b", "firm_id": "demo:2", "name": ["示例乙科技有限公司", "示例旧名"]},
        ]
    }
    found = places(body, "demo")
    (tmp_path / "发票" / "b").mkdir(parents=True)
    for name in ("发票/a.xml", "发票/b/c.PDF", "发票/readme.txt"):
        (tmp_path / name).write_text("x")
    assert [name for _path, name in listed(tmp_path, found[:1])] == ["发票/a.xml", "发票/b/c.PDF"]
    who = by_name(found)
    assert (who("发票/a.xml").firm_id, who("发票/b/c.PDF").firm_id) == ("demo:1", "demo:2")
    assert who("发票/b/c.PDF").names == {"示例乙科技有限公司", "示例旧名"}
    (tmp_path / "发票" / "out.xml").symlink_to("/etc/hostname")
    with pytest.raises(NotAFile):
        list(listed(tmp_path, found))


@pytest.mark.parametrize(
    "entry",
    [
        "发票",
        {"folder": "../x", "firm_id": "demo:1", "code": "1"},
        {"folder": "x", "firm_id": "other:1", "code": "1"},
        {"folder": "x", "firm_id": "demo:1"},
        {"firm_id": "demo:1", "code": "1"},
    ],
)
def test_places_that_do_not_say_what_they_must(entry: object) -> None:
    with pytest.raises(DocumentsNotDescribed):
        places({"documents": [entry]}, "demo")
