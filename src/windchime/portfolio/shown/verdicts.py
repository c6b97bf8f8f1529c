"""Verdicts on lists of invoices as the library holds them, with what speaks against each today."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from windchime.data.lake import Lake
from windchime.portfolio.shown.library import Library
from windchime.portfolio.shown.shelf import Shelf
from windchime.risk.findings import Finding
from windchime.risk.invoices.published import INVOICES, VERDICTS, PublishedVerdict, findings, verdicts
from windchime.service.bank import Bank


@dataclass(frozen=True, slots=True)
class Verified:
    """A firm's verdict with what speaks against it today."""

    verdict: PublishedVerdict
    #: gravest first; that the list has changed since among them
    findings: tuple[Finding, ...]


def verified(bank: Bank, session: Session, library: Library, shelf: Shelf) -> Mapping[str, Verified]:
    """Every verdict of a lake version, by firm; kept while it stands. Empty where nothing was verified."""

    def find() -> Mapping[str, Verified]:
        lake, tables = Lake(bank.lake_dir), (VERDICTS, INVOICES)
        with lake.reading(session, as_of=shelf.as_of, lake_version=shelf.lake_version, tables=tables) as reading:
            now = findings(reading)
            return {firm: Verified(v, now[firm]) for firm, v in verdicts(reading).items()}

    if not shelf.has(VERDICTS):
        return {}
    return library.kept.get(("invoice verdicts", shelf.as_of, shelf.lake_version), find)
