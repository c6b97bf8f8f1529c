"""From many candidates to the few that are tested: the best at each price, one of each kind, stable, and simple."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats
from windchime.risk.coding import Coding
from windchime.risk.rules.engine import WIDTH, Pool

#: prices at which candidates are ranked, from the base rate to the best bound
_PRICES = 8


def best_at_prices(low: Floats, hits: Floats, base: float, most: int) -> NDArray[np.int64]:
    """Positions of the candidates that earn most, (bound − price) · hits, at some of the prices; the purest first.

    Args:
        low: (r,) lower bounds of the bad rate; what is not above `base` is passed over.
        hits: (r,) hits.
        base: the lowest price.
        most: how many.
    """
    if not len(low) or low.max() <= base:
        return np.zeros(0, dtype=np.int64)
    chosen: set[int] = set()
    for price in np.linspace(base, low.max(), _PRICES, endpoint=False):
        gain = (low - price) * hits
        order = np.argsort(-gain, kind="stable")[: most // _PRICES]
        chosen.update(int(i) for i in order if gain[i] > 0)
    found = np.array(sorted(chosen), dtype=np.int64)
    return found[np.argsort(-low[found], kind="stable")]


def one_of_each(alike: Floats, limit: float) -> NDArray[np.int64]:
    """Positions that remain when each candidate that overlaps an earlier one beyond the limit is left out."""
    kept: list[int] = []
    for place in range(len(alike)):
        if not kept or alike[place, kept].max() < limit:
            kept.append(place)
    return np.array(kept, dtype=np.int64)


def simpler(pool: Pool, coding: Coding) -> tuple[Pool, NDArray[np.int64]]:
    """Every way to make each rule simpler by one step, and which rule each comes from.

    A literal is left out; an interval loses an end, or an end moves by one cut to one with fewer digits.
    """
    features, masks, origin = [], [], []
    for rule in range(len(pool)):
        used = [k for k in range(WIDTH) if pool.features[rule, k] >= 0]
        for k in used:
            feature = int(pool.features[rule, k])
            others = [0] if len(used) > 1 else []
            for mask in (*others, *_looser(int(pool.masks[rule, k]), coding, feature)):
                row_features, row_masks = pool.features[rule].astype(np.int64), pool.masks[rule].copy()
                row_features[k], row_masks[k] = (feature, mask) if mask else (-1, 0)
                features.append(row_features)
                masks.append(row_masks)
                origin.append(rule)
    if not origin:
        return pool.take(np.zeros(0, dtype=np.int64)), np.zeros(0, dtype=np.int64)
    table, taken = np.array(features), np.array(masks, dtype=np.uint32)
    # literals stand by rising feature, absent ones last
    order = np.argsort(np.where(table < 0, np.iinfo(np.int16).max, table), axis=1, kind="stable")
    table, taken = np.take_along_axis(table, order, axis=1), np.take_along_axis(taken, order, axis=1)
    places = np.array(origin, dtype=np.int64)
    return replace(pool.take(places), features=table.astype(np.int16), masks=taken), places


def readable(pool: Pool, coding: Coding, most: int) -> NDArray[np.bool_]:
    """(r,) whether each condition on categories names, or leaves out, no more than so many."""
    size = np.array([f.size for f in coding.features])[np.maximum(pool.features, 0)]
    number = np.array([f.kind == "number" for f in coding.features])[np.maximum(pool.features, 0)]
    named = np.bitwise_count(pool.masks).astype(np.int64)
    short: NDArray[np.bool_] = ((pool.features < 0) | number | (np.minimum(named, size - named) <= most)).all(axis=1)
    return short


def complexity(pool: Pool, coding: Coding) -> Floats:
    """(r,) how much there is to read: a literal counts a hundred, an end of an interval ten, a digit of a cut one."""
    found = np.zeros(len(pool))
    for rule in range(len(pool)):
        for feature, mask in zip(pool.features[rule], pool.masks[rule], strict=True):
            if feature >= 0:
                found[rule] += 100 + sum(10 + _digits(cut) for cut in _ends(int(mask), coding, int(feature)))
    return found


def _ends(mask: int, coding: Coding, feature: int) -> list[float]:
    """The cuts at which the intervals of a literal begin and end."""
    known = coding.features[feature]
    taken = [mask >> s & 1 for s in range(known.ordered)]
    return [known.cuts[s] for s in range(len(known.cuts)) if taken[s] != taken[s + 1]]


def _looser(mask: int, coding: Coding, feature: int) -> list[int]:
    """Masks with an end of their only interval left out, or moved by one cut to a rounder one."""
    known = coding.features[feature]
    ordered = (1 << known.ordered) - 1
    inside, rest = mask & ordered, mask & ~ordered
    taken = [s for s in range(known.ordered) if inside >> s & 1]
    if not taken or taken[-1] - taken[0] + 1 != len(taken):
        return []
    first, last, top = taken[0], taken[-1], known.ordered - 1
    spans = [(0, last), (first, top)]
    spans += [
        (f, last) for f in (first - 1, first + 1) if first and 0 < f <= last and _rounder(known.cuts, f - 1, first - 1)
    ]
    spans += [
        (first, s) for s in (last - 1, last + 1) if last < top and first <= s < top and _rounder(known.cuts, s, last)
    ]
    found = {((1 << (b + 1)) - (1 << a)) | rest for a, b in spans if (a, b) not in ((first, last), (0, top))}
    return sorted(found)


def _rounder(cuts: tuple[float, ...], this: int, than: int) -> bool:
    return _digits(cuts[this]) < _digits(cuts[than])


def _digits(cut: float) -> int:
    """Significant digits of a cut as people write it."""
    return len(f"{cut:.12g}".lstrip("-").split("e")[0].replace(".", "").strip("0")) or 1
