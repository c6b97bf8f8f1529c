"""The words in which a load report speaks of documents, by code."""

from windchime.core.text import _

#: messages by code; `count` is that of invoices, or of the one document
NOTES: dict[str, str] = {
    "document_empty": _("the document is empty and was left out"),
    "document_too_large": _("the document is larger than its reader accepts and was left out"),
    "document_not_recognised": _("the document is neither XML nor OFD nor PDF and was left out"),
    "document_damaged": _("the document is damaged and was left out"),
    "document_locked": _("the PDF is protected by a password and was left out"),
    "document_has_entities": _("the XML declares a document type or entities and was left out"),
    "document_too_slow": _("reading the document took too long; it was left out"),
    "document_without_invoice": _("no invoice was found in the document; it was left out"),
    "document_without_text": _("the document has pictures only and was left out"),
    "firm_is_no_party": _("{count} invoices name the reporting firm neither as seller nor as buyer"),
    "field_missing": _("{count} invoices do not say their {column}"),
    "field_not_readable": _("the {column} of {count} invoices cannot be read"),
    "lines_too_many": _("{count} invoices have more lines than are accepted; the rest was left out"),
    "readings_disagree": _("parts of the document disagree on the {column} of {count} invoices"),
    "total_disagrees": _("{count} invoices whose amount and tax do not add up to the total"),
    "capitals_disagree": _("{count} invoices whose total in Chinese capitals differs from that in figures"),
    "lines_disagree": _("{count} invoices whose lines do not add up to the {column}"),
    "line_product_disagrees": _("{count} lines whose quantity times unit price is not the amount"),
    "line_tax_disagrees": _("{count} lines whose amount times rate is not the tax"),
    "rate_not_legal": _("{count} lines with a rate that no tax law of the day knows"),
    "number_doubtful": _("{count} invoices with a doubtful number"),
    "code_doubtful": _("{count} tax numbers are no valid unified social credit codes"),
    "read_from_text": _("{count} invoices were read, in part or whole, from printed text"),
    "amount_from_total": _("the amount of {count} invoices was taken as the total less the tax"),
    "same_invoice_again": _("{count} invoices are in another document of the load too, which was taken"),
    "tax_not_shown": _("{count} invoices show no tax"),
    "signature_not_verified": _("the document is signed; its signature was not verified"),
}
