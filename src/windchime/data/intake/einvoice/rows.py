"""Invoices of documents as rows of the contracts `invoices` and `invoice_lines`: texts, so that a bad one is shown."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

import pyarrow as pa

from windchime.data.contracts import contract
from windchime.data.intake.einvoice import values
from windchime.data.intake.einvoice.record import Document, Invoice, Line, Party
from windchime.data.intake.sheets import FILE, ROW

Row: TypeAlias = dict[str, str | datetime | None]
HEADERS, LINES = "invoices", "invoice_lines"
#: digits behind the point that the contract holds for quantities and prices
PLACES = {"quantity": Decimal("1e-8"), "unit_price": Decimal("1e-10")}
#: columns that are no texts
TYPES = {"issued_at": pa.timestamp("us", "UTC")}
#: the last digits of the check code, which verification asks for
TAIL = 6
_CLASS = re.compile(r"[*＊]([^*＊]{1,40})[*＊]")


@dataclass(frozen=True, slots=True)
class Reporting:
    """The firm in whose name documents are loaded."""

    #: `source:local_id`
    firm_id: str
    #: its tax numbers and credit codes
    codes: frozenset[str] = frozenset()
    #: its names, present and former
    names: frozenset[str] = frozenset()

    def is_party(self, party: Party) -> bool:
        """Whether a party of an invoice is this firm: by code where both have one, else by name."""
        if party.code and self.codes:
            return party.code in {values.identifier(code) for code in self.codes}
        return bool(party.name) and values.identifier(party.name or "") in {values.identifier(n) for n in self.names}


def side(invoice: Invoice, who: Reporting) -> str | None:
    """`seller` where the reporting firm sold, `buyer` where it bought, None where it is no party."""
    if who.is_party(invoice.seller):
        return "seller"
    return "buyer" if who.is_party(invoice.buyer) else None


def header(invoice: Invoice, document: Document, who: Reporting) -> Row:
    """The row of an invoice; columns that the document does not fill are absent."""
    mine = side(invoice, who)
    row: Row = {
        "reporting_firm_id": who.firm_id,
        "direction": {"seller": "sale", "buyer": "purchase"}.get(mine or ""),
        "copy": mine,
        "invoice_code": invoice.code,
        "invoice_no": invoice.number,
        "kind": invoice.kind,
        "status": "normal",
        "colour": invoice.colour,
        "original_code": invoice.original_code,
        "original_no": invoice.original_no,
        "red_form_no": invoice.red_form_no,
        "issue_date": _said(invoice.issue_date) or invoice.unread.get("issue_date"),
        "issued_at": invoice.issued_at,
        "check_code_tail": invoice.check_code[-TAIL:] if invoice.check_code else None,
        "verified": "not_checked",
        "drawer": invoice.drawer,
        "remark": invoice.remark,
        "document_hash": document.sha256,
    }
    for name in ("amount", "tax", "total"):
        row[name] = _said(getattr(invoice, name)) or invoice.unread.get(name)
    for name in ("seller", "buyer"):
        party: Party = getattr(invoice, name)
        row |= {
            f"{name}_id": who.firm_id if mine == name else None,
            f"{name}_code": party.code,
            f"{name}_name": party.name,
            f"{name}_contact": party.contact,
            f"{name}_account_no": party.account,
        }
    return row


def line(invoice: Invoice, found: Line, who: Reporting) -> Row:
    """The row of a line."""
    short = _CLASS.match(found.item_name)
    row: Row = {
        "reporting_firm_id": who.firm_id,
        "direction": {"seller": "sale", "buyer": "purchase"}.get(side(invoice, who) or ""),
        "invoice_code": invoice.code,
        "invoice_no": invoice.number,
        "line_no": str(found.line_no),
        "issue_date": _said(invoice.issue_date),
        "item_name": found.item_name or None,
        "tax_class_code": found.tax_class_code,
        "tax_class_short": short[1] if short else None,
        "spec": found.spec,
        "unit": found.unit,
        "amount": _said(found.amount),
        "tax_rate": _said(found.tax_rate),
        "tax_rate_text": found.tax_rate_text,
        "tax": _said(found.tax),
        "line_kind": found.line_kind,
    }
    for name, place in PLACES.items():
        number: Decimal | None = getattr(found, name)
        row[name] = f"{number.quantize(place, ROUND_HALF_UP):f}" if number is not None else None
    return row


def tables(
    documents: Sequence[Document], who: Sequence[Reporting], without: Collection[tuple[int, int]] = ()
) -> tuple[pa.Table, pa.Table]:
    """Headers and lines of documents, each row with the document it comes from and its number there.

    Args:
        documents: as read.
        who: in whose name each is loaded, in the same order.
        without: indexes of documents and of invoices in them that other documents hold too.
    """
    headers: list[Row] = []
    lines: list[Row] = []
    places: tuple[list[tuple[str, int]], list[tuple[str, int]]] = ([], [])
    for i, (document, firm) in enumerate(zip(documents, who, strict=True)):
        at = 0
        for number, invoice in enumerate(document.invoices, 1):
            if (i, number - 1) in without:
                continue
            headers.append(header(invoice, document, firm))
            places[0].append((document.name, number))
            for found in invoice.lines:
                at += 1
                lines.append(line(invoice, found, firm))
                places[1].append((document.name, at))
    return _table(HEADERS, headers, places[0]), _table(LINES, lines, places[1])


def _table(name: str, found: Sequence[Row], places: Sequence[tuple[str, int]]) -> pa.Table:
    columns = list(dict.fromkeys(column for row in found for column in row)) or list(_columns(name))
    made = {column: pa.array([row.get(column) for row in found], TYPES.get(column, pa.string())) for column in columns}
    made[FILE] = pa.array([file for file, _row in places], pa.string())
    made[ROW] = pa.array([row for _file, row in places], pa.int64())
    return pa.table(made)


def _columns(name: str) -> Iterator[str]:
    yield from (c.name for c in contract(name).expected)


def _said(value: object) -> str | None:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value) if value is not None else None
