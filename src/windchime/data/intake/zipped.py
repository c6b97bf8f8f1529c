"""Zips of files: names set right, tricks and bombs refused, contents unpacked into a folder that is gone afterwards."""

import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from windchime.core.errors import BadInput
from windchime.core.reasons import reason_of
from windchime.core.text import Lang, _, translate
from windchime.data.intake.archive import PIECE, ZipBomb
from windchime.data.intake.errors import EmptyFile, FileTooLarge, NotReadable
from windchime.data.intake.limits import MIB, Limits
from windchime.data.lake.scratch import scratch

#: left behind by file managers, never data
LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")
#: bytes of the longest name of a file
LONGEST_NAME = 255


class BadEntry(BadInput):
    """An entry of a zip that is not an ordinary file inside it."""

    msgid = _("{file} holds '{entry}', which is not accepted: {reason}")
    hint = _("pack the files anew, plainly, without links, passwords and absolute paths")

    def __init__(self, file: str, entry: str, reason: str) -> None:
        super().__init__(file=file, entry="".join(c if c.isprintable() else "?" for c in entry)[:80], reason=reason)

    def message(self, lang: Lang) -> str:
        """The sentence, with the reason in the reader's language."""
        params = self.params | {"reason": translate(self.params["reason"], lang)}
        return ("；" if lang == "zh" else "; ").join(translate(m, lang, **params) for m in (self.msgid, self.hint))


@contextmanager
def unpacked(path: Path, limits: Limits, into: Path) -> Iterator[Path]:
    """A folder with the files of a zip, and of zips inside it, as long as the context lasts.

    Args:
        path: the zip.
        limits: entries, bytes, ratios and levels.
        into: where the folder is made.

    Raises:
        EmptyFile, FileTooLarge, ZipBomb, BadEntry, NotReadable: as they say; nothing stays behind.
    """
    with scratch(into) as folder:
        budget = _Budget(limits)
        _unpack(path, path.name, folder, budget, limits.zip_levels)
        if not budget.files:
            raise EmptyFile(path.name)
        yield folder


class _Budget:
    """What all zips of one load together may still unpack."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.files = 0
        self.bytes = 0

    def entry(self, name: str) -> None:
        self.files += 1
        if self.files > self.limits.zip_entries:
            raise FileTooLarge(name, "archive entries", self.files, self.limits.zip_entries)

    def take(self, name: str, size: int) -> None:
        self.bytes += size
        if self.bytes > self.limits.zip_unpacked_bytes:
            raise FileTooLarge(name, "unpacked bytes", self.bytes, self.limits.zip_unpacked_bytes)


def _unpack(path: Path, name: str, folder: Path, budget: _Budget, levels: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _entries(archive, name, budget)
            for entry, place in entries.items():
                _write(archive, entry, folder / place, name, budget)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise NotReadable(name, "zip", reason_of(error)) from None
    for place in entries.values():
        inner = folder / place
        if inner.suffix.lower() == ".zip":
            if not levels:
                raise BadEntry(name, str(place), _("a zip inside too many zips"))
            packed = inner.rename(inner.with_name(f"{inner.name}.packed"))
            inner.mkdir()
            _unpack(packed, f"{name}/{place}", inner, budget, levels - 1)
            packed.unlink()


def _entries(archive: zipfile.ZipFile, name: str, budget: _Budget) -> dict[zipfile.ZipInfo, PurePosixPath]:
    """The files of a zip by their place below its folder, all looked at before the first is unpacked."""
    found: dict[zipfile.ZipInfo, PurePosixPath] = {}
    seen: set[str] = set()
    for entry in archive.infolist():
        said = _name(entry)
        budget.entry(name)
        if said.endswith("/") or said.split("/")[0] == "__MACOSX" or said.split("/")[-1] in LITTER:
            continue
        _judge(entry, said, name, budget.limits)
        place = PurePosixPath(said)
        if said.casefold() in seen:
            raise BadEntry(name, said, _("the name stands twice"))
        seen.add(said.casefold())
        found[entry] = place
    return found


def _judge(entry: zipfile.ZipInfo, said: str, name: str, limits: Limits) -> None:
    parts = said.split("/")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    faults = {
        _("it leads out of the folder"): said.startswith("/") or ".." in parts or ":" in parts[0],
        _("its name has characters that cannot be seen"): not said.isprintable(),
        _("its name is too long"): any(len(p.encode()) > LONGEST_NAME for p in parts) or len(parts) > 20,
        _("its name is empty"): "" in parts or "." in parts,
        _("it is a link or a device"): kind not in (0, stat.S_IFREG),
        _("it is locked with a password"): bool(entry.flag_bits & 0x1),
    }
    for reason, true in faults.items():
        if true:
            raise BadEntry(name, said, reason)
    ratio = entry.file_size // max(entry.compress_size, 1)
    if entry.file_size > MIB and ratio > limits.zip_ratio:
        raise ZipBomb(name, said, ratio, limits.zip_ratio)


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry; old packers write it in the encoding of their country and do not say so."""
    said = entry.orig_filename
    if not entry.flag_bits & 0x800:
        raw = said.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                said = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return unicodedata.normalize("NFC", said.replace("\\", "/"))


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, name: str, budget: _Budget) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as stream, path.open("xb") as out:
        while piece := stream.read(PIECE):
            budget.take(name, len(piece))
            out.write(piece)
