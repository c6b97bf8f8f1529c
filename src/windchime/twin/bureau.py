"""What the credit bureau says of a firm when asked, who asked before; and guarantees as they become known."""

import numpy as np
import pyarrow as pa

from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints
from windchime.twin.lending import borrowers, default_day, drawn_day
from windchime.twin.public import common
from windchime.twin.public.consents import hexadecimal
from windchime.twin.source import NO_DAY, codes, dates, firm_ids, ids, instants, party, sheet, yuan
from windchime.twin.world import SOURCE, World

LENDERS = ("云汀银行", "岚溪商业银行", "青陌农村商业银行")


def _reports(world: World, some: Ints) -> tuple[Ints, Ints, Ints]:
    """Firm, day and number of each report: before the loan, then half-yearly after it."""
    who = borrowers(world, some)
    first = drawn_day(world, who) - 5
    firm, nth = (a.ravel() for a in np.meshgrid(who, np.arange(3), indexing="ij"))
    day = np.repeat(first, 3) + nth * 170
    there = day < world.end
    return firm[there], day[there], nth[there]


def _owed(world: World, firm: Ints, day: Ints) -> tuple[Ints, Ints, Bools]:
    """Debt elsewhere, debt here, and whether the firm has failed by then."""
    failed = default_day(world, firm) <= day
    here = np.where(drawn_day(world, firm) <= day, world.course.principal[firm], 0)
    return world.guarantees.debt[firm], here, failed


