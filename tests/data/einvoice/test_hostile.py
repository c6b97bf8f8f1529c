"""Files made to hurt: each becomes a problem with its reason, and nothing is raised."""

import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.data.einvoice import builders

from windchime.data.intake.einvoice import LIMITS, Document, DocumentLimits, read_document
from windchime.data.intake.einvoice.worker import Worker

SMALL = DocumentLimits(
    document_bytes=300_000,
    xml_bytes=200_000,
    xml_nodes=5_000,
    xml_depth=20,
    unpacked_bytes=400_000,
    entries=20,
    pages=3,
)
DTD = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'


def reason(document: Document) -> str:
    assert document.invoices == ()
    (problem,) = document.problems
    assert problem.sentence("zh")
    assert problem.sentence("en")
    return problem.code


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "document_empty"),
        (b" \r\n\t", "document_empty"),
        (b"\x89PNG\r\n", "document_not_recognised"),
        (b"plain text", "document_not_recognised"),
        (b"<" + b"a" * 400_000, "document_too_large"),
        (b"<a>", "document_damaged"),
        (b"<a></b>", "document_damaged"),
        (b"<a/>", "document_without_invoice"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "document_damaged"),
        (b"<?xml version='1.0' encoding='gbk'?><a>\xff\xff</a>", "document_damaged"),
        (f"<?xml version='1.0'?>{DTD}<a>&c;</a>".encode(), "document_has_entities"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document_has_entities"),
        ("<a>" * 30 + "</a>" * 30, "document_too_large"),
        ("<a>" + "<b/>" * 6_000 + "</a>", "document_too_large"),
        ("<Signature>" + "<b>" * 30 + "</b>" * 30 + "</Signature>", "document_too_large"),
        (b"%PDF-1.7\nnot really", "document_damaged"),
        (b"PK\x03\x04 broken", "document_damaged"),
    ],
)
def test_reason(data: bytes | str, code: str) -> None:
    assert reason(read_document(data.encode() if isinstance(data, str) else data, "x", SMALL)) == code


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"a_xml": b"<a/>"}, "document_not_recognised"),
        ({"OFD_xml": b"<a>"}, "document_damaged"),
        ({"OFD_xml": b"<a/>"}, "document_without_invoice"),
        ({"OFD_xml": DTD.encode() + b"<a/>"}, "document_has_entities"),
        ({"OFD_xml": b"<a/>", "..__..__etc__passwd": b"x"}, "document_damaged"),
        ({"OFD_xml": b"<a/>", "ofd_xml": b"<a/>"}, "document_damaged"),
        ({"OFD_xml": b"<a>" + b" " * 2_000_000 + b"</a>"}, "document_too_large"),
        ({f"a{i}": b"" for i in range(30)}, "document_too_large"),
    ],
)
def test_reason_of_archives(parts: dict[str, bytes], code: str) -> None:
    assert reason(read_document(zipped(**parts), "x.ofd", SMALL)) == code


def test_damaged_parts_of_an_archive_leave_the_others() -> None:
    found = builders.plain()
    document = read_document(builders.ofd(found, attach=b"<eInvoice><broken>", tags=True), "x.ofd")
    assert [builders.stated(x) for x in document.invoices] == [builders.shown(found)]


def test_templates_that_refer_to_each_other_end() -> None:
    page = b'<Page><Template TemplateID="1"/><Template TemplateID="1"/><Content/></Page>'
    document = b'<Document><CommonData><TemplatePage ID="1" BaseLoc="p.xml"/></CommonData><Pages>' + (
        b'<Page ID="1" BaseLoc="p.xml"/>' * 500
    )
    data = zipped(OFD_xml=b"<OFD><DocRoot>d.xml</DocRoot></OFD>", d_xml=document + b"</Pages></Document>", p_xml=page)
    assert reason(read_document(data, "x.ofd", SMALL)) in ("document_without_invoice", "document_too_large")


def test_more_lines_than_accepted_are_told() -> None:
    document = read_document(builders.digital_xml(builders.plain()), "x.xml", replace(LIMITS, lines=1))
    assert len(document.invoices[0].lines) == 1
    assert [p.code for p in document.problems] == ["lines_too_many"]


def test_what_cannot_be_read_is_kept_for_quarantine() -> None:
    data = builders.digital_xml(builders.plain())
    document = read_document(data.replace(b"<TotalTaxAm>6.00<", b"<TotalTaxAm>6,0x<"), "x.xml")
    assert [p.code for p in document.problems] == ["field_not_readable"]
    assert document.invoices[0].tax is None
    assert document.invoices[0].unread == {"tax": "6,0x"}


def test_personal_values_are_in_no_repr_and_no_problem() -> None:
    data = builders.digital_xml(builders.plain()).replace(b"2024-05-20", b"2024-13-40")
    document = read_document(data, "x.xml")
    said = repr(document) + "".join(p.sentence("zh") for p in (*document.problems, *document.notes))
    assert document.problems
    for secret in ("测试员", "010-00000000", "0000000000000000 ", builders.NAMES[0], builders.code(17)):
        assert secret not in said


def test_worker_ends_what_takes_too_long() -> None:
    with Worker() as worker:
        slow = replace(LIMITS, seconds=0.0)
        assert (
            reason(read_document(builders.pdf(builders.plain()), "x.pdf", slow, pdf=worker.read)) == "document_too_slow"
        )
        document = read_document(builders.pdf(builders.plain()), "x.pdf", pdf=worker.read)
        assert len(document.invoices) == 1


SEEDS = [
    builders.digital_xml(builders.plain()),
    builders.edrm_xml(builders.plain(digital=False)),
    builders.pinyin_xml(builders.plain(digital=False)),
    builders.ofd(builders.plain(), attach=builders.digital_xml(builders.plain()), tags=True, custom=True),
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_changed_bytes_raise_nothing(data: st.DataObject) -> None:
    seed = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(seed) - 1))
        seed[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    document = read_document(bytes(seed), "x", SMALL)
    assert document.invoices or document.problems


NAMES = st.sampled_from(
    ["EInvoice", "EInvoiceData", "eInvoice", "InvoiceNo", "GoodsInfo", "FPHM", "IssuItemInformation"]
)


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.text(max_size=8),
        lambda inner: st.tuples(NAMES, st.lists(inner, max_size=4)),
        max_leaves=20,
    )
)
def test_any_structure_raises_nothing(tree: object) -> None:
    def written(node: object) -> str:
        if isinstance(node, tuple):
            name, inner = node
            return f"<{name}>{''.join(map(written, inner))}</{name}>"
        return "".join(c for c in str(node) if c.isalnum())

    document = read_document(f"<a>{written(tree)}</a>".encode("utf-8", "ignore"), "x", SMALL)
    assert document.invoices or document.problems
