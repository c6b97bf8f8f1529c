"""Lending from bills for one firm: sales, comparisons, receivables and the limit that follows, from one list and its verdict."""

from dataclasses import dataclass

import polars as pl

from windchime.risk.invoices.lending.books import Books, not_financed
from windchime.risk.invoices.lending.comparing import Comparison, with_filings, with_receipts
from windchime.risk.invoices.lending.limit import SuggestedLimit, suggest
from windchime.risk.invoices.lending.receivables import Receivables, receivables
from windchime.risk.invoices.lending.rows import sales_of
from windchime.risk.invoices.lending.sales import SalesTruth, sales_truth
from windchime.risk.invoices.lending.settings import Settings
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.relations.parties import Parties
from windchime.risk.invoices.relations.settings import Settings as Relations


@dataclass(frozen=True, slots=True)
class Lending:
    """What the invoices of a firm support."""

    truth: SalesTruth
    #: against filings, then receipts, as far as the library tells them
    comparisons: tuple[Comparison, ...]
    receivables: Receivables
    limit: SuggestedLimit
    #: countable sales in the form `SALES`
    sales: pl.DataFrame


def lend(
    listing: Listing,
    parties: Parties,
    hits: pl.DataFrame,
    verdicts: pl.DataFrame,
    verdict: str,
    books: Books,
    settings: Settings,
    relations: Relations,
) -> Lending:
    """Count it for one firm.

    Args:
        listing: of the one firm.
        parties: facts about its partners.
        hits: of all layers, in the form `HITS`.
        verdicts: (row, verdict) of rows that do not pass.
        verdict: on the firm's list: pass, question or reject.
        books: what else is known of the firm.
        settings: of lending.
        relations: of relations.
    """
    sales = sales_of(listing, parties, hits, verdicts, settings)
    truth = sales_truth(sales, settings)
    compared = (
        with_filings(sales, books.filed, settings) if books.filed is not None else None,
        with_receipts(sales, books.payments, books.since, settings)
        if books.payments is not None and books.since
        else None,
    )
    owner = parties.of(books.firm)
    excluded = not_financed(sales, owner, parties, relations, settings.not_financed)
    owed = receivables(sales, books.payments, books.since, excluded, settings)
    limit = suggest(truth, owed, verdict, books.existing, settings)
    return Lending(truth, tuple(c for c in compared if c), owed, limit, sales)
