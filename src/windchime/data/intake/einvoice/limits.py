"""How much of an invoice document the readers accept; beyond it a document is a problem, never a burden."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """Limits of the readers of single invoice documents. They are settings of the machine, not policy of the bank."""

    #: bytes of one document
    document_bytes: int = 20 * MIB
    #: bytes of one XML part, unpacked
    xml_bytes: int = 16 * MIB
    #: elements and attributes of one XML part
    xml_nodes: int = 400_000
    #: elements inside each other
    xml_depth: int = 64
    #: invoices in one document
    invoices: int = 5_000
    #: lines of one invoice; a paper list holds fewer
    lines: int = 20_000
    #: entries of an OFD archive
    entries: int = 2_000
    #: bytes of the entries of an OFD archive that are read, unpacked
    unpacked_bytes: int = 64 * MIB
    #: unpacked over packed bytes of an entry above 1 MiB
    ratio: int = 200
    #: pages that are looked at
    pages: int = 60
    #: characters of the text of one page
    page_characters: int = 40_000
    #: XML parts carried inside a PDF or OFD that are looked at
    attachments: int = 16
    #: seconds that a PDF may take before its reader is ended
    seconds: float = 10.0


LIMITS = DocumentLimits()
