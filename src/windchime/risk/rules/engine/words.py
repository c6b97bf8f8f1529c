"""Kernels over rows as bits: packing states, and-ing and counting 64 rows at a time."""

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats

Bits = NDArray[np.uint64]
Ints = NDArray[np.int64]


@kernel
def pack(flags: NDArray[np.uint8], row: NDArray[np.int32], bits: Bits) -> None:
    """One flag a row into bits; `row` names the row of each bit, −1 for none."""
    for word in range(len(bits)):
        found = np.uint64(0)
        for bit in range(64):
            place = row[word * 64 + bit]
            if place >= 0:
                found |= np.uint64(flags[place] & 1) << np.uint64(bit)
        bits[word] = found


@kernel
def pack_literals(
    codes: NDArray[np.uint8], feature: NDArray[np.int16], mask: NDArray[np.uint32], row: NDArray[np.int32], packed: Bits
) -> None:
    """Which rows are in one of the states of each literal: (literals, words). Literals come by feature."""
    words = packed.shape[1]
    shift = np.empty(words * 64, np.uint32)
    last = -1
    for literal in range(len(feature)):
        if feature[literal] != last:  # literals come by feature: its codes are gathered once
            last = feature[literal]
            column = codes[last]
            for bit in range(words * 64):
                shift[bit] = column[row[bit]] if row[bit] >= 0 else 255
        taken = mask[literal]
        for word in range(words):
            found = np.uint64(0)
            for bit in range(64):
                state = shift[word * 64 + bit]
                if state < 32:
                    found |= np.uint64((taken >> state) & np.uint32(1)) << np.uint64(bit)
            packed[literal, word] = found


@kernel
def _popcount(word: np.uint64) -> np.uint64:
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@kernel
def count(packed: Bits, rule: NDArray[np.int32], bads: Bits, rows: NDArray[np.int32], hit: NDArray[np.int32]) -> None:
    """Rows and bads of each rule, given the places of its four literals."""
    for r in range(len(rule)):
        # views of the rows of the table: the loop over words then runs many words at once
        one, two, three, four = packed[rule[r, 0]], packed[rule[r, 1]], packed[rule[r, 2]], packed[rule[r, 3]]
        n = np.uint64(0)
        b = np.uint64(0)
        for word in range(len(one)):
            both = one[word] & two[word] & three[word] & four[word]
            n += _popcount(both)
            b += _popcount(both & bads[word])
        rows[r] = n
        hit[r] = b


@kernel
def fill(packed: Bits, rule: NDArray[np.int32], found: Bits) -> None:
    """The rows of each rule, given the places of its four literals: (rules, words)."""
    for r in range(len(rule)):
        one, two, three, four = packed[rule[r, 0]], packed[rule[r, 1]], packed[rule[r, 2]], packed[rule[r, 3]]
        out = found[r]
        for word in range(len(one)):
            out[word] = one[word] & two[word] & three[word] & four[word]


@kernel
def sum_where(bits: Bits, values: Floats) -> Floats:
    """Sums of the columns of `values` over the rows of a bitset, in the order of the rows."""
    total = np.zeros(values.shape[1])
    for word in range(len(bits)):
        left = bits[word]
        while left:
            low = left & (~left + np.uint64(1))
            row = word * 64 + _popcount(low - np.uint64(1))
            for k in range(values.shape[1]):
                total[k] += values[row, k]
            left ^= low
    return total


@kernel
def overlaps(left: Bits, right: Bits, same: bool, found: Ints) -> None:
    """Rows that each pair of bitsets has in common; `same` where both sides are one."""
    for i in range(len(left)):
        for j in range(i if same else 0, len(right)):
            one, other = left[i], right[j]
            total = np.uint64(0)
            for word in range(len(one)):
                total += _popcount(one[word] & other[word])
            found[i, j] = total
            if same:
                found[j, i] = total
