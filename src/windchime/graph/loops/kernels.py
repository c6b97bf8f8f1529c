"""The search itself, compiled: depth first along rising time, from each transfer as the first of its loop.

After a first transfer out of `u`, only nodes that pay `u` within the window can be the last but one; these are counted as the
window slides over the transfers into `u`, so that most first transfers end at once and the last hop but one is not
walked in vain.
"""

import numpy as np

from windchime.core.kernel import kernel
from windchime.graph.csr import Longs
from windchime.graph.loops.transfers import DAY_US, Bools
from windchime.graph.nodes import Ints

#: from the first microsecond of a day to its last
LAST = DAY_US - 1


@kernel
def in_time(start: Longs, edge: Longs, target: Ints, at: Longs) -> None:
    """Sort the edges of each node by time, in place; equal times by row."""
    for v in range(len(start) - 1):
        begin, end = start[v], start[v + 1]
        sorted_already = True
        for i in range(begin + 1, end):
            if at[edge[i]] < at[edge[i - 1]]:
                sorted_already = False
                break
        if sorted_already:
            continue
        order = np.argsort(at[edge[begin:end]], kind="mergesort")
        edge[begin:end] = edge[begin:end][order]
        target[begin:end] = target[begin:end][order]


@kernel
def after(at: Longs, begin: int, end: int, bound: int) -> int:
    """The first place of begin … end - 1 whose time is above the bound; `end` where there is none."""
    while begin < end:
        middle = (begin + end) >> 1
        if at[middle] > bound:
            end = middle
        else:
            begin = middle + 1
    return begin


@kernel
def at_least(amount: int, numerator: int, denominator: int) -> int:
    """The smallest whole number of fen that is not below amount · numerator / denominator; no overflow on the way."""
    whole, rest = amount // denominator, amount % denominator
    return whole * numerator + (rest * numerator + denominator - 1) // denominator


@kernel
def at_most(amount: int, numerator: int, denominator: int) -> int:
    """The largest whole number of fen that is not above amount · numerator / denominator."""
    whole, rest = amount // denominator, amount % denominator
    return whole * numerator + rest * numerator // denominator


@kernel
def _holds(path: Longs, first: int, size: int, at: Longs, dated: Bools, amount: Longs, rule: Longs) -> bool:
    """Whether a loop may begin with its transfer `first`: an order in time, the window, the amounts."""
    window = rule[1]
    root = path[first]
    now, before = at[root], amount[root]
    for step in range(1, size):
        e = path[(first + step) % size]
        now = max(at[e], now + 1)
        if now > at[e] + dated[e] * LAST or at[e] > at[root] + window:
            return False
        if amount[e] < at_least(before, rule[2], rule[3]) or amount[e] > at_most(before, rule[4], rule[5]):
            return False
        before = amount[e]
    return True


@kernel
def _begins_here(path: Longs, size: int, at: Longs, dated: Bools, amount: Longs, row: Longs, rule: Longs) -> bool:
    """Where days without times leave several transfers that could be the first: whether this is the earliest of them."""
    here = path[0]
    for other in range(1, size):
        e = path[other]
        earlier = at[e] < at[here] or (at[e] == at[here] and row[e] < row[here])
        if earlier and _holds(path, other, size, at, dated, amount, rule):
            return False
    return True


