"""Electronic invoices as documents: XML, OFD and PDF files to typed invoices, and invoices to rows of the contracts."""

from windchime.data.intake.einvoice.limits import LIMITS, DocumentLimits
from windchime.data.intake.einvoice.reading import kind_of, read_document
from windchime.data.intake.einvoice.record import Document, Invoice, Line, Party

__all__ = ["LIMITS", "Document", "DocumentLimits", "Invoice", "Line", "Party", "kind_of", "read_document"]
