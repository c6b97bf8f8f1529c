"""Files are read several times during a load, rows of large ones with each look: what is read last must be what was hashed."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from windchime.data.intake.errors import FileChanged


@dataclass(frozen=True, slots=True)
class Standing:
    """How files stood when a load began."""

    #: path and name in words, and device, inode, bytes, last change of content and of the file itself. The last of
    #: these is the one that nobody can set back
    files: Mapping[tuple[Path, str], tuple[int, ...] | None]

    @classmethod
    def of(cls, files: Iterable[tuple[Path, str]]) -> Self:
        """Of files and their names, taken before the first byte is read."""
        return cls({(path, name): _stamp(path) for path, name in files})

    @contextmanager
    def held(self) -> Iterator[None]:
        """Whatever goes wrong meanwhile is put down to a file that changed, where one did.

        Raises:
            FileChanged: one did.
        """
        try:
            yield
        except Exception:
            self.hold()
            raise

    def hold(self) -> None:
        """Make sure that no file was written to, put in another's place or removed.

        Raises:
            FileChanged: one was.
        """
        for (path, name), before in self.files.items():
            if before is None or _stamp(path) != before:
                raise FileChanged(name)


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
