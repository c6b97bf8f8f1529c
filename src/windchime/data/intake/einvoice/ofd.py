"""OFD documents (GB/T 33190): what is attached, what is stated for programs, what tags point at, and the printed words."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from windchime.data.intake.einvoice import forms
from windchime.data.intake.einvoice.container import Container, NotAContainer
from windchime.data.intake.einvoice.limits import DocumentLimits
from windchime.data.intake.einvoice.ofd_page import TextObject, texts
from windchime.data.intake.einvoice.record import Raw
from windchime.data.intake.einvoice.words import Page, Word
from windchime.data.intake.einvoice.xmlfile import Node, NotXml, Tree, parse

#: names of the entries that OFD.xml states for programs, and our fields
CUSTOM_DATA = {
    "发票代码": "code",
    "发票号码": "number",
    "开票日期": "date",
    "校验码": "check_code",
    "合计金额": "amount",
    "合计税额": "tax",
    "价税合计": "total",
    "购买方名称": "buyer_name",
    "购买方纳税人识别号": "buyer_code",
    "销售方名称": "seller_name",
    "销售方纳税人识别号": "seller_code",
    "开票人": "drawer",
    "发票类型": "title",
    "开票类型": "colour",
}
#: size of a page in millimetres where the document does not say
PAGE = (210.0, 140.0)


@dataclass(frozen=True, slots=True)
class Ofd:
    """What an OFD document holds, by the way it was stated."""

    #: invoices of attached XML
    attached: tuple[Raw, ...]
    #: what OFD.xml states, and what the tags point at; neither where there is none
    stated: tuple[Raw, ...]
    pages: tuple[Page, ...]
    signed: bool


def read(data: bytes, limits: DocumentLimits) -> Ofd:
    """Read an OFD document.

    Raises:
        NotAContainer, NotXml: the archive or its first part cannot be used. Parts behind it that are damaged are
            left out, as the others still tell the invoice.
    """
    return _Reader(data, limits).read()


class _Reader:
    """Follows the document from its first part; every part is looked up once and read within the limits."""

    def __init__(self, data: bytes, limits: DocumentLimits) -> None:
        self.limits = limits
        self.container = Container(data, limits)
        self.signed = False

    def tree(self, name: str) -> Tree | None:
        """A part as XML; None where it is not there or no XML."""
        data = self.container.read(name)
        if data is None:
            return None
        try:
            return parse(data, self.limits)
        except NotXml:
            return None

    def read(self) -> Ofd:
        data = self.container.read("OFD.xml")
        if data is None:
            raise NotAContainer("document_not_recognised", "OFD.xml")
        root = parse(data, self.limits).root
        body = root.first("DocBody") or root
        place = body.said("DocRoot") or "Doc_0/Document.xml"
        self.signed = bool(body.said("Signatures"))
        custom = _custom(body)
        document = self.tree(place)
        if document is None:
            return Ofd(tuple(self._attached(None, place)), custom, (), self.signed)
        loose = tuple(self._pages(document.root, place))
        objects = {o.key: o.text for _size, page in loose for o in page}
        tags = tuple(self._tags(document.root, place, objects))
        pages = tuple(Page(*size, tuple(w for o in page for w in _words(o))) for size, page in loose)
        return Ofd(tuple(self._attached(document.root, place)), (*tags, *custom), pages, self.signed)

    def _attached(self, document: Node | None, place: str) -> Iterator[Raw]:
        """Invoices of attached XML: those listed, else any XML in the folder of attachments."""
        names = []
        listing = document.said("Attachments") if document else ""
        found = self.tree(_beside(place, listing)) if listing else None
        if found:
            where = _beside(place, listing)
            names = [_beside(where, node.said("FileLoc")) for node in found.root.all("Attachment")]
        names += [name for name in self.container.under(".xml") if "/attachs/" in f"/{name}"]
        names += self.container.under(".xbrl")
        seen: set[str] = set()
        for name in names[: self.limits.attachments]:
            if name.lower() in seen or name.lower().endswith("attachments.xml"):
                continue
            seen.add(name.lower())
            tree = self.tree(name)
            if tree:
                self.signed |= tree.signed
                yield from forms.invoices(tree.root)

    def _pages(self, document: Node, place: str) -> Iterator[tuple[tuple[float, float], list[TextObject]]]:
        common = document.child("CommonData") or document
        size = _size(common.first("PhysicalBox"), PAGE)
        templates = {
            node.attributes.get("ID", ""): _beside(place, node.attributes.get("BaseLoc", ""))
            for node in common.children
            if node.name == "TemplatePage"
        }
        read: dict[str, list[TextObject]] = {}
        for node in document.all("Page")[: self.limits.pages]:
            ident, where = node.attributes.get("ID", ""), _beside(place, node.attributes.get("BaseLoc", ""))
            page = self.tree(where)
            if page is None:
                continue
            own = texts(page.root, ident, self.limits)
            for template in page.root.all("Template")[: self.limits.pages]:
                name = templates.get(template.attributes.get("TemplateID", ""), "")
                if name and name not in read:
                    drawn = self.tree(name)
                    read[name] = texts(drawn.root, "", self.limits) if drawn else []
                own = [*own, *read.get(name, [])]
            yield _size(page.root.first("PhysicalBox"), size), own

    def _tags(self, document: Node, place: str, objects: Mapping[tuple[str, str], str]) -> Iterator[Raw]:
        """Fields by the tag files that map them to text objects of pages."""
        listing = _beside(place, document.said("CustomTags")) if document.said("CustomTags") else ""
        found = self.tree(listing) if listing else None
        for node in (found.root.all("CustomTag") if found else [])[: self.limits.attachments]:
            tree = self.tree(_beside(listing, node.said("FileLoc")))
            if tree is None:
                continue
            _fill(tree.root, objects)
            top = tree.root if tree.root.name == "eInvoice" else tree.root.first("eInvoice") or tree.root
            raw = Raw("tag", forms.edrm(top), tuple(forms.edrm_lines(top)) or _flat_line(top))
            if raw.fields:
                yield raw


def _fill(node: Node, objects: Mapping[tuple[str, str], str]) -> None:
    """Give each tag the texts of the objects it refers to, one behind the other, or the literal that it states."""
    stack = [node]
    while stack:
        node = stack.pop()
        said = []
        for child in node.children:
            if child.name == "ObjectRef":
                said.append(objects.get((child.attributes.get("PageRef", ""), child.text), ""))
            elif child.name == "ObjectData":
                said.append(child.text)
            else:
                stack.append(child)
        if said:
            node.text = "".join(said)


def _flat_line(top: Node) -> tuple[Mapping[str, str], ...]:
    """The one line of a document whose tags name no lines but the columns of one."""
    if top.child("Item") is None or sum(c.name == "Item" for c in top.children) > 1:
        return ()
    return (forms.edrm_line(top),)


def _custom(body: Node) -> tuple[Raw, ...]:
    fields = {}
    for node in body.all("CustomData"):
        ours = CUSTOM_DATA.get("".join(node.attributes.get("Name", "").split()))
        if ours and node.text:
            fields[ours] = node.text
    return (Raw("tag", fields),) if fields else ()


def _words(found: TextObject) -> Iterator[Word]:
    yield from found.words


def _size(box: Node | None, default: tuple[float, float]) -> tuple[float, float]:
    try:
        _x, _y, width, height = map(float, box.text.split()) if box else (0.0, 0.0, *default)
    except ValueError:
        return default
    return (width, height) if 0 < width < 1e5 and 0 < height < 1e5 else default


def _beside(place: str, name: str) -> str:
    """A location as the document writes it: from the root of the archive, or beside the part that names it."""
    plain = name.replace("\\", "/")
    return plain.lstrip("/") if plain.startswith("/") else posixpath.join(posixpath.dirname(place), plain)
