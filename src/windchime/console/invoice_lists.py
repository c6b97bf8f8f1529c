"""Lists of invoices as pages read them: what the invoices of one firm support."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl
from sqlalchemy.orm import Session

from windchime.console.frame import Frame
from windchime.content.in_force import scheme_in_force
from windchime.content.scheme import Scheme
from windchime.data.lake import Lake
from windchime.data.reading import Reading
from windchime.decision.exposure import LOANS, existing
from windchime.portfolio.shown.shelf import Shelf
from windchime.risk.invoices.lending import books, lending, settings
from windchime.risk.invoices.lending.lending import Lending
from windchime.risk.invoices.library import INVOICES, library_listing
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.published import HITS
from windchime.risk.invoices.relations import gathering
from windchime.risk.invoices.relations import settings as relations
from windchime.risk.invoices.relations.parties import Parties
from windchime.risk.invoices.relations.running import run


@dataclass(frozen=True, slots=True)
class FirmInvoices:
    """The list of one firm with what follows from it."""

    listing: Listing
    #: (row, verdict, checks) of invoices that did not pass
    doubted: pl.DataFrame
    lending: Lending
    parties: Parties


@contextmanager
def _reading(frame: Frame, session: Session, shelf: Shelf, *tables: str) -> Iterator[Reading]:
    lake = Lake(frame.bank.lake_dir)
    with lake.reading(session, as_of=shelf.as_of, lake_version=shelf.lake_version, tables=tables) as reading:
        yield reading


def firm_invoices(frame: Frame, session: Session, shelf: Shelf, firm: str, verdict: str) -> FirmInvoices:
    """What the invoices of a firm support, by its published verdict; kept while the lake version stands."""
    question = ("invoices", firm, shelf.as_of, shelf.lake_version)
    return frame.library.kept.get(question, lambda: _firm(frame, session, shelf, firm, verdict))


def _firm(frame: Frame, session: Session, shelf: Shelf, firm: str, verdict: str) -> FirmInvoices:
    day = shelf.as_of
    schemes = {n: _scheme(frame, session, n, day) for n in (relations.SCHEME, settings.SCHEME)}
    how = relations.Settings.of(schemes[relations.SCHEME], day)
    known = _parties(frame, session, shelf, how)
    with _reading(frame, session, shelf, INVOICES, HITS, LOANS, *books.TABLES) as reading:
        listing = library_listing(reading, [firm])
        doubted = _doubted(reading, listing, firm)
        owed = existing(reading, firm).get(firm, Decimal("0.00"))
        beside = books.books(reading, firm, known, owed)
    related = run(listing, known, how)
    found = lending.lend(
        listing, known, related.hits, doubted, verdict, beside, settings.Settings.of(schemes[settings.SCHEME], day), how
    )
    return FirmInvoices(listing, doubted, found, known)


def _scheme(frame: Frame, session: Session, name: str, day: date) -> Scheme:
    return scheme_in_force(frame.bank.content_dir, session, name, day)[0]


def _parties(frame: Frame, session: Session, shelf: Shelf, how: relations.Settings) -> Parties:
    """Facts about all parties, gathered once a lake version."""

    def find() -> Parties:
        with _reading(frame, session, shelf, *gathering.TABLES) as reading:
            return gathering.gather(reading, how)

    return frame.library.kept.get(("invoice parties", shelf.as_of, shelf.lake_version), find)


def _doubted(reading: Reading, listing: Listing, firm: str) -> pl.DataFrame:
    form = {"row": pl.UInt32(), "verdict": pl.String(), "checks": pl.String()}
    if not reading.has(HITS):
        return pl.DataFrame(schema=form)
    rows = reading.table(HITS)
    told = rows.filter(rows["firm_id"] == firm).select("direction", "list_file", "list_row", "verdict", "checks")
    places = listing.invoices.select("row", "direction", list_file="source_file", list_row="row_no")
    found = pl.DataFrame(pl.from_arrow(told.to_pyarrow())).join(places, ["direction", "list_file", "list_row"])
    return found.select(pl.col(c).cast(k) for c, k in form.items()).sort("row")
