"""The same invoice in several documents of a load: as XML, OFD and PDF it is one invoice, read best from the first."""

from collections import defaultdict
from collections.abc import Sequence

from windchime.data.intake.einvoice.record import METHODS, Document, Invoice
from windchime.data.intake.einvoice.rows import Reporting


def again(documents: Sequence[Document], who: Sequence[Reporting]) -> set[tuple[int, int]]:
    """Indexes of documents and of invoices in them that say nothing new: another document was read more reliably.

    Copies that differ in what is compared are kept, all of them: a changed invoice is a finding, not a repetition.
    """
    found: dict[tuple[object, ...], list[tuple[tuple[int, ...], tuple[int, int]]]] = defaultdict(list)
    for i, (document, firm) in enumerate(zip(documents, who, strict=True)):
        for at, invoice in enumerate(document.invoices):
            if invoice.number is not None:
                found[firm.firm_id, *_same(invoice)].append((_rank(invoice, i), (i, at)))
    return {place for copies in found.values() for _rank_, place in sorted(copies)[1:]}


def _same(invoice: Invoice) -> tuple[object, ...]:
    return (
        invoice.code,
        invoice.number,
        invoice.issue_date,
        invoice.amount,
        invoice.tax,
        invoice.total,
        invoice.seller.code,
        invoice.buyer.code,
    )


def _rank(invoice: Invoice, i: int) -> tuple[int, ...]:
    """Sorts the most reliable copy first: by method, then with lines before without, then in order."""
    method = METHODS.index(invoice.methods.get("total", METHODS[-1]))
    return (method, -len(invoice.lines), i)
