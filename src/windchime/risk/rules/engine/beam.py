"""Longer rules: the best beginnings, each narrowed by one more literal, counted from one scan of the rows they hit.

A beginning that cannot lead to a rule better than those at hand, were it to shed every good it may, is left (optimistic
bounds as in OPUS, Webb 1995). Its best continuations are rules, and those with most bads beyond the usual begin the next
step.
"""

import numpy as np

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats
from windchime.risk.coding import spread
from windchime.risk.rules.engine.histograms import Codes, Rows, among
from windchime.risk.rules.engine.limits import Ways
from windchime.risk.rules.engine.literals import Literals
from windchime.risk.rules.engine.objective import Goal, band, better, bound, excess, score
from windchime.risk.rules.engine.pool import WIDTH, Masks, Places, Pool

_STEP = tuple[Places, Masks, Floats]


def lengthened(
    codes: Codes,
    bad: Codes,
    weight: Floats,
    ways: Ways,
    chosen: Places,
    sets: Literals,
    goal: Goal,
    bases: Pool,
    *,
    width: int,
    bar: float,
    threads: int,
) -> tuple[Pool, Pool]:
    """Of each beginning the best longer rule of each band and added feature, and the beginnings of the next step.

    Args:
        codes: (features, rows).
        bad: 0 or 1, one a row.
        weight: of each row; empty = equal.
        ways: which features are of one group.
        chosen: the features to add.
        sets: their literals.
        goal: what is sought.
        bases: what is lengthened; at most three literals each.
        width: how many beginnings are taken, those with most bads beyond the usual.
        bar: the score a rule must reach to be handed on.
        threads: beginnings lengthened at once.
    """
    start = bases.take(_most(bases, goal, width, bar))

    def one(place: int) -> _STEP:
        features, masks = start.features[place], start.masks[place]
        length = int((features >= 0).sum())
        own = features[:length]
        rows = _rows(codes, features[:length].astype(np.int64), masks[:length])
        added = chosen[~np.isin(ways.group[chosen], ways.group[own])]
        more = np.zeros((len(added), goal.bands + 1), np.uint32)
        figures = np.full((len(added), goal.bands + 1, 3), -1.0)
        least = bound(float(start.rows[place]), float(start.bads[place]), goal.body)
        _lengthen(codes, bad, weight, rows, added, sets.masks, sets.start, least, goal.body, more, figures)
        found_features = np.full((*more.shape, WIDTH), -1, np.int64)
        found_masks = np.zeros((*more.shape, WIDTH), np.uint32)
        found_features[..., :length], found_masks[..., :length] = own, masks[:length]
        found_features[..., length] = added[:, None]
        found_masks[..., length] = more
        return found_features, found_masks, figures

    steps = spread(one, range(len(start)), threads)
    if not steps:
        return start, start
    features = np.concatenate([f.reshape(-1, goal.bands + 1, WIDTH) for f, _, _ in steps])
    masks = np.concatenate([m.reshape(-1, goal.bands + 1, WIDTH) for _, m, _ in steps])
    figures = np.concatenate([x.reshape(-1, goal.bands + 1, 3) for _, _, x in steps])
    rules, begin = figures[..., 0] >= max(bar, np.finfo(np.float64).tiny), figures[..., 0] > 0
    rules[:, -1] = False
    begin[:, :-1] = False
    return (
        Pool.of(features[rules], masks[rules], rows=figures[rules][:, 1], bads=figures[rules][:, 2]),
        Pool.of(features[begin], masks[begin], rows=figures[begin][:, 1], bads=figures[begin][:, 2]),
    )


def _most(bases: Pool, goal: Goal, width: int, bar: float) -> Places:
    """The beginnings with most bads beyond the usual that may lead above the bar."""
    may = goal.best_within(bases.rows, bases.bads) > bar
    order = np.argsort(-goal.excess(bases.rows, bases.bads), kind="stable")
    found: Places = np.sort(order[may[order]][:width])
    return found


@kernel
def _rows(codes: Codes, features: Places, masks: Masks) -> Rows:
    """The rows that a rule hits."""
    found = np.empty(codes.shape[1], np.uint32)
    count = 0
    for row in range(codes.shape[1]):
        hit = np.uint32(1)
        for k in range(len(features)):
            hit &= masks[k] >> np.uint32(codes[features[k], row])
        found[count] = row
        count += int(hit & np.uint32(1))
    return found[:count].copy()


@kernel
def _lengthen(
    codes: Codes,
    bad: Codes,
    weight: Floats,
    rows: Rows,
    added: Places,
    sets: Masks,
    start: Places,
    least: float,
    goal: Floats,
    masks: Masks,
    figures: Floats,
) -> None:
    own_bad, own_weight = bad[rows], weight[rows] if len(weight) else weight
    for k in range(len(added)):
        table = among(codes[added[k]], rows, own_bad, own_weight)
        _best(table, sets[start[added[k]] : start[added[k] + 1]], least, goal, masks[k], figures[k])


@kernel
def _best(table: Floats, sets: Masks, least: float, goal: Floats, masks: Masks, figures: Floats) -> None:
    bases = len(masks) - 1
    rows = table[0].sum()
    for literal in sets:
        n = 0.0
        b = 0.0
        for s in range(32):
            if literal >> np.uint32(s) & np.uint32(1):
                n += table[0, s]
                b += table[1, s]
        if n >= rows or bound(n, b, goal) <= least:
            continue
        place = band(n, goal)
        if better(figures[place], score(n, b, goal), n, b):
            masks[place] = literal
        if better(figures[bases], excess(n, b, goal), n, b):
            masks[bases] = literal
