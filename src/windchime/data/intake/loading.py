"""`load`: from a folder of files to a new lake version, whole or not at all, and never twice."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
from sqlalchemy import select

from windchime.core.canonical import digest, sha256_file
from windchime.core.errors import BadInput
from windchime.core.ids import uuid7
from windchime.core.problems import Problem
from windchime.core.progress import Progress, silent
from windchime.core.reasons import reason_of
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.intake import folder as folders
from windchime.data.intake import forms, mapping_store, parquet, records, sqlsource
from windchime.data.intake.compiled import Facts, compile_table
from windchime.data.intake.describing import describe
from windchime.data.intake.editions import Held
from windchime.data.intake.einvoice import documents, reporting, rows, saying
from windchime.data.intake.einvoice.reporting import Place
from windchime.data.intake.errors import EmptyFile, NothingToLoad, NotReadable
from windchime.data.intake.folder import Found
from windchime.data.intake.forms import form_of
from windchime.data.intake.limits import LIMITS, MIB, Limits
from windchime.data.intake.mapping import PackMapping
from windchime.data.intake.records import FileRead
from windchime.data.intake.report import LoadReport, Note
from windchime.data.intake.settling import settle, write_lake
from windchime.data.intake.sheets import Matched, match
from windchime.data.intake.sqlsource import NotAdministrator, SqlSource
from windchime.data.intake.staging import Staging, Stamp
from windchime.data.intake.unchanged import Standing
from windchime.data.lake import Lake, sealing, versions
from windchime.data.lake.scratch import scratch
from windchime.data.packs import Pack
from windchime.data.tables import LoadRecord
from windchime.data.vault import Vault, protect
from windchime.service.bank import Bank

#: errors of DuckDB that would be ours, whatever the file holds
OURS = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.PermissionException)


class TooLittleMemory(BadInput):
    """The workshop's memory does not hold what one step of the checks needs at once."""

    msgid = _("{place}: the memory of the checks ({limit} MiB) is too small")
    hint = _("raise staging_memory_bytes of the limits, or deliver fewer columns at a time")

    def __init__(self, place: str, limit: int) -> None:
        super().__init__(place=place, limit=limit)


@dataclass(frozen=True, slots=True)
class _Input:
    """What is to be read, decided before a byte is parsed."""

    pack: Pack
    mapping: PackMapping
    changed: tuple[Found, ...]
    files: tuple[FileRead, ...]
    unchanged: tuple[str, ...]
    #: files that no feed of the mapping reads
    others: tuple[str, ...]
    #: how the files stood before they were hashed
    standing: Standing


def load(
    bank: Bank,
    actor: Actor,
    folder: Path,
    *,
    pack: str | PackMapping,
    parts: Collection[str] | None = None,
    as_of: date | None = None,
    progress: Progress = silent,
    limits: Limits = LIMITS,
) -> LoadReport:
    """Load a pack into the bank's lake.

    Args:
        bank: whose lake.
        actor: who loads.
        folder: a folder with files, a zip of such, or one file.
        pack: name of a mapping that ships (`windchime`, `cumcm2020c`) or that the bank saved; or a mapping of one's own.
        parts: parts of the pack, where it has some; all that are there by default.
        as_of: the day the data were taken, for mappings of one's own; goes before the day the mapping says.
        progress: told of each step.
        limits: what the readers accept.

    Returns:
        Rows by table and notes. Where every file was loaded before, unchanged, the earlier load's report with
        `already_loaded`; nothing is written then.

    Raises:
        BadInput: the input as a whole cannot be used, or changed while it was read; nothing was published.
        EditionLacksRows: a file comes again with rows gone.
        LakeBusy: another load is writing.
        NoMasterSecret, WrongVaultKey: the vault of personal data cannot be opened.
    """
    found = _mapping(bank, pack)
    lake = Lake(bank.lake_dir)
    with folders.opened(folder, limits, Path(lake.spill)) as contents:
        about = describe(contents, found, as_of)
        places = reporting.of(contents, about.source) if found.self_described else ()
        papers = [Found(path, name, ()) for path, name in reporting.listed(contents, places)]
        try:
            there, others = folders.find(contents, found, parts, limits)
        except NothingToLoad:
            if not papers:
                raise
            there, others = [], []
        return _load(bank, actor, lake, (about, found, [*there, *papers], others), progress, limits, places)


def load_query(
    bank: Bank,
    actor: Actor,
    source: SqlSource,
    *,
    administrator: bool,
    mapping: str | PackMapping,
    as_of: date | None = None,
    progress: Progress = silent,
    limits: Limits = LIMITS,
) -> LoadReport:
    """Load the answer of another database to one SELECT into the bank's lake.

    Args:
        bank: whose lake.
        actor: who loads.
        source: address and query.
        administrator: whether the actor has the right of an administrator; whoever calls answers for it.
        mapping: how the columns of the answer become a table; of its feeds the first is followed.
        as_of: the day the data were taken; goes before the day the mapping says.
        progress: told of each step.
        limits: what the readers accept.

    Returns:
        As `load`.

    Raises:
        NotAdministrator: the actor is none.
        DatabaseNotAccepted, NotASelect: the address or the query is not accepted; nothing was asked.
        BadInput: the database did not answer, or the answer cannot be used.
    """
    if not administrator:
        raise NotAdministrator(actor.name)
    source.admitted()
    found = _mapping(bank, mapping)
    lake = Lake(bank.lake_dir)
    about = describe(Path(), found, as_of)
    with scratch(Path(lake.spill)) as folder:
        answer = folder / "answer.parquet"
        progress(_("asking the database"), 0, 1)
        sqlsource.fetch(source, answer, limits)
        there = [Found(answer, source.name, found.feeds[:1])]
        return _load(bank, actor, lake, (about, found, there, []), progress, limits)


