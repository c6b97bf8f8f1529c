"""What an invoice must agree with itself on: sums, capitals, lines, rates, numbers. Told, never repaired."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from decimal import Decimal

from windchime.core import credit_code, invoice_number
from windchime.core.problems import Problem
from windchime.core.text import Text
from windchime.data.intake.einvoice.problems import note
from windchime.data.intake.einvoice.record import FIELDS, Invoice, Line

#: the rates that the tax law knows on a day; None where it is not known
LegalRates = Callable[[date], Collection[Decimal] | None]

CENT = Decimal("0.01")
#: half a cent of rounding for each of up to ten lines; a longer list is given its own half cents
LINES_SLACK = Decimal("0.05")
#: tax of a line is rounded from an amount that was itself rounded, and may be settled over the invoice
TAX_SLACK = Decimal("0.06")
#: notes of one kind that are told line by line; more would say nothing new
TOLD = 5
PARTIES = {"seller": Text("销售方", "seller"), "buyer": Text("购买方", "buyer")}


def difference(total: Decimal | None, amount: Decimal | None) -> Decimal:
    """The tax where stars stand in its place: what the total has over the amount, zero where that is unknown."""
    return total - amount if total is not None and amount is not None else Decimal(0)


def judge(
    invoice: Invoice, stated: Decimal | None, *, file: str, row: int, legal_rates: LegalRates
) -> tuple[Invoice, list[Problem]]:
    """The invoice with the share of checks that hold, and a note for each that does not.

    Args:
        invoice: as assembled.
        stated: the total in Chinese capitals, where it is there.
        file: name of the document, for notes.
        row: number of the invoice in the document.
        legal_rates: the rates of a day.
    """
    outcomes: list[bool] = []
    said: list[Problem] = []

    def hold(holds: bool, code: str, **params: object) -> None:
        outcomes.append(holds)
        if not holds and sum(p.code == code for p in said) < TOLD:
            said.append(note(code, file, row, **params))

    if invoice.amount is not None and invoice.tax is not None and invoice.total is not None:
        hold(abs(invoice.amount + invoice.tax - invoice.total) <= CENT, "total_disagrees")
    if stated is not None and invoice.total is not None:
        hold(abs(stated) == abs(invoice.total), "capitals_disagree")
    slack = max(LINES_SLACK, CENT / 2 * len(invoice.lines))
    for field, parts in (("amount", [x.amount for x in invoice.lines]), ("tax", [x.tax for x in invoice.lines])):
        whole = getattr(invoice, field)
        if whole is not None and parts and (field == "tax" or None not in parts) and any(p is not None for p in parts):
            total = sum((p for p in parts if p is not None), Decimal(0))
            hold(abs(total - whole) <= slack, "lines_disagree", field=FIELDS[field])
    rates = legal_rates(invoice.issue_date) if invoice.issue_date else None
    for line in invoice.lines:
        _line(line, rates, hold)
    _numbers(invoice, hold)
    share = (Decimal(sum(outcomes)) / len(outcomes)).quantize(Decimal("0.0001")) if outcomes else None
    return replace(invoice, confidence=share), said


def _line(line: Line, rates: Collection[Decimal] | None, hold: Callable[..., None]) -> None:
    if line.quantity is not None and line.unit_price is not None and line.amount is not None:
        product = line.quantity * line.unit_price
        # printed prices are rounded too: half a unit of their last digit for each unit sold
        exponent = line.unit_price.as_tuple().exponent
        rounding = abs(line.quantity) * Decimal(1).scaleb(int(exponent)) / 2
        hold(abs(product - line.amount) <= LINES_SLACK + rounding, "line_product_disagrees", line=line.line_no)
    if line.amount is not None and line.tax is not None and line.tax_rate is not None:
        hold(
            abs(line.amount * line.tax_rate - line.tax) <= TAX_SLACK,
            "line_tax_disagrees",
            line=line.line_no,
        )
    if line.tax_rate is not None and rates is not None:
        hold(line.tax_rate in rates, "rate_not_legal", line=line.line_no, rate=f"{line.tax_rate:f}")


def _numbers(invoice: Invoice, hold: Callable[..., None]) -> None:
    if invoice.number is not None:
        found = invoice_number.check(invoice.code, invoice.number, invoice.issue_date)
        doubts = [*found.faults, *found.doubts]
        hold(not doubts, "number_doubtful", reason=_known(doubts[0]) if doubts else "")
    for side, label in PARTIES.items():
        code = getattr(invoice, side).code
        if code is not None and len(code) == 18:
            hold(credit_code.check(code).valid, "code_doubtful", party=label)


def _known(msgid: str) -> Text:
    """A message of the core as a text in both languages."""
    from windchime.core.text import translate

    return Text(translate(msgid, "zh"), msgid)
