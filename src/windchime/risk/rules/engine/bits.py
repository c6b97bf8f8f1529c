"""Rows as bits: what rules hit, counted 64 rows at a time, vintage by vintage.

Rows stand vintage after vintage, each vintage from a full word on, so that the counts of a vintage are those of a run of
words. Literals are packed for some thousand rows, all rules counted on them, and forgotten: memory does not grow with
the number of rows times the number of rules.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats
from windchime.risk.coding import Coded, spread
from windchime.risk.rules.engine.layout import Layout
from windchime.risk.rules.engine.pool import Pool
from windchime.risk.rules.engine.words import Bits, Ints, count, fill, overlaps, pack_literals, sum_where

#: words of a block: with some thousand literals the block stays in the processor's cache
_BLOCK = 256
#: rules whose rows are summed at once by one thread
_TOGETHER = 64


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
        pack_literals(coded.codes, literals.feature, literals.mask, layout.row[first * 64 : last * 64], packed)
        n, b = np.zeros(len(pool), np.int32), np.zeros(len(pool), np.int32)
        count(packed, literals.rule, bads[first:last], n, b)
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
        pack_literals(coded.codes, literals.feature, literals.mask, layout.row[first * 64 : last * 64], packed)
        fill(packed, literals.rule, found[:, first:last])

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

    def some(first: int) -> Floats:
        bits = hits(coded, pool.take(np.arange(first, min(first + _TOGETHER, len(pool)))), layout, threads=1)
        return np.array([sum_where(own, flat) for own in bits])

    sums = spread(some, range(0, len(pool), _TOGETHER), threads)
    total = np.concatenate([np.zeros((0, flat.shape[1])), *sums])
    return total[:, 0] if table.ndim == 1 else total


def overlap(left: Bits, right: Bits | None = None, *, threads: int = 2) -> Ints:
    """How many rows two rules hit both: (rules of left, rules of right); of `left` with itself where there is no `right`."""

    def one(first: int) -> Ints:
        part = np.ascontiguousarray(left[:, first : first + _BLOCK])
        other = part if right is None else np.ascontiguousarray(right[:, first : first + _BLOCK])
        found = np.zeros((len(part), len(other)), np.int64)
        overlaps(part, other, right is None, found)
        return found

    total = np.zeros((len(left), len(left if right is None else right)), np.int64)
    blocks = range(0, left.shape[1], _BLOCK)
    for begin in range(0, len(blocks), 4 * threads):
        for found in spread(one, blocks[begin : begin + 4 * threads], threads):
            total += found
    return total


@dataclass(frozen=True, slots=True, eq=False)
class _Literals:
    feature: NDArray[np.int16]
    mask: NDArray[np.uint32]
    #: (rules, 4) places of the literals of each rule; a rule with fewer repeats its first
    rule: NDArray[np.int32]


def _literals(pool: Pool) -> _Literals:
    real = pool.features >= 0
    key = pool.features[real].astype(np.int64) << 32 | pool.masks[real].astype(np.int64)
    distinct, place = np.unique(key, return_inverse=True)
    rule = np.full(real.shape, -1, np.int32)
    rule[real] = place
    rule = np.where(real, rule, rule[:, :1])
    return _Literals((distinct >> 32).astype(np.int16), (distinct & 0xFFFFFFFF).astype(np.uint32), rule)


def _blocks(layout: Layout) -> list[tuple[int, int, int]]:
    return [
        (v, first, min(first + _BLOCK, int(layout.start[v + 1])))
        for v in range(len(layout.vintages))
        for first in range(int(layout.start[v]), int(layout.start[v + 1]), _BLOCK)
    ]
