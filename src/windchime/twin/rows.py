"""Invoice rows as columns of whole numbers: what the expansion works on before anything becomes text."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np

from windchime.twin.calibration import Bools, Ints

#: why a row is there, as truth records it; 0 is an ordinary invoice
ORDINARY, VOIDED, REISSUE, CORRECTION, RETURN, CIRCULAR, BENIGN, REVERSAL = range(8)
MARKS = ("ordinary", "voided", "reissue", "correction", "return", "circular", "benign", "reversal")
SPECIAL, GENERAL, DIGITAL_SPECIAL, DIGITAL_GENERAL = range(4)
KINDS = ("special", "general", "digital_special", "digital_general")


@dataclass(frozen=True, slots=True)
class Rows:
    """One row an invoice, as its seller wrote it."""

    #: firm number, or n + number of a party outside the region
    seller: Ints
    buyer: Ints
    #: days since 1970-01-01
    day: Ints
    #: tax included, in fen; negative for red letters
    total: Ints
    #: VAT rate in percent
    rate: Ints
    #: index into KINDS
    kind: Ints
    void: Bools
    #: index into MARKS
    mark: Ints
    #: position of the invoice this one corrects, returns or replaces; -1 where there is none
    origin: Ints
    #: orders invoices of one day; unique within the seller
    order: Ints
    #: paper: 8 digits; digital: two digits of the year, then the 15 digits after the channel
    number: Ints
    #: the number of the invoice at `origin`, -1 where there is none; known once numbered
    original: Ints

    def __len__(self) -> int:
        return len(self.seller)

    @classmethod
    def make(cls, **columns: Any) -> Self:
        """Rows from the columns given; the others are what an ordinary invoice has."""
        n = len(columns["seller"])
        usual = {
            "void": np.zeros(n, bool),
            "origin": np.full(n, -1),
            "original": np.full(n, -1),
            "number": np.zeros(n, np.int64),
            "mark": np.zeros(n, np.int64),
        }
        return cls(**(usual | columns))

    @property
    def red(self) -> Bools:
        """Negative invoices."""
        return np.asarray(self.total < 0)

    @property
    def tax(self) -> Ints:
        """The tax inside the total, in fen, halves away from zero."""
        size, rate = np.abs(self.total), self.rate
        return np.asarray(np.sign(self.total) * ((2 * size * rate + 100 + rate) // (2 * (100 + rate))))

    def take(self, chosen: Any, **changes: Any) -> "Rows":
        """The rows at positions or under a mask, with columns replaced."""
        return replace(Rows(*(getattr(self, f.name)[chosen] for f in fields(self))), **changes)

    def sorted_by(self, order: Ints) -> "Rows":
        """The rows in a new order, pointers to origins following."""
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        moved = self.take(order)
        return replace(moved, origin=np.where(moved.origin >= 0, place[moved.origin], -1))


def together(parts: Iterable[Rows]) -> Rows:
    """All rows below each other; pointers to origins are shifted with their part."""
    found = list(parts)
    starts = np.cumsum([0, *(len(p) for p in found[:-1])])
    moved = [replace(p, origin=np.where(p.origin >= 0, p.origin + s, -1)) for p, s in zip(found, starts, strict=True)]
    return Rows(*(np.concatenate([getattr(p, f.name) for p in moved]) for f in fields(Rows)))


#: rows as they are kept between the two passes: 46 bytes each; `origin` has done its work then
KEPT = np.dtype(
    [
        ("seller", "i4"), ("buyer", "i4"), ("day", "i4"), ("total", "i8"), ("rate", "i1"), ("kind", "i1"), ("void", "?"),
        ("mark", "i1"), ("order", "i8"), ("number", "i8"), ("original", "i8"),
    ]
)  # fmt: skip


def kept(rows: Rows) -> np.ndarray[Any, Any]:
    """Rows in little space."""
    found = np.empty(len(rows), KEPT)
    for name in KEPT.names or ():
        found[name] = getattr(rows, name)
    return found


def opened(packed: np.ndarray[Any, Any]) -> Rows:
    """Kept rows as they were, origins apart."""
    columns = {name: packed[name].astype(bool if name == "void" else np.int64) for name in KEPT.names or ()}
    return Rows(origin=np.full(len(packed), -1), **columns)
