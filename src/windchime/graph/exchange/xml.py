"""XML by the standard library's writer, well-formed whatever the texts hold."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

#: what XML 1.0 cannot hold at all, however it is escaped (section 2.2)
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """A text with the replacement character in place of what XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)


class Ids:
    """Ids as XML can hold them, still different where they were; those that fit stay as they are."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def __getitem__(self, node: str) -> str:
        if node not in self._given:
            plain, number = legal(node), 1
            written = plain
            while written in self._taken:
                number += 1
                written = f"{plain}~{number}"
            self._taken.add(written)
            self._given[node] = written
        return self._given[node]


class Writer:
    """Elements one after the other, an element a line."""

    def __init__(self, out: BinaryIO) -> None:
        self._xml = XMLGenerator(out, encoding="utf-8", short_empty_elements=True)
        self._xml.startDocument()

    @contextmanager
    def element(self, name: str, attributes: Mapping[str, str] | None = None) -> Iterator[None]:
        """An element around others."""
        self._xml.startElement(name, _legal(attributes))
        self._xml.ignorableWhitespace("\n")
        yield
        self._xml.endElement(name)
        self._xml.ignorableWhitespace("\n")

    def leaf(self, name: str, attributes: Mapping[str, str] | None = None, text: str = "") -> None:
        """An element that holds text or nothing."""
        self._xml.startElement(name, _legal(attributes))
        if text:
            self._xml.characters(legal(text))
        self._xml.endElement(name)
        self._xml.ignorableWhitespace("\n")


def _legal(attributes: Mapping[str, str] | None) -> "AttributesImpl[str]":
    return AttributesImpl({k: legal(v) for k, v in (attributes or {}).items()})
