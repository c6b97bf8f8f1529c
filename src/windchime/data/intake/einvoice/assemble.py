"""One invoice from what the parts of a document say of it: typed, the more reliable part first, disagreement told."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from windchime.core.problems import Problem
from windchime.data.intake import capitals
from windchime.data.intake.einvoice import checks, kinds, values
from windchime.data.intake.einvoice.problems import fault, note
from windchime.data.intake.einvoice.record import FIELDS, METHODS, Invoice, Line, Method, Party, Raw

#: what a document may say in the place of a name or text it does not have
EMPTY = frozenset({"", "-", "--", "无", "/"})
#: fields without which no row can be made
NEEDED = ("number", "issue_date", "amount", "tax", "total")
#: nature of a line in tax-control data
LINE_KINDS = {"1": "discount", "2": "discounted"}


class _Reading:
    """The values of one invoice, taken field by field from its readings, best method first."""

    def __init__(self, readings: Sequence[Raw], file: str, row: int) -> None:
        self.readings = sorted(readings, key=lambda r: METHODS.index(r.method))
        self.place: tuple[str, int] = (file, row)
        self.methods: dict[str, Method] = {}
        self.unread: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []

    def take(self, name: str, key: str, convert: Callable[[str], Any], accepted: str = "") -> Any:
        """The value of a field from the first reading that has a readable one; others that say otherwise are told."""
        found: list[tuple[Method, Any]] = []
        failed = ""
        for raw in self.readings:
            if not (said := raw.fields.get(key, "").strip()):
                continue
            value = convert(said)
            if value is None:
                failed = failed or said
            else:
                found.append((raw.method, value))
        if found:
            method, value = found[0]
            self.methods[name] = method
            if name in FIELDS and any(not _same(other, value) for _m, other in found[1:]):
                self.notes.append(note("readings_disagree", *self.place, field=FIELDS[name]))
            return value
        if failed and name in FIELDS and not values.starred(failed):
            self.unread[name] = values.tidy(failed)[:60]
            self.problems.append(fault("field_not_readable", *self.place, field=FIELDS[name], accepted=accepted))
        return None

    def text(self, name: str, key: str | None = None) -> str | None:
        """A text as it stands; None where there is none."""
        found: str | None = self.take(name, key or name, _text)
        return found

    def joined(self, name: str, *keys: str) -> str | None:
        """Several texts of one reading behind each other: address and telephone, bank and account."""
        whole = self.text(name)
        parts = [p for key in keys if (p := self.text(f"{name}/{key}", key))]
        for key in keys:
            method = self.methods.pop(f"{name}/{key}", None)
            if method and not whole:
                self.methods[name] = method
        return whole or " ".join(parts) or None


def assemble(
    readings: Sequence[Raw], *, file: str, row: int, legal_rates: checks.LegalRates, limit: int
) -> tuple[Invoice, list[Problem], list[Problem]]:
    """One invoice, its problems and its notes.

    Args:
        readings: what the parts of the document say of the same invoice.
        file: name of the document, for problems.
        row: number of the invoice in the document, from 1.
        legal_rates: the rates of a day; None where a day has no known ones.
        limit: how many lines are kept.
    """
    r = _Reading(readings, file, row)
    number, code = r.take("number", "number", _code), r.take("code", "code", _code)
    issue_date: date | None = r.take("issue_date", "date", values.day, "YYYY-MM-DD")
    issued_at: datetime | None = r.take("issued_at", "date", values.instant) or r.take(
        "issued_at", "issued", values.instant
    )
    total, amount, tax = (r.take(f, f, values.money, "1234.50") for f in ("total", "amount", "tax"))
    if total is None and "total" not in r.unread:
        total = r.take("total", "capitals", capitals.read)
    lines = tuple(_lines(r, limit))
    if tax is None and "tax" not in r.unread and _untaxed(r.readings, lines):
        r.notes.append(note("tax_not_shown", file, row))
        tax = checks.difference(total, amount)
    if amount is None and "amount" not in r.unread and total is not None and tax is not None:
        r.notes.append(note("amount_from_total", file, row))
        amount = total - tax
    invoice = Invoice(
        number=number,
        code=code,
        kind=r.take("kind", "kind", _text) or kinds.kind(_said(r.readings), code, number),
        issue_date=issue_date,
        issued_at=issued_at,
        seller=_party(r, "seller"),
        buyer=_party(r, "buyer"),
        amount=amount,
        tax=tax,
        total=total,
        colour=kinds.colour(_said(r.readings), total),
        original_code=r.take("original_code", "original_code", _code),
        original_no=r.take("original_no", "original_no", _code),
        red_form_no=r.take("red_form_no", "red_form_no", _code),
        check_code=r.take("check_code", "check_code", _code),
        drawer=r.text("drawer"),
        remark=r.text("remark"),
        lines=lines,
        methods=r.methods,
        unread=r.unread,
    )
    for field in NEEDED:
        if getattr(invoice, field) is None and field not in r.unread:
            r.problems.append(fault("field_missing", file, row, field=FIELDS[field]))
    stated = next((c for raw in r.readings if (c := capitals.read(raw.fields.get("capitals", ""))) is not None), None)
    invoice, said = checks.judge(invoice, stated, file=file, row=row, legal_rates=legal_rates)
    return invoice, r.problems, [*r.notes, *said]


def _untaxed(readings: Sequence[Raw], lines: Sequence[Line]) -> bool:
    """Whether the document says that no tax is shown: stars in place of it, or no line with a rate in figures."""
    starred = any(values.starred(raw.fields.get("tax", "")) for raw in readings)
    return starred or (bool(lines) and all(x.tax_rate is None and x.tax_rate_text for x in lines))


def _said(readings: Sequence[Raw]) -> Mapping[str, str]:
    """All texts in one map, the most reliable reading's text standing."""
    found: dict[str, str] = {}
    for raw in reversed(readings):
        found |= raw.fields
    return found


