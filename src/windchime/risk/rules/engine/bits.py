"""Rows as bits: what rules hit, counted 64 rows at a time, vintage by vintage.

Rows stand vintage after vintage, each vintage from a full word on, so that the counts of a vintage are those of a run of
words. Literals are packed for some thousand rows, all rules counted on them, and forgotten: memory does not grow with
the number of rows times the number of rules.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats
from windchime.risk.coding import Coded, spread
from windchime.risk.rules.engine.pool import WIDTH, Pool

Bits = NDArray[np.uint64]
Ints = NDArray[np.int64]

#: words of a block: with some thousand literals the block stays in the processor's cache
_BLOCK = 256


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
        _pack(flags.astype(np.uint8), self.row, bits)
        return bits

    def unpack(self, bits: Bits) -> NDArray[np.bool_]:
        """A bitset, (…, words), as one truth value a row, (…, rows)."""
        flags = np.unpackbits(np.ascontiguousarray(bits).view(np.uint8), axis=-1, bitorder="little")
        real = self.row >= 0
        found = np.zeros((*bits.shape[:-1], int(real.sum())), np.bool_)
        found[..., self.row[real]] = flags[..., real]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Rows that rules hit, a vintage a column."""

    #: (vintages,) the vintages, rising
    vintages: NDArray[np.generic]
    #: (rules, vintages)
    rows: Ints
    #: (rules, vintages) of them bad
    bads: Ints
    #: (vintages,) all rows
    all_rows: Ints
    #: (vintages,) all bad rows
    all_bads: Ints


