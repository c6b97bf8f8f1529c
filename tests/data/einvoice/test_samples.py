"""Real documents: every field of the OFD samples is equal, from whatever part it is read; text cases hold their level."""

from pathlib import Path

import pytest
from bench import einvoice

from windchime.data.intake.einvoice import read_document

pytestmark = pytest.mark.samples


@pytest.fixture(scope="module")
def folder(samples: Path) -> Path:
    return samples / "invoice_samples"


@pytest.mark.parametrize("way", list(einvoice.WITHOUT))
def test_every_field_is_equal(folder: Path, way: str) -> None:
    equal, compared = einvoice.ofd_agreement(folder, way)
    assert compared > 2_000
    assert equal == compared


def test_signatures_are_noticed_and_the_digital_invoice_has_none(folder: Path) -> None:
    signed = {p.name: read_document(p.read_bytes(), p.name).signed for p in (folder / "ofd").glob("*.ofd")}
    assert sorted(signed.values()).count(False) == 1
    (invoice,) = read_document((folder / "ofd" / "ofdrw_beijing_digital_invoice_2024.ofd").read_bytes(), "x").invoices
    assert (invoice.kind, invoice.code, len(invoice.number or "")) == ("digital_special", None, 20)
    assert invoice.confidence == 1


def test_pictures_are_told(folder: Path) -> None:
    for path in (folder / "images").iterdir():
        (problem,) = read_document(path.read_bytes(), path.name).problems
        assert problem.code == "document_not_recognised"


def test_text_cases_hold_their_level(folder: Path) -> None:
    found = einvoice.text_agreement(folder)
    assert sum(c["documents"] for c in found.values()) == 100
    placed = {layout: c for layout, c in found.items() if "merged" not in layout}
    for name in ("date", "total"):
        for counts in placed.values():
            assert counts[f"{name}:differ"] + counts[f"{name}:only theirs"] == 0
    # where both answer and differ, the other extractor errs (see docs/how-to/invoice-documents.md)
    digital = found["电子发票(普通发票)"]
    assert digital["documents"] == 34
    for name in ("as many", "name", "amount", "tax", "quantity", "price", "unit"):
        assert digital[f"lines, {name}:differ"] == 0
        assert digital[f"lines, {name}:agree"] >= 34
