"""The load record in the operational database, and the pack facts that follow from it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical, digest
from windchime.core.errors import UnknownName
from windchime.core.unit import Unit
from windchime.data.intake.report import Counts, LoadReport, Note
from windchime.data.lake.versions import LakeVersion
from windchime.data.packs import Pack, pack_of
from windchime.data.tables import LoadedFile, LoadRecord


@dataclass(frozen=True, slots=True)
class FileRead:
    """A source file as it was read."""

    #: path below the folder
    file: str
    sha256: str
    size_bytes: int


def loads(session: Session) -> list[LoadRecord]:
    """All loads, newest first."""
    return list(session.scalars(select(LoadRecord).order_by(LoadRecord.lake_version.desc())))


def pack_of_load(session: Session, load_id: str) -> tuple[Pack, str]:
    """The pack that a load was of, and the version of the mapping it followed.

    Raises:
        UnknownName: there is no such load.
    """
    record = session.get(LoadRecord, load_id)
    if record is None:
        raise UnknownName("load", load_id, [r.load_id for r in loads(session)])
    return pack_of(record), record.pack_version


def report_of(record: LoadRecord, *, already_loaded: bool = False) -> LoadReport:
    """The report of a load, again."""
    body = json.loads(record.body)
    return LoadReport(
        load_id=record.load_id,
        lake_version=record.lake_version,
        already_loaded=already_loaded,
        tables={name: Counts(**c) for name, c in body["tables"].items()},
        notes=tuple(Note(**{**n, "rows": tuple(n["rows"])}) for n in body["notes"]),
        unchanged=tuple(body["unchanged"]),
        faults=body["faults"],
    )


def origin(pack: Pack, version: str) -> str:
    """What makes two readings of the same bytes the same: source, mapping, its version, and the pack's own dates."""
    dates = [pack.as_of, pack.features_as_of, pack.labels_as_of, pack.simulated]
    return f"{pack.source}/{pack.pack}/{digest([version, *dates])}"


def seen(session: Session, where: str) -> dict[str, tuple[str, str]]:
    """The newest edition of each file of an origin that was loaded: sha256 and load id by file."""
    query = (
        select(LoadedFile, LoadRecord.lake_version)
        .join(LoadRecord, LoadRecord.load_id == LoadedFile.load_id)
        .where(LoadedFile.origin == where)
        .order_by(LoadRecord.lake_version)
    )
    return {file.file: (file.sha256, file.load_id) for file, _version in session.execute(query)}


def held_to(session: Session, source: str) -> date:
    """The latest day on which loaded data of a source were taken; the earliest of all days where none was loaded."""
    newest = select(func.max(LoadRecord.as_of)).where(LoadRecord.source == source)
    return session.scalar(newest) or date.min


def write(
    unit: Unit, report: LoadReport, pack: Pack, *, version: str, lake: LakeVersion, files: Sequence[FileRead]
) -> None:
    """Write the record of a load in the unit that publishes it."""
    body: Mapping[str, Any] = {
        "tables": {name: asdict(c) for name, c in report.tables.items()},
        "notes": [asdict(n) for n in report.notes],
        "unchanged": list(report.unchanged),
        "faults": report.faults,
    }
    unit.session.add(
        LoadRecord(
            load_id=report.load_id,
            lake_version=lake.lake_version,
            pack=pack.pack,
            pack_version=version,
            source=pack.source,
            label=canonical(pack.label.as_dict()).decode(),
            simulated=pack.simulated,
            as_of=pack.as_of,
            features_as_of=pack.features_as_of,
            labels_as_of=pack.labels_as_of,
            content_hash=lake.content_hash,
            actor=unit.actor.name,
            loaded_at=unit.now,
            body=canonical(body).decode(),
        )
    )
    unit.session.flush()
    where = origin(pack, version)
    unit.session.add_all(
        LoadedFile(load_id=report.load_id, file=f.file, origin=where, sha256=f.sha256, size_bytes=f.size_bytes)
        for f in files
    )
    unit.session.flush()
    unit.record(
        "data.load",
        f"load:{report.load_id}",
        after={
            "pack": pack.pack,
            "source": pack.source,
            "lake_version": lake.lake_version,
            "files": {f.file: f.sha256 for f in files},
            "tables": body["tables"],
        },
    )
