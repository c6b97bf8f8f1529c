"""The literals of each feature: the sets of states that a rule may take, from rows and bads by state."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats
from windchime.risk.rules.engine.limits import Ways
from windchime.risk.rules.engine.objective import Goal
from windchime.risk.rules.engine.pool import Masks, Places, Pool

_BITS = np.arange(32, dtype=np.uint32)


@dataclass(frozen=True, slots=True, eq=False)
class Literals:
    """The sets of states of all features, those of one feature beside each other."""

    masks: Masks
    #: (features + 1,) where the sets of each feature begin
    start: Places
    #: rows and bads of each set
    rows: Floats
    bads: Floats


def literals(ways: Ways, tables: Floats, goal: Goal) -> tuple[Literals, Pool]:
    """What pairs and longer rules are built from, and the best rules of one literal.

    Of a number: from each cut upwards and downwards, each special code, missing, and of the spans between two cuts the
    best of each band of hit rates. Of a category: each state, and the states with the highest bad rates together. A
    direction leaves out what points the other way.

    Args:
        ways: what each feature allows.
        tables: (features, 2, 32) rows and bads by state.
        goal: what is sought.
    """
    sets: list[Masks] = []
    singles: list[tuple[Masks, NDArray[np.bool_]]] = []
    for feature, table in enumerate(tables):
        outer, inner = _sets(ways, feature, table, goal) if ways.open[feature] else (_NONE, _NONE)
        kept = inner[_best(inner, table, goal)]
        sets.append(np.concatenate([outer, kept]))
        singles.append((sets[-1], _best(sets[-1], table, goal)))
    start = np.r_[0, np.cumsum([len(s) for s in sets])].astype(np.int64)
    masks = np.concatenate([*sets, _NONE])
    place = np.repeat(np.arange(len(tables)), np.diff(start))
    counted = [totals(s, table) for s, table in zip(sets, tables, strict=True)]
    rows = np.concatenate([np.zeros(0), *(n for n, _ in counted)])
    bads = np.concatenate([np.zeros(0), *(b for _, b in counted)])
    best = np.concatenate([np.zeros(0, np.bool_), *(flags for _, flags in singles)])
    pool = Pool.of(place[best][:, None], masks[best][:, None], rows=rows[best], bads=bads[best])
    return Literals(masks, start, rows, bads), pool


def totals(masks: Masks, table: Floats) -> tuple[Floats, Floats]:
    """Rows and bads of sets of states."""
    taken = (masks[:, None] >> _BITS) & 1
    return (taken * table[0]).sum(axis=1), (taken * table[1]).sum(axis=1)


def information(tables: Floats, rows: float) -> Floats:
    """How much each feature tells about bads by itself: mutual information less what chance gives (Miller 1955), in nats.

    Args:
        tables: (features, 2, 32) rows and bads by state.
        rows: all rows.
    """
    bads = tables[:, 1]
    cells = np.stack([tables[:, 0] - bads, bads], axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = cells.sum(axis=2, keepdims=True) * cells.sum(axis=1, keepdims=True) / rows
        told = np.where(cells > 0, cells * np.log(cells / usual), 0).sum(axis=(1, 2)) / rows
    found: Floats = told - ((tables[:, 0] > 0).sum(axis=1) - 1) / (2 * rows)
    return found


_NONE = np.zeros(0, np.uint32)


def _sets(ways: Ways, feature: int, table: Floats, goal: Goal) -> tuple[Masks, Masks]:
    """Sets reaching to an end and single states; spans between two cuts."""
    ordered, size = int(ways.ordered[feature]), int(ways.size[feature])
    seen = [s for s in range(size) if table[0, s] > 0]
    if len(seen) < 2:
        return _NONE, _NONE
    if not ordered:
        rate = goal.rate
        worst = sorted(seen, key=lambda s: (-(table[1, s] + 1) / (table[0, s] + 1 / rate), s))
        together = {_mask(worst[:k]) for k in range(2, len(seen)) if ways.short(feature, k)}
        return np.array(sorted({*together, *(1 << s for s in seen)}), np.uint32), _NONE
    full = (1 << ordered) - 1
    starts = [s for s in seen if s < ordered][1:]
    way = int(ways.direction[feature])
    outer = [1 << s for s in seen if s >= ordered]
    if outer and seen[0] < ordered and not way:
        outer.append(full)
    outer += [full >> s << s for s in starts] if way >= 0 else []
    outer += [(1 << s) - 1 for s in starts] if way <= 0 else []
    inner = [] if way else [(1 << b) - (1 << a) for i, a in enumerate(starts) for b in starts[i + 1 :]]
    return np.array(outer, np.uint32), np.array(inner, np.uint32)


def _best(masks: Masks, table: Floats, goal: Goal) -> NDArray[np.bool_]:
    """Of the sets, the best of each band."""
    found = np.zeros(len(masks), np.bool_)
    if not len(masks):
        return found
    rows, bads = totals(masks, table)
    scores = goal.scores(rows, bads)
    bands = goal.bands_of(rows)
    for band in range(goal.bands):
        among = np.flatnonzero((bands == band) & (scores > 0))
        if len(among):
            found[among[np.argmax(scores[among])]] = True
    return found


def _mask(states: list[int]) -> int:
    return sum(1 << s for s in states)
