"""What is written is read again: every XML form, OFD by attachment, tags and print, PDF by print."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.data.einvoice import builders

from windchime.data.intake.einvoice import Document, Invoice, Party, read_document
from windchime.data.intake.einvoice.worker import Worker

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def only(document: Document) -> Invoice:
    assert document.problems == ()
    (found,) = document.invoices
    return builders.stated(found)


@few
@given(
    st.lists(builders.invoices(), min_size=1, max_size=3, unique_by=lambda x: x.number), st.booleans(), st.booleans()
)
def test_digital_xml(found: list[Invoice], wrapped: bool, percent: bool) -> None:
    data = builders.digital_xml(*found, root="EInvoices" if wrapped else "", percent=percent)
    document = read_document(data, "x.xml")
    assert document.kind == "xml"
    assert document.signed
    assert document.problems == ()
    assert [builders.stated(x) for x in document.invoices] == [builders.stated(x) for x in found]
    assert {method for x in document.invoices for method in x.methods.values()} == {"xml"}


@few
@given(builders.invoices(digital=False))
def test_edrm_xml(found: Invoice) -> None:
    assert only(read_document(builders.edrm_xml(found), "x.xml")) == builders.stated(found)


@few
@given(builders.invoices(digital=False), st.sampled_from(["GBK", "GB18030", "UTF-8"]))
def test_pinyin_xml(found: Invoice, encoding: str) -> None:
    assert only(read_document(builders.pinyin_xml(found, encoding=encoding), "x.xml")) == builders.stated(found)


@few
@given(builders.invoices())
def test_ofd_attachment_comes_before_print(found: Invoice) -> None:
    other = replace(found, total=Decimal("1.00"), amount=Decimal("1.00"), tax=Decimal("0.00"), colour="blue")
    document = read_document(builders.ofd(other, attach=builders.digital_xml(found)), "x.ofd")
    assert document.kind == "ofd"
    assert only(document) == builders.stated(found)


@few
@given(builders.invoices(), st.booleans(), st.booleans())
def test_ofd_tags_and_print(found: Invoice, tags: bool, custom: bool) -> None:
    document = read_document(builders.ofd(found, tags=tags, custom=custom), "x.ofd")
    assert only(document) == builders.shown(found)
    methods = document.invoices[0].methods
    assert methods["total"] == ("tag" if tags else "text")
    assert methods["number"] == ("tag" if tags or custom else "text")
    assert methods["lines"] == "text"


@settings(few, max_examples=6)
@given(builders.invoices())
def test_pdf_print(found: Invoice) -> None:
    document = read_document(builders.pdf(found), "x.pdf")
    assert document.kind == "pdf"
    assert only(document) == builders.shown(found)
    assert set(document.invoices[0].methods.values()) == {"text"}


def test_worker_reads_the_same() -> None:
    found = builders.plain()
    data = builders.pdf(found)
    with Worker() as worker:
        assert read_document(data, "x.pdf", pdf=worker.read) == read_document(data, "x.pdf")


def test_parties_without_code_are_named() -> None:
    found = replace(builders.plain(), buyer=Party(None, "个人"))
    assert only(read_document(builders.digital_xml(found), "x.xml")).buyer == Party(None, "个人")
