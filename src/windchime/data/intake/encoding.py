"""In which encoding a text file is written: found by decoding all of it strictly, never guessed."""

import codecs
import io
from collections.abc import Sequence
from pathlib import Path

from windchime.core.errors import BadInput
from windchime.core.text import _

#: byte order marks and the encodings they announce; the longer ones first
MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: tried in turn; GB18030 holds all of GBK, which holds all of GB2312
CANDIDATES = ("utf-8", "gb18030")
#: names people write for the encodings that are accepted
ACCEPTED = {"utf-8": "utf-8", "utf8": "utf-8", "utf-8-sig": "utf-8-sig", "gbk": "gb18030", "gb2312": "gb18030"}
ACCEPTED |= {"gb18030": "gb18030", "utf-16": "utf-16"}
PIECE = 1024 * 1024


class NoEncoding(BadInput):
    """A text file that no accepted encoding can read."""

    msgid = _("{file} is not {tried}: byte {position} cannot be decoded")
    hint = _("save the file as UTF-8 and load it again")

    def __init__(self, file: str, tried: str, position: int) -> None:
        super().__init__(file=file, tried=tried, position=position)


def encoding_of(path: Path, name: str, said: str = "") -> str:
    """The encoding of a file: the one its mark announces, else the first that decodes all of it without a fault.

    Args:
        path: the file.
        name: how errors name it.
        said: the one encoding to try, where the mapping names it.

    Raises:
        NoEncoding: tells how far the most patient candidate came.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
    mark = next((encoding for bytes_, encoding in MARKS if start.startswith(bytes_)), "")
    candidates: Sequence[str] = [mark] if mark else [said] if said else CANDIDATES
    furthest = 0
    for candidate in candidates:
        position = _fails_at(path, candidate)
        if position is None:
            return candidate
        furthest = max(furthest, position)
    raise NoEncoding(name, ", ".join(candidates), furthest)


def _fails_at(path: Path, encoding: str) -> int | None:
    """Position of the first byte that cannot be decoded, about; None where all can."""
    decoder, read = codecs.getincrementaldecoder(encoding)("strict"), 0
    with path.open("rb") as stream:
        try:
            while piece := stream.read(PIECE):
                decoder.decode(piece)
                read += len(piece)
            decoder.decode(b"", final=True)
        except UnicodeError as error:
            return read + getattr(error, "start", 0)
    return None


class Utf8(io.RawIOBase):
    """A text file of any encoding as a stream of UTF-8 bytes that begins behind its first so many characters."""

    def __init__(self, path: Path, encoding: str, skip: int = 0) -> None:
        super().__init__()
        self._bytes: io.BufferedReader | None = None
        self._stream = path.open("r", encoding=encoding, newline="", errors="strict")
        above = 0
        while skip:
            text = self._stream.read(min(skip, PIECE))
            above += len(text.encode())
            skip -= len(text) or skip
        if encoding in ("utf-8", "utf-8-sig"):  # the bytes are what is wanted already
            mark = len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0
            self._bytes = path.open("rb")
            self._bytes.seek(mark + above)

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """At least a part of the next bytes; more than `size` may not come, so it is asked for in characters."""
        if self._bytes:
            return self._bytes.read(size)
        return self._stream.read(max(size // 4, 1) if size >= 0 else -1).encode()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        if self._bytes:
            self._bytes.close()
        super().close()
