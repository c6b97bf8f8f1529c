"""Lines of statements from a ledger, their sums, and what a firm that embellishes shows in their place."""

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Floats, Ints
from windchime.twin.intents import WAYS
from windchime.twin.ledger import ASSETS, DEBTS, Ledger
from windchime.twin.world import World

Items = dict[str, Ints]


def items(ledger: Ledger, at: Ints, first: Ints, last: Ints) -> Items:
    """Lines of statements for firms at positions `at`, of the months from `first` to before `last`."""

    def end(name: str) -> Ints:
        return ledger.balances[name][at, last]

    def flow(name: str) -> Ints:
        total = np.cumsum(np.concatenate([0 * ledger.flows[name][:, :1], ledger.flows[name]], axis=1), axis=1)
        return np.asarray(total[at, last] - total[at, first])

    owed, owing = end("accounts_receivable"), end("accounts_payable")
    bs = {name: end(name) for name in (*ASSETS, *DEBTS, "paid_in_capital", "retained_earnings")}
    bs |= {
        "accounts_receivable": np.maximum(owed, 0),
        "prepayments": np.maximum(-owing, 0),
        "accounts_payable": np.maximum(owing, 0),
        "advances": np.maximum(-owed, 0),
        "fixed_assets_cost": end("fixed_assets_cost"),
        "accumulated_depreciation": end("accumulated_depreciation"),
    }
    is_ = {
        k: flow(k) for k in ("revenue", "cogs", "taxes_surcharges", "admin", "rnd", "interest_expense", "income_tax")
    }
    is_ |= {k: flow(k) for k in ("other_income", "credit_impairment", "nonop_expense")}
    cf = {k: flow(k) for k in ("sales_cash", "other_operating_in", "purchases_cash", "payroll_cash", "taxes_cash")}
    cf |= {k: flow(k) for k in ("other_operating_out", "capex", "invest_paid", "debt_in", "debt_repaid", "equity_in")}
    cf |= {"dividends_interest": flow("dividends_interest"), "depreciation": flow("depreciation")}
    cf |= {"cash_begin": ledger.balances["cash"][at, first], "cash_end": end("cash")}
    lines = {f"bs_{k}": v for k, v in bs.items()} | {f"is_{k}": v for k, v in is_.items()}
    return totals(lines | {f"cf_{k}": v for k, v in cf.items()})


def totals(of: Items) -> Items:
    """The same lines with all their sums worked out anew."""
    found = dict(of)
    current = ("cash", "trading_assets", "accounts_receivable", "prepayments", "other_receivables", "inventory")
    found["bs_total_current_assets"] = _sum(of, "bs", (*current, "other_current_assets"))
    found["bs_total_noncurrent_assets"] = of["bs_fixed_assets"]
    found["bs_total_assets"] = found["bs_total_current_assets"] + of["bs_fixed_assets"]
    found["bs_total_current_liabilities"] = _sum(of, "bs", (*DEBTS, "advances"))
    found["bs_total_liabilities"] = found["bs_total_current_liabilities"]
    found["bs_total_equity"] = of["bs_paid_in_capital"] + of["bs_retained_earnings"]
    found["bs_total_liabilities_equity"] = found["bs_total_liabilities"] + found["bs_total_equity"]
    found["is_finance"] = of["is_interest_expense"]
    costs = ("cogs", "taxes_surcharges", "admin", "rnd", "finance")
    found["is_operating_profit"] = (
        of["is_revenue"] + of["is_other_income"] - _sum(found, "is", costs) - of["is_credit_impairment"]
    )
    found["is_profit_before_tax"] = found["is_operating_profit"] - of["is_nonop_expense"]
    found["is_net_profit"] = found["is_profit_before_tax"] - of["is_income_tax"]
    out = ("purchases_cash", "payroll_cash", "taxes_cash", "other_operating_out")
    found["cf_cfo"] = of["cf_sales_cash"] + of["cf_other_operating_in"] - _sum(of, "cf", out)
    found["cf_cfi"] = -of["cf_capex"] - of["cf_invest_paid"]
    found["cf_cff"] = of["cf_equity_in"] + of["cf_debt_in"] - of["cf_debt_repaid"] - of["cf_dividends_interest"]
    found["cf_net_change"] = found["cf_cfo"] + found["cf_cfi"] + found["cf_cff"]
    return found


def _sum(of: Items, form: str, names: tuple[str, ...]) -> Ints:
    return np.asarray(np.sum([of[f"{form}_{k}"] for k in names], axis=0), dtype=np.int64)


def embellished(world: World, firm: Ints, of: Items) -> Items:
    """What the firm shows: some lines changed, and the sums of a careful one worked out anew."""
    ways = world.intents.embellishing[firm]
    key = world.rng.key("embellished", firm)
    shown = {k: v.copy() for k, v in of.items()}

    def share(name: str, stream: int) -> Floats:
        low, high = world.cal.numbers(f"intents.{name}")
        on = (ways >> WAYS.index(name)) & 1
        return np.asarray(on * (low + (high - low) * draws.uniform(key, stream)))

    more = np.round(share("revenue", 0) * np.maximum(of["is_revenue"], 0)).astype(np.int64)
    stock = np.round(share("stock", 1) * (of["bs_inventory"] + of["bs_accounts_receivable"] // 2)).astype(np.int64)
    less = np.round(share("expenses", 2) * np.maximum(of["is_admin"], 0)).astype(np.int64)
    cash = np.round(share("cash", 3) * of["bs_cash"]).astype(np.int64)
    hidden = np.where((ways >> WAYS.index("debt")) & 1, of["bs_short_debt"] // 2, 0)
    shown["is_revenue"] += more
    shown["bs_accounts_receivable"] += more
    shown["bs_inventory"] += stock
    shown["is_cogs"] -= stock
    shown["is_admin"] -= less
    shown["bs_other_receivables"] += less
    shown["bs_cash"] += cash
    shown["bs_short_debt"] -= hidden
    # careful ones keep the balance: profits and what is owed take up the difference
    shown["bs_retained_earnings"] += np.where(world.intents.balanced[firm], more + stock + less + cash + hidden, more)
    return totals(shown)