def _party(r: _Reading, side: str) -> Party:
    return Party(
        code=r.take(f"{side}_code", f"{side}_code", _code),
        name=r.text(f"{side}_name"),
        contact=r.joined(f"{side}_contact", f"{side}_address", f"{side}_phone"),
        account=r.joined(f"{side}_account", f"{side}_bank", f"{side}_bank_account"),
    )


def _lines(r: _Reading, limit: int) -> list[Line]:
    """The lines of the first reading that has some."""
    raw = next((raw for raw in r.readings if raw.lines), None)
    if raw is None:
        return []
    r.methods["lines"] = raw.method
    if len(raw.lines) > limit:
        r.problems.append(fault("lines_too_many", *r.place, limit=limit))
    return [_line(number, line) for number, line in enumerate(raw.lines[:limit], 1)]


def _line(number: int, said: Mapping[str, str]) -> Line:
    rate = values.rate(said.get("rate", ""))
    amount = values.money(said.get("amount", ""))
    nature = LINE_KINDS.get(said.get("nature", "").strip(), "normal")
    return Line(
        line_no=number,
        item_name=_text(said.get("name", "")) or "",
        spec=_text(said.get("spec", "")),
        unit=_text(said.get("unit", "")),
        quantity=values.number(said.get("quantity", "")),
        unit_price=values.number(said.get("price", "")),
        amount=amount,
        tax_rate=rate.value if rate else None,
        tax_rate_text=(rate.text or None) if rate else (_text(said.get("rate", ""))),
        tax=values.money(said.get("tax", "")),
        tax_class_code=_code(said.get("class", "")),
        line_kind=nature,
    )


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same; texts are compared without blanks and widths."""
    return bool(one == other) or (isinstance(one, str) and values.identifier(one) == values.identifier(other))


def _text(said: str) -> str | None:
    found = values.tidy(said)
    return None if found in EMPTY else found


def _code(said: str) -> str | None:
    found = values.identifier(said)
    return None if found in EMPTY or values.starred(found) else found