@kernel
def search(  # noqa: C901, PLR0912, PLR0915 - one walk, compiled: parts of it would have to hand all its arrays on
    first: int,
    last: int,
    start: Longs,
    to: Ints,
    row: Longs,
    at: Longs,
    dated: Bools,
    amount: Longs,
    in_start: Longs,
    source: Ints,
    in_at: Longs,
    rule: Longs,
) -> tuple[Longs, Longs, Longs, int]:
    """Loops whose first transfer leaves one of the nodes first … last - 1.

    Args:
        first: node.
        last: node.
        start: (nodes + 1,) transfers by payer, of each in time order; `to`, `row`, `at`, `dated`, `amount` of each.
        to: payee.
        row: where it came from.
        at: microseconds.
        dated: the day alone is known.
        amount: fen.
        in_start: (nodes + 1,) transfers by payee, of each in time order; `source` and `in_at` of each.
        source: payer.
        in_at: microseconds.
        rule: most transfers, window, low (numerator, denominator), high (numerator, denominator), any order, work; and of
            all these nodes together most loops and most work, beyond which every first transfer is cut.

    Returns:
        rows of all loops one behind the other, (loops + 1,) where each begins, rows of first transfers whose search was cut,
        transfers looked at.
    """
    hops, window, any_order, work = rule[0], rule[1], rule[6], rule[7]
    most_loops, most_work = rule[8], rule[9]
    slack = LAST + 1 if any_order else 0
    near = np.zeros(len(start) - 1, np.int32)
    path, place = np.empty(hops, np.int64), np.empty(hops, np.int64)
    now, least, most = np.empty(hops, np.int64), np.empty(hops, np.int64), np.empty(hops, np.int64)
    rows, begins, cut = np.empty(256, np.int64), np.zeros(256, np.int64), np.empty(16, np.int64)
    loops = cuts = looked = 0
    for u in range(first, last):
        old = new = in_start[u]
        for root in range(start[u], start[u + 1]):
            limit = at[root] + window
            while new < in_start[u + 1] and in_at[new] <= limit:
                near[source[new]] += 1
                new += 1
            while old < new and in_at[old] <= at[root] - slack:
                near[source[old]] -= 1
                old += 1
            v = to[root]
            if old == new or v == u or (hops == 2 and near[v] == 0):
                continue
            if loops >= most_loops or looked >= most_work:
                cut = _room(cut, cuts)
                cut[cuts] = row[root]
                cuts += 1
                continue
            depth = touched = 0
            path[0] = root
            now[0] = at[root] if any_order else at[root] + dated[root] * LAST
            least[0], most[0] = at_least(amount[root], rule[2], rule[3]), at_most(amount[root], rule[4], rule[5])
            place[0] = after(at, start[v], start[v + 1], now[0] - slack)
            while depth >= 0:
                e = place[depth]
                if e >= start[to[path[depth]] + 1] or at[e] > limit:
                    depth -= 1
                    continue
                place[depth] += 1
                touched += 1
                if touched > work or loops >= most_loops:
                    cut = _room(cut, cuts)
                    cut[cuts] = row[root]
                    cuts += 1
                    break
                if amount[e] < least[depth] or amount[e] > most[depth]:
                    continue
                end = at[e] + dated[e] * LAST
                if any_order and end <= now[depth]:
                    continue
                x = to[e]
                if x == u:
                    path[depth + 1] = e
                    size = depth + 2
                    if any_order and not _begins_here(path, size, at, dated, amount, row, rule):
                        continue
                    rows, begins = _room(rows, begins[loops] + size), _room(begins, loops + 1)
                    for i in range(size):
                        rows[begins[loops] + i] = row[path[i]]
                    begins[loops + 1] = begins[loops] + size
                    loops += 1
                    continue
                if depth + 2 >= hops or (depth + 3 == hops and near[x] == 0):
                    continue
                seen = False
                for i in range(depth + 1):
                    seen = seen or to[path[i]] == x
                if seen:
                    continue
                depth += 1
                path[depth] = e
                now[depth] = max(at[e], now[depth - 1] + 1) if any_order else end
                least[depth], most[depth] = at_least(amount[e], rule[2], rule[3]), at_most(amount[e], rule[4], rule[5])
                place[depth] = after(at, start[x], start[x + 1], now[depth] - slack)
            looked += touched
        for i in range(old, new):
            near[source[i]] -= 1
    return rows[: begins[loops]], begins[: loops + 1], cut[:cuts], looked


@kernel
def _room(held: Longs, place: int) -> Longs:
    """The array, made longer where the place is beyond its end."""
    if place < len(held):
        return held
    longer = np.empty(2 * place, np.int64)
    longer[: len(held)] = held
    return longer
