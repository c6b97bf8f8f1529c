"""How a value is written for people: money, rates, counts, dates and indicator values, in both languages.

Details show every cent (`1,234,567.89 元`); overviews show one scale (`123.46 万元`, `1.23 亿元`), chosen once for a
whole column by `scale_for`, so that a column never mixes units. What is missing is written `—`, never 0.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from statistics import median_low

from windchime.core.dates import SHANGHAI, Month
from windchime.core.text import Lang, Text

#: what a missing value looks like
MISSING = "—"

#: a value to be written; a float is taken at its shortest decimal text
Number = Decimal | int | float


@dataclass(frozen=True, slots=True)
class Scale:
    """The unit that a column of amounts is shown in."""

    #: yuan in one unit
    yuan: int
    #: how the unit is called
    label: Text

    def write(self, value: Number | None) -> str:
        """The amount (in yuan) in this unit, two decimals, without the unit's name (it stands in the header)."""
        exact = _exact(value)
        return MISSING if exact is None else f"{_rounded(exact / self.yuan, 2):,.2f}"


#: smallest first; Chinese counts in ten thousands, English in thousands
SCALES: dict[Lang, tuple[Scale, ...]] = {
    "zh": (
        Scale(1, Text("元", "yuan")),
        Scale(10_000, Text("万元", "ten thousand yuan")),
        Scale(100_000_000, Text("亿元", "hundred million yuan")),
    ),
    "en": (
        Scale(1, Text("元", "yuan")),
        Scale(1_000, Text("千元", "thousand yuan")),
        Scale(1_000_000, Text("百万元", "million yuan")),
        Scale(1_000_000_000, Text("十亿元", "billion yuan")),
    ),
}

#: how the units of indicators are written after the number; `fraction` and `yuan` have forms of their own
UNITS = {
    "months": Text("个月", "months"),
    "days": Text("天", "days"),
    "years": Text("年", "years"),
    "bp": Text("BP", "bp"),
    "times": Text("倍", "times"),
    "points": Text("分", "points"),
}

#: the units of a time that something takes, in seconds, largest first
_LASTING = (
    (86_400, Text("天", "d")),
    (3_600, Text("小时", "h")),
    (60, Text("分", "min")),
    (1, Text("秒", "s")),
)


def _exact(value: Number | None) -> Decimal | None:
    """The decimal meant; None for what is missing, NaN and infinity."""
    if value is None:
        return None
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    exact = Decimal(value)
    return exact if exact.is_finite() else None


#: wide enough for any float at any number of digits
_WIDE = Context(prec=700)


def _rounded(exact: Decimal, digits: int) -> Decimal:
    """Rounded half away from zero; never a negative zero."""
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE)
    return rounded or abs(rounded)


def number(value: Number | None, digits: int = 0) -> str:
    """A plain number with thousands separated; halves are rounded away from zero."""
    exact = _exact(value)
    return MISSING if exact is None else f"{_rounded(exact, digits):,.{digits}f}"


def money(value: Number | None, lang: Lang = "zh") -> str:
    """An amount in detail, to the cent: `1,234,567.89 元`."""
    return number(value, 2) if _exact(value) is None else f"{number(value, 2)} {SCALES[lang][0].label[lang]}"


def scale_of(value: Number | None, lang: Lang = "zh") -> Scale:
    """The scale that shows one amount with few digits: the largest in which it is at least 1.00."""
    exact = abs(_exact(value) or Decimal(0))
    return next((s for s in reversed(SCALES[lang]) if _rounded(exact / s.yuan, 2) >= 1), SCALES[lang][0])


def scale_for(values: Iterable[Number | None], lang: Lang = "zh") -> Scale:
    """The one scale of a column: that of its middle amount, zero and missing left out."""
    sizes = [abs(e) for e in map(_exact, values) if e]
    return scale_of(median_low(sizes), lang) if sizes else SCALES[lang][0]


def short_money(value: Number | None, lang: Lang = "zh") -> str:
    """One amount in an overview: `123.46 万元`. In a table take `scale_for` of the column instead."""
    if _exact(value) is None:
        return MISSING
    scale = scale_of(value, lang)
    return f"{scale.write(value)} {scale.label[lang]}"


def percent(value: Number | None, digits: int = 2) -> str:
    """A fraction as a percentage: 0.0435 is `4.35%`."""
    exact = _exact(value)
    return MISSING if exact is None else f"{_rounded(exact * 100, digits):,.{digits}f}%"


def basis_points(value: Number | None) -> str:
    """A spread given as a fraction, in basis points: 0.015 is `150 BP`."""
    exact = _exact(value)
    return MISSING if exact is None else f"{_rounded(exact * 10_000, 0):,.0f} BP"


def count(value: Number | None) -> str:
    """How many: `373,431`."""
    return number(value, 0)


def day(value: date | None) -> str:
    """A date: `2026-11-21`."""
    if isinstance(value, datetime):
        value = value.astimezone(SHANGHAI).date()
    return MISSING if value is None else value.isoformat()


def month(value: Month | date | None) -> str:
    """A month: `2026-11`."""
    if value is None:
        return MISSING
    return str(value if isinstance(value, Month) else Month.of(value))


def instant(value: datetime | None) -> str:
    """An instant (timezone-aware) as clocks in China show it, to the minute."""
    return MISSING if value is None else f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def lasting(value: timedelta | None, lang: Lang = "zh") -> str:
    """How long something took, in its two largest units: `3 分 12 秒`; `< 1 秒` for less."""
    if value is None:
        return MISSING
    left = max(0, int(value.total_seconds()))
    if not left:
        return f"< 1 {_LASTING[-1][1][lang]}"
    found: list[tuple[int, Text]] = []
    for seconds, label in _LASTING:
        many, left = divmod(left, seconds)
        if many or found:
            found.append((many, label))
    return " ".join(f"{many} {label[lang]}" for many, label in found[:2] if many)


def measured(value: Number | None, unit: str, digits: int, lang: Lang = "zh") -> str:
    """An indicator's value in its declared unit.

    Args:
        value: as measured; None where the indicator says it is missing.
        unit: `yuan`, `fraction` (written as a percentage), `count`, `ratio`, `ln_yuan` (a logarithm has no unit),
            or one of `UNITS`; any other unit is written after the number as it is.
        digits: decimals the indicator declares; percentages keep two.
        lang: language of the unit's name.
    """
    if _exact(value) is None:
        return MISSING
    if unit in {"fraction", "share", "rate"}:
        return percent(value)
    if unit == "yuan":
        return money(value, lang)
    plain = number(value, digits)
    if unit in {"", "count", "ratio", "number", "ln_yuan"}:
        return plain
    return f"{plain} {UNITS[unit][lang] if unit in UNITS else unit}"
