"""`read`: files of invoices in any form that intake reads, to one listing; bad rows are told and the rest is kept.

Tables (Parquet, CSV, JSON lines, workbooks) under the columns of the contract, under Chinese or English headers, or by a
mapping; invoice documents (XML, OFD, PDF); a folder or a zip of all of these. Nothing is written but scratch files.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from windchime.core.errors import BadInput
from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.data.intake import folder as folders
from windchime.data.intake import forms
from windchime.data.intake.einvoice import documents
from windchime.data.intake.einvoice.problems import NOTES
from windchime.data.intake.einvoice.rows import Reporting
from windchime.data.intake.errors import EmptyFile, FileTooLarge, MacroWorkbook
from windchime.data.intake.limits import LIMITS, Limits
from windchime.data.intake.mapping import Feed, PackMapping
from windchime.data.intake.sampling import sample
from windchime.data.intake.sheets import match
from windchime.data.lake.scratch import scratch
from windchime.risk.invoices.files import completing, shaping
from windchime.risk.invoices.files.shaping import HEADS, LINES
from windchime.risk.invoices.files.workshop import Workshop
from windchime.risk.invoices.listing import Listing

#: first part of the ids of firms that a file does not give one
SOURCE = "own"
#: a problem of documents that a list of no known firm has by nature
_NO_PARTY = "firm_is_no_party"


class NoInvoices(BadInput):
    """A file in which no list of invoices is found."""

    msgid = _("no list of invoices is found in {file}; columns that are missing: {columns}")
    hint = _("name the columns with a mapping: windchime mapping propose {file} --table invoices")

    def __init__(self, file: str, columns: str) -> None:
        super().__init__(file=file, columns=columns or "-")


@dataclass(frozen=True, slots=True)
class Read:
    """What came out of a file."""

    listing: Listing
    #: rows that are left out
    left_out: int
    #: why, row by row, for the first of them; documents that cannot be read
    problems: tuple[Problem, ...]
    #: what was noted of files and documents that were read
    notes: tuple[Problem, ...]


def read(
    path: Path,
    *,
    spill: Path,
    today: date,
    firm: str | None = None,
    as_of: date | None = None,
    mapping: PackMapping | None = None,
    limits: Limits = LIMITS,
) -> Read:
    """Read a file, a folder or a zip.

    Args:
        path: where it lies.
        spill: folder for scratch files, which are gone at the end.
        today: no list can know of a later day.
        firm: whose list it is, by id, credit code or name, where the rows do not say it.
        as_of: last day the list can know of; by default the last day on which anything was issued, up to today.
        mapping: how tables are read; by default it is found out, sheet by sheet.
        limits: what the readers accept.

    Raises:
        NoInvoices: nothing in it is a list of invoices.
        FirmNotTold: it cannot be seen whose list it is.
        BadInput: a file as a whole cannot be read, or is a trap.
    """
    with folders.opened(path, limits, spill) as contents, scratch(spill) as own:
        files = sorted(_files(contents, limits))
        source = mapping.source if mapping and mapping.source else SOURCE
        readable = [file for file, _name in files]
        with Workshop(source, as_of or today, str(own), readable, limits) as shop:
            notes = _stage(shop, contents, files, mapping, limits)
            said = _stage_documents(shop, files, source)
            rows = shop.rows(HEADS)
            if rows is None:
                raise NoInvoices(path.name, ", ".join(_missing(files, limits)))
            whole = completing.heads(rows, shop.told[HEADS], firm, source)
            lines = shop.rows(LINES)
            left, bad = shop.left_out()
        listing = _listing(whole, lines, as_of, today)
        notes += [p for p in said if p.code in NOTES]
        problems = (*(p for p in said if p.code not in (*NOTES, _NO_PARTY)), *bad, *whole.problems)
        return Read(listing, left + len(whole.problems), problems, tuple(notes))


def _listing(whole: completing.Completed, lines: pl.DataFrame | None, as_of: date | None, today: date) -> Listing:
    known = whole.rows.filter(pl.col("issue_date") <= today)["issue_date"]
    last = as_of or (known.max() if known.len() else today)
    listed = Listing.of(whole.rows, last, completing.lines(lines, whole.rows) if lines is not None else None)  # type: ignore[arg-type]  # dates have a date as maximum
    return replace(listed, told=listed.told - whole.filled)


def _files(contents: Path, limits: Limits) -> Iterator[tuple[Path, str]]:
    """Ordinary files with their names; a contract-shaped folder has other tables, which are not looked at."""
    if contents.is_file():
        if contents.suffix.lower() in forms.REFUSED:
            raise MacroWorkbook(contents.name)
        yield folders.inside(contents.parent, contents), contents.name
        return
    there = [p for p in contents.rglob("*") if p.is_file() and not _aside(p.relative_to(contents))]
    if len(there) > limits.folder_files:
        raise FileTooLarge(contents.name, "files", len(there), limits.folder_files)
    shaped = {p for p in there if p.stem in (HEADS, LINES) and forms.form_of(p.name)}
    for path in shaped or there:
        yield folders.inside(contents, path), path.relative_to(contents).as_posix()


def _aside(inside: Path) -> bool:
    return inside.parts[0] in folders.ASIDE or any(p.startswith(".") for p in inside.parts)


def _stage(
    shop: Workshop, contents: Path, files: list[tuple[Path, str]], mapping: PackMapping | None, limits: Limits
) -> list[Problem]:
    notes: list[Problem] = []
    if mapping is not None:
        found, _others = folders.find(contents, mapping, None, limits)
        todo = [(f.path, f.name, f.feeds) for f in found]
    else:
        tables = [(p, n) for p, n in files if forms.form_of(n)]
        todo = [(p, n, tuple(_feeds(p, limits, alone=len(tables) == 1))) for p, n in tables]
    for path, name, feeds in todo:
        wanted = tuple(f for f in feeds if any(t.table in (HEADS, LINES) for t in f.tables))
        for sheet, feed, problems in forms.sheets(shop.con, path, name, wanted, limits) if wanted else ():
            matched = match(sheet, feed)
            notes += [*problems, *matched.notes]
            shop.take(matched)
    return notes


def _feeds(path: Path, limits: Limits, *, alone: bool) -> Iterator[Feed]:
    """How the sheets of a file are read, those that are lists of invoices."""
    try:
        samples = sample(path, limits)
    except EmptyFile:
        if alone:
            raise
        return
    for one in samples:
        found = shaping.shape(one)
        if found is not None:
            yield found.feed


def _missing(files: list[tuple[Path, str]], limits: Limits) -> list[str]:
    """What the first table would need to be a list of invoices."""
    tables = [path for path, name in files if forms.form_of(name)]
    samples = sample(tables[0], limits) if tables else []
    return list(shaping.missing(samples[0])) if samples else []


def _stage_documents(shop: Workshop, files: list[tuple[Path, str]], source: str) -> list[Problem]:
    papers = [(path, name) for path, name in files if path.suffix.lower() in documents.SUFFIXES]
    if not papers:
        return []
    # whose list it is, is found out for documents as for tables
    who = Reporting(f"{source}:{completing.NOBODY}")
    bundle = documents.read(papers, lambda _name: who)
    for sheet, feed in documents.sheets(shop.con, bundle):
        shop.take(match(sheet, feed))
    return list(bundle.said)
