"""An invoice as it was read: typed, with the method by which each field was found, before it becomes a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from windchime.core.problems import Problem
from windchime.core.text import Text

#: how a field was found: stated for programs, mapped by a tag to printed text, or found in printed text by its place
Method = Literal["xml", "tag", "text"]
#: from the most to the least reliable
METHODS: tuple[Method, ...] = ("xml", "tag", "text")
#: kind of a file by its content
FileKind = Literal["xml", "ofd", "pdf"]

#: names of fields for people
FIELDS: dict[str, Text] = {
    "code": Text("发票代码", "invoice code"),
    "number": Text("发票号码", "invoice number"),
    "kind": Text("票种", "kind"),
    "issue_date": Text("开票日期", "issue date"),
    "seller_name": Text("销售方名称", "seller's name"),
    "seller_code": Text("销售方税号", "seller's tax number"),
    "buyer_name": Text("购买方名称", "buyer's name"),
    "buyer_code": Text("购买方税号", "buyer's tax number"),
    "amount": Text("金额", "amount"),
    "tax": Text("税额", "tax"),
    "total": Text("价税合计", "total"),
}


@dataclass(frozen=True, slots=True)
class Raw:
    """What one part of a document says of one invoice, as texts by field; empty texts are left out."""

    method: Method
    fields: Mapping[str, str] = field(repr=False)
    lines: tuple[Mapping[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer as printed; None where the document does not say."""

    #: unified social credit code or older tax number, upper case, half width
    code: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    #: address and telephone
    contact: str | None = field(default=None, repr=False)
    #: bank and account number
    account: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an invoice; None where the document does not say."""

    line_no: int
    #: `*class*name` as printed
    item_name: str
    spec: str | None = None
    unit: str | None = None
    quantity: Decimal | None = None
    #: yuan per unit
    unit_price: Decimal | None = None
    #: without tax, in yuan
    amount: Decimal | None = None
    #: fraction
    tax_rate: Decimal | None = None
    #: what is printed in place of a rate
    tax_rate_text: str | None = None
    #: yuan; None where stars are printed
    tax: Decimal | None = None
    #: 19 digits
    tax_class_code: str | None = None
    #: normal, discount, discounted
    line_kind: str = "normal"


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice of a document. None means that the document does not say it, or not readably (then a problem says so)."""

    number: str | None
    #: None for fully digital invoices
    code: str | None
    kind: str
    issue_date: date | None
    #: UTC; None where only the day is known
    issued_at: datetime | None
    seller: Party
    buyer: Party
    #: yuan, red letters negative
    amount: Decimal | None
    tax: Decimal | None
    total: Decimal | None
    #: blue or red
    colour: str
    original_code: str | None = None
    original_no: str | None = None
    red_form_no: str | None = None
    check_code: str | None = None
    drawer: str | None = field(default=None, repr=False)
    remark: str | None = field(default=None, repr=False)
    lines: tuple[Line, ...] = ()
    #: method by field
    methods: Mapping[str, Method] = field(default_factory=dict)
    #: share of the checks the document allows (sums, capitals, lines, codes) that hold; None where it allows none
    confidence: Decimal | None = None
    #: texts of fields that could not be read, by field; they become the value that quarantine shows
    unread: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was looked at. Without invoices, `problems` says why."""

    name: str
    #: None where the content is none of the kinds
    kind: FileKind | None
    sha256: str
    invoices: tuple[Invoice, ...]
    #: faults of the document and of single invoices; what is worth saying stands in `notes`
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    #: it carries a signature, which is never verified here
    signed: bool = False
