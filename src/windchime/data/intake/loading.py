"""`load`: from a folder of files to a new lake version, whole or not at all, and never twice."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlalchemy import select

from windchime.core.canonical import digest, sha256_file
from windchime.core.errors import Damaged
from windchime.core.ids import uuid7
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.intake import folder as folders
from windchime.data.intake import parquet, records
from windchime.data.intake.compiled import Facts, compile_table
from windchime.data.intake.errors import NotReadable
from windchime.data.intake.folder import Found
from windchime.data.intake.limits import LIMITS, Limits
from windchime.data.intake.mapping import PackMapping, mapping
from windchime.data.intake.records import FileRead
from windchime.data.intake.report import LoadReport
from windchime.data.intake.sheets import Matched, match
from windchime.data.intake.staging import Staging, Stamp
from windchime.data.lake import Lake, versions
from windchime.data.packs import Pack
from windchime.data.tables import LoadRecord
from windchime.service.bank import Bank


class RowsLost(Damaged):
    """Rows of the sources are neither in the lake nor in quarantine: a fault of ours, found before anything is published."""

    msgid = _("{table}: {source} rows in the sources, {kept} in lake and quarantine")

    def __init__(self, table: str, source: int, kept: int) -> None:
        super().__init__(table=table, source=source, kept=kept)


@dataclass(frozen=True, slots=True)
class _Input:
    """What is to be read, decided before a byte is parsed."""

    pack: Pack
    mapping: PackMapping
    changed: tuple[Found, ...]
    files: tuple[FileRead, ...]
    unchanged: tuple[str, ...]


def load(bank: Bank, actor: Actor, folder: Path, *, pack: str, parts: Collection[str] | None = None,
         progress: Progress = silent, limits: Limits = LIMITS) -> LoadReport:
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
        BadInput: the input as a whole cannot be used; nothing was written.
        LakeBusy: another load is writing.
    """
    found = mapping(pack)
    there = folders.find(folder, found, parts)
    about = folders.describe(folder, found)
    lake = Lake(bank.lake_dir)
    with lake.writing():
        todo = _input(bank, about, found, there, progress)
        if not todo.changed:
            return _earlier(bank, todo)
        load_id = uuid7(bank.clock)
        with bank.session() as session:
            head = versions.head(session)
        held = {name: lake.files(name, at) for name, at in head.tables.items()} if head else {}
        readable = [*(f.path for f in todo.changed), *(Path(p) for files in held.values() for p in files)]
        staging = Staging(Stamp(about.source, load_id), lake.folder / ".spill", readable)
        try:
            _stage(staging, todo, limits, progress)
            for name in staging.tables:
                staging.reject_repeated_keys(name)
                staging.supersede(name, held.get(name, ()))
            counts, notes = staging.counts(), staging.notes()
            staged: dict[str, int] = {}
            for i, name in enumerate(n for n, c in counts.items() if c.lake):
                progress(_("writing the lake"), i, len(counts))
                staged |= lake.stage(head, {name: staging.accepted(name)})
        finally:
            staging.close()
        content = digest({"origin": records.origin(about, found.version), "files": {f.file: f.sha256 for f in todo.files}})
        with bank.unit(actor) as unit:
            after = versions.append(unit, staged, load_id=load_id, content_hash=content)
            report = LoadReport(load_id, after.lake_version, False, counts, tuple(notes), todo.unchanged)
            records.write(unit, report, about, found.version, after, todo.files)
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
    return _Input(about, found, tuple(f for f in there if f.name not in same),
                  tuple(f for f in read if f.file not in same), tuple(sorted(same)))


def _earlier(bank: Bank, todo: _Input) -> LoadReport:
    """The report of the newest load that brought one of the files."""
    with bank.session() as session:
        seen = records.seen(session, records.origin(todo.pack, todo.mapping.version))
        ids = {seen[file][1] for file in todo.unchanged}
        newest = session.scalars(select(LoadRecord).where(LoadRecord.load_id.in_(ids))
                                 .order_by(LoadRecord.lake_version.desc()).limit(1)).one()
        return records.report_of(newest, already_loaded=True)


def _stage(staging: Staging, todo: _Input, limits: Limits, progress: Progress) -> None:
    facts = Facts(todo.pack.source, todo.pack.as_of)
    checked = [(file, parquet.check(file.path, file.name, limits)) for file in todo.changed]
    for i, (file, rows) in enumerate(checked):
        progress(_("checking rows"), i, len(checked))
        assert file.feed is not None
        matched = match(parquet.open_sheet(staging.con, file.path, file.name, rows), file.feed)
        _stage_sheet(staging, matched, facts)


def _stage_sheet(staging: Staging, matched: Matched, facts: Facts) -> None:
    for made in matched.feed.tables:
        if matched.has_group(made.needs):
            try:
                staging.stage(compile_table(matched, made, facts))
            except (duckdb.IOException, duckdb.InvalidInputException) as error:
                raise NotReadable(matched.sheet.place, "Parquet", str(error).splitlines()[0][:200]) from None
