"""`read_document`: any invoice document, its kind found by content, to typed invoices; no file can raise anything else."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias

from windchime.core.problems import Problem
from windchime.core.text import Text
from windchime.data.intake.einvoice import forms, ofd, printed, rates, values
from windchime.data.intake.einvoice.assemble import assemble
from windchime.data.intake.einvoice.checks import LegalRates
from windchime.data.intake.einvoice.container import NotAContainer
from windchime.data.intake.einvoice.limits import LIMITS, DocumentLimits
from windchime.data.intake.einvoice.pdf import NotPdf, Pdf
from windchime.data.intake.einvoice.problems import note, unreadable
from windchime.data.intake.einvoice.record import FIELDS, Document, FileKind, Invoice, Raw
from windchime.data.intake.einvoice.xmlfile import NotXml, parse

PdfReader: TypeAlias = Callable[[bytes, DocumentLimits], Pdf]
#: what may stand before the first sign of a document
_LEAD = b"\xef\xbb\xbf \t\r\n\x00"
#: a PDF may have other bytes before its first line
_PDF_LEAD = 1024


def read_document(
    data: bytes,
    name: str,
    limits: DocumentLimits = LIMITS,
    *,
    legal_rates: LegalRates | None = None,
    pdf: PdfReader | None = None,
) -> Document:
    """Read one invoice document.

    Args:
        data: its bytes.
        name: its name, for problems; the suffix is not believed.
        limits: what is accepted.
        legal_rates: the rates of tax of a day; those of the shipped scheme by default.
        pdf: what reads a PDF; by default in this process. `worker.Worker` reads in another one, bounded in time.

    Returns:
        Invoices with problems and notes. A document that cannot be read has no invoices and a problem that says why.
    """
    kind = kind_of(data)
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        groups, signed = _groups(data, kind, limits, pdf)
    except (NotXml, NotAContainer, NotPdf, Unreadable) as error:
        problem = unreadable(error.code, name, form=str(kind).upper(), reason=error.reason, what=error.reason)
        return Document(name, kind, sha256, (), (problem,))
    return _document(name, kind, sha256, groups, limits, legal_rates or rates.shipped(), signed=signed)


def kind_of(data: bytes) -> FileKind | None:
    """The kind of a document by its first bytes; an OFD is known for certain only once its parts are looked at."""
    start = data[:_PDF_LEAD]
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "ofd"
    if b"%PDF-" in start:
        return "pdf"
    plain = start.lstrip(_LEAD)
    if plain.startswith(b"<") or start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "xml"
    return None


class Unreadable(Exception):
    """A document in which no reader found an invoice, or too much; its problem says why."""

    def __init__(self, code: str, reason: str = "") -> None:
        self.code = code
        self.reason = reason
        super().__init__(code)


def _groups(
    data: bytes, kind: FileKind | None, limits: DocumentLimits, pdf: PdfReader | None
) -> tuple[list[list[Raw]], bool]:
    """Readings of each invoice, and whether the document is signed."""
    if not data.strip(_LEAD):
        raise Unreadable("document_empty")
    if len(data) > limits.document_bytes:
        raise Unreadable("document_too_large", "bytes")
    why = "document_without_invoice"
    match kind:
        case "xml":
            tree = parse(data, limits)
            groups, signed = [[raw] for raw in forms.invoices(tree.root)], tree.signed
        case "ofd":
            found = ofd.read(data, limits)
            groups, signed = _together(found.attached, found.stated, printed.read(found.pages)), found.signed
        case "pdf":
            content = (pdf or in_process())(data, limits)
            attached, signed = _attached(content, limits)
            stated = (Raw("tag", content.stated),) if content.stated else ()
            groups = _together(attached, stated, printed.read(content.pages))
            why = "document_without_text" if content.pictures else why
        case _:
            raise Unreadable("document_not_recognised")
    if not groups:
        raise Unreadable(why)
    if len(groups) > limits.invoices:
        raise Unreadable("document_too_large", "invoices")
    return groups, signed


def in_process() -> PdfReader:
    """The reader of PDFs in this process, loaded when the first one comes."""
    from windchime.data.intake.einvoice import pdf

    return pdf.read


def _attached(content: Pdf, limits: DocumentLimits) -> tuple[list[Raw], bool]:
    """Invoices of the XML parts of a PDF, and whether one is signed; a damaged part leaves it to the printed words."""
    found: list[Raw] = []
    signed = False
    for part in content.attached:
        with suppress(NotXml):
            tree = parse(part, limits)
            signed |= tree.signed
            found += forms.invoices(tree.root)
    return found, signed


def _together(attached: Sequence[Raw], stated: Sequence[Raw], shown: Sequence[Raw]) -> list[list[Raw]]:
    """Readings of the same invoice: by number where there are several, all together where there is one at most."""
    if max(len(attached), len(shown)) <= 1:
        whole = [*attached, *stated, *shown]
        return [whole] if whole else []
    by_number: dict[str, list[Raw]] = defaultdict(list)
    for raw in [*attached, *stated, *shown]:
        by_number[values.identifier(raw.fields.get("number", ""))].append(raw)
    return list(by_number.values())


def _document(
    name: str,
    kind: FileKind | None,
    sha256: str,
    groups: Sequence[Sequence[Raw]],
    limits: DocumentLimits,
    legal_rates: LegalRates,
    *,
    signed: bool,
) -> Document:
    invoices: list[Invoice] = []
    problems: list[Problem] = []
    notes: list[Problem] = []
    for row, group in enumerate(groups, 1):
        invoice, faults, said = assemble(group, file=name, row=row, legal_rates=legal_rates, limit=limits.lines)
        invoices.append(invoice)
        problems += faults
        notes += said
        by_text = [FIELDS[f] for f, method in invoice.methods.items() if method == "text" and f in FIELDS]
        if by_text:
            fields = Text("、".join(f.zh for f in by_text), ", ".join(f.en for f in by_text))
            notes.append(note("read_from_text", name, row, fields=fields))
    if signed:
        notes.append(note("signature_not_verified", name))
    return Document(name, kind, sha256, tuple(invoices), tuple(problems), tuple(notes), signed)
