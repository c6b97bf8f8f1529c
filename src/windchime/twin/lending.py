"""Loans of the bank as its own systems know them: notes and their states, facilities, plans, payments, outcomes."""

import numpy as np
import pyarrow as pa

from windchime.twin import draws
from windchime.twin.bank import account_numbers
from windchime.twin.calibration import Bools, Ints
from windchime.twin.flows import interest_day, last_day, monthly_interest, use_of_loan
from windchime.twin.payments import seconds, workday
from windchime.twin.population import NEVER
from windchime.twin.source import NO_DAY, codes, dates, firm_ids, fraction, ids, instants, sheet, yuan
from windchime.twin.world import World

LENDER = "澄岭银行"
#: how a loan is secured, in the order of the columns' codes
MODES = ("guarantee", "mortgage", "credit")


def borrowers(world: World, some: Ints) -> Ints:
    """Those of the firms `some` that drew a loan."""
    return some[world.course.drawn[some] < NEVER]


def drawn_day(world: World, firm: Ints) -> Ints:
    """The day a borrower drew its loan; it is due on the same day of the month `term_months` later."""
    return world.calendar.first_day[world.course.drawn[firm]] + firm * 7 % 28


def due_day(world: World, firm: Ints) -> Ints:
    """The day the loan is due, which may lie beyond the calendar."""
    begin = np.datetime64(world.calendar.begin.first, "M")
    month = begin + world.course.drawn[firm] + world.cal.count("loans.term_months")
    return np.asarray(month.astype("datetime64[D]").astype(np.int64) + firm * 7 % 28)


def default_day(world: World, firm: Ints) -> Ints:
    """The last day of the month of default; `NO_DAY` where there is none."""
    month = world.course.default[firm]
    there = np.minimum(month, world.calendar.months - 1)
    return np.where(month < NEVER, last_day(world, there), NO_DAY)


def modes(world: World, firm: Ints) -> Ints:
    """How a loan is secured, index into `MODES`: a guarantor where there is one."""
    given = np.isin(firm, world.guarantees.debtor)
    u = draws.uniform(world.rng.key("secured", firm), 0)
    return np.where(given & (u < 0.8), 0, np.where(u < 0.6, 1, 2))


def loans(world: World, some: Ints) -> pa.Table:
    """A row for each note when drawn, one more when it was repaid or fell into default."""
    who = borrowers(world, some)
    due, failed = due_day(world, who), default_day(world, who)
    settled = (due < world.end) & (failed > due)
    fell = failed < world.end
    later = np.flatnonzero(settled | fell)
    row = np.concatenate([np.arange(len(who)), later])
    state = np.concatenate([np.zeros(len(who), np.int64), np.where(fell[later], 2, 1)])
    order = np.lexsort((state, row))
    row, state = row[order], state[order]
    firm, principal = who[row], world.course.principal[who][row]
    drawn = drawn_day(world, firm)
    on = np.where(state == 2, failed[row], np.where(state == 1, due[row], drawn))
    owes = np.where(state == 1, 0, principal)
    overdue = np.where(state == 2, 3 * monthly_interest(world, firm), 0)
    spent, refinances = use_of_loan(world, firm)
    return sheet(
        "loans",
        {
            "firm_id": firm_ids(world, firm),
            "loan_id": ids("L", firm),
            "facility_id": ids("Y", firm),
            "lender_type": "firm",
            "lender_name": LENDER,
            "kind": "working_capital",
            "principal": yuan(principal),
            "balance": yuan(owes),
            "rate": fraction(world.course.rate[firm]),
            "rate_kind": "fixed",
            "term_months": np.full(len(row), world.cal.count("loans.term_months")),
            "drawn_on": dates(drawn),
            "due_on": dates(due[row]),
            "state_on": dates(on),
            "settled_on": dates(np.where(state == 1, on, NO_DAY)),
            "repay_method": "interest_monthly",
            "purpose": codes(("购买设备", "归还他行贷款"), refinances.astype(np.int64)),
            "guarantee_mode": codes(MODES, modes(world, firm)),
            "payment_mode": codes(("self", "entrusted"), (spent > 500_000_00).astype(np.int64)),
            "five_class": codes(("normal", "normal", "substandard"), state),
            "ecl_stage": np.where(state == 2, 3, 1),
            "days_past_due": np.where(state == 2, 90, 0),
            "overdue_principal": yuan(0 * owes),
            "overdue_interest": yuan(overdue),
            "is_renewal": False,
            "is_restructured": False,
            "extended_times": 0,
            "loan_status": codes(("normal", "settled", "overdue"), state),
            "currency": "CNY",
            "known_on": dates(on),
        },
        len(row),
    )


