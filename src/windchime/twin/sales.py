"""From trades to sales invoices: splitting at the cap, round totals, voids and their reissue, red letters."""

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Floats, Ints, Keys
from windchime.twin.rows import (
    CORRECTION,
    DIGITAL_GENERAL,
    DIGITAL_SPECIAL,
    GENERAL,
    REISSUE,
    RETURN,
    REVERSAL,
    SPECIAL,
    VOIDED,
    Rows,
    together,
)
from windchime.twin.trades import Trades
from windchime.twin.world import World


def of_firms(world: World, firms: Ints) -> Rows:
    """All sales invoices of the firms in the history, without numbers, voids and red letters among them."""
    months = np.arange(world.calendar.history, world.calendar.months)
    month, seller = (a.ravel() for a in np.meshgrid(months, firms, indexing="xy"))
    number = world.course.number[month, seller]
    trades = world.market.trades(
        seller[number > 0], month[number > 0], number[number > 0], world.firms.begins, world.course.ends
    )
    invoices, keys = _split(world, trades)
    return _with_reversals(world, _with_red(world, *_with_voids(world, invoices, keys)))


def _split(world: World, trades: Trades) -> tuple[Rows, Keys]:
    """One trade becomes one invoice or several: orders of the day, and on paper nothing above the cap."""
    cal, firms, key = world.cal, world.firms, trades.key
    day = world.calendar.day(trades.month, draws.uniform(key, 3))
    rate = _rates(world, trades)
    paper = day < world.switch
    cap = np.floor(firms.cap[trades.seller] * (1 + rate / 100.0) * 0.9999).astype(np.int64)
    habit = firms.habit[trades.seller]
    near = (trades.total > cal.number("sales.cap_raise_above") * cap) & (trades.total <= cap) & paper
    raised = near & (draws.uniform(key, 4) < cal.number("sales.cap_raise") * habit)
    total = np.where(raised, np.floor(cap * (1 - 0.1 * draws.uniform(key, 5) ** 1.5)).astype(np.int64), trades.total)
    above = paper & (total > cap)
    filled = above & (draws.uniform(key, 6) < habit)
    table = cal.numbers("sales.orders")
    extra = table[np.minimum(np.searchsorted(table[:, 0] * 100, total), len(table) - 1), 1]
    # those who buy now and then order once
    extra = extra * np.where(
        trades.rank < cal.count("sales.regular_ranks"), *cal.numbers("sales.orders_of_regular_and_other")
    )
    orders = 1 + np.minimum(draws.geometric(key, 7, extra), 40)
    by_cap = np.where(filled, np.ceil(total / (0.96 * cap)), np.ceil(total / cap)).astype(np.int64)
    parts = np.maximum(np.where(above, by_cap, 1), np.where(raised | filled, 1, orders))

    source = np.repeat(np.arange(len(parts)), parts)
    part = np.arange(len(source)) - np.repeat(np.cumsum(parts) - parts, parts)
    part_key = np.repeat(key, parts) + (part.astype(np.uint64) + np.uint64(64)) * np.uint64(0xD1B54A32D192ED03)
    last = part == parts[source] - 1
    weight = 0.5 + draws.uniform(part_key, 0)
    share = np.where(above[source], 1.0 / parts[source], weight / np.bincount(source, weight, len(parts))[source])
    size = np.where(filled[source], cap[source] * (1 - 0.1 * draws.uniform(part_key, 1) ** 1.5), share * total[source])
    grain = trades.grain[source]
    grain = np.where(grain * 4 > size, np.where(size > 400, 100, 1), grain)
    whole = np.maximum(np.floor(size / grain).astype(np.int64), 1) * grain
    rest = total - np.bincount(source, np.where(last, 0, whole), len(parts)).astype(np.int64)
    whole = np.where(last, np.maximum(rest[source], np.where(parts[source] > 1, 100, 1)), whole)
    whole = np.where(paper[source] & last, np.minimum(whole, cap[source]), whole)
    general = firms.small[trades.seller]
    digital_special = ~general & (draws.uniform(key, 8) < 0.75)
    kind = np.where(
        paper, np.where(general, GENERAL, SPECIAL), np.where(digital_special, DIGITAL_SPECIAL, DIGITAL_GENERAL)
    )
    rows = Rows.make(
        seller=trades.seller[source],
        buyer=trades.buyer[source],
        day=day[source],
        total=whole,
        rate=rate[source],
        kind=kind[source],
        order=np.arange(len(source)),
    )
    return rows, part_key


def _rates(world: World, trades: Trades) -> Ints:
    """The firm's main rate, at times another."""
    main = world.firms.rate[trades.seller]
    other = np.array([13, 9, 6, 3, 0])[draws.pick(draws.uniform(trades.key, 9), [0.45, 0.15, 0.2, 0.15, 0.05])]
    off = (draws.uniform(trades.key, 10) < world.cal.number("sales.rate_off_main")) & ~world.firms.small[trades.seller]
    return np.where(off, other, main)


def later_day(world: World, day: Ints, delay: Ints, u: Floats) -> Ints:
    """A day in the same month from `day` on (delay 0), or any day of a later month; may lie beyond the history."""
    month = world.calendar.month_of(day)
    end = world.calendar.first_day[month + 1]
    same = day + np.floor(u * (end - day)).astype(np.int64)
    same = np.where(world.calendar.quiet(same), day, same)
    reached = month + delay
    inside = np.minimum(reached, world.calendar.months - 1)
    return np.where(
        delay == 0, same, np.where(reached < world.calendar.months, world.calendar.day(inside, u), world.end)
    )


