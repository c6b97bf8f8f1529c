"""What an indicator is: its card, which people read, and the formula over the rows of one grain."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import ibis

from windchime.core.text import Text
from windchime.indicators.grain import Grain

Direction = Literal["higher_is_riskier", "lower_is_riskier", "neutral"]
Unit = Literal["yuan", "fraction", "ratio", "ln_yuan", "count", "months", "days"]
#: units whose figures are whole numbers; all others are float64
WHOLE = frozenset({"count", "months", "days"})
Value = Callable[[Grain], ibis.Value]
Behind = Callable[[ibis.Table], ibis.Value]


@dataclass(frozen=True, slots=True)
class Indicator:
    """The card of a measured quantity of a firm, as pages, reports and model cards show it."""

    #: stable name, the column of the measured table
    code: str
    name: Text
    #: yuan, fraction, ratio, ln_yuan (natural logarithm of one plus yuan), count, months, days
    unit: str
    #: decimals the figure is rounded to; 0 for whole numbers
    digits: int
    #: whole months that end with the last complete month before the as-of date; None: the whole history
    window_months: int | None
    direction: Direction
    #: when the figure is absent, or what stands in its place
    missing: Text
    #: where the quantity comes from
    source: str
    formula: Text
    #: size, growth, rhythm, conduct, ticket, tax, buyers, sellers, circularity or numbers
    group: str
    #: it measures activity of the last six months, which a default may itself have changed
    recent: bool


@dataclass(frozen=True, slots=True)
class Definition:
    """An indicator with the means to measure it."""

    indicator: Indicator
    #: which grain's rows the formula folds
    grain: str
    #: from the grain to one value a firm
    value: Value
    #: which invoice rows stand behind the figure, inside its window
    behind: Behind
    #: what a firm without any row of this grain gets
    absent: int | None = None

    @property
    def whole(self) -> bool:
        """Whether the figure is a whole number."""
        return self.indicator.unit in WHOLE


def sold(t: ibis.Table) -> ibis.Value:
    """Sales that count."""
    return (t.direction == "sale") & t.countable


def bought(t: ibis.Table) -> ibis.Value:
    """Purchases that count."""
    return (t.direction == "purchase") & t.countable


def traded(t: ibis.Table) -> ibis.Value:
    """Sales and purchases that count."""
    return t.countable


def indicator(
    code: str,
    zh: str,
    en: str,
    value: Value,
    formula: tuple[str, str],
    *,
    group: str,
    over: str = "months",
    unit: Unit = "fraction",
    digits: int | None = None,
    window: int | None = 12,
    direction: Direction = "neutral",
    missing: Text,
    source: str,
    recent: bool = False,
    behind: Behind = sold,
    absent: int | None = None,
) -> Definition:
    """Declare an indicator: its card and its formula in one place.

    Args:
        code: stable name; `_12m` at its end is the window, `_7_18m` a window that skips the last six months.
        zh: Chinese name.
        en: English name.
        value: from the grain named by `over` to one reduction a firm; a mention of an operand twice is planned twice.
        formula: in words, Chinese and English.
        group: see `Indicator.group`.
        over: the grain: months, pairs, returning, mutual, rates or numbers (`plan.grains`).
        unit: months, days and counts are whole numbers, all else is float64.
        digits: 0 for whole numbers, 2 for yuan, 4 otherwise, unless said.
        window: whole months; None is the whole history.
        direction: what a higher figure means for risk, as the trade sees it.
        missing: the policy in words.
        source: where the quantity comes from.
        recent: see `Indicator.recent`.
        behind: which rows of the invoice table stand behind the figure; the window is added to it.
        absent: what a firm without a row in the grain gets; None is no figure.
    """
    places = digits if digits is not None else 0 if unit in WHOLE else 2 if unit == "yuan" else 4
    card = Indicator(
        code, Text(zh, en), unit, places, window, direction, missing, source, Text(*formula), group, recent
    )
    return Definition(card, over, value, behind, absent)
