"""The hash of each file of the lake, kept when it is published, and the check that the files are still those."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.canonical import sha256_file
from windchime.core.problems import Problem
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Unit
from windchime.data.lake.lake import Lake
from windchime.data.lake.tables import LakeFile
from windchime.data.lake.versions import LakeVersion, readable

#: what can be wrong with a file of the lake
FAULTS = {
    "lake_file_missing": _("the file {name} of table {table}, which lake version {version} needs, is not there"),
    "lake_file_changed": _("the file {name} of table {table} is not the one that lake version {version} published"),
    "lake_file_unknown": _("the file {name} of table {table} has no recorded hash; it is from before hashes were kept"),
    "lake_log_damaged": _("table {table} has no version {number}, which lake version {version} needs: {reason}"),
}


def seal(unit: Unit, lake: Lake, version: LakeVersion) -> int:
    """Record the hash of each file that a new version brings, in the unit that publishes it; how many there were."""
    query = select(LakeFile.table_name, LakeFile.file)
    known = {(name, file) for name, file in unit.session.execute(query)}
    made = 0
    for name, paths in lake.paths(version).items():
        for path in paths:
            file = path.relative_to(lake.folder / name).as_posix()
            if (name, file) not in known:
                unit.session.add(
                    LakeFile(
                        table_name=name,
                        file=file,
                        sha256=sha256_file(path),
                        size_bytes=path.stat().st_size,
                        lake_version=version.lake_version,
                    )
                )
                made += 1
    unit.session.flush()
    return made


def verify(session: Session, lake: Lake, progress: Progress = silent) -> list[Problem]:
    """Every file that a readable lake version needs, held against its recorded hash; a problem names each that differs."""
    recorded = {(r.table_name, r.file): r for r in session.scalars(select(LakeFile))}
    needed: dict[tuple[str, str], int] = {}
    problems: list[Problem] = []
    for version in reversed(readable(session)):
        for name, number in version.tables.items():
            try:
                paths = lake.files(name, number)
            except Exception as error:  # noqa: BLE001 - the library has no class of its own for a damaged log
                problems.append(_problem("lake_log_damaged", name, version, number=number, reason=type(error).__name__))
                continue
            for path in paths:
                needed.setdefault((name, path.removeprefix(f"{lake.folder / name}/")), version.lake_version)
    for i, ((name, file), number) in enumerate(sorted(needed.items())):
        progress(_("hashing files"), i, len(needed))
        problems += _held(lake, recorded.get((name, file)), name, file, number)
    return problems


def _held(lake: Lake, record: LakeFile | None, name: str, file: str, number: int) -> Iterable[Problem]:
    path = lake.folder / name / file
    if not path.is_file():
        code = "lake_file_missing"
    elif record is None:
        code = "lake_file_unknown"
    elif path.stat().st_size != record.size_bytes or sha256_file(path) != record.sha256:
        code = "lake_file_changed"
    else:
        return
    yield Problem(code, FAULTS[code], file=f"{name}/{file}", params={"name": file, "table": name, "version": number})


def _problem(code: str, table: str, version: LakeVersion, **params: object) -> Problem:
    said = {"table": table, "version": version.lake_version, **params}
    return Problem(code, FAULTS[code], file=table, params=said)
