"""Rows and bads by state, by pair of states: everything that singles and pairs are counted from."""

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats

Codes = NDArray[np.uint8]
#: numbers of rows, without a sign: a kernel then need not ask whether they count from the end
Rows = NDArray[np.uint32]

#: states of a feature at most, and bits of one
_STATES, _SHIFT = 32, 5


@kernel
def by_state(column: Codes, bad: Codes, weight: Floats) -> Floats:
    """Rows and bads of each state: (2, 32); weights of them where there are weights."""
    found = np.zeros((2, _STATES))
    if len(weight):
        for row in range(len(column)):
            found[0, column[row]] += weight[row]
            found[1, column[row]] += weight[row] * bad[row]
        return found
    # four tables in turn: the same state twice running does not wait for itself
    tally = np.zeros((4, 2 * _STATES), np.int64)
    whole = len(column) // 4 * 4
    for row in range(0, whole, 4):
        for k in range(4):
            tally[k, column[row + k] << 1 | bad[row + k]] += 1
    for row in range(whole, len(column)):
        tally[0, column[row] << 1 | bad[row]] += 1
    for state in range(_STATES):
        bads = tally[:, 2 * state + 1].sum()
        found[0, state] = tally[:, 2 * state].sum() + bads
        found[1, state] = bads
    return found


@kernel
def by_pair(left: Codes, right: Codes, bad: Codes, weight: Floats) -> Floats:
    """Rows and bads of each pair of states: (2, 32, 32); weights of them where there are weights."""
    found = np.zeros((2, _STATES, _STATES))
    if len(weight):
        for row in range(len(left)):
            found[0, left[row], right[row]] += weight[row]
            found[1, left[row], right[row]] += weight[row] * bad[row]
        return found
    tally = np.zeros((2, 2 * _STATES * _STATES), np.uint32)
    whole = len(left) // 2 * 2
    for row in range(0, whole, 2):
        tally[0, (np.int64(left[row]) << _SHIFT | right[row]) << 1 | bad[row]] += 1
        tally[1, (np.int64(left[row + 1]) << _SHIFT | right[row + 1]) << 1 | bad[row + 1]] += 1
    if whole < len(left):
        tally[0, (np.int64(left[whole]) << _SHIFT | right[whole]) << 1 | bad[whole]] += 1
    for i in range(_STATES):
        for j in range(_STATES):
            place = (i << _SHIFT | j) << 1
            bads = np.float64(tally[0, place | 1]) + np.float64(tally[1, place | 1])
            found[0, i, j] = np.float64(tally[0, place]) + np.float64(tally[1, place]) + bads
            found[1, i, j] = bads
    return found


@kernel
def among(column: Codes, rows: Rows, bad: Codes, weight: Floats) -> Floats:
    """Rows and bads of each state among some rows: (2, 32).

    Args:
        column: the state of each row of the table.
        rows: some of them.
        bad: of these, 0 or 1.
        weight: of these; empty = equal.
    """
    found = np.zeros((2, _STATES))
    if len(weight):
        for k in range(len(rows)):
            state = column[rows[k]]
            found[0, state] += weight[k]
            found[1, state] += weight[k] * bad[k]
        return found
    tally = np.zeros((2, 2 * _STATES), np.uint32)
    even, odd = tally[0], tally[1]
    whole = len(rows) // 2 * 2
    for k in range(0, whole, 2):
        even[np.uint32(column[rows[k]]) << np.uint32(1) | np.uint32(bad[k])] += np.uint32(1)
        odd[np.uint32(column[rows[k + 1]]) << np.uint32(1) | np.uint32(bad[k + 1])] += np.uint32(1)
    if whole < len(rows):
        even[np.uint32(column[rows[whole]]) << np.uint32(1) | np.uint32(bad[whole])] += np.uint32(1)
    for state in range(_STATES):
        bads = np.float64(even[2 * state + 1]) + np.float64(odd[2 * state + 1])
        found[0, state] = np.float64(even[2 * state]) + np.float64(odd[2 * state]) + bads
        found[1, state] = bads
    return found