def _mapping(bank: Bank, said: str | PackMapping) -> PackMapping:
    if isinstance(said, PackMapping):
        return said
    with bank.session() as session:
        return mapping_store.known(session, said)


def _load(
    bank: Bank,
    actor: Actor,
    lake: Lake,
    what: tuple[Pack, PackMapping, list[Found], list[str]],
    progress: Progress,
    limits: Limits,
    places: tuple[Place, ...] = (),
) -> LoadReport:
    about, found, _there, _others = what
    with lake.writing():
        todo = _input(bank, what, progress)
        if not todo.changed:
            return _earlier(bank, todo)
        vault = Vault.open(bank)
        with bank.session() as session:
            head = versions.head(session)
            stamp = Stamp(about.source, uuid7(bank.clock), about.as_of, records.held_to(session, about.source))
        held = lake.held(head)
        readable = [*(f.path for f in todo.changed), *(Path(p) for files in held.values() for p in files)]
        with (
            scratch(Path(lake.spill)) as own,
            Staging(stamp, str(own), readable, limits) as staging,
            todo.standing.held(),
        ):
            notes = [*_stage(staging, todo, limits, progress), *_stage_documents(staging, todo, places, progress)]
            progress(_("sealing personal data"), 0, 1)
            sealed = protect(staging, vault)
            outcome = settle(staging, Held(staging, held), actor, bank.clock, progress)
            written = write_lake(lake, head, staging, outcome, progress)
            content = digest(
                {"origin": records.origin(about, found.version), "files": {f.file: f.sha256 for f in todo.files}}
            )
            todo.standing.hold()
            with bank.unit(actor) as unit:
                back = sealed.write(unit).returned
                notes += [Note("erased_came_back", "", "", "", None, len(back))] if back else []
                after = versions.append(unit, written, load_id=stamp.load_id, content_hash=content)
                sealing.seal(unit, lake, after)
                report = LoadReport(
                    stamp.load_id,
                    after.lake_version,
                    False,
                    outcome.counts,
                    (*notes, *outcome.notes),
                    todo.unchanged,
                    outcome.faults,
                )
                if found.own:
                    mapping_store.keep(unit, found)
                records.write(unit, report, about, version=found.version, lake=after, files=todo.files)
        return report


def _input(bank: Bank, what: tuple[Pack, PackMapping, list[Found], list[str]], progress: Progress) -> _Input:
    """Tell files that were loaded before, unchanged, from those to read."""
    about, found, there, others = what
    with bank.session() as session:
        seen = records.seen(session, records.origin(about, found.version))
    standing = Standing.of((file.path, file.name) for file in there)
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
        tuple(others),
        standing,
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
    """Read and check every sheet; the headers of a file are matched before its first row is read."""
    facts = Facts(todo.pack.source, todo.pack.as_of)
    notes = [Note("file_left_out", "", "", name, None, 1) for name in todo.others]
    tables = [file for file in todo.changed if file.feeds]
    for i, file in enumerate(tables):
        progress(_("reading files"), i, len(tables))
        try:
            for sheet, feed, problems in forms.sheets(staging.con, file.path, file.name, file.feeds, limits):
                matched = match(sheet, feed)
                notes += map(_note, (*problems, *matched.notes))
                if sheet.lasting:
                    looked = parquet.looked(staging.con, file.path, sheet, matched.headers.values())
                    matched = replace(matched, sheet=looked)
                _stage_sheet(staging, matched, facts)
        except EmptyFile:
            if file.path.stat().st_size == 0 or not _may_be_empty(todo, file):
                raise
            notes.append(Note("file_empty", "", "", file.name, None, 1))
    return notes


def _may_be_empty(todo: _Input, file: Found) -> bool:
    """Whether a file without rows is worth a note only: one table of several of a pack that describes itself."""
    return todo.mapping.self_described and len(todo.files) > 1 and form_of(file.name) != "xlsx"


def _stage_documents(staging: Staging, todo: _Input, places: tuple[Place, ...], progress: Progress) -> list[Note]:
    """Read invoice documents, which no feed names, and stage their rows."""
    papers = [(file.path, file.name) for file in todo.changed if not file.feeds]
    if not papers:
        return []
    progress(_("reading documents"), 0, len(papers))
    bundle = documents.read(papers, reporting.by_name(places))
    facts = Facts(todo.pack.source, todo.pack.as_of)
    for sheet, feed in documents.sheets(staging.con, bundle):
        _stage_sheet(staging, match(sheet, feed), facts)
    return saying.notes(rows.HEADERS, bundle.said)


def _note(problem: Problem) -> Note:
    said = {k: v for k, v in problem.params.items() if k != "count"}
    count = problem.params.get("count", 1)
    return Note(problem.code, "", problem.column, problem.file, problem.sheet or None, count, params=said)


def _stage_sheet(staging: Staging, matched: Matched, facts: Facts) -> None:
    for made in matched.feed.tables:
        if matched.has_group(made.needs):
            try:
                staging.stage(compile_table(matched, made, facts))
            except duckdb.Error as error:
                raise unreadable(error, matched.sheet.place, staging.limits) from None


def unreadable(error: duckdb.Error, place: str, limits: Limits) -> Exception:
    """What an error of DuckDB means that was met while a sheet was read: mostly damaged pages of a file."""
    if isinstance(error, OURS):
        return error
    if isinstance(error, duckdb.OutOfMemoryException):
        return TooLittleMemory(place, limits.staging_memory_bytes // MIB)
    return NotReadable(place, "Parquet", reason_of(error))
