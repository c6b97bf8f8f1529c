"""Backup and restore of a bank: database, lake, content, models and files, at one lake version.

The lake's write lock is held while the backup is taken, so that no load publishes between the copy of the database and
that of the files; files of the lake never change and may be hard links. A backup stands under its name only when it is whole.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from windchime.core.canonical import sha256_file
from windchime.core.errors import BadCall, Refused
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.lake import versions
from windchime.data.lake.lake import Lake
from windchime.data.lake.manifest import FORMAT, BackupDamaged, Entry, Manifest
from windchime.service.bank import PRIVATE_FOLDER, Bank
from windchime.service.copying import copy_rows, to_sqlite
from windchime.service.database import HEAD, migrate, open_sqlite
from windchime.service.postgres import open_postgres, schema_of

DATABASE = "db.sqlite"
#: folders of the bank, below its own
FOLDERS = ("lake", "content", "models", "files", "vault")
#: parts of the lake's folder that are of the moment
PASSING = (".lock", ".spill")


class AlreadyThere(Refused):
    """The place is taken."""

    msgid = _("{folder} is already there and is not written over")
    hint = _("name a folder that does not exist yet")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder=str(folder))


class NoSuchBackup(BadCall):
    """A folder that holds no backup."""

    msgid = _("there is no backup in {folder}")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder=str(folder))


@dataclass(frozen=True, slots=True)
class Backup:
    """What was taken, or would be."""

    lake_version: int | None
    files: int
    bytes: int
    #: the vault's own key is in it: who has the backup can read personal data
    with_key: bool
    #: hash of the manifest; empty for a dry run
    sha256: str = ""


def backup(
    bank: Bank,
    actor: Actor,
    to: Path,
    *,
    link: bool = False,
    with_key: bool = True,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Backup:
    """Take a backup of a bank into a new folder.

    Args:
        bank: which.
        actor: who asks for it.
        to: a folder that does not exist yet.
        link: files of the lake become hard links, which costs no room on the same disk and is no copy of the bytes.
        with_key: take the vault's own key along; a vault whose key comes from outside has none here.
        dry_run: say what would be taken.
        progress: told of each file.

    Raises:
        AlreadyThere: the folder exists.
        LakeBusy: a load is writing.
    """
    if to.exists():
        raise AlreadyThere(to)
    lake = Lake(bank.lake_dir)
    with lake.writing():
        paths = list(_files(bank.folder, with_key=with_key))
        keyed = with_key and any(path.is_relative_to(bank.vault_dir) for path in paths)
        with bank.session() as session:
            head = versions.head(session)
        number = head.lake_version if head else None
        if dry_run:
            own = bank.folder / DATABASE
            size = sum(p.stat().st_size for p in paths) + (own.stat().st_size if own.exists() else 0)
            return Backup(number, len(paths) + 1, size, keyed)
        part = to.with_name(f"{to.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True, mode=PRIVATE_FOLDER)
        _copy_database(bank, part / DATABASE)
        # content and models are written as files before the rows that name them: what the copied rows name is there by now
        paths = list(_files(bank.folder, with_key=with_key))
        entries = {DATABASE: _entry(part / DATABASE)}
        for i, path in enumerate(paths):
            progress(_("copying files"), i, len(paths))
            name = path.relative_to(bank.folder).as_posix()
            _put(path, part / name, link=link and path.suffix == ".parquet")
            entries[name] = _entry(part / name)
        made_at = bank.clock.now().isoformat(timespec="microseconds")
        manifest = Manifest(FORMAT, bank.name, number, made_at, HEAD, keyed, dict(sorted(entries.items())))
        known_by = manifest.write(part)
        os.sync()
        part.rename(to)
    with bank.unit(actor) as unit:
        said = {"lake_version": number, "files": len(entries), "bytes": manifest.bytes, "manifest": known_by}
        unit.record("lake.backup", f"lake:{number}", after=said)
    return Backup(number, len(entries), manifest.bytes, keyed, known_by)


def restore(
    source: Path,
    home: Path,
    name: str,
    *,
    database: str | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Manifest:
    """Put a backup into a home that has no bank of the name.

    Args:
        source: the folder of the backup.
        home: the home.
        name: name of the bank there.
        database: address of a PostgreSQL database, whose schema of the bank is empty; a SQLite file by default.
        dry_run: check the backup and the place, and write nothing.
        progress: told of each file.

    Raises:
        NoSuchBackup: no folder, or none with a manifest.
        BackupDamaged: a file is missing, changed, or too many; nothing was written.
        AlreadyThere: the home has a bank of this name.
        NotEmpty: the PostgreSQL database holds rows of a bank of this name.
    """
    if not (source / "manifest.json").is_file():
        raise NoSuchBackup(source)
    folder = home / "banks" / name
    if folder.exists() and any(folder.iterdir()):
        raise AlreadyThere(folder)
    manifest = Manifest.read(source)
    manifest.check(source)
    if dry_run:
        return manifest
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(f"{name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=PRIVATE_FOLDER)
    for inside in FOLDERS:
        (part / inside).mkdir(mode=PRIVATE_FOLDER)
    for i, (path, entry) in enumerate(manifest.files.items()):
        progress(_("copying files"), i, len(manifest.files))
        _put(source / path, part / path, link=False)
        if sha256_file(part / path) != entry.sha256:
            raise BackupDamaged(source, path)
    if database:
        _into_postgres(part / DATABASE, database, name)
    os.sync()
    if folder.exists():
        folder.rmdir()
    part.rename(folder)
    return manifest


def _into_postgres(file: Path, address: str, name: str) -> None:
    """Move the restored rows to the bank's schema; the file goes when they are there."""
    old, new = open_sqlite(file), open_postgres(address, schema_of(name))
    for engine in (old, new):
        migrate(engine)
    copy_rows(old, new)
    for engine in (old, new):
        engine.dispose()
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()


def _files(folder: Path, *, with_key: bool) -> list[Path]:
    """The files of a bank but for its database and what is of the moment."""
    wanted = FOLDERS if with_key else FOLDERS[:-1]
    return sorted(
        path
        for name in wanted
        for path in (folder / name).rglob("*")
        if path.is_file() and not path.is_symlink() and path.relative_to(folder / name).parts[0] not in PASSING
    )


def _copy_database(bank: Bank, to: Path) -> None:
    """A consistent copy as one SQLite file, whatever the bank runs on and whatever is being written meanwhile."""
    if bank.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(bank.folder / DATABASE)) as old, closing(sqlite3.connect(to)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
    else:
        to_sqlite(bank.engine, to)
    to.chmod(0o600)


def _put(path: Path, to: Path, *, link: bool) -> None:
    to.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    if link:
        try:
            os.link(path, to)
        except OSError:
            pass  # another disk, or one without links
        else:
            return
    shutil.copy2(path, to)


def _entry(path: Path) -> Entry:
    return Entry(sha256_file(path), path.stat().st_size)
