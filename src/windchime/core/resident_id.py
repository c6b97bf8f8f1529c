"""Resident identity number 公民身份号码 (GB 11643-1999): checked, never shown whole."""

from dataclasses import dataclass
from datetime import date

from windchime.core.text import _

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check_character(first17: str) -> str:
    """The 18th character: Σ Ci·Wi mod 11 as an index into 10X98765432.

    Example:
        >>> check_character("11010519491231002")
        'X'
    """
    return "10X98765432"[sum(int(c) * w for c, w in zip(first17, WEIGHTS, strict=True)) % 11]


@dataclass(frozen=True, slots=True)
class ResidentIdCheck:
    """What is known of a text that should be a resident id; the number itself is not kept."""

    faults: tuple[str, ...]
    born_on: date | None = None
    #: a 15-digit number of before 1999: no check character, two-digit year
    legacy: bool = False

    @property
    def valid(self) -> bool:
        """Whether it is well formed, with a date that exists and a right check character."""
        return not self.faults


def check(text: str) -> ResidentIdCheck:
    """Check an 18-character or a legacy 15-digit number."""
    number = text.strip().upper()
    legacy = len(number) == 15
    body = number[:6] + "19" + number[6:] if legacy else number[:17]
    if not (legacy or len(number) == 18):
        return ResidentIdCheck((_("a resident id has 18 characters (15 before 1999)"),))
    if not (body.isascii() and body.isdigit()):
        return ResidentIdCheck((_("a resident id has digits, and X only as its last character"),), legacy=legacy)
    try:
        born = date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    except ValueError:
        return ResidentIdCheck((_("characters 7 to 14 are no date"),), legacy=legacy)
    if not legacy and check_character(body) != number[17]:
        return ResidentIdCheck((_("the check character is wrong"),), born)
    return ResidentIdCheck((), born, legacy)


def mask(text: str) -> str:
    """First six, eight stars, last four: the only form that is displayed; shorter texts become stars alone."""
    number = text.strip()
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) >= 15 else "*" * len(number)
