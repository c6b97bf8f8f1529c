"""From the texts on an invoice to values: amounts, rates, dates, identifiers, each as documents write them."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from windchime.core.dates import EARLIEST, SHANGHAI, NotADate, parse_date

#: what stands in the place of a figure where there is none: exempt and untaxed lines
STARS = re.compile(r"[*＊]+")
_MONEY_MARKS = str.maketrans("", "", "¥￥,， \t\u00a0\u3000元")
_NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,30})?|\.\d{1,30})")
_STAMP = re.compile(
    r"(\d{4})[-/年]?(\d{2})[-/月]?(\d{2})日?[T ]?(\d{2}):?(\d{2})(?::?(\d{2}))?(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?"
)
#: a rate in words instead of a figure; the word is kept
RATE_WORDS = ("免税", "不征税", "普通零税率", "出口零税率", "零税率")


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of tax as printed."""

    #: fraction; None where none is stated
    value: Decimal | None
    #: what is printed in its place, such as 免税 or `*`; empty where a figure is
    text: str


def plain(text: str) -> str:
    """A text in half width, without blanks around it and with single blanks inside; control characters dropped."""
    kept = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFKC", text))
    return " ".join(kept.split())


def tidy(text: str) -> str:
    """A text as it stands, blanks around it removed, line breaks turned into blanks, control characters dropped."""
    kept = "".join(c if c.isprintable() or c == "\u3000" else " " for c in text)
    return " ".join(kept.split())


def number(text: str) -> Decimal | None:
    """An exact number from a text with currency signs and thousands marks; None where it is none.

    Example:
        >>> number("¥ 1,227.63")
        Decimal('1227.63')
    """
    bare = unicodedata.normalize("NFKC", text).translate(_MONEY_MARKS).replace("−", "-").replace("–", "-")
    if not _NUMBER.fullmatch(bare):
        return None
    try:
        return Decimal(bare)
    except InvalidOperation:
        return None


def money(text: str) -> Decimal | None:
    """An amount in yuan with two decimals; None where the text is none, or has more decimals than cents."""
    found = number(text)
    if found is None or abs(found) >= Decimal(10) ** 16:
        return None
    cents = found.quantize(Decimal("0.01"))
    return cents if cents == found else None


def starred(text: str) -> bool:
    """Whether stars stand in the place of a figure."""
    return bool(STARS.fullmatch(text.strip()))


def rate(text: str) -> Rate | None:
    """A rate from `0.06`, `6%`, `6`, 免税, 不征税 or stars; None where the text is none of these.

    A figure of one and more is a percentage even without its sign: no tax takes the whole price.
    """
    said = plain(text).replace(" ", "")
    if starred(said):
        return Rate(None, "*")
    for word in RATE_WORDS:
        if word in said:
            return Rate(Decimal(0) if word.endswith("零税率") else None, word)
    found = number(said.removesuffix("%"))
    if found is None or not 0 <= found <= 100:
        return None
    return Rate(found / 100 if said.endswith("%") or found >= 1 else found, "")


def day(text: str) -> date | None:
    """A calendar day from the forms that invoices use; a time of day behind it is left to `instant`."""
    said = plain(text)
    stamp = _STAMP.fullmatch(said)
    try:
        found = date(*map(int, stamp.group(1, 2, 3))) if stamp else parse_date(said.replace(" ", ""))
    except (NotADate, ValueError):
        return None
    return found if found >= EARLIEST else None


def instant(text: str) -> datetime | None:
    """A point in time, in UTC; times without a zone are those of Shanghai. None for a day without a time."""
    stamp = _STAMP.fullmatch(plain(text))
    if not stamp:
        return None
    zone = (stamp[7] or "").replace("Z", "+00:00")
    said = "{}-{}-{}T{}:{}:{}".format(*(part or "00" for part in stamp.groups()[:6]))
    try:
        found = datetime.fromisoformat(said + (zone if ":" in zone or not zone else f"{zone[:3]}:{zone[3:]}"))
        return (found if zone else found.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def identifier(text: str) -> str:
    """A code or number: half width, upper case, without blanks."""
    return plain(text).replace(" ", "").upper()
