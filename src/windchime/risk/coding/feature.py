"""The states of one feature, and what a set of them means.

States of a number: its intervals in rising order, then its special codes, then missing. States of a category: the texts
with a name of their own, by name, then all others, then missing. A set of states is a mask: bit s stands for state s.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.risk.coding.kernels import encoded
from windchime.risk.coding.reading import Kind, NotStates, plain, quantities

#: a mask has as many bits
STATES = 32

Codes = NDArray[np.uint8]
Span = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Parts:
    """A set of states in words of the table: what a condition of a rule takes."""

    feature: str
    kind: Kind
    #: of a number: intervals [low, high), disjoint and not touching, in rising order; None = unbounded
    spans: tuple[Span, ...] = ()
    #: special codes taken
    specials: tuple[float, ...] = ()
    #: all special codes of the feature
    codes: tuple[float, ...] = ()
    #: categories taken, by name
    categories: tuple[str, ...] = ()
    #: whether the categories without a name of their own are taken
    other: bool = False
    #: all categories with a name of their own; told where `other` is taken
    named: tuple[str, ...] = ()
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature and its states."""

    name: str
    kind: Kind
    #: boundaries between intervals, rising and finite; a value equal to a cut belongs to the right
    cuts: tuple[float, ...] = ()
    #: special codes of a number, rising: each a state, none a quantity
    specials: tuple[float, ...] = ()
    #: categories with a state of their own, by name
    named: tuple[str, ...] = ()

    @property
    def ordered(self) -> int:
        """How many states stand in an order: the intervals of a number; none of a category."""
        return len(self.cuts) + 1 if self.kind == "number" else 0

    @property
    def size(self) -> int:
        """How many states there are; the last is missing."""
        return self.ordered + len(self.specials) + 1 if self.kind == "number" else len(self.named) + 2

    @property
    def missing(self) -> int:
        """The state of missing values."""
        return self.size - 1

    def encode(self, column: pl.Series) -> Codes:
        """The state of each value.

        Raises:
            NotCodable: values that are neither numbers, truth values, dates nor texts.
        """
        values = plain(column, self.kind)
        if self.kind == "number":
            return encoded(quantities(values), np.array(self.cuts), np.array(self.specials))
        codes = values.replace_strict(
            list(self.named), list(range(len(self.named))), default=len(self.named), return_dtype=pl.UInt8
        )
        return codes.to_numpy() if not values.null_count() else _missing(codes, values, self.missing)

    def parts(self, mask: int) -> Parts:
        """What a set of states means.

        Raises:
            NotStates: a bit beyond the feature's states.
        """
        mask = int(mask)
        if mask < 0 or mask >> self.size:
            raise NotStates(self.name, self.size, mask)
        missing = bool(mask >> self.missing & 1)
        if self.kind == "category":
            other = bool(mask >> len(self.named) & 1)
            taken = tuple(text for s, text in enumerate(self.named) if mask >> s & 1)
            named = self.named if other else ()
            return Parts(self.name, self.kind, categories=taken, other=other, named=named, missing=missing)
        specials = tuple(code for s, code in enumerate(self.specials, self.ordered) if mask >> s & 1)
        return Parts(self.name, self.kind, self._spans(mask), specials, self.specials, missing=missing)

    def _spans(self, mask: int) -> tuple[Span, ...]:
        edges: list[float | None] = [None, *self.cuts, None]
        taken = [bool(mask >> s & 1) for s in range(self.ordered)]
        begins = [edges[s] for s, (before, now) in enumerate(pairwise([False, *taken])) if now and not before]
        ends = [edges[s + 1] for s, (now, after) in enumerate(pairwise([*taken, False])) if now and not after]
        return tuple(zip(begins, ends, strict=True))

    def as_dict(self) -> dict[str, Any]:
        """For JSON: only what is not empty."""
        return {k: v for k, v in asdict(self).items() if v}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        lists = {k: tuple(body.get(k, ())) for k in ("cuts", "specials", "named")}
        return cls(body["name"], body["kind"], **lists)


def _missing(codes: pl.Series, values: pl.Series, state: int) -> Codes:
    found: Codes = codes.to_numpy().copy()
    found[values.is_null().to_numpy()] = state
    return found
