"""How invoices are paid: several of one pair and month at once, after a while, some not at all; the same for both sides."""

from dataclasses import dataclass

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints
from windchime.twin.draws import Draws
from windchime.twin.entries import PLATFORM, Entries, joined
from windchime.twin.rows import REVERSAL, Rows
from windchime.twin.world import World


@dataclass(frozen=True, slots=True)
class Settled:
    """What one buyer owes one seller for the invoices of one month, and when it is paid."""

    seller: Ints
    buyer: Ints
    #: month of the invoices
    month: Ints
    #: total of the invoices in fen, red letters taken off; may be negative: then the seller pays back
    fen: Ints
    #: day of the payment, and its month; the number of months where it is not paid within the history
    day: Ints
    paid: Ints
    #: it never will be: the buyer failed
    lost: Bools

    def take(self, chosen: Bools) -> "Settled":
        """Some of them."""
        return Settled(*(getattr(self, f)[chosen] for f in self.__slots__))


def settled(world: World, rows: Rows) -> Settled:
    """Payments of valid invoices, invented ones apart; a pure function of pair and month, so that seller and buyer see the same."""
    calendar, n = world.calendar, len(world.firms)
    rows = rows.take(~rows.void & (rows.total != 0) & (rows.mark != REVERSAL))
    month = calendar.month_of(rows.day)
    group = (rows.seller * 20_000_000 + rows.buyer) * 128 + month
    order = np.argsort(group, kind="stable")
    _group, first = np.unique(group[order], return_index=True)
    fen = np.add.reduceat(rows.total[order], first) if len(order) else np.zeros(0, np.int64)
    last = np.maximum.reduceat(rows.day[order], first) if len(order) else np.zeros(0, np.int64)
    seller, buyer, month = rows.seller[order][first], rows.buyer[order][first], month[order][first]
    key = world.rng.key("settled", seller, buyer, month)
    of_region = draws.pick(draws.uniform(key, 0), world.cal.numbers("liquidity.collect"))
    lag = np.where(seller < n, of_region, draws.pick(draws.uniform(key, 0), world.cal.numbers("liquidity.pay")))
    paid = month + lag
    inside = np.minimum(paid, calendar.months - 1)
    end = calendar.first_day[inside + 1] - 1
    at_once = np.minimum(last + draws.whole(key, 1, 0, 6), end)
    later = calendar.first_day[inside] + np.floor(draws.uniform(key, 2) * 26).astype(np.int64) + 1
    day = workday(world, np.where(lag == 0, at_once, later), end)
    failed = world.course.default[np.minimum(buyer, n - 1)]
    lost = (buyer < n) & (failed < paid) & (draws.uniform(key, 3) < world.cal.number("liquidity.bad_debt_loss"))
    paid = np.where(lost, calendar.months, np.minimum(paid, calendar.months))
    return Settled(seller, buyer, month, fen, np.where(paid < calendar.months, day, world.end), paid, lost)


def workday(world: World, day: Ints, last: Ints) -> Ints:
    """The day itself, or the next on which banks work, not after `last`."""
    for _step in range(10):
        closed = ((day + 3) % 7 >= 5) | world.calendar.quiet(day)
        day = np.where(closed, day + 1, day)
    return np.minimum(day, last)


def seconds(rng: Draws, table: str, *parts: Ints) -> Ints:
    """A second of the working day for each entry."""
    return draws.whole(rng.key(f"{table}.second", *parts), 0, 9 * 3600, 17 * 3600)


def entries(world: World, some: Ints, due: Settled) -> Entries:
    """What the firms `some` receive for their sales and pay for their purchases."""
    n, cal = len(world.firms), world.cal
    done = due.take(due.paid < world.calendar.months)
    sold = done.take((done.seller >= some[0]) & (done.seller <= some[-1]))
    bought = done.take((done.buyer >= some[0]) & (done.buyer <= some[-1]))
    small = (sold.buyer >= n) & (np.abs(sold.fen) < 100 * cal.count("accounts.platform_below"))
    minor = (bought.seller >= n) & (np.abs(bought.fen) < 100 * cal.count("accounts.card_below"))
    return joined(
        [
            *_received(world, sold.take(~small)),
            *_given(world, bought.take(~minor)),
            _pooled(world, "platform", sold.take(small), sold.seller[small], 1, PLATFORM),
            _pooled(world, "card", bought.take(minor), bought.buyer[minor], -1, PLATFORM),
        ]
    )


def _received(world: World, sold: Settled) -> tuple[Entries, Entries]:
    """Money of buyers on one of the seller's accounts; refunds leave the main one."""
    second = seconds(world.rng, "settled", sold.seller, sold.buyer, sold.month)
    slot = np.where(sold.fen > 0, slot_of(world, sold.seller, sold.buyer), 0)
    common = {"firm": sold.seller, "slot": slot, "day": sold.day, "second": second, "party": sold.buyer}
    return (
        Entries.of("collected", fen=np.maximum(sold.fen, 0), **common),
        Entries.of("refund_out", fen=np.minimum(sold.fen, 0), **common),
    )


def _given(world: World, bought: Settled) -> tuple[Entries, Entries]:
    """Money to sellers from the buyer's main account."""
    second = seconds(world.rng, "settled", bought.seller, bought.buyer, bought.month)
    common = {"firm": bought.buyer, "day": bought.day, "second": second, "party": bought.seller}
    return (
        Entries.of("paid", fen=-np.maximum(bought.fen, 0), **common),
        Entries.of("refund_in", fen=-np.minimum(bought.fen, 0), **common),
    )


def _pooled(world: World, kind: str, due: Settled, firm: Ints, sign: int, party: int) -> Entries:
    """Small sums of a month in one entry at its end."""
    place, at = np.unique(firm * 128 + due.paid, return_inverse=True)
    fen = np.zeros(len(place), np.int64)
    np.add.at(fen, at, due.fen)
    firm, month = place // 128, place % 128
    day = world.calendar.first_day[month + 1] - draws.whole(world.rng.key(kind, firm, month), 0, 1, 4)
    return Entries.of(
        kind, firm=firm, day=day, second=seconds(world.rng, kind, firm, month), fen=sign * fen, party=party
    )


def accounts(world: World, firm: Ints) -> Ints:
    """How many accounts a firm has: 1 to 3."""
    return 1 + draws.pick(draws.uniform(world.rng.key("accounts", firm), 0), world.cal.numbers("accounts.many"))


def slot_of(world: World, seller: Ints, buyer: Ints) -> Ints:
    """On which of the seller's accounts a buyer pays."""
    second, third = world.cal.numbers("accounts.second")
    u = draws.uniform(world.rng.key("slot_of_pair", seller, buyer), 0)
    wanted = np.where(u < third, 2, np.where(u < third + second, 1, 0))
    return np.where(wanted < accounts(world, seller), wanted, 0)
