"""Purchases from outside the region: bills of the common hubs, and supplies that follow the firm's own sales."""

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Bools, Floats, Ints, Keys
from windchime.twin.rows import (
    CORRECTION,
    DIGITAL_GENERAL,
    DIGITAL_SPECIAL,
    GENERAL,
    SPECIAL,
    VOIDED,
    Rows,
    together,
)
from windchime.twin.sales import later_day
from windchime.twin.world import World

#: VAT rates of supplies in percent with their shares by count; bills likewise
_SUPPLY_RATES = ((13, 0.60), (1, 0.20), (3, 0.06), (9, 0.06), (6, 0.06), (0, 0.02))
_BILL_RATES = ((13, 0.45), (6, 0.25), (9, 0.12), (3, 0.13), (0, 0.05))


def of_firms(world: World, firms: Ints) -> Rows:
    """All purchase invoices of the firms from sellers outside the region, without numbers."""
    months = np.arange(world.calendar.history, world.calendar.months)
    month, buyer = (a.ravel() for a in np.meshgrid(months, firms, indexing="xy"))
    there = (world.firms.begins[buyer] <= month) & (month <= world.course.ends[buyer])
    month, buyer = month[there], buyer[there]
    return together(
        [_with_reversals(world, *_bills(world, buyer, month)), _with_reversals(world, *_supplies(world, buyer, month))]
    )


def _bills(world: World, buyer: Ints, month: Ints) -> tuple[Rows, Keys]:
    cal, firms = world.cal, world.firms
    base = world.rng.key("bill", buyer, month)
    slow = np.where(world.course.dormant[month, buyer], 0.4, 1.0)
    number = draws.poisson(base, 0, firms.bills[buyer] * slow)
    buyer, month, key, index = _each(buyer, month, base, number)
    rank = draws.zipf_rank(draws.uniform(key, 1), np.full(len(key), 1.2), np.full(len(key), 25.0))
    slot = world.rng.key("hub", buyer, rank)
    hub = np.floor(cal.count("sales.hubs") * draws.uniform(slot, 0) ** 2.5).astype(np.int64)
    level = cal.number("purchases.log_bill") + np.log(100.0) + 0.6 * draws.normal(slot, 1)
    fen = np.round(np.exp(np.round(level + cal.number("purchases.log_bill_sd") * draws.normal(key, 2), 9)))
    return _rows(world, buyer, month, key, index + 500_000, len(firms) + hub, fen.astype(np.int64), _BILL_RATES), key


def _supplies(world: World, buyer: Ints, month: Ints) -> tuple[Rows, Keys]:
    cal, firms, course = world.cal, world.firms, world.course
    base = world.rng.key("supply", buyer, month)
    now, before = course.sales[month, buyer], course.sales[np.maximum(month - 1, 0), buyer]
    value = 0.75 * now + 0.25 * before + 0.02 * course.plan[month, buyer]
    usual = np.maximum(course.plan[month, buyer], 1.0)
    pace = np.clip(value / usual, 0.02, 4.0) ** cal.number("purchases.follow_sales")
    need = value * (1 - firms.margin[buyer]) * firms.invoiced[buyer] * (1 - cal.number("sales.in_region"))
    number = draws.poisson(base, 0, firms.supplies[buyer] * pace)
    each = need / np.maximum(firms.supplies[buyer] * pace, 0.5)
    source = np.repeat(np.arange(len(number)), number)
    buyer, month, key, index = _each(buyer, month, base, number)
    many = np.maximum(3.0, np.round(cal.number("purchases.slots_per_trade") * firms.supplies[buyer] * 36))
    rank = draws.zipf_rank(draws.uniform(key, 1), firms.supplier_zipf[buyer], many)
    slot = world.rng.key("supplier", buyer, rank)
    spread = cal.number("purchases.spread")
    level = np.log(np.maximum(each[source], 2_000.0)) - spread**2 / 2 + 0.5 * draws.normal(slot, 9)
    fen = np.round(np.exp(np.round(level + spread * draws.normal(key, 2), 9))).astype(np.int64)
    return _rows(world, buyer, month, key, index, len(firms) + world.market.party(slot), fen, _SUPPLY_RATES), key


def _each(buyer: Ints, month: Ints, base: Keys, number: Ints) -> tuple[Ints, Ints, Keys, Ints]:
    """One entry an invoice, its key and its index within the month."""
    index = np.arange(int(number.sum())) - np.repeat(np.cumsum(number) - number, number)
    key = np.repeat(base, number) + (index.astype(np.uint64) << np.uint64(8)) * draws.GOLDEN
    return np.repeat(buyer, number), np.repeat(month, number), key, index


def _rows(
    world: World,
    buyer: Ints,
    month: Ints,
    key: Keys,
    index: Ints,
    seller: Ints,
    fen: Ints,
    rates: tuple[tuple[int, float], ...],
) -> Rows:
    table = np.array(rates)
    day = world.calendar.day(month, draws.uniform(key, 3))
    rounding = world.cal.numbers("sales.round_to_fen")
    grain = rounding[draws.pick(draws.uniform(key, 4), rounding[:, 1]), 0].astype(np.int64)
    grain = np.where(grain * 3 > fen, np.where(fen > 300, 100, 1), grain)
    total = np.maximum(np.round(fen / grain).astype(np.int64), 1) * grain
    rate = table[draws.pick(draws.uniform(key, 5), table[:, 1]), 0].astype(np.int64)
    special = (rate > 3) & (draws.uniform(key, 6) < 0.7)
    paper = day < world.switch
    kind = np.where(paper, np.where(special, SPECIAL, GENERAL), np.where(special, DIGITAL_SPECIAL, DIGITAL_GENERAL))
    return Rows.make(seller=seller, buyer=buyer, day=day, total=total, rate=rate, kind=kind, order=index)


def _with_reversals(world: World, rows: Rows, keys: Keys) -> Rows:
    """Void on paper; red letters always, standing in for voids once invoices are digital."""
    paper = rows.day < world.switch
    wrong = draws.uniform(keys, 7) < world.firms.supplier_void[rows.buyer]
    returned = ~wrong & (draws.uniform(keys, 8) < world.firms.supplier_red[rows.buyer])
    delay = np.array([0, 1, 2])[draws.pick(draws.uniform(keys, 9), np.array([0.6, 0.3, 0.1]))]
    day = later_day(world, rows.day, delay, draws.uniform(keys, 10))
    reversed_: Bools = (returned | (wrong & ~paper)) & (day < world.end)
    fraction: Floats = np.where(wrong | (draws.uniform(keys, 11) < 0.7), 1.0, 0.05 + 0.6 * draws.uniform(keys, 12))
    total = np.maximum(np.round(rows.total * fraction).astype(np.int64), 1)
    place = np.arange(len(rows))
    digital = (day >= world.switch) & (rows.kind <= GENERAL)
    kind = np.where(digital, rows.kind + (DIGITAL_SPECIAL - SPECIAL), rows.kind)
    red = rows.take(
        reversed_,
        day=day[reversed_],
        total=-total[reversed_],
        kind=kind[reversed_],
        origin=np.full(int(reversed_.sum()), -1),
        order=rows.order[reversed_] + 1_000_000,
        mark=np.full(int(reversed_.sum()), CORRECTION),
    )
    void = wrong & paper
    first = rows.take(slice(None), void=void, mark=np.where(void | (wrong & reversed_), VOIDED, rows.mark))
    whole = together([first, red])
    return whole.take(slice(None), origin=np.concatenate([first.origin, place[reversed_]]))
