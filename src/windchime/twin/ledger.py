"""The true ledger of firms, month by month, double entry: every sum of it follows from invoices, accounts and bills."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from windchime.twin import flows, obligations
from windchime.twin.books import Books
from windchime.twin.calibration import Ints
from windchime.twin.entries import CODE
from windchime.twin.population import NEVER
from windchime.twin.world import World


@dataclass(frozen=True, slots=True)
class Ledger:
    """Balances and flows by name."""

    some: Ints
    #: (firms, months + 1): the first column is the opening
    balances: dict[str, Ints]
    #: (firms, months)
    flows: dict[str, Ints]

    @classmethod
    def of(cls, world: World, books: Books) -> Self:
        """Keep the ledger of the firms of some books."""
        return cls(books.some, *_kept(world, books))


def _kept(world: World, books: Books) -> tuple[dict[str, Ints], dict[str, Ints]]:
    some, cal, course, taxes = books.some, world.cal, world.course, books.taxes
    sums, months = taxes.accruals, world.history
    at = np.ix_(months, some)
    paid = _by_kind(world, books)
    general = ~taxes.small[:, None]
    sector = world.firms.sector[some]

    deducted = np.where(general, sums.input_tax, 0)
    plan = course.plan[at].T
    alive = obligations.trading(world, months[None, :], some[:, None])
    month, firm = months[None, :] + 0 * some[:, None], some[:, None] + 0 * months[None, :]
    wages = course.wages[at].T
    insurance = sum(obligations.insurance_due(world, month, firm, k) for k in range(len(obligations.INSURANCES)))
    staff = wages + insurance + obligations.fund_paid(world, month, firm)
    exempt = np.where(general, 0, _exempt(taxes.accruals.output_tax, taxes.vat))

    takings = paid["takings"] + paid["scanned"]
    revenue = sums.sold + takings
    pool = sums.bought + sums.paid_tax - deducted - paid["sundry"] + staff // 2
    stock_share = cal.numbers("ledger.stock")[sector][:, None]
    wanted = np.round(stock_share * plan * alive).astype(np.int64)
    stock = np.zeros((len(some), len(months) + 1), np.int64)
    old = (world.firms.begins[some] < world.calendar.history).astype(np.int64)
    stock[:, 0] = wanted[:, 0] * old
    for m in range(len(months)):
        stock[:, m + 1] = np.clip(wanted[:, m], 0, stock[:, m] + np.maximum(pool[:, m], 0))
    cost = pool - np.diff(stock, axis=1)
    rnd = np.round(
        np.minimum(world.firms.research[some][:, None] * np.maximum(revenue, 0), np.maximum(cost, 0))
    ).astype(np.int64)

    opened, owed = flows.opening(world, some)
    assets = np.round(cal.numbers("ledger.assets")[sector] * 12 * plan[:, 0]).astype(np.int64) * old
    gross = np.cumsum(np.concatenate([assets[:, None], -paid["equipment"]], axis=1), axis=1)
    worn = gross[:, :-1] // cal.count("ledger.life_months")
    lost = _lost(world, books)
    tied = np.zeros(len(some), np.int64)
    borrowers = np.flatnonzero(course.drawn[some] < NEVER)
    spent, refinanced = flows.use_of_loan(world, some[borrowers])
    tied[borrowers] = spent * refinanced
    founded = np.where(
        (months[None, :] == world.firms.begins[some][:, None]) & (old[:, None] == 0),
        world.society.paid_in[some][:, None],
        0,
    )

    others: Ints = np.zeros_like(wages) + sum(
        paid[k] for k in ("owner_in", "owner_out", "pooled_in", "pooled_out", "passed_in", "passed_out")
    )
    payroll_cash = paid["wages"] + paid["insurance"] + paid["fund"]
    fixed_cost = paid["rent"] + paid["power"] + paid["fee"]
    net_tax = sums.output_tax - deducted - exempt + taxes.surcharge + taxes.income + paid["tax"]
    first_wages = course.wages[world.calendar.history - 1, some]

    def run(opening: Any, change: Ints) -> Ints:
        start = np.broadcast_to(np.asarray(opening, dtype=np.int64), (len(some),))
        return np.asarray(np.cumsum(np.concatenate([start[:, None], change], axis=1), axis=1), dtype=np.int64)

    owner = run(0, others - founded)
    tax = run(0, net_tax)
    balances = {
        "cash": run(books.chain.opening, np.sum(list(paid.values()), axis=0)),
        "accounts_receivable": run(
            opened.sum(axis=1),
            sums.sold + sums.output_tax - paid["collected"] - paid["platform"] - paid["refund_out"] - lost,
        ),
        "other_receivables": np.maximum(-owner, 0),
        "inventory": stock,
        "other_current_assets": np.maximum(-tax, 0),
        "trading_assets": run(0, -paid["invested"]),
        "fixed_assets_cost": gross,
        "accumulated_depreciation": run(assets * 4 // 10, worn),
        "short_debt": run(world.guarantees.debt[some] * old + tied, paid["drawn"] + paid["repaid"]),
        "accounts_payable": run(
            owed.sum(axis=1), sums.bought + sums.paid_tax + paid["paid"] + paid["card"] + paid["refund_in"]
        ),
        "payroll_payable": run(first_wages, staff + payroll_cash),
        "taxes_payable": np.maximum(tax, 0),
        "other_payables": np.maximum(owner, 0),
        "paid_in_capital": run(world.society.paid_in[some] * old, founded),
    }
    result = {
        "revenue": revenue,
        "cogs": cost - rnd,
        "taxes_surcharges": taxes.surcharge,
        "admin": staff - staff // 2 - fixed_cost + worn,
        "rnd": rnd,
        "interest_expense": -paid["interest"],
        "other_income": exempt + paid["subsidy"],
        "credit_impairment": lost,
        "nonop_expense": -paid["stood_for"],
        "income_tax": taxes.income,
        "depreciation": worn,
        "sales_cash": paid["collected"] + paid["platform"] + takings + paid["refund_out"],
        "other_operating_in": paid["owner_in"] + paid["pooled_in"] + paid["passed_in"] + paid["subsidy"],
        "purchases_cash": -(paid["paid"] + paid["card"] + paid["sundry"] + paid["refund_in"]),
        "payroll_cash": -payroll_cash,
        "taxes_cash": -paid["tax"],
        "other_operating_out": -(
            fixed_cost + paid["stood_for"] + paid["owner_out"] + paid["pooled_out"] + paid["passed_out"]
        ),
        "capex": -paid["equipment"],
        "invest_paid": -paid["invested"],
        "debt_in": paid["drawn"],
        "debt_repaid": -paid["repaid"],
        "dividends_interest": -paid["interest"],
        "equity_in": np.zeros_like(worn),
    }
    _equity(balances, result, owner, paid["dividend"])
    return balances, result


def _equity(balances: dict[str, Ints], result: dict[str, Ints], owner: Ints, dividend: Ints) -> None:
    """Add what is left for the owners: earnings kept, and their account with the firm.

    Args:
        balances: all other balances; gets the rest.
        result: flows of the months; payments to owners are put where they belong.
        owner: the owners' account so far, positive where the firm owes them.
        dividend: what they took of profits, negative.
    """
    balances["fixed_assets"] = balances["fixed_assets_cost"] - balances["accumulated_depreciation"]
    before = (
        sum(balances[k][:, 0] for k in ASSETS)
        - sum(balances[k][:, 0] for k in DEBTS)
        - balances["paid_in_capital"][:, 0]
    )
    # where capital is more than what the firm has, its owners have it; they also keep what they took beyond the profits
    held = np.maximum(0, -before)
    kept, taken = _retained(before + held, net_profit(result), -dividend)
    balances["retained_earnings"] = kept
    account = owner - held[:, None] - np.cumsum(np.concatenate([0 * taken[:, :1], -dividend - taken], axis=1), axis=1)
    balances["other_receivables"], balances["other_payables"] = np.maximum(-account, 0), np.maximum(account, 0)
    result["dividends_interest"] = result["dividends_interest"] + taken
    result["other_operating_out"] = result["other_operating_out"] - dividend - taken


#: what stands on which side of the balance sheet
ASSETS = (
    "cash", "accounts_receivable", "other_receivables", "inventory", "other_current_assets", "trading_assets",
    "fixed_assets",
)  # fmt: skip
DEBTS = ("short_debt", "accounts_payable", "payroll_payable", "taxes_payable", "other_payables")
EXPENSES = (
    "cogs",
    "taxes_surcharges",
    "admin",
    "rnd",
    "interest_expense",
    "credit_impairment",
    "nonop_expense",
    "income_tax",
)


def net_profit(of: dict[str, Ints]) -> Ints:
    """Revenue and other income less all expenses."""
    return np.asarray(of["revenue"] + of["other_income"] - sum(of[k] for k in EXPENSES))


def _retained(opening: Ints, profit: Ints, payout: Ints) -> tuple[Ints, Ints]:
    """Earnings kept, (firms, months + 1), and what of the payout they covered, (firms, months)."""
    kept, taken = [opening], []
    for m in range(profit.shape[1]):
        there = kept[-1] + profit[:, m]
        taken.append(np.minimum(payout[:, m], np.maximum(there, 0)))
        kept.append(there - taken[-1])
    return np.stack(kept, axis=1), np.stack(taken, axis=1)


def _by_kind(world: World, books: Books) -> dict[str, Ints]:
    """Signed sums of entries by kind, firm and month."""
    done, width = books.chain.entries, len(world.history)
    month = world.calendar.month_of(done.day) - world.calendar.history
    place = (done.kind * len(books.some) + done.firm - books.some[0]) * width + month
    found = np.bincount(place, done.fen, len(CODE) * len(books.some) * width)
    grid = np.round(found).astype(np.int64).reshape(len(CODE), len(books.some), width)
    return {name: grid[i] for name, i in CODE.items()}


def _exempt(output: Ints, vat: Ints) -> Ints:
    """Tax of small-scale taxpayers that is not owed after all, in the last month of the quarter."""
    found = np.zeros_like(output)
    found[:, 2::3] = output[:, 0::3] + output[:, 1::3] + output[:, 2::3] - vat[:, 2::3]
    return found


def _lost(world: World, books: Books) -> Ints:
    """Claims on failed buyers, written off half a year after the invoice."""
    due, some, width = books.due, books.some, len(world.history)
    lost = due.take(due.lost & (due.seller >= some[0]) & (due.seller <= some[-1]))
    month = np.minimum(lost.month + 6, world.calendar.months - 1) - world.calendar.history
    found = np.bincount((lost.seller - some[0]) * width + month, lost.fen, len(some) * width)
    return np.round(found).astype(np.int64).reshape(len(some), width)
