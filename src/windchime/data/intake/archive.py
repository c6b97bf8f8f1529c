"""The zip archive that a workbook is, looked through before anything opens it: bombs, macros, entities, damage."""

import zipfile
import zlib
from pathlib import Path
from typing import IO

from windchime.core.errors import BadInput
from windchime.core.reasons import reason_of
from windchime.core.text import _
from windchime.data.intake.errors import EmptyFile, FileTooLarge, MacroWorkbook, NotReadable
from windchime.data.intake.limits import MIB, Limits

#: parts of an archive that only a workbook with programs or embedded programs has
MACRO_PARTS = ("vbaproject", "macrosheets/", "activex/", "embeddings/oleobject")
#: what no honest part of a workbook declares
ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")
PIECE = MIB
#: bytes carried from one piece to the next, so that a word cut in two is still seen
TAIL = max(map(len, ENTITIES)) - 1


class ZipBomb(BadInput):
    """An archive that unpacks to far more than a workbook would."""

    msgid = _("{file} unpacks to {ratio} times its size in '{entry}', more than the accepted {limit}")
    hint = _("this is no ordinary workbook; fetch it again from its source")

    def __init__(self, file: str, entry: str, ratio: int, limit: int) -> None:
        super().__init__(file=file, entry=entry[:80], ratio=ratio, limit=limit)


def check(path: Path, name: str, limits: Limits) -> int:
    """Look through a workbook's archive and give back the number of its formula cells.

    The directory is judged first (entries, sizes, ratios); only then is every entry unpacked once, piece by piece, so
    that a directory that lies is found out before the workbook is opened.

    Raises:
        EmptyFile, FileTooLarge, ZipBomb, MacroWorkbook, NotReadable: as they say.
    """
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile(name)
    if size > limits.workbook_bytes:
        raise FileTooLarge(name, "bytes", size, limits.workbook_bytes)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _judge(entries, name, limits)
            return sum(_walk(archive, entry, name) for entry in entries if not entry.filename.endswith("/"))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise NotReadable(name, "xlsx", reason_of(error)) from None


def _judge(entries: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    if len(entries) > limits.workbook_entries:
        raise FileTooLarge(name, "archive entries", len(entries), limits.workbook_entries)
    unpacked = sum(e.file_size for e in entries)
    for entry in entries:
        if any(part in entry.filename.lower() for part in MACRO_PARTS):
            raise MacroWorkbook(name)
        ratio = entry.file_size // max(entry.compress_size, 1)
        if entry.file_size > MIB and ratio > limits.workbook_ratio:
            raise ZipBomb(name, entry.filename, ratio, limits.workbook_ratio)
    if unpacked > limits.workbook_unpacked_bytes:
        raise FileTooLarge(name, "unpacked bytes", unpacked, limits.workbook_unpacked_bytes)
    names = {e.filename for e in entries}
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise NotReadable(name, "xlsx", "the archive holds no workbook")


def _walk(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> int:
    """Unpack one entry to nowhere; `zipfile` holds its length and checksum against the directory."""
    with archive.open(entry) as stream:
        if not entry.filename.endswith((".xml", ".rels")):
            while stream.read(PIECE):
                pass
            return 0
        return _formulas(stream, name, sheet=entry.filename.startswith("xl/worksheets/"))


def _formulas(stream: IO[bytes], name: str, *, sheet: bool) -> int:
    found, tail = 0, b""
    while piece := stream.read(PIECE):
        text = tail + piece
        if any(word in text for word in ENTITIES):
            raise NotReadable(name, "xlsx", "a part declares entities")
        if sheet:
            found += _tags(text) - _tags(tail)
        tail = text[-TAIL:]
    return found


def _tags(text: bytes) -> int:
    return text.count(b"<f>") + text.count(b"<f ")
