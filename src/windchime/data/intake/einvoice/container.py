"""The zip archive that an OFD document is: looked through before a byte of it is believed."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from windchime.data.intake.einvoice.limits import MIB, DocumentLimits


class NotAContainer(Exception):
    """The bytes are no archive that is accepted here."""

    def __init__(self, code: str, reason: str, limit: int = 0) -> None:
        self.code = code
        self.reason = reason
        self.limit = limit
        super().__init__(reason)


class Container:
    """Named parts of an archive; names that lead out of it, repeated names and bombs are refused.

    Attributes:
        names: path inside the archive by its lower-case form.
    """

    def __init__(self, data: bytes, limits: DocumentLimits) -> None:
        self.limits = limits
        self._left = limits.unpacked_bytes
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            entries = self._archive.infolist()
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as e:
            raise NotAContainer("document_damaged", _reason(e)) from None
        if len(entries) > limits.entries:
            raise NotAContainer("document_too_large", "archive entries", limits.entries)
        self.names: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            if entry.filename.endswith("/"):
                continue
            key = _key(entry.filename)
            if key is None:
                raise NotAContainer("document_damaged", "a part leads out of the archive")
            if key in self.names:
                raise NotAContainer("document_damaged", "two parts of one name")
            self.names[key] = entry

    def read(self, name: str) -> bytes | None:
        """The bytes of a part; None where there is none of this name, whatever its case.

        Raises:
            NotAContainer: the part is a bomb, damaged, or one too many.
        """
        entry = self.names.get(_key(name) or "")
        if entry is None:
            return None
        if entry.file_size > MIB and entry.file_size // max(entry.compress_size, 1) > self.limits.ratio:
            raise NotAContainer("document_too_large", "unpacked bytes", self.limits.unpacked_bytes)
        limit = min(self._left, self.limits.xml_bytes)
        try:
            with self._archive.open(entry) as stream:
                data = stream.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as e:
            raise NotAContainer("document_damaged", _reason(e)) from None
        if len(data) > limit:
            raise NotAContainer("document_too_large", "unpacked bytes", limit)
        self._left -= len(data)
        return data

    def under(self, suffix: str) -> Iterator[str]:
        """Names of the parts that end so, in order."""
        yield from sorted(name for name in self.names if name.endswith(suffix))


def _key(name: str) -> str | None:
    """A name as it is looked up: without case, resolved; None where it leads out or is no name."""
    plain = name.replace("\\", "/").lstrip("/")
    parts: list[str] = []
    for part in PurePosixPath(plain).parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    key = "/".join(parts).lower()
    return key if key and "\x00" not in key else None


def _reason(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
