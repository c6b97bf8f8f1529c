"""What can be wrong with an invoice document, as values: each names the document and never a personal value."""

from windchime.core.problems import Problem
from windchime.core.text import _

#: reasons for which nothing can be read from a document
UNREADABLE: dict[str, str] = {
    "document_empty": _("the document is empty"),
    "document_too_large": _("the document has more {what} than is accepted"),
    "document_not_recognised": _("the document is neither XML nor OFD nor PDF"),
    "document_damaged": _("the document cannot be read as {form}: {reason}"),
    "document_locked": _("the PDF is protected by a password"),
    "document_has_entities": _("the XML declares a document type or entities"),
    "document_too_slow": _("reading the document took longer than {reason} seconds and was ended"),
    "document_without_invoice": _("no invoice was found in the document"),
    "document_without_text": _("the document has pictures only and no text"),
}
#: faults of one invoice, with what is accepted
FAULTS: dict[str, tuple[str, str]] = {
    "field_missing": (_("the invoice does not say its {field}"), ""),
    "field_not_readable": (_("the {field} of the invoice cannot be read"), _("{accepted}")),
    "lines_too_many": (_("the invoice has more than {limit} lines; the rest was left out"), ""),
    "firm_is_no_party": (_("the reporting firm is neither seller nor buyer of the invoice"), ""),
}
#: what is true of an invoice that was read and is worth saying
NOTES: dict[str, str] = {
    "readings_disagree": _("parts of the document disagree on the {field}; the one that programs read was taken"),
    "total_disagrees": _("amount and tax do not add up to the total"),
    "capitals_disagree": _("the total in Chinese capitals differs from the total in figures"),
    "lines_disagree": _("the lines do not add up to the {field} of the invoice"),
    "line_product_disagrees": _("line {line}: quantity times unit price is not the amount"),
    "line_tax_disagrees": _("line {line}: amount times rate is not the tax"),
    "rate_not_legal": _("line {line}: no tax law of that day knows the rate {rate}"),
    "number_doubtful": _("the invoice number is doubtful: {reason}"),
    "code_doubtful": _("the tax number of the {party} is no valid unified social credit code"),
    "read_from_text": _("some fields were read from the printed text: {fields}"),
    "amount_from_total": _("the document states no amount; it was taken as the total less the tax"),
    "same_invoice_again": _("another document of the load holds the same invoice and was taken"),
    "tax_not_shown": _("the document shows no tax"),
    "signature_not_verified": _("the document is signed; the signature was not verified"),
}


def unreadable(code: str, file: str, **params: object) -> Problem:
    """A document from which nothing could be read."""
    return Problem(code, UNREADABLE[code], file=file, params=dict(params))


def fault(code: str, file: str, row: int | None = None, **params: object) -> Problem:
    """A fault for which one invoice of a document cannot become a row."""
    msgid, expected = FAULTS[code]
    return Problem(code, msgid, file=file, row=row, expected=expected, params=dict(params))


def note(code: str, file: str, row: int | None = None, **params: object) -> Problem:
    """Something worth saying of an invoice that was read."""
    return Problem(code, NOTES[code], file=file, row=row, params=dict(params))
