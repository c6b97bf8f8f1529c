"""Social insurance and housing fund month by month, as the registers tell: they follow true staff, and what was paid."""

import numpy as np
import pyarrow as pa

from windchime.twin import obligations
from windchime.twin.calibration import Bools, Ints, shipped
from windchime.twin.public import common
from windchime.twin.public.consents import Consents
from windchime.twin.public.life import Life
from windchime.twin.source import NO_DAY, codes, dates, fraction, yuan

KINDS = obligations.INSURANCES
#: the 15th of the month after
DUE_DAY = 14


def months_shared(life: Life, given: Consents, wanted: Bools) -> tuple[Ints, Ints, Ints]:
    """Position, firm and month of firms that share, in months that are wanted."""
    at, month = np.nonzero(wanted & given.shares[:, None])
    return at, life.firms[at], life.months[month]


def social_insurance(life: Life, given: Consents) -> pa.Table:
    """One row a firm, month and kind."""
    cal, world = shipped("government"), life.world
    at, firm, month = months_shared(life, given, life.headcount > 0)
    at, firm, month = (np.repeat(a, len(KINDS)) for a in (at, firm, month))
    kind = np.tile(np.arange(len(KINDS)), len(at) // len(KINDS))
    head, before = world.course.headcount[month, firm], world.course.headcount[month - 1, firm]
    due = np.select(
        [kind == k for k in range(len(KINDS))],
        [obligations.insurance_due(world, month, firm, k) for k in range(len(KINDS))],
        0,
    )
    paid = np.where(world.course.skipped[month, firm], 0, due)
    calendar = world.calendar.first_day
    key = world.rng.key("insurance", firm, month)
    known = calendar[month + 1] - 1 + common.later(key, 0, *cal["insurance.known_days"])
    paid_on = calendar[month + 1] + DUE_DAY
    behind = due > paid
    # what is paid after the register told is not in it yet
    late = ~behind & (paid_on > known)
    deferred = behind & common.chance(key, 1, 0.1)
    columns = {
        **common.subject(world, firm),
        "month": dates(calendar[month]),
        "kind": codes(KINDS, kind),
        "insured_count": head,
        "base_total": yuan(world.course.wages[month, firm]),
        "due_amount": yuan(due),
        "paid_amount": yuan(paid),
        "paid_on": dates(np.where(behind | late, NO_DAY, paid_on)),
        "arrears_amount": yuan(due - paid),
        "joined_count": np.maximum(head - before, 0),
        "left_count": np.maximum(before - head, 0),
        "status": codes(("normal", "arrears", "deferred"), np.where(deferred, 2, behind.astype(np.int64))),
    }
    return common.told(world, "social_insurance", columns, given.known(at, known, world.end))


def provident_fund(life: Life, given: Consents) -> pa.Table:
    """One row a firm and month, for firms with staff enough."""
    cal, world = shipped("government"), life.world
    at, firm, month = months_shared(life, given, life.headcount >= world.cal.count("bills.fund_from_heads"))
    due = np.round(world.course.wages[month, firm] * world.cal.number("bills.fund_rate")).astype(np.int64)
    paid = obligations.fund_paid(world, month, firm)
    calendar = world.calendar.first_day
    key = world.rng.key("fund", firm, month)
    known = calendar[month + 1] - 1 + common.later(key, 0, *cal["fund.known_days"])
    counted = np.maximum(np.floor(world.course.headcount[month, firm] * cal.number("fund.counted")), 1).astype(np.int64)
    behind = due > paid
    rate = fraction(np.full(len(at), world.cal.number("bills.fund_rate") / 2))
    columns = {
        **common.subject(world, firm),
        "month": dates(calendar[month]),
        "account_count": counted,
        "base_total": yuan(world.course.wages[month, firm]),
        "firm_rate": rate,
        "staff_rate": rate,
        "due_amount": yuan(due),
        "paid_amount": yuan(paid),
        "paid_to_month": dates(np.where(behind, calendar[month - 1], calendar[month])),
        "arrears_amount": yuan(due - paid),
        "status": codes(("normal", "arrears"), behind.astype(np.int64)),
    }
    return common.told(world, "provident_fund", columns, given.known(at, known, world.end))
