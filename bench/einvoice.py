"""Invoice documents: real samples read with and without their XML, text cases by layout, documents a second.

Nothing of a sample is shown: fields are compared in memory, and counts are told.
"""

import io
import json
import os
import re
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench import Row
from windchime.data.intake.einvoice import Invoice, Line, Party, read_document
from windchime.data.intake.einvoice.forms import AIR
from windchime.data.intake.einvoice.printed import read as read_printed
from windchime.data.intake.einvoice.rates import shipped
from windchime.data.intake.einvoice.record import Raw
from windchime.data.intake.einvoice.words import Page, Word, split

#: what is compared; the tax class code of a line is printed nowhere
FIELDS = ("code", "number", "kind", "issue_date", "amount", "tax", "total", "colour", "check_code", "drawer", "remark")
PRINTED_LINE = tuple(f.name for f in fields(Line) if f.name != "tax_class_code")
#: parts left out of an OFD document, by what it is then read from
WITHOUT = {
    "xml": (),
    "tags": ("original_invoice.xml",),
    "printed text": ("original_invoice.xml", "Tags/"),
}
_CUSTOM = re.compile(rb"<ofd:CustomDatas>.*?</ofd:CustomDatas>", re.DOTALL)
#: lines of the text cases whose box is higher than this many points hold words from all over the page
MERGED = 60


def rows() -> Iterator[Row]:
    samples = os.environ.get("WINDCHIME_SAMPLES")
    if not samples:
        return
    folder = Path(samples) / "invoice_samples"
    for way in WITHOUT:
        equal, compared = ofd_agreement(folder, way)
        yield Row("einvoice", f"7 OFD samples read from {way}: fields equal to the XML", equal, f"of {compared}")
    for layout, counts in sorted(text_agreement(folder).items()):
        n = counts.pop("documents")
        for what, against in (("fields", "answers of an extractor from text"), ("lines", "answers from the picture")):
            mine = {key: c for key, c in counts.items() if key.startswith("lines,") == (what == "lines")}
            rest = ", ".join(
                f"{key.removeprefix('lines, ')} {c}" for key, c in sorted(mine.items()) if "agree" not in key
            )
            if mine:
                agree = sum(c for key, c in mine.items() if key.endswith(":agree"))
                yield Row(
                    "einvoice", f"{layout}, n={n}: {what} like {against}", agree, f"of {sum(mine.values())}", note=rest
                )
    yield from _speed()


def ofd_agreement(folder: Path, way: str) -> tuple[int, int]:
    """Fields equal and compared over all OFD samples; the truth is the attached XML, else the tags."""
    equal = compared = 0
    for path in sorted((folder / "ofd").glob("*.ofd")):
        data = path.read_bytes()
        (truth,) = read_document(data, path.name).invoices
        (found,) = read_document(_without(data, WITHOUT[way]), path.name).invoices
        pairs = [*_pairs(truth, found), (len(truth.lines), len(found.lines))]
        for one, other in zip(truth.lines, found.lines, strict=False):
            pairs += [(getattr(one, name), getattr(other, name)) for name in PRINTED_LINE]
        equal += sum(one == other for one, other in pairs)
        compared += len(pairs)
    return equal, compared


def _pairs(one: Invoice, other: Invoice) -> Iterator[tuple[Any, Any]]:
    yield from ((getattr(one, name), getattr(other, name)) for name in FIELDS)
    for side in ("seller", "buyer"):
        yield from ((getattr(getattr(one, side), f.name), getattr(getattr(other, side), f.name)) for f in fields(Party))


