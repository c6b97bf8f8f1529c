"""What falls due whatever is sold: wages, insurance, housing fund, power, rent, interest. Accounts and registers agree on it.

All functions take months and firms as arrays of one shape (or that broadcast) and give fen, 0 where a firm does not trade.
"""

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Bools, Floats, Ints
from windchime.twin.world import World

INSURANCES = ("pension", "medical", "unemployment", "injury", "maternity")


def trading(world: World, month: Ints, firm: Ints) -> Bools:
    """Whether a firm trades in a month."""
    return np.asarray((world.firms.begins[firm] <= month) & (month <= world.course.ends[firm]))


def insurance_due(world: World, month: Ints, firm: Ints, kind: int) -> Ints:
    """Social insurance of the month, firm's and staff's part together; due on the 15th of the next month.

    Args:
        world: the region.
        month: month indices.
        firm: firm numbers.
        kind: index into `INSURANCES`.
    """
    rate = world.cal.numbers("bills.insurance_rate")[kind]
    return np.asarray(np.round(world.course.wages[month, firm] * rate), dtype=np.int64)


def insurance_paid(world: World, month: Ints, firm: Ints, kind: int) -> Ints:
    """What of it was paid: all or, in some months of distress, nothing."""
    return np.where(world.course.skipped[month, firm], 0, insurance_due(world, month, firm, kind))


def fund_paid(world: World, month: Ints, firm: Ints) -> Ints:
    """Housing fund of firms with staff enough, firm's and staff's part together."""
    there = world.course.headcount[month, firm] >= world.cal.count("bills.fund_from_heads")
    there = there & ~world.course.skipped[month, firm]
    due = np.round(world.course.wages[month, firm] * world.cal.number("bills.fund_rate")).astype(np.int64)
    return np.where(there, due, 0)


def power_used(world: World, month: Ints, firm: Ints) -> Ints:
    """Power of the month in kWh: true sales, staff and a base; what is faked on paper uses no power."""
    sector = world.firms.sector[firm]
    sales, fixed, head = (world.cal.numbers(f"bills.kwh_{p}")[sector] for p in ("of_sales", "fixed", "of_head"))
    key = world.rng.key("power", firm, month)
    own = np.exp(0.25 * draws.normal(world.rng.key("power.firm", firm), 0))
    noise = 1.0 + world.cal.number("bills.kwh_noise") * draws.normal(key, 0)
    kwh = (
        sales * world.course.sales[month, firm] / 1_000_000 + fixed + head * world.course.headcount[month, firm]
    ) * own
    goods = world.society.rings.ring[firm] < 0
    return np.round(kwh * noise * trading(world, month, firm) * goods).astype(np.int64)


def power_bill(world: World, month: Ints, firm: Ints) -> Ints:
    """Its price; paid in the next month."""
    return np.round(power_used(world, month, firm) * world.cal.number("bills.kwh_price") * 100).astype(np.int64)


def rent(world: World, month: Ints, firm: Ints) -> Ints:
    """Rent of the month; paid quarterly in advance. Firms of shell rings pay none."""
    share: Floats = world.cal.numbers("bills.rent_of_plan")[world.firms.sector[firm]]
    first = np.maximum(world.calendar.history, world.firms.begins[firm])
    fen = np.round(share * world.course.plan[np.minimum(first + 2, world.calendar.months - 1), firm] / 10_000) * 10_000
    goods = world.society.rings.ring[firm] < 0
    return np.where(trading(world, month, firm) & goods, fen, 0).astype(np.int64)


def interest(world: World, month: Ints, firm: Ints) -> Ints:
    """Interest of the month on bank debt apart from the loan, so long as the firm pays."""
    debt = world.guarantees.debt[firm]
    pays = trading(world, month, firm) & (month <= world.course.default[firm])
    return np.where(pays, np.round(debt * world.cal.number("bills.interest") / 12), 0).astype(np.int64)