def counts(
    coded: Coded, pool: Pool, bad: NDArray[np.generic], vintage: NDArray[np.generic] | None = None, *, threads: int = 2
) -> Counts:
    """How many rows and bad rows each rule hits in each vintage; exact.

    Args:
        coded: the table.
        pool: the rules.
        bad: 1 or true for bad, one a row.
        vintage: numbers or dates, one a row; None = all rows are one vintage, 0.
        threads: blocks of rows counted at once; the result does not depend on it.
    """
    layout = Layout.of(coded.rows, vintage)
    bads = layout.pack(np.asarray(bad) == 1)
    literals = _literals(pool)
    blocks = _blocks(layout)

    def one(block: tuple[int, int, int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        _, first, last = block
        packed = np.zeros((len(literals.feature), last - first), np.uint64)
        _pack_literals(coded.codes, literals.feature, literals.mask, layout.row[first * 64 : last * 64], packed)
        n, b = np.zeros(len(pool), np.int32), np.zeros(len(pool), np.int32)
        _count(packed, literals.rule, bads[first:last], n, b)
        return n, b

    rows, hit = (
        np.zeros((len(layout.vintages), len(pool)), np.int64),
        np.zeros((len(layout.vintages), len(pool)), np.int64),
    )
    for begin in range(0, len(blocks), 4 * threads):
        part = blocks[begin : begin + 4 * threads]
        for (v, _, _), (n, b) in zip(part, spread(one, part, threads), strict=True):
            rows[v] += n
            hit[v] += b
    each = np.bincount(
        np.repeat(np.arange(len(layout.vintages)), np.diff(layout.start) * 64)[layout.row >= 0],
        minlength=len(layout.vintages),
    )
    of_bads = np.add.reduceat(np.bitwise_count(bads).astype(np.int64), layout.start[:-1]) if len(bads) else each
    return Counts(layout.vintages, np.ascontiguousarray(rows.T), np.ascontiguousarray(hit.T), each, of_bads)


def hits(coded: Coded, pool: Pool, layout: Layout, *, threads: int = 2) -> Bits:
    """The rows each rule hits: (rules, words) bitsets in the order of the layout, an eighth of a byte a rule and row."""
    literals = _literals(pool)
    found = np.zeros((len(pool), layout.words), np.uint64)

    def one(block: tuple[int, int, int]) -> None:
        _, first, last = block
        packed = np.zeros((len(literals.feature), last - first), np.uint64)
        _pack_literals(coded.codes, literals.feature, literals.mask, layout.row[first * 64 : last * 64], packed)
        _fill(packed, literals.rule, _real(layout, first, last), found[:, first:last])

    spread(one, _blocks(layout), threads)
    return found


def weighted(coded: Coded, pool: Pool, values: Floats, *, threads: int = 2) -> Floats:
    """Sums over the rows that each rule hits, for rules that survived: amounts, weights, squares of weights.

    Args:
        coded: the table.
        pool: the rules.
        values: (rows,) or (rows, k), finite.
        threads: rules summed at once; each sum runs over its rows in their order, so the result does not depend on it.

    Returns:
        (rules,) or (rules, k).
    """
    table = np.ascontiguousarray(values, dtype=np.float64)
    flat = table[:, None] if table.ndim == 1 else table
    layout = Layout.of(coded.rows)

    def one(rule: int) -> Floats:
        return _sum_where(hits(coded, pool.take(np.array([rule])), layout, threads=1)[0], flat)

    total = np.array(spread(one, range(len(pool)), threads)).reshape(len(pool), flat.shape[1])
    return total[:, 0] if table.ndim == 1 else total


def overlap(left: Bits, right: Bits | None = None) -> Ints:
    """How many rows two rules hit both: (rules of left, rules of right); of `left` with itself where there is no `right`."""
    other = left if right is None else right
    found = np.zeros((len(left), len(other)), np.int64)
    _overlap(np.ascontiguousarray(left), np.ascontiguousarray(other), found)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Literals:
    feature: NDArray[np.int16]
    mask: NDArray[np.uint32]
    #: (rules, 4) places of the literals of each rule, then −1
    rule: NDArray[np.int32]


def _literals(pool: Pool) -> _Literals:
    real = pool.features >= 0
    key = pool.features[real].astype(np.int64) << 32 | pool.masks[real].astype(np.int64)
    distinct, place = np.unique(key, return_inverse=True)
    rule = np.full((len(pool), WIDTH), -1, np.int32)
    rule[real] = place
    return _Literals((distinct >> 32).astype(np.int16), (distinct & 0xFFFFFFFF).astype(np.uint32), rule)


def _blocks(layout: Layout) -> list[tuple[int, int, int]]:
    return [
        (v, first, min(first + _BLOCK, int(layout.start[v + 1])))
        for v in range(len(layout.vintages))
        for first in range(int(layout.start[v]), int(layout.start[v + 1]), _BLOCK)
    ]


def _real(layout: Layout, first: int, last: int) -> Bits:
    bits = np.zeros(last - first, np.uint64)
    row = layout.row[first * 64 : last * 64]
    _pack((row >= 0).astype(np.uint8), np.arange(len(row), dtype=np.int32), bits)
    return bits


@kernel
def _pack(flags: NDArray[np.uint8], row: NDArray[np.int32], bits: Bits) -> None:
    for word in range(len(bits)):
        found = np.uint64(0)
        for bit in range(64):
            place = row[word * 64 + bit]
            if place >= 0:
                found |= np.uint64(flags[place] & 1) << np.uint64(bit)
        bits[word] = found


@kernel
def _pack_literals(
    codes: NDArray[np.uint8], feature: NDArray[np.int16], mask: NDArray[np.uint32], row: NDArray[np.int32], packed: Bits
) -> None:
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
def _count(packed: Bits, rule: NDArray[np.int32], bads: Bits, rows: NDArray[np.int32], hit: NDArray[np.int32]) -> None:
    words = packed.shape[1]
    both = np.empty(words, np.uint64)
    for r in range(len(rule)):
        for word in range(words):
            both[word] = packed[rule[r, 0], word]
        for k in range(1, rule.shape[1]):
            if rule[r, k] >= 0:
                for word in range(words):
                    both[word] &= packed[rule[r, k], word]
        n = np.uint64(0)
        b = np.uint64(0)
        for word in range(words):
            n += _popcount(both[word])
            b += _popcount(both[word] & bads[word])
        rows[r] = n
        hit[r] = b


@kernel
def _fill(packed: Bits, rule: NDArray[np.int32], real: Bits, found: Bits) -> None:
    for r in range(len(rule)):
        for word in range(packed.shape[1]):
            both = real[word]
            for k in range(rule.shape[1]):
                if rule[r, k] >= 0:
                    both &= packed[rule[r, k], word]
            found[r, word] = both


@kernel
def _sum_where(bits: Bits, values: Floats) -> Floats:
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
def _overlap(left: Bits, right: Bits, found: Ints) -> None:
    for i in range(len(left)):
        for j in range(len(right)):
            total = np.uint64(0)
            for word in range(left.shape[1]):
                total += _popcount(left[i, word] & right[j, word])
            found[i, j] = total
