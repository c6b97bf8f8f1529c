"""Entries that are no trade: wages, insurance, taxes, power, rent, fees, interest, loans, groups, guarantees."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from windchime.twin import draws, entries, obligations
from windchime.twin.calibration import Bools, Ints
from windchime.twin.entries import BANK, BROKERAGE, NOBODY, OTHER_BANK, PERSON, Entries
from windchime.twin.payments import seconds, workday
from windchime.twin.population import NEVER
from windchime.twin.taxes import Taxes
from windchime.twin.world import World


def of_firms(world: World, some: Ints, taxes: Taxes) -> Iterator[Entries]:
    """All of them for the firms `some`."""
    yield from _before(world, some)
    yield from _bills(world, some, taxes)
    yield from _loans(world, some)
    yield from _group(world, some)
    yield from _calls(world, some)
    yield from _loops(world, some)


def last_day(world: World, month: Ints) -> Ints:
    """The last day of each month."""
    return world.calendar.first_day[month + 1] - 1


def entry(
    world: World, kind: str, firm: Ints, month: Ints, day: Ints, fen: Any, party: Any = NOBODY, clock: str = ""
) -> Entries:
    """Entries on a working day near the given day of the month; those of one `clock` share the second."""
    at = workday(world, world.calendar.first_day[month] + day - 1, last_day(world, month))
    return Entries.of(
        kind, firm=firm, day=at, second=seconds(world.rng, clock or kind, firm, month), fen=fen, party=party
    )


def _bills(world: World, some: Ints, taxes: Taxes) -> Iterator[Entries]:
    """What falls due every month or quarter, mostly for the month before."""
    firm, month = (a.T for a in np.meshgrid(some, world.history))
    before = np.maximum(month - 1, 0)
    cal, course = world.cal, world.course
    own = world.rng.key("bills", firm)
    wage_day = np.array(cal["bills.wage_days"])[draws.whole(own, 0, 0, len(cal["bills.wage_days"]) - 1)]
    wage_day = wage_day + 12 * course.late[before, firm]
    trades = obligations.trading(world, month, firm)
    wages = course.wages[before, firm] * (before < course.ends[firm] + 1)
    yield entry(world, "wages", firm, month, wage_day, -wages)
    insurance = sum(obligations.insurance_paid(world, before, firm, k) for k in range(len(obligations.INSURANCES)))
    yield entry(world, "insurance", firm, month, np.full_like(month, 15), -insurance * trades, entries.INSURANCE)
    yield entry(
        world, "fund", firm, month, 14 + 0 * month, -obligations.fund_paid(world, before, firm) * trades, entries.FUND
    )
    due = np.concatenate([np.zeros((len(some), 1), np.int64), (taxes.due * taxes.pays)[:, :-1]], axis=1)
    yield entry(world, "tax", firm, month, draws.whole(own, 1, 8, 15), -due, entries.TREASURY)
    power = obligations.power_bill(world, before, firm)
    yield entry(world, "power", firm, month, draws.whole(own, 2, 5, 20), -power * trades, entries.POWER)
    quarter = sum(obligations.rent(world, np.minimum(month + k, world.calendar.months - 1), firm) for k in range(3))
    landlord = len(world.firms) + draws.whole(own, 3, 300, world.market.outside - 1)
    first = (world.calendar.begin.first.month - 1 + month) % 3 == 0
    yield entry(world, "rent", firm, month, draws.whole(own, 4, 3, 10), -quarter * first * trades, landlord)
    low, high = cal["bills.fee"]
    fee = 100 * draws.whole(world.rng.key("fee", firm, month), 0, low, high)
    yield entry(world, "fee", firm, month, 21 + 0 * month, -fee * trades)
    yield entry(world, "interest", firm, month, 21 + 0 * month, -obligations.interest(world, month, firm), OTHER_BANK)


def _loans(world: World, some: Ints) -> Iterator[Entries]:
    """The loan comes in and goes to its use; interest on the 21st; at the end it is repaid out of another."""
    course, calendar, cal = world.course, world.calendar, world.cal
    firm = some[course.drawn[some] < NEVER]
    drawn, principal = course.drawn[firm], course.principal[firm]
    day = calendar.first_day[drawn] + firm * 7 % 28
    key = world.rng.key("loan.use", firm)
    yield Entries.of("drawn", firm=firm, day=day, second=34_000, fen=principal, party=BANK)
    spent, refinances = use_of_loan(world, firm)
    supplier = len(world.firms) + draws.whole(key, 1, 300, world.market.outside - 1)
    used = np.minimum(day + draws.whole(key, 2, 0, 3), world.end - 1)
    diverts = world.intents.diverting[firm]
    repays, buys = refinances & ~diverts, ~refinances & ~diverts
    yield Entries.of("repaid", firm=firm, day=used, second=52_000, fen=-spent * repays, party=OTHER_BANK)
    yield Entries.of("equipment", firm=firm, day=used, second=52_000, fen=-spent * buys, party=supplier)
    yield Entries.of("invested", firm=firm, day=used, second=52_000, fen=-spent * diverts, party=BROKERAGE)
    who, month = (a.T for a in np.meshgrid(np.arange(len(firm)), world.history))
    runs = (month > drawn[who]) & (month <= drawn[who] + cal.count("loans.term_months"))
    runs &= month < course.default[firm[who]]
    day_of = interest_day(world, firm[who], month)
    yield entry(world, "interest", firm[who], month, day_of, -monthly_interest(world, firm)[who] * runs, BANK)
    due = drawn + cal.count("loans.term_months")
    lasts = (due < calendar.months) & (due < course.default[firm])
    back = calendar.first_day[np.minimum(due, calendar.months - 1)] + firm * 7 % 28
    yield Entries.of("drawn", firm=firm, day=back, second=34_000, fen=principal * lasts, party=OTHER_BANK)
    yield Entries.of("repaid", firm=firm, day=back, second=36_500, fen=-principal * lasts, party=BANK)


def interest_day(world: World, firm: Ints, month: Ints) -> Ints:
    """The day of the month on which interest on a loan is due: the 21st, in the last month not after the loan itself."""
    last = month == world.course.drawn[firm] + world.cal.count("loans.term_months")
    return np.where(last, np.minimum(21, 1 + firm * 7 % 28), 21)


def use_of_loan(world: World, firm: Ints) -> tuple[Ints, Bools]:
    """What borrowers spend of their loan at once, in fen, and whether it replaces an earlier one (or buys equipment)."""
    spent = world.course.principal[firm] * (1 - world.cal.number("loans.kept_as_liquidity"))
    u = draws.uniform(world.rng.key("loan.use", firm), 0)
    return np.round(spent / 100_000).astype(np.int64) * 100_000, u < world.cal.number("loans.refinances")


def opening(world: World, some: Ints) -> tuple[Ints, Ints]:
    """What buyers of the time before the history still pay, and what is paid for it, by firm and month of the history."""
    cal, course, first = world.cal, world.course, world.calendar.history
    collect, pay = cal.numbers("liquidity.collect"), cal.numbers("liquidity.pay")
    receives, pays = (np.zeros((len(some), len(world.history))) for _both in range(2))
    for ahead in range(len(collect) - 1):
        for lag in range(ahead + 1, len(collect)):
            receives[:, ahead] += collect[lag] * course.sales[first + ahead - lag, some]
    cost = (1 - world.firms.margin[some]) * world.firms.invoiced[some]
    pays[:, 0] = pay[1] * course.sales[first - 1, some] * np.maximum(cost, 0)
    return np.round(receives).astype(np.int64), np.round(pays).astype(np.int64)


def _before(world: World, some: Ints) -> Iterator[Entries]:
    """Payments for invoices of the time before the history."""
    receives, pays = opening(world, some)
    firm, month = (a.T for a in np.meshgrid(some, world.history))
    party = len(world.firms) + draws.whole(world.rng.key("before", firm), 0, 300, world.market.outside - 1)
    yield entry(world, "collected", firm, month, 6 + 3 * (firm % 7), receives, party)
    yield entry(world, "paid", firm, month, 8 + 2 * (firm % 7), -pays, party + 0 * month)


def monthly_interest(world: World, firm: Ints) -> Ints:
    """Interest of one month on the loans of borrowers, in fen."""
    course = world.course
    return np.asarray(np.round(course.principal[firm] * course.rate[firm] / 12), dtype=np.int64)


def _group(world: World, some: Ints) -> Iterator[Entries]:
    """Money moved between head and members; both have the entry."""
    n, head = len(world.firms), world.society.groups.head
    inside = (world.society.groups.group >= 0) & (head != np.arange(n))
    mine = np.flatnonzero(inside & (np.isin(np.arange(n), some) | np.isin(head, some)))
    member, month = (a.T for a in np.meshgrid(mine, world.history))
    moved = world.course.pooled[month, member]
    day = 23 + draws.whole(world.rng.key("pooled", member), 0, 0, 4) + 0 * month
    own, lead = np.isin(member, some), np.isin(head[member], some)
    for kind, sign in (("pooled_in", 1), ("pooled_out", -1)):
        received = np.where(np.sign(moved) == sign, moved, 0)
        given = np.where(np.sign(moved) == -sign, -moved, 0)
        yield entry(world, kind, member, month, day, received * own, head[member], "pooled")
        there = entry(world, kind, member, month, day, given * lead, member, "pooled")
        yield Entries(head[there.firm], there.slot, there.day, there.second, there.fen, there.kind, there.party)


def _calls(world: World, some: Ints) -> Iterator[Entries]:
    """What guarantors pay for failed debtors, to the bank that lent; what owners take of profits."""
    firm, month = (a.T for a in np.meshgrid(some, world.history))
    taken = world.course.payout[month, firm] // 10_000 * 10_000
    yield entry(world, "dividend", firm, month, 26 + 0 * month, -taken, owner(world, firm))
    yield entry(world, "stood_for", firm, month, 25 + 0 * month, -world.course.called[month, firm], OTHER_BANK)


def loop_hops(world: World) -> tuple[Ints, Ints, Ints, Ints]:
    """Payments of the money loops: who pays, whom, day, fen; in the order of `Intents.loops`."""
    case, turn, place, firm, day, fen = world.intents.loops.T
    last = np.append((case[1:] != case[:-1]) | (turn[1:] != turn[:-1]), True) if len(case) else np.zeros(0, bool)
    start = np.arange(len(case)) - place
    to = np.where(last, firm[start], np.roll(firm, -1)) if len(case) else firm
    return firm, to, workday(world, day, day + 9), fen


def _loops(world: World, some: Ints) -> Iterator[Entries]:
    """Money that goes round: each hop stands on both accounts."""
    payer, payee, day, fen = loop_hops(world)
    second = 34_000 + 3_000 * world.intents.loops[:, 2]
    for kind, own, other, sign in (("passed_out", payer, payee, -1), ("passed_in", payee, payer, 1)):
        mine = (own >= some[0]) & (own <= some[-1])
        yield Entries.of(
            kind, firm=own[mine], day=day[mine], second=second[mine], fen=sign * fen[mine], party=other[mine]
        )


def owner(world: World, firm: Ints) -> Ints:
    """The party behind a firm's account with its owner: who controls it, or who signs for it where nobody does."""
    controller, signs = world.society.controller[firm], world.society.posts.legal_rep[firm]
    return PERSON + np.where(controller >= 0, controller, np.maximum(signs, 0))