def bureau_summaries(world: World, some: Ints) -> pa.Table:
    """Reports on borrowers."""
    firm, day, nth = _reports(world, some)
    key = world.rng.key("bureau", firm, nth)
    elsewhere, here, failed = _owed(world, firm, day)
    total = elsewhere + here
    month = world.calendar.month_of(day)
    strained = world.course.distress[month, firm] & ~failed
    given, lost = _stood_for(world, firm, day)
    many = (elsewhere > 0) * (1 + draws.whole(world.rng.key("lenders", firm), 0, 0, 2))
    new = strained * draws.poisson(key, 0, 0.8)
    founded = world.calendar.first_day[world.calendar.history] - 30 * world.firms.age[firm]
    year = np.minimum(
        common.year_of(founded) + draws.whole(world.rng.key("lenders", firm), 1, 1, 4), common.year_of(day)
    )
    late = np.where(strained, draws.whole(key, 1, 0, 45), 0)
    return sheet(
        "bureau_summaries",
        {
            "firm_id": firm_ids(world, firm),
            "report_id": ids("B", firm * 10 + nth, 8),
            "consent_id": common.text(f"{SOURCE}:C", firm + 1),
            "report_at": instants(day, 36_000 + 60 * (firm % 300)),
            "query_reason": codes(("loan_approval", "post_loan"), np.minimum(nth, 1)),
            "first_credit_year": year,
            "lenders_ever": many + (here > 0) + new + draws.whole(key, 2, 0, 2),
            "lenders_open": many + (here > 0),
            "open_accounts": many + (here > 0),
            "total_balance": yuan(total),
            "special_mention_balance": yuan(np.where(strained & (late > 30), elsewhere // 2, 0)),
            "npl_balance": yuan(np.where(failed, total, 0)),
            "recourse_balance": yuan(0 * total),
            "short_term_balance": yuan(total),
            "guarantee_balance": yuan(given),
            "guarantee_npl_balance": yuan(lost),
            "overdue_accounts": np.where(failed, many + (here > 0), (late > 0) & (elsewhere > 0)),
            "overdue_total": yuan(np.where(failed, total, np.where(late > 0, elsewhere // 100, 0))),
            "max_dpd_24m": np.where(failed, 90, late),
            "undrawn_limit": yuan(0 * total),
            "own_bank_balance": yuan(here),
            "new_lenders_6m": new,
            "document_hash": hexadecimal(world.rng.key("bureau.document", firm, nth)),
        },
        len(firm),
    )


def _stood_for(world: World, firm: Ints, day: Ints) -> tuple[Ints, Ints]:
    """What each firm guarantees on a day, and of that for debtors that have failed."""
    given, n = world.guarantees, len(world.firms)
    found, lost = np.zeros(len(firm), np.int64), np.zeros(len(firm), np.int64)
    place = np.searchsorted(given.guarantor, np.arange(n + 1))
    many = place[firm + 1] - place[firm]
    at = np.repeat(np.arange(len(firm)), many)
    edge = np.repeat(place[firm], many) + np.arange(len(at)) - np.repeat(np.cumsum(many) - many, many)
    there = (given.signed[edge] <= day[at]) & (day[at] <= given.ends[edge])
    bad = there & (default_day(world, given.debtor[edge]) <= day[at])
    np.add.at(found, at[there], given.amount[edge[there]])
    np.add.at(lost, at[bad], given.amount[edge[bad]])
    return found, lost


def bureau_queries(world: World, some: Ints) -> pa.Table:
    """Queries that each report shows; those in want of money were asked about more often."""
    firm, day, nth = _reports(world, some)
    key = world.rng.key("queries", firm, nth)
    month = world.calendar.month_of(day)
    distress = np.stack([world.course.distress[np.maximum(month - k, 0), firm] for k in range(6)]).mean(axis=0)
    many = np.minimum(draws.poisson(key, 0, 1.2 + 4.0 * distress), 12)
    at = np.repeat(np.arange(len(firm)), many)
    seq = np.arange(len(at)) - np.repeat(np.cumsum(many) - many, many)
    own = world.rng.key("query", firm[at], nth[at], seq)
    ago = 3 + np.floor(360 * draws.uniform(own, 0) ** (1 + distress[at])).astype(np.int64)
    classes = ("bank", "rural", "micro", "leasing", "guarantee")
    weights = [0.5, 0.2, 0.15, 0.1, 0.05]
    reasons = ("loan_approval", "post_loan", "guarantee_review")
    return sheet(
        "bureau_queries",
        {
            "firm_id": firm_ids(world, firm[at]),
            "report_id": ids("B", (firm * 10 + nth)[at], 8),
            "report_on": dates(day[at]),
            "queried_on": dates(day[at] - ago),
            "institution_class": codes(classes, draws.pick(draws.uniform(own, 1), weights)),
            "reason": codes(reasons, draws.pick(draws.uniform(own, 2), [0.55, 0.35, 0.1])),
            "seq": seq + 1,
        },
        len(at),
    )


def guarantees(world: World, some: Ints) -> pa.Table:
    """What the firms `some` guarantee: as signed, and as called when the debtor fails."""
    of, course = world.guarantees, world.course
    mine = np.flatnonzero((of.guarantor >= some[0]) & (of.guarantor <= some[-1]) & (of.signed < world.end))
    failed = default_day(world, of.debtor[mine])
    month = np.minimum(course.default[of.debtor[mine]], world.calendar.months - 1)
    stands = course.default[of.guarantor[mine]] >= course.default[of.debtor[mine]]
    called = (failed < NO_DAY) & stands & (of.signed[mine] <= failed) & (of.ends[mine] > failed)
    called &= (world.calendar.first_day[month] >= of.signed[mine]) & (failed + 15 < world.end)
    again = np.flatnonzero(called)
    row = np.concatenate([np.arange(len(mine)), again])
    state = np.concatenate([np.zeros(len(mine), np.int64), np.ones(len(again), np.int64)])
    order = np.lexsort((state, row))
    row, state = row[order], state[order]
    edge = mine[row]
    on = np.where(state == 1, failed[row] + 15, of.signed[edge])
    first = int(world.calendar.first_day[world.calendar.history])
    paid = np.round(of.amount[edge] * world.cal.number("guarantees.called_share") / 100).astype(np.int64) * 100
    amount = yuan(paid)
    key = world.rng.key("guarantee.row", of.guarantor[edge], of.debtor[edge])
    return sheet(
        "guarantees",
        {
            "contract_no": common.text("BZ", of.guarantor[edge] + 1, "-", of.debtor[edge] + 1),
            **party(world, "guarantor", of.guarantor[edge]),
            **party(world, "debtor", of.debtor[edge]),
            "creditor_type": "firm",
            "creditor_name": codes(LENDERS, draws.whole(key, 0, 0, len(LENDERS) - 1)),
            "kind": codes(("joint_several", "several"), draws.pick(draws.uniform(key, 1), [0.85, 0.15])),
            "amount": yuan(of.amount[edge]),
            "covered_balance": yuan(np.minimum(of.amount[edge], of.debt[of.debtor[edge]])),
            "signed_on": dates(of.signed[edge]),
            "starts_on": dates(of.signed[edge]),
            "ends_on": dates(of.ends[edge]),
            "status": codes(("active", "called"), state),
            "called_on": dates(np.where(state == 1, on, NO_DAY)),
            "paid_amount": pa.compute.if_else(pa.array(state == 1), amount, pa.scalar(None, amount.type)),
            "known_on": dates(np.maximum(on, first)),
        },
        len(row),
    )
