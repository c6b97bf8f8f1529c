"""Accounts closed month by month: second accounts are swept, the rest of cost and the owner make up what liquidity says.

Phase A knows how much cash a firm has; invoices, wages and taxes explain most of how it came there. What they do not, is
small purchases without an invoice, takings, or the owner's money. Balances never fall below zero: owners lend for days.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Bools, Floats, Ints
from windchime.twin.entries import PLATFORM, Entries, joined
from windchime.twin.flows import entry, last_day, owner
from windchime.twin.payments import workday
from windchime.twin.world import World


@dataclass(frozen=True, slots=True)
class Chained:
    """All entries in the order of their accounts, with the balance after each."""

    entries: Entries
    balance: Ints
    #: balance of the main account before the history, by firm asked for
    opening: Ints


def chained(world: World, some: Ints, parts: list[Entries]) -> Chained:
    """Close the accounts of the firms `some`."""
    trade = joined(parts)
    first = int(world.calendar.first_day[world.calendar.history])
    inside = (trade.day >= first) & (trade.day < world.end) & (trade.firm >= some[0]) & (trade.firm <= some[-1])
    trade = trade.take(inside)
    trade = joined([trade, *_swept(world, some, trade)])
    opening = np.round(_target(world, some)[:, 0] * (world.firms.begins[some] < world.calendar.history)).astype(
        np.int64
    )
    trade = joined([trade, *_rest(world, some, trade, opening)])
    trade = joined([trade, *_lent(world, some, trade, opening)])
    order = np.lexsort((trade.kind, trade.party, trade.second, trade.day, trade.slot, trade.firm))
    done = trade.take(order)
    return Chained(done, _running(done, some, opening), opening)


def _running(done: Entries, some: Ints, opening: Ints) -> Ints:
    """The balance after each entry; second accounts begin empty."""
    account = done.firm * 4 + done.slot
    total = np.cumsum(done.fen)
    start = (
        np.flatnonzero(np.concatenate([[True], account[1:] != account[:-1]])) if len(done) else np.zeros(0, np.int64)
    )
    before = np.where(start > 0, total[np.maximum(start - 1, 0)], 0)
    base = np.where(done.slot[start] == 0, opening[done.firm[start] - some[0]], 0) - before
    return np.asarray(total + np.repeat(base, np.diff(np.append(start, len(done)))), dtype=np.int64)


def _grid(world: World, some: Ints, of: Entries) -> Ints:
    """Sums of fen by firm and month."""
    month = world.calendar.month_of(of.day) - world.calendar.history
    width = len(world.history)
    found = np.bincount((of.firm - some[0]) * width + month, of.fen, len(some) * width)
    return np.asarray(np.round(found).astype(np.int64).reshape(len(some), width))


def _swept(world: World, some: Ints, trade: Entries) -> Iterator[Entries]:
    """What came in on second and third accounts goes to the main one on the last day of the month."""
    firm, month = (a.T for a in np.meshgrid(some, world.history))
    for slot in (1, 2):
        fen = _grid(world, some, trade.take(trade.slot == slot))
        common = {"firm": firm, "day": last_day(world, month), "second": 68_000 + slot, "party": firm}
        yield Entries.of("swept_out", slot=slot, fen=-fen, **common)
        yield Entries.of("swept_in", fen=fen, **common)


def _target(world: World, some: Ints) -> Floats:
    """The balance that liquidity stands for at the end of each month, by firm and month."""
    course, cal, months = world.course, world.cal, world.history
    plan, liquidity = course.plan[np.ix_(months, some)].T, course.liquidity[np.ix_(months, some)].T
    held = cal.number("accounts.buffer") + cal.number("accounts.liquid") * np.maximum(liquidity, 0.0)
    thin = np.where(world.society.rings.ring[some] >= 0, 0.02, 1.0)[:, None]
    trades = (world.firms.begins[some][:, None] <= months) & (months <= course.ends[some][:, None])
    return np.asarray(held * plan * thin * trades)


def _rest(world: World, some: Ints, trade: Entries, opening: Ints) -> Iterator[Entries]:
    """What is missing of, or too much for, the balance wanted at the end of each month."""
    firm, month = (a.T for a in np.meshgrid(some, world.history))
    key = world.rng.key("rest", firm, month)
    strained = world.course.distress[month, firm] | (month == world.firms.begins[firm])
    lends = strained | (draws.uniform(key, 0) < 0.5)
    takes = ~((world.firms.begins[firm] <= month) & (month <= world.course.ends[firm]))
    takes |= world.society.rings.ring[firm] >= 0
    flow = _grid(world, some, trade.take(trade.slot == 0))
    lent, earned, back, spent = _split(flow, _target(world, some), opening, lends, takes)
    day = draws.whole(key, 1, 3, 24)
    yield entry(world, "owner_in", firm, month, day, lent, owner(world, firm))
    yield entry(world, "owner_out", firm, month, day, -back, owner(world, firm))
    cash = draws.uniform(world.rng.key("takings", firm), 0) < 0.3
    yield entry(world, "takings", firm, month, day, earned * cash)
    yield entry(world, "scanned", firm, month, day, earned * ~cash, PLATFORM)
    shares = 0.2 + draws.uniform(key, 2)[..., None] * np.array([0.3, 0.2])
    parts = [np.round(spent * shares[..., k] / 1_000).astype(np.int64) * 1_000 for k in (0, 1)]
    parts = [np.where(spent > 5_000_000, p, 0) for p in parts]
    for number, fen in enumerate([*parts, spent - parts[0] - parts[1]]):
        of = world.rng.key("sundry", firm, month // 6, number)
        party = len(world.firms) + draws.whole(of, 0, 300, world.market.outside - 1)
        yield entry(world, "sundry", firm, month, draws.whole(key, 3 + number, 2, 27), -fen, party)


def _split(flow: Ints, wanted: Floats, opening: Ints, lends: Bools, takes: Bools) -> tuple[Ints, Ints, Ints, Ints]:
    """The rest of each month: lent by the owner, earned without an invoice, given back to the owner, spent otherwise.

    Args:
        flow: what invoices and bills moved, (firms, months).
        wanted: balance at the end of each month.
        opening: balance before the first.
        lends: months in which a gap is filled by the owner.
        takes: months in which the owner takes whatever is left over.
    """
    found = [np.zeros_like(flow) for _part in range(4)]
    balance, owed = opening.copy(), np.zeros_like(opening)
    for m in range(flow.shape[1]):
        gap = wanted[:, m] - balance - flow[:, m]
        still = np.abs(gap) < 0.06 * wanted[:, m]
        rest = (np.ceil(np.where(still, 0.0, gap) / 1_000) * 1_000).astype(np.int64)
        more, less = np.maximum(rest, 0), np.maximum(-rest, 0)
        lent = np.where(lends[:, m], more, 0)
        back = np.where(takes[:, m], less, np.minimum(less, owed))
        owed = np.maximum(owed + lent - back, 0)
        for part, fen in zip(found, (lent, more - lent, back, less - back), strict=True):
            part[:, m] = fen
        balance = balance + flow[:, m] + rest
    return found[0], found[1], found[2], found[3]


def _lent(world: World, some: Ints, trade: Entries, opening: Ints) -> Iterator[Entries]:
    """Where the main account would fall below zero within a month, the owner lends, and is paid at its end."""
    main = trade.take(trade.slot == 0)
    main = main.take(np.lexsort((main.kind, main.party, main.second, main.day, main.firm)))
    balance = _running(main, some, opening)
    month = world.calendar.month_of(main.day)
    group = main.firm * 256 + month
    start = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]])) if len(main) else np.zeros(0, np.int64)
    low = np.minimum.reduceat(balance, start) if len(start) else np.zeros(0, np.int64)
    grain = 100 * world.cal.count("accounts.shortage_grain")
    short = -(np.minimum(low, 0) // grain) * grain
    firm, when = main.firm[start], month[start]
    begin, end = world.calendar.first_day[when], last_day(world, when)
    yield Entries.of(
        "owner_in", firm=firm, day=workday(world, begin, end), second=29_000, fen=short, party=owner(world, firm)
    )
    yield Entries.of("owner_out", firm=firm, day=end, second=72_000, fen=-short, party=owner(world, firm))
