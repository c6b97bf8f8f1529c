"""`load`: from a folder of files to a new lake version, whole or not at all, and never twice."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlalchemy import select

from windchime.core.canonical import digest, sha256_file
from windchime.core.ids import uuid7
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.intake import folder as folders
from windchime.data.intake import parquet, records
from windchime.data.intake.compiled import Facts, compile_table
from windchime.data.intake.editions import Held
from windchime.data.intake.errors import NotReadable
from windchime.data.intake.folder import Found
from windchime.data.intake.limits import LIMITS, Limits
from windchime.data.intake.mapping import Feed, PackMapping, mapping
from windchime.data.intake.records import FileRead
from windchime.data.intake.report import LoadReport, Note
from windchime.data.intake.settling import settle, write_lake
from windchime.data.intake.sheets import Matched, Sheet, match
from windchime.data.intake.staging import Staging, Stamp
from windchime.data.lake import Lake, versions
from windchime.data.packs import Pack
from windchime.data.tables import LoadRecord
from windchime.data.vault import Vault, protect
from windchime.service.bank import Bank

#: what DuckDB raises where pages of a file are damaged; other errors of it would be ours
UNREADABLE = (
    duckdb.DataError,
    duckdb.OperationalError,
    duckdb.InternalError,
    duckdb.NotSupportedError,
    duckdb.InvalidInputException,
)


@dataclass(frozen=True, slots=True)
class _Input:
    """What is to be read, decided before a byte is parsed."""

    pack: Pack
    mapping: PackMapping
    changed: tuple[Found, ...]
    files: tuple[FileRead, ...]
    unchanged: tuple[str, ...]


def load(
    bank: Bank,
    actor: Actor,
    folder: Path,
    *,
    pack: str,
    parts: Collection[str] | None = None,
    progress: Progress = silent,
    limits: Limits = LIMITS,
) -> LoadReport:
    """Load a pack into the bank's lake.

    Args:
        bank: whose lake.
        actor: who loads.
        folder: the folder with the pack's files, or one workbook.
        pack: name of the pack mapping (`windchime`, `cumcm2020c`).
        parts: parts of the pack, where it has some; all that are there by default.
        progress: told of each step.
        limits: what the readers accept.

    Returns:
        Rows by table and notes. Where every file was loaded before, unchanged, the earlier load's report with
        `already_loaded`; nothing is written then.

    Raises:
        BadInput: the input as a whole cannot be used; nothing was published.
        EditionLacksRows: a file comes again with rows gone.
        LakeBusy: another load is writing.
        NoVaultKey, WrongVaultKey: the vault of personal data cannot be opened.
    """
    found = mapping(pack)
    there = folders.find(folder, found, parts)
    about = folders.describe(folder, found)
    lake = Lake(bank.lake_dir)
    with lake.writing():
        todo = _input(bank, about, found, there, progress)
        if not todo.changed:
            return _earlier(bank, todo)
        vault = Vault.open(bank)
        stamp = Stamp(about.source, uuid7(bank.clock), about.as_of)
        with bank.session() as session:
            head = versions.head(session)
        held = lake.held(head)
        readable = [*(f.path for f in todo.changed), *(Path(p) for files in held.values() for p in files)]
        with Staging(stamp, lake.spill, readable) as staging:
            notes = _stage(staging, todo, limits, progress)
            progress(_("sealing personal data"), 0, 1)
            sealed = protect(staging, vault)
            outcome = settle(staging, Held(staging, held), actor, bank.clock, progress)
            written = write_lake(lake, head, staging, outcome, progress)
            content = digest(
                {"origin": records.origin(about, found.version), "files": {f.file: f.sha256 for f in todo.files}}
            )
            with bank.unit(actor) as unit:
                back = sealed.write(unit).returned
                notes += [Note("erased_came_back", "", "", "", None, len(back))] if back else []
                after = versions.append(unit, written, load_id=stamp.load_id, content_hash=content)
                report = LoadReport(
                    stamp.load_id,
                    after.lake_version,
                    False,
                    outcome.counts,
                    (*notes, *outcome.notes),
                    todo.unchanged,
                    outcome.faults,
                )
                records.write(unit, report, about, version=found.version, lake=after, files=todo.files)
        return report


def _input(bank: Bank, about: Pack, found: PackMapping, there: list[Found], progress: Progress) -> _Input:
    """Tell files that were loaded before, unchanged, from those to read."""
    with bank.session() as session:
        seen = records.seen(session, records.origin(about, found.version))
    read = []
    for i, file in enumerate(there):
        progress(_("hashing files"), i, len(there))
        read.append(FileRead(file.name, sha256_file(file.path), file.path.stat().st_size))
    same = {f.file for f in read if seen.get(f.file, ("", ""))[0] == f.sha256}
    return _Input(
        about,
        found,
        tuple(f for f in there if f.name not in same),
        tuple(f for f in read if f.file not in same),
        tuple(sorted(same)),
    )


def _earlier(bank: Bank, todo: _Input) -> LoadReport:
    """The report of the newest load that brought one of the files."""
    with bank.session() as session:
        seen = records.seen(session, records.origin(todo.pack, todo.mapping.version))
        ids = {seen[file][1] for file in todo.unchanged}
        newest = session.scalars(
            select(LoadRecord).where(LoadRecord.load_id.in_(ids)).order_by(LoadRecord.lake_version.desc()).limit(1)
        ).one()
        return records.report_of(newest, already_loaded=True)


def _stage(staging: Staging, todo: _Input, limits: Limits, progress: Progress) -> list[Note]:
    """Read and check every sheet; headers of all are matched before the first row is read."""
    facts = Facts(todo.pack.source, todo.pack.as_of)
    notes: list[Note] = []
    for i, file in enumerate(todo.changed):
        progress(_("reading files"), i, len(todo.changed))
        for sheet, feed in _sheets(staging, file, todo.mapping, limits, notes):
            matched = match(sheet, feed)
            notes += [Note(p.code, "", p.column, p.file, p.sheet or None, 1) for p in matched.notes]
            _stage_sheet(staging, matched, facts)
    return notes


def _sheets(
    staging: Staging, file: Found, found: PackMapping, limits: Limits, notes: list[Note]
) -> Iterator[tuple[Sheet, Feed]]:
    if file.feed is not None:
        rows = parquet.check(file.path, file.name, limits)
        yield parquet.open_sheet(staging.con, file.path, file.name, rows), file.feed
        return
    from windchime.data.intake import workbook

    feeds = [feed for feed in found.feeds if feed.sheet]
    book, problems = workbook.open_workbook(file.path, file.name, feeds, limits)
    notes += [Note(p.code, "", "", p.file, None, p.params["count"]) for p in problems]
    for feed in feeds:
        yield workbook.open_sheet(staging.con, book, file.name, feed, limits), feed


def _stage_sheet(staging: Staging, matched: Matched, facts: Facts) -> None:
    for made in matched.feed.tables:
        if matched.has_group(made.needs):
            try:
                staging.stage(compile_table(matched, made, facts))
            except UNREADABLE as error:
                raise NotReadable(matched.sheet.place, "Parquet", str(error).splitlines()[0][:200]) from None