def _without(data: bytes, parts: tuple[str, ...]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if not any(part in name for part in parts):
                body = old.read(name)
                new.writestr(name, _CUSTOM.sub(b"", body) if name == "OFD.xml" and "Tags/" in parts else body)
    return out.getvalue()


def text_agreement(folder: Path) -> dict[str, Counter[str]]:
    """By layout and field: agreement with the answers of two other extractors, which err too."""
    cases = json.loads((folder / "text" / "efapiao_ocr_sanitized_100_cases.json").read_text())["cases"]
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        layout, answer = case["tencent_subtype"], case["rule"]["expected"].get("data")
        if case["source_format"] == "png":
            found[f"{layout}, picture"]["documents"] += 1
            continue
        if case["source_format"] == "ofd":
            ours = _from_fields(case["rule"]["fields"])
        else:
            pages = list(_pages(case))
            if any(w.height > MERGED for page in pages for w in page.words):
                layout += ", boxes of the case merged"
            ours = _from_print(pages)
        counts = found[layout]
        counts["documents"] += 1
        if answer is None or ours is None:
            counts["all:unread by one"] += 1
            continue
        for name, mine, theirs in _compared(ours, answer):
            counts[f"{name}:{_outcome(mine, theirs)}"] += 1
        for name, agrees in _items(ours, case):
            counts[f"{name}:{'agree' if agrees else 'differ'}"] += 1
    return dict(found)


def _pages(case: dict[str, Any]) -> Iterator[Page]:
    """The places of the lines from the layout, their words from the text, which the answers were made from."""
    texts = iter(line.strip("\r") for line in case["rule"]["text"].split("\n") if line.strip())
    for page in case["visual"]["pages"]:
        words: list[Word] = []
        for line in page["lines"]:
            x0, low, x1, high = line["bbox"]
            words += split(next(texts), x0, page["height_pt"] - high, x1, page["height_pt"] - low)
        yield Page(page["width_pt"], page["height_pt"], tuple(words))


def _from_print(pages: list[Page]) -> Invoice | None:
    readings = read_printed(pages)
    return _assembled(readings[0]) if readings else None


def _from_fields(said: dict[str, str]) -> Invoice | None:
    """The fields of an itinerary as the XML they came from."""
    wanted = {name for names in AIR.values() for name in names}
    body = "".join(f"<{name}>{value}</{name}>" for name, value in said.items() if name in wanted)
    found = read_document(f"<xbrl>{body}</xbrl>".encode(), "case.xml").invoices
    return found[0] if found else None


def _assembled(raw: Raw) -> Invoice:
    from windchime.data.intake.einvoice.assemble import assemble

    return assemble([raw], file="case", row=1, legal_rates=shipped(), limit=1_000)[0]


def _compared(ours: Invoice, answer: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    def money(value: Any) -> str | None:
        return None if value is None else f"{Decimal(value):.2f}"

    yield "number", ours.number, answer["invoice_number"]
    yield "code", ours.code, answer["invoice_code"]
    yield "date", ours.issue_date and ours.issue_date.isoformat(), answer["issue_date"]
    yield "amount", money(ours.amount), money(answer["amount_without_tax"])
    yield "tax", money(ours.tax), money(answer["tax_amount"])
    yield "total", money(ours.total), money(answer["amount_with_tax"])
    for side in ("seller", "buyer"):
        party: Party = getattr(ours, side)
        yield f"{side} name", party.name, answer[side]["name"]
        yield f"{side} tax number", party.code, answer[side]["tax_id"]
    yield "number of lines", len(ours.lines) or None, len(answer["items"]) or None


def _outcome(mine: Any, theirs: Any) -> str:
    if mine == theirs:
        return "agree"
    if theirs is None:
        return "only ours"
    return "only theirs" if mine is None else "differ"


def _items(ours: Invoice, case: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Lines against those of the second extractor, which looked at the picture."""
    said = case["tencent"]["response"]["Response"]["MixedInvoiceItems"][0]["SingleInvoiceInfos"]
    whole: dict[str, Any] = next((v for v in said.values() if v), {})
    theirs = [
        i for key in ("VatElectronicItems", "VatInvoiceItems", "VatInvoiceItemInfos") for i in whole.get(key) or ()
    ]
    if not theirs:
        return
    yield "lines, as many", len(theirs) == len(ours.lines)
    if len(theirs) == len(ours.lines):
        for mine, other in zip(ours.lines, theirs, strict=True):
            yield "lines, name", _bare(mine.item_name) == _bare(other["Name"])
            yield "lines, amount", _figure(mine.amount) == _figure(other["Total"])
            yield "lines, tax", _figure(mine.tax) == _figure(other["Tax"])
            yield "lines, quantity", _figure(mine.quantity) == _figure(other.get("Quantity"))
            yield "lines, price", _figure(mine.unit_price) == _figure(other.get("Price"))
            yield "lines, unit", (mine.unit or "") == (other.get("Unit") or "")


def _bare(text: str) -> str:
    return text.replace(" ", "").replace("（", "(").replace("）", ")")


def _figure(value: Any) -> Decimal | None:
    text = str(value or "").replace(",", "")
    return Decimal(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def _speed() -> Iterator[Row]:
    from tests.data.einvoice import builders

    from windchime.data.intake.einvoice.worker import Worker

    found = builders.plain()
    documents = {"XML": builders.digital_xml(found), "OFD": builders.ofd(found, tags=True), "PDF": builders.pdf(found)}
    with Worker() as worker:
        for kind, data in documents.items():
            read_document(data, kind, pdf=worker.read)
            begun, done = time.perf_counter(), 0
            while time.perf_counter() - begun < 2:
                read_document(data, kind, pdf=worker.read)
                done += 1
            yield Row("einvoice", f"{kind} documents", done / (time.perf_counter() - begun), "a second")
