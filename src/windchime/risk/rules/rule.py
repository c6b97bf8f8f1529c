"""A rule and what it means: a conjunction of conditions on the columns of a table, with missing values and codes as states.

This is the meaning that every export has to reproduce:

* A numeric column holds quantities, special codes (`-9999` = no record) and missing values. Null and NaN are missing. A
  special code is no quantity: an interval never contains it. Infinite values are quantities.
* An interval is half-open, [low, high); no low reaches down to −∞ inclusive, no high up to +∞ inclusive.
* A column of categories holds texts and missing values (null). A condition names the categories it takes; `other` takes
  every text that the coding did not list by name, seen or unseen.
* A condition holds where the value is in any of its parts; a rule hits where all its conditions hold. The empty rule hits
  every row.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, Literal, Self

import polars as pl

#: [low, high); None = unbounded
Span = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Condition:
    """The values of one feature for which a rule may hit."""

    feature: str
    kind: Literal["number", "category"] = "number"
    #: of a number: disjoint, in rising order
    spans: tuple[Span, ...] = ()
    #: special codes of a number that are taken
    specials: tuple[float, ...] = ()
    #: all special codes of the feature, taken or not: the spans do not contain them
    codes: tuple[float, ...] = ()
    #: of a category: those taken, sorted
    categories: tuple[str, ...] = ()
    #: whether texts without a name of their own are taken
    other: bool = False
    #: all categories with a name of their own; what `other` means
    named: tuple[str, ...] = ()
    #: whether missing values are taken
    missing: bool = False

    def holds(self) -> pl.Expr:
        """True or false for each row, never null."""
        if self.kind == "number":
            value = pl.col(self.feature).cast(pl.Float64)
            gone = value.is_null() | value.is_nan()
            quantity = ~gone & ~value.is_in(self.codes) if self.codes else ~gone
            parts = [quantity & _within(value, span) for span in self.spans]
            parts += [value == code for code in self.specials]
        else:
            text = pl.col(self.feature).cast(pl.String)
            gone = text.is_null()
            parts = [text.is_in(self.categories)] if self.categories else []
            parts += [~gone & ~text.is_in(self.named)] if self.other else []
        parts += [gone] if self.missing else []
        return reduce(or_, parts, pl.lit(value=False)).fill_null(value=False)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: only what is not empty."""
        return {k: v for k, v in asdict(self).items() if v}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        lists = {k: tuple(body.get(k, ())) for k in ("specials", "codes", "categories", "named")}
        return cls(
            feature=body["feature"],
            kind=body["kind"],
            spans=tuple((low, high) for low, high in body.get("spans", ())),
            other=body.get("other", False),
            missing=body.get("missing", False),
            **lists,
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A conjunction of conditions, at most one a feature, sorted by feature."""

    conditions: tuple[Condition, ...]

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.conditions, key=lambda c: c.feature))
        if len({c.feature for c in ordered}) < len(ordered):
            raise ValueError("a rule has one condition a feature")
        object.__setattr__(self, "conditions", ordered)

    @property
    def features(self) -> tuple[str, ...]:
        """The features it looks at, sorted."""
        return tuple(c.feature for c in self.conditions)

    def holds(self) -> pl.Expr:
        """True where the rule hits, false elsewhere, never null."""
        return reduce(and_, (c.holds() for c in self.conditions), pl.lit(value=True))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"conditions": [c.as_dict() for c in self.conditions]}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        return cls(tuple(Condition.of(c) for c in body["conditions"]))


def _within(value: pl.Expr, span: Span) -> pl.Expr:
    low, high = span
    found = pl.lit(value=True)
    # NaN compares as the largest number in Polars: callers have left it out
    if low is not None:
        found &= value >= low
    return found if high is None else found & (value < high)