def facilities(world: World, some: Ints) -> pa.Table:
    """The single facility behind each loan."""
    who = borrowers(world, some)
    due = due_day(world, who)
    ended = np.flatnonzero(due < world.end)
    row = np.concatenate([np.arange(len(who)), ended])
    state = np.concatenate([np.zeros(len(who), np.int64), np.ones(len(ended), np.int64)])
    order = np.lexsort((state, row))
    row, state = row[order], state[order]
    firm = who[row]
    principal, drawn = world.course.principal[firm], drawn_day(world, firm)
    failed = default_day(world, firm) <= due[row]
    used = np.where((state == 1) & ~failed, 0, principal)
    on = np.where(state == 1, due[row], drawn - 3)
    return sheet(
        "facilities",
        {
            "firm_id": firm_ids(world, firm),
            "facility_id": ids("Y", firm),
            "lender_type": "firm",
            "lender_name": LENDER,
            "kind": "single",
            "currency": "CNY",
            "limit_amount": yuan(principal),
            "used_amount": yuan(used),
            "available_amount": yuan(principal - used),
            "approved_on": dates(drawn - 3),
            "changed_on": dates(on),
            "starts_on": dates(drawn),
            "ends_on": dates(due[row]),
            "status": codes(("active", "expired"), state),
            "guarantee_mode": codes(MODES, modes(world, firm)),
            "known_on": dates(on),
        },
        len(row),
    )


def repayment_schedule(world: World, some: Ints) -> pa.Table:
    """Interest on the 21st of each month of the term, then the principal on the day it is due."""
    who, term = borrowers(world, some), world.cal.count("loans.term_months")
    firm = np.repeat(who, term + 1)
    number = np.tile(np.arange(1, term + 2), len(who))
    last = number == term + 1
    begin = np.datetime64(world.calendar.begin.first, "M")
    month = (begin + world.course.drawn[firm] + number).astype("datetime64[D]").astype(np.int64)
    due = np.where(last, due_day(world, firm), np.minimum(month + 20, due_day(world, firm)))
    return sheet(
        "repayment_schedule",
        {
            "firm_id": firm_ids(world, firm),
            "loan_id": ids("L", firm),
            "plan_version": np.ones(len(firm), np.int64),
            "plan_made_on": dates(drawn_day(world, firm)),
            "instalment_no": number,
            "due_on": dates(due),
            "principal_due": yuan(np.where(last, world.course.principal[firm], 0)),
            "interest_due": yuan(np.where(last, 0, monthly_interest(world, firm))),
            "rate": fraction(world.course.rate[firm]),
        },
        len(firm),
    )


def repayments(world: World, some: Ints) -> pa.Table:
    """What was paid, as the accounts show it: interest month by month, principal at the end."""
    who, term = borrowers(world, some), world.cal.count("loans.term_months")
    firm = np.repeat(who, term + 1)
    number = np.tile(np.arange(1, term + 2), len(who))
    last = number == term + 1
    month = world.course.drawn[firm] + np.minimum(number, term)
    inside = np.minimum(month, world.calendar.months - 1)
    day = world.calendar.first_day[inside] + interest_day(world, firm, inside) - 1
    day = workday(world, day, last_day(world, inside))
    day = np.where(last, due_day(world, firm), day)
    paid: Bools = (month < world.course.default[firm]) & (month < world.calendar.months) & (day < world.end)
    firm, number, last, inside, day = (a[paid] for a in (firm, number, last, inside, day))
    second = np.where(last, 36_500, seconds(world.rng, "interest", firm, inside))
    fen = np.where(last, world.course.principal[firm], monthly_interest(world, firm))
    return sheet(
        "repayments",
        {
            "firm_id": firm_ids(world, firm),
            "payment_id": ids("R", firm * 100 + number, 8),
            "loan_id": ids("L", firm),
            "instalment_no": number,
            "component": codes(("interest", "principal"), last.astype(np.int64)),
            "amount": yuan(fen),
            "paid_at": instants(day, second),
            "payer_type": "firm",
            "payer_id": firm_ids(world, firm),
            "payer_name": world.names.take(pa.array(firm)),
            "source_account_no": account_numbers(3 * firm),
            "method": codes(("auto", "manual"), last.astype(np.int64)),
            "is_reversal": False,
        },
        len(firm),
    )


def loan_outcomes(world: World, some: Ints) -> pa.Table:
    """How each loan went until the labels were taken; 90 days past due is the end of the third dry month."""
    who = borrowers(world, some)
    labels = world.end - 1
    features = int(world.calendar.first_day[world.calendar.index(world.cal.day("calendar.features_as_of")) + 1]) - 1
    failed = default_day(world, who)
    bad = failed <= labels
    mean, sharp = world.cal.numbers("loans.severity")
    severity = draws.beta(world.rng.key("severity", who), 0, mean * sharp, (1 - mean) * sharp)
    owed = np.where(bad, world.course.principal[who], 0)
    loss = np.round(owed * severity).astype(np.int64)
    return sheet(
        "loan_outcomes",
        {
            "firm_id": firm_ids(world, who),
            "loan_id": ids("L", who),
            "level": "loan",
            "definition_id": world.cal["loans.definition"],
            "observed_from": dates(np.maximum(drawn_day(world, who), features + 1)),
            "observed_to": dates(np.full(len(who), labels)),
            "bad": pa.array(bad),
            "event_on": dates(failed),
            "is_censored": False,
            "max_dpd": np.where(bad, 90, 0),
            "default_amount": yuan(owed),
            "recovered_amount": yuan(owed - loss),
            "loss_amount": yuan(loss),
            "reason": pa.array(["dpd"]).take(pa.array(np.zeros(len(who), np.int64), mask=~bad)),
        },
        len(who),
    )
