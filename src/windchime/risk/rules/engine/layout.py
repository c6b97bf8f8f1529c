"""Where rows stand as bits: vintage after vintage, each from a full word on, so that a run of words is one vintage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windchime.risk.rules.engine.words import Bits, Ints, pack


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where each row stands among the bits."""

    #: (words · 64,) the row of each bit; −1 for none
    row: NDArray[np.int32]
    #: the vintages, rising
    vintages: NDArray[np.generic]
    #: (vintages + 1,) first word of each vintage
    start: Ints

    @property
    def words(self) -> int:
        """Length of a bitset."""
        return len(self.row) // 64

    @classmethod
    def of(cls, rows: int, vintage: NDArray[np.generic] | None = None) -> "Layout":
        """Rows in order, or by vintage and within it in order."""
        distinct, place = (
            np.unique(vintage, return_inverse=True)
            if vintage is not None
            else (np.zeros(1, np.int64), np.zeros(rows, np.int64))
        )
        order = np.argsort(place, kind="stable").astype(np.int32)
        count = np.bincount(place, minlength=len(distinct))
        start = np.r_[0, np.cumsum((count + 63) // 64)].astype(np.int64)
        row = np.full(int(start[-1]) * 64, -1, np.int32)
        shift = start[:-1] * 64 - (np.cumsum(count) - count)
        row[np.arange(rows) + np.repeat(shift, count)] = order
        return cls(row, distinct, start)

    def pack(self, flags: NDArray[np.bool_] | NDArray[np.uint8]) -> Bits:
        """One truth value a row as a bitset."""
        bits = np.zeros(self.words, np.uint64)
        pack(flags.astype(np.uint8), self.row, bits)
        return bits

    def unpack(self, bits: Bits) -> NDArray[np.bool_]:
        """A bitset, (…, words), as one truth value a row, (…, rows)."""
        flags = np.unpackbits(np.ascontiguousarray(bits).view(np.uint8), axis=-1, bitorder="little")
        real = self.row >= 0
        found = np.zeros((*bits.shape[:-1], int(real.sum())), np.bool_)
        found[..., self.row[real]] = flags[..., real]
        return found
