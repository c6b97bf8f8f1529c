"""PDF documents: XML carried inside, what their information dictionary states for programs, and the words of their pages."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2 as pdfium
from pypdfium2 import raw

from windchime.data.intake.einvoice.limits import DocumentLimits
from windchime.data.intake.einvoice.words import BLANK, Page, Word

#: keys that the tax platform writes into the information dictionary, and our fields
STATED = {
    "InvoiceNumber": "number",
    "IssueTime": "date",
    "SellerIdNum": "seller_code",
    "SellerName": "seller_name",
    "BuyerIdNum": "buyer_code",
    "BuyerName": "buyer_name",
    "TotalAmWithoutTax": "amount",
    "TotalTaxAm": "tax",
    "TotalTax-includedAmount": "total",
}
#: a word ends where the next character is further away than this part of the height of the line
GAP = 0.45
#: the library's code for a document that a password protects
PASSWORD = 4


class NotPdf(Exception):
    """The bytes are no PDF that is accepted here."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Pdf:
    """What a PDF holds."""

    #: bytes of the XML parts inside
    attached: tuple[bytes, ...]
    #: fields of the information dictionary
    stated: dict[str, str] = field(default_factory=dict)
    pages: tuple[Page, ...] = ()
    #: it has pages with pictures and without a word
    pictures: bool = False


def read(data: bytes, limits: DocumentLimits) -> Pdf:
    """Read a PDF in this process; hostile ones can take long, so callers with a clock use `worker`.

    Raises:
        NotPdf: damaged, protected by a password, or beyond the limits.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == PASSWORD or "password" in str(error).lower()
        raise NotPdf("document_locked" if locked else "document_damaged", str(error)[:120]) from None
    try:
        if len(document) > limits.pages:
            raise NotPdf("document_too_large", "pages")
        attached = tuple(_attached(document, limits))
        pages = tuple(_page(document, i, limits) for i in range(len(document)))
        pictures = bool(pages) and not any(page.words for page in pages)
        return Pdf(attached, _stated(document), pages, pictures)
    except pdfium.PdfiumError as error:
        raise NotPdf("document_damaged", str(error)[:120]) from None
    finally:
        document.close()


def _attached(document: pdfium.PdfDocument, limits: DocumentLimits) -> Iterator[bytes]:
    """Attached files that look like XML."""
    for i in range(min(document.count_attachments(), limits.attachments)):
        try:
            found = bytes(document.get_attachment(i).get_data())
        except pdfium.PdfiumError:
            continue  # damaged: the printed words still tell the invoice
        if len(found) <= limits.xml_bytes and found.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            yield found


def _stated(document: pdfium.PdfDocument) -> dict[str, str]:
    said = {ours: document.get_metadata_value(key) for key, ours in STATED.items()}
    return {key: value for key, value in said.items() if value}


def _page(document: pdfium.PdfDocument, index: int, limits: DocumentLimits) -> Page:
    page = document[index]
    text = None
    try:
        width, height = page.get_size()
        text = page.get_textpage()
        return Page(width, height, tuple(_words(text, height, limits)))
    finally:
        if text is not None:
            text.close()
        page.close()


def _words(text: pdfium.PdfTextPage, height: float, limits: DocumentLimits) -> Iterator[Word]:
    """Characters that follow each other closely on a line, as words."""
    left, bottom, right, top = (ctypes.c_double() for _ in range(4))
    loose = raw.FS_RECTF()
    word, box = "", [0.0, 0.0, 0.0, 0.0]
    for i in range(min(text.count_chars(), limits.page_characters)):
        code = raw.FPDFText_GetUnicode(text, i)
        c = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "
        if c in BLANK or not c.isprintable():
            if word:
                yield Word(word, *box)
            word = ""
            continue
        if not raw.FPDFText_GetCharBox(text, i, left, right, bottom, top):
            continue
        # across, the room that a character takes, so that brackets and blanks do not tear words; down, its ink
        raw.FPDFText_GetLooseCharBox(text, i, loose)
        at = [min(left.value, loose.left), height - top.value, max(right.value, loose.right), height - bottom.value]
        if word and _follows(box, at):
            word += c
            box = [min(box[0], at[0]), min(box[1], at[1]), max(box[2], at[2]), max(box[3], at[3])]
            continue
        if word:
            yield Word(word, *box)
        word, box = c, at
    if word:
        yield Word(word, *box)


def _follows(box: list[float], at: list[float]) -> bool:
    """Whether a character continues a word: on its line and close behind it."""
    height = max(box[3] - box[1], at[3] - at[1], 1.0)
    beside = min(box[3], at[3]) - max(box[1], at[1]) > 0 or abs(box[3] - at[3]) < height / 3
    return beside and -height / 2 < at[0] - box[2] < GAP * height
