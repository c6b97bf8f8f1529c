"""VAT invoice codes and numbers: paper and early electronic kinds (code + 8 digits), and the 20-digit 数电票."""

from dataclasses import dataclass
from datetime import date

from windchime.core.text import _


@dataclass(frozen=True, slots=True)
class InvoiceNumberCheck:
    """What a code and number tell about an invoice."""

    #: `digital` (20 digits, no code), `special`, `general`, `electronic_general`, `electronic_special`, `roll`, `toll`,
    #: `vehicle`, `used_vehicle`, or `unknown` where the number alone does not say
    kind: str
    faults: tuple[str, ...]
    doubts: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether code and number are well formed together."""
        return not self.faults


def check(code: str | None, number: str, issued_on: date | None = None) -> InvoiceNumberCheck:
    """Check an invoice's code and number.

    There is no public check digit; a 数电票 tells its year (digits 1–2) and province (digits 3–4).
    Numbers that lost their leading zeros in a spreadsheet are a doubt, not a fault.
    """
    number = number.strip()
    if not (number.isascii() and number.isdigit()):
        return InvoiceNumberCheck("unknown", (_("an invoice number has digits only"),))
    if len(number) == 20:
        faults = (_("a fully digital invoice has no code"),) if code else ()
        doubts = []
        if issued_on and number[:2] != f"{issued_on.year % 100:02d}":
            doubts.append(_("the first two digits are not the year of issue"))
        if number[2:4] == "99":
            doubts.append(_("region 99 does not exist: the number is fictitious"))
        return InvoiceNumberCheck("digital", faults, tuple(doubts))
    if len(number) > 8:
        return InvoiceNumberCheck("unknown", (_("an invoice number has 8 digits, or 20 when fully digital"),))
    short = (_("leading zeros are missing"),) if len(number) < 8 else ()
    if not code:
        return InvoiceNumberCheck(
            "unknown", (), (*short, _("the invoice code is missing, so the number alone is no key"))
        )
    code = code.strip()
    if not (code.isascii() and code.isdigit()) or len(code) not in (10, 12):
        return InvoiceNumberCheck("unknown", (_("an invoice code has 10 or 12 digits"),), short)
    return InvoiceNumberCheck(_kind(code), (), short)


def _kind(code: str) -> str:
    """The kind a code of 10 or 12 digits stands for."""
    if len(code) == 10:
        return {"1": "special", "5": "special", "3": "general", "6": "general"}.get(code[7], "unknown")
    if code[0] == "1":
        return "vehicle"
    tails = {
        "11": "electronic_general",
        "13": "electronic_special",
        "06": "roll",
        "07": "roll",
        "12": "toll",
        "17": "used_vehicle",
    }
    return tails.get(code[10:], "general") if code[0] == "0" else "unknown"
