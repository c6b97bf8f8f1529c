"""What a backup says of itself: its lake version and the hash of every file, in one JSON file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self

from windchime.core.canonical import canonical, sha256, sha256_file
from windchime.core.errors import Damaged
from windchime.core.text import _

NAME = "manifest.json"
#: forms of manifests that are read
FORMAT = 1


class BackupDamaged(Damaged):
    """A backup that is not what was written."""

    msgid = _("the backup {folder} is damaged: {reason}")
    hint = _("nothing was restored; take another backup")

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(folder=folder.name, reason=reason)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a backup."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The table of contents of a backup."""

    format: int
    bank: str
    #: None for a bank into which nothing was loaded
    lake_version: int | None
    #: ISO instant in UTC
    made_at: str
    #: revision of the database's schema
    schema: str
    #: whether the vault's own key is in it
    with_key: bool
    #: by path below the folder
    files: Mapping[str, Entry]

    @property
    def bytes(self) -> int:
        """Bytes of all files."""
        return sum(entry.size_bytes for entry in self.files.values())

    def write(self, folder: Path) -> str:
        """Write it and give back its hash, by which a backup can be known."""
        data = canonical(asdict(self))
        (folder / NAME).write_bytes(data)
        return sha256(data)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the manifest of a backup.

        Raises:
            BackupDamaged: there is none, or it cannot be read.
        """
        try:
            body: dict[str, Any] = json.loads((folder / NAME).read_bytes())
            files = {str(path): Entry(str(e["sha256"]), int(e["size_bytes"])) for path, e in body.pop("files").items()}
            found = cls(**body, files=files)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise BackupDamaged(folder, type(error).__name__) from None
        if found.format != FORMAT or any(_leads_out(path) for path in files):
            raise BackupDamaged(folder, NAME)
        return found

    def check(self, folder: Path) -> None:
        """Hold every file of a backup against its hash.

        Raises:
            BackupDamaged: names the first file that is missing, changed, or not in the manifest.
        """
        there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()} - {NAME}
        for path in sorted(there ^ self.files.keys()):
            raise BackupDamaged(folder, path)
        for path, entry in self.files.items():
            file = folder / path
            if file.is_symlink() or file.stat().st_size != entry.size_bytes or sha256_file(file) != entry.sha256:
                raise BackupDamaged(folder, path)


def _leads_out(path: str) -> bool:
    parts = PurePosixPath(path)
    return parts.is_absolute() or ".." in parts.parts
