"""Counts over packed rows: how many rows, and bads, each rule hits in each block outside what is covered already.

Rows stand as a `Layout` of the engine puts them: block after block, each from a full word on.
"""

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats
from windchime.risk.rules.evidence import Counts

Bits = NDArray[np.uint64]
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


def tally(bits: Bits, bad: Bits, start: Counts, within: Bits, mass: Floats | None = None) -> tuple[Floats, Floats]:
    """(r, v) rows and bads that each rule hits in each block, or what they weigh; sums run in the order of rows.

    Args:
        bits: (r, words) the hits of each rule.
        bad: (words,) the bads.
        start: (v + 1,) first word of each block, and the number of words.
        within: (words,) rows that count.
        mass: (words · 64,) weight of each bit; None = 1.
    """
    rows, bads = np.zeros((len(bits), len(start) - 1)), np.zeros((len(bits), len(start) - 1))
    if mass is None:
        _count(bits, bad, start, within, rows, bads)
    else:
        _weigh(bits, bad, start, within, mass, rows, bads)
    return rows, bads


@kernel
def _ones(word: np.uint64) -> np.uint64:
    """Set bits of a word (Warren, Hacker's Delight, 5-1)."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@kernel
def _count(bits: Bits, bad: Bits, start: Counts, within: Bits, rows: Floats, bads: Floats) -> None:
    for r in range(bits.shape[0]):
        for v in range(rows.shape[1]):
            h = np.uint64(0)
            b = np.uint64(0)
            for w in range(start[v], start[v + 1]):
                word = bits[r, w] & within[w]
                h += _ones(word)
                b += _ones(word & bad[w])
            rows[r, v] = h
            bads[r, v] = b


@kernel
def _weigh(bits: Bits, bad: Bits, start: Counts, within: Bits, mass: Floats, rows: Floats, bads: Floats) -> None:
    for r in range(bits.shape[0]):
        for v in range(rows.shape[1]):
            for w in range(start[v], start[v + 1]):
                word = bits[r, w] & within[w]
                while word:
                    low = word & (~word + np.uint64(1))
                    weight = mass[w * 64 + _ones(low - np.uint64(1))]
                    rows[r, v] += weight
                    if low & bad[w]:
                        bads[r, v] += weight
                    word ^= low


def jaccard(common: Counts) -> Floats:
    """(r, r) common hits ÷ hits of either, from common hits; 0 where neither hits."""
    own = np.diag(common)
    either = own[:, None] + own[None, :] - common
    shares: Floats = np.where(either > 0, common / np.maximum(either, 1), 0.0)
    return shares


def all_rows(words: int) -> Bits:
    """(words,) a mask that leaves nothing out."""
    return np.full(words, _ALL)
