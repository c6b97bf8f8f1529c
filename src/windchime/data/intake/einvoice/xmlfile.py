"""XML as a small tree of local names, read without document types, entities, namespaces and without trust."""

import re
from dataclasses import dataclass, field
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.sax import parseString

from windchime.data.intake.einvoice.limits import DocumentLimits

#: elements that carry signatures: not read, only noticed
SIGNATURES = ("signature", "signedvalue", "taxbureausignature", "signaturevalue")
_DECLARATION = re.compile(rb"<\?xml\s[^>]{0,200}\?>")
_ENCODING = re.compile(rb"""^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
#: national encodings that the parser does not know; the last contains the others
_NATIONAL = ("gb2312", "gbk", "gb18030", "cp936", "gb_2312-80")


class NotXml(Exception):
    """The bytes are no XML that is accepted here."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


@dataclass(slots=True)
class Node:
    """An element: its local name, attributes by local name, children, and its own text without blanks around it."""

    name: str
    attributes: dict[str, str]
    children: "list[Node]" = field(default_factory=list)
    text: str = ""

    def child(self, name: str) -> "Node | None":
        """The first child of a name."""
        return next((c for c in self.children if c.name == name), None)

    def said(self, name: str) -> str:
        """Text of the first child of a name; empty where there is none."""
        found = self.child(name)
        return found.text if found else ""

    def all(self, name: str) -> "list[Node]":
        """Every element of a name below this one, in document order."""
        found, stack = [], list(reversed(self.children))
        while stack:
            node = stack.pop()
            if node.name == name:
                found.append(node)
            stack.extend(reversed(node.children))
        return found

    def first(self, name: str) -> "Node | None":
        """The first element of a name below this one."""
        return next(iter(self.all(name)), None)


@dataclass(frozen=True, slots=True)
class Tree:
    """What was read: the root, and whether signatures were left out."""

    root: Node
    signed: bool


def local(name: str) -> str:
    """A name without its namespace prefix."""
    return name.rpartition(":")[2]


class _Builder(ContentHandler):
    """Builds the tree and gives up at the limits."""

    def __init__(self, limits: DocumentLimits) -> None:
        super().__init__()
        self.limits = limits
        self.top = Node("", {})
        self.signed = False
        self._open = [self.top]
        self._pieces: list[list[str]] = [[]]
        self._skip = 0
        self._nodes = 0

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the name is that of the parser's interface
        self._nodes += 1 + len(attrs)
        if self._nodes > self.limits.xml_nodes:
            raise NotXml("document_too_large", "elements")
        plain = local(name)
        if self._skip or plain.lower() in SIGNATURES:
            self.signed = True
            self._skip += 1
            if self._skip > self.limits.xml_depth:
                raise NotXml("document_too_large", "elements inside each other")
            return
        if len(self._open) > self.limits.xml_depth:
            raise NotXml("document_too_large", "elements inside each other")
        node = Node(plain, {local(k): v for k, v in attrs.items()})
        self._open[-1].children.append(node)
        self._open.append(node)
        self._pieces.append([])

    def endElement(self, name: str) -> None:  # noqa: N802, ARG002 - see above
        if self._skip:
            self._skip -= 1
            return
        self._open.pop().text = "".join(self._pieces.pop()).strip()

    def characters(self, content: str) -> None:
        if not self._skip:
            self._pieces[-1].append(content)


def parse(data: bytes, limits: DocumentLimits) -> Tree:
    """Read XML. Several roots one after the other, as some systems export them, stand below a nameless root.

    Raises:
        NotXml: not well-formed, with a document type or entities, or beyond the limits.
    """
    if len(data) > limits.xml_bytes:
        raise NotXml("document_too_large", "bytes")
    plain = _unicode(data)
    try:
        return _parse(plain, limits)
    except NotXml as error:
        if "junk after document element" not in error.reason:
            raise
    bare = _DECLARATION.sub(b"", plain.removeprefix(b"\xef\xbb\xbf")).replace(b"\xef\xbb\xbf", b"")
    return _parse(b"<documents>" + bare + b"</documents>", limits)


def _parse(data: bytes, limits: DocumentLimits) -> Tree:
    builder = _Builder(limits)
    try:
        parseString(data, builder, forbid_dtd=True)
    except DefusedXmlException:
        raise NotXml("document_has_entities", "document type") from None
    except (SAXException, ValueError, LookupError, AssertionError) as error:
        message = error.getMessage() if isinstance(error, SAXException) else str(error)
        raise NotXml("document_damaged", message[:120]) from None
    if not builder.top.children:
        raise NotXml("document_damaged", "no element")
    return Tree(builder.top.children[0], builder.signed)


def _unicode(data: bytes) -> bytes:
    """The bytes in an encoding that the parser knows: national encodings are turned into UTF-8."""
    said = _ENCODING.match(data)
    if said is None or said[1].decode("ascii").lower() not in _NATIONAL:
        return data
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        raise NotXml("document_damaged", "encoding") from None
    return _DECLARATION.sub(b"", text.encode("utf-8"), count=1)
