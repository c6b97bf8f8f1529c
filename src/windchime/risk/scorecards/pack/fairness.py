"""Whether groups are treated alike, for attributes that the bank declared lawful to examine and for no other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any

import numpy as np
import polars as pl

from windchime.core.text import Text
from windchime.risk.arrays import Floats
from windchime.risk.calibration import wilson
from windchime.risk.scorecards.workbench import Fairness
from windchime.risk.validation import Interval, quantile_of


@dataclass(frozen=True, slots=True)
class Group:
    """One group of an attribute, against the largest."""

    name: str
    firms: int
    bads: int
    #: share let pass
    passed: Interval
    #: adverse impact ratio: that share over the largest group's; None for the largest group, and where nobody passes
    ratio: Interval | None
    #: equal opportunity: share of good firms let pass, minus the largest group's; None for it, and without goods
    opportunity: Interval | None


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute."""

    column: str
    #: why the bank may examine it
    ground: Text
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Treatment:
    """All attributes that were examined, and those that were offered without a ground."""

    attributes: tuple[Attribute, ...]
    refused: tuple[str, ...]
    min_ratio: float


def treatment(
    bad: Floats, passed: Sequence[bool], attributes: Mapping[str, Any], lawful: Fairness, *, level: float
) -> Treatment:
    """Adverse impact ratio (Katz 1978 on the log scale) and equal opportunity (Hardt, Price and Srebro 2016; Newcombe 1998).

    Args:
        bad: labels.
        passed: whether the model lets the firm pass.
        attributes: values by column, one a firm; missing ones are a group of their own.
        lawful: what the bank declared.
        level: of the intervals.
    """
    let = np.asarray(passed, dtype=bool)
    found = []
    for column, values in attributes.items():
        if column not in lawful.attributes:
            continue
        names = pl.Series(values).cast(pl.String).fill_null("—").to_numpy()
        found.append(Attribute(column, lawful.attributes[column], _groups(bad, let, names, level)))
    refused = tuple(sorted(set(attributes) - set(lawful.attributes)))
    return Treatment(tuple(found), refused, lawful.min_ratio)


def _groups(bad: Floats, let: Any, names: Any, level: float) -> tuple[Group, ...]:
    kinds, counts = np.unique(names, return_counts=True)
    largest = str(kinds[int(np.argmax(counts))])
    good, base = bad == 0, names == largest
    rows = []
    for name in map(str, kinds):
        own = names == name
        share = wilson(int(let[own].sum()), int(own.sum()), level=level)
        ratio = None if name == largest else _ratio(let[own], let[base], level)
        chance = None if name == largest else _difference(let[own & good], let[base & good], level)
        rows.append(Group(name, int(own.sum()), int(bad[own].sum()), share, ratio, chance))
    return tuple(sorted(rows, key=lambda g: (-g.firms, g.name)))


def _ratio(own: Any, base: Any, level: float) -> Interval | None:
    a, n, b, m = int(own.sum()), len(own), int(base.sum()), len(base)
    if not a or not b:
        return None
    value, reach = a / n / (b / m), quantile_of(level) * sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    return Interval(value, exp(log(value) - reach), exp(log(value) + reach), level, "katz")


def _difference(own: Any, base: Any, level: float) -> Interval | None:
    if not len(own) or not len(base):
        return None
    one, other = wilson(int(own.sum()), len(own), level=level), wilson(int(base.sum()), len(base), level=level)
    value = one.value - other.value
    low = value - sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    high = value + sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Interval(value, low, high, level, "newcombe")