def _with_voids(world: World, rows: Rows, keys: Keys) -> tuple[Rows, Keys]:
    """Mistaken invoices: void on paper, fully reversed when digital; about half are issued again."""
    cal = world.cal
    of_month = rows.day - world.calendar.first_day[world.calendar.month_of(rows.day)] + 1
    factor = np.ones(32)
    for first, last, weight in cal["sales.void_day"]:
        factor[first : last + 1] = weight
    wrong = draws.uniform(keys, 2) < world.firms.void[rows.seller] * factor[of_month]
    paper = rows.day < world.switch
    delay = np.array([0, 1, 3])[draws.pick(draws.uniform(keys, 3), cal.numbers("sales.correction_delay"))]
    corrected = later_day(world, rows.day, delay, draws.uniform(keys, 4))
    wrong &= paper | (corrected < world.end)
    again = rows.day + draws.whole(keys, 5, 0, cal.count("sales.reissue_days"))
    again = np.where(world.calendar.quiet(again), rows.day, again)
    reissued = wrong & (draws.uniform(keys, 6) < cal.number("sales.void_reissued")) & (again < world.end)
    void = wrong & paper
    place = np.arange(len(rows))
    marked = rows.take(slice(None), void=void, mark=np.where(wrong, VOIDED, rows.mark))
    repeat = rows.take(
        reissued,
        day=again[reissued],
        origin=place[reissued],
        kind=_kind_at(world, rows, again)[reissued],
        mark=np.full(int(reissued.sum()), REISSUE),
        order=rows.order[reissued] + len(rows),
    )
    turned = wrong & ~paper
    reverse = rows.take(
        turned,
        day=corrected[turned],
        origin=place[turned],
        total=-rows.total[turned],
        mark=np.full(int(turned.sum()), CORRECTION),
        order=rows.order[turned] + 2 * len(rows),
    )
    # origins of the added rows point into the marked rows, which stand first and stay where they are
    whole = _below(marked, repeat, reverse)
    return whole, np.concatenate([keys, keys[reissued] + np.uint64(1), keys[turned] + np.uint64(2)])


def _with_red(world: World, rows: Rows, keys: Keys) -> Rows:
    """Returned goods and allowances: full or partial red letters on ordinary and reissued invoices."""
    cal = world.cal
    able = ((rows.mark == 0) | (rows.mark == REISSUE)) & ~rows.void
    returned = able & (draws.uniform(keys, 7) < world.firms.red[rows.seller])
    span = np.array([0, 1, 2, 4])[draws.pick(draws.uniform(keys, 8), cal.numbers("sales.red_delay"))]
    day = later_day(world, rows.day, span, draws.uniform(keys, 9))
    returned &= day < world.end
    full = draws.uniform(keys, 10) < cal.number("sales.red_full")
    part = np.maximum(np.round(rows.total * (0.05 + 0.6 * draws.uniform(keys, 11)) / 100.0).astype(np.int64) * 100, 100)
    total = -np.where(full, rows.total, np.minimum(part, rows.total))
    red = rows.take(
        returned,
        day=day[returned],
        total=total[returned],
        origin=np.arange(len(rows))[returned],
        mark=np.full(int(returned.sum()), RETURN),
        kind=_kind_at(world, rows, day)[returned],
        order=rows.order[returned] + 3 * len(rows),
    )
    return _below(rows, red)


def _with_reversals(world: World, rows: Rows) -> Rows:
    """Firms that take back, once their loan is drawn, most of what they had invoiced in the quarter before."""
    course, (low, high) = world.course, world.cal.numbers("intents.reversal_share")
    month = world.calendar.month_of(rows.day)
    after = np.minimum(course.drawn[rows.seller] + 1, world.calendar.months - 1)
    share = low + (high - low) * draws.uniform(world.rng.key("reversing", rows.seller), 0)
    key = world.rng.key("reversed", rows.seller, rows.buyer, rows.day, rows.total)
    taken = world.intents.reversing[rows.seller] & (month >= after - 4) & (month < after - 1)
    taken &= (rows.mark == 0) & ~rows.void & (rows.total > 0) & (draws.uniform(key, 0) < share)
    # an invoice that was returned in part already stays
    taken[rows.origin[rows.origin >= 0]] = False
    day = world.calendar.day(after, draws.uniform(key, 1))
    back = rows.take(
        taken,
        day=day[taken],
        total=-rows.total[taken],
        origin=np.arange(len(rows))[taken],
        mark=np.full(int(taken.sum()), REVERSAL),
        kind=_kind_at(world, rows, day)[taken],
        order=rows.order[taken] + 4 * len(rows),
    )
    return _below(rows, back)


def _kind_at(world: World, rows: Rows, day: Ints) -> Ints:
    """The kind an invoice written on that day has: digital after the switch."""
    turned = np.where(rows.kind == SPECIAL, DIGITAL_SPECIAL, DIGITAL_GENERAL)
    return np.where((day >= world.switch) & (rows.kind <= GENERAL), turned, rows.kind)


def _below(first: Rows, *added: Rows) -> Rows:
    """Added rows below the first, whose positions their origins name."""
    whole = together([first, *(a.take(slice(None), origin=np.full(len(a), -1)) for a in added)])
    origin = np.concatenate([first.origin, *(a.origin for a in added)])
    return whole.take(slice(None), origin=origin)
