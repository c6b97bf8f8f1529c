"""How the months happen: demand, trades, cash, distress, default. No formula turns traits into default; cash runs dry.

Order within a month: shocks, demand, trades, collections and payments, credit, default, losses of creditors.
"""

from dataclasses import dataclass

import numpy as np

from windchime.core.progress import Progress, silent
from windchime.twin import draws
from windchime.twin.calendar import Calendar
from windchime.twin.calibration import Bools, Calibration, Floats, Ints
from windchime.twin.credit import Credit
from windchime.twin.draws import Draws
from windchime.twin.population import Population
from windchime.twin.trades import Market, Trades

NEVER = 10_000
CAUSES = ("demand_loss", "thin_margin", "bad_debt", "shock", "lumpy_sales")


@dataclass(frozen=True, slots=True)
class Course:
    """What happened; arrays of shape (months, firms) or (firms,)."""

    #: trades in each month
    number: Ints
    #: sales in fen, tax included
    sales: Ints
    quality: Floats
    demand: Floats
    dormant: Bools
    distress: Bools
    #: liquidity over planned monthly sales
    liquidity: Floats
    #: planned monthly sales in fen
    plan: Floats
    #: last month in which the firm trades
    ends: Ints
    #: month of default, NEVER where there is none; with its cause (index into CAUSES)
    default: Ints
    cause: Ints
    #: month in which a loan was drawn, NEVER where there is none
    drawn: Ints
    principal: Ints
    rate: Floats
    sought: Bools


class Shocks:
    """Demand of region, sectors and counties, and the one scheduled episode of stress."""

    def __init__(self, cal: Calibration, calendar: Calendar, rng: Draws, firms: Population) -> None:
        months, sectors = calendar.months, cal["sectors"]
        self.region = _wave(rng, "shock.region", cal, "shock.region", months, 1)[:, 0]
        self.sector = _wave(rng, "shock.sector", cal, "shock.sector", months, len(sectors))
        self.county = _wave(rng, "shock.county", cal, "shock.county", months, len(cal["places"]))
        begin = calendar.index(cal.day("shock.stress.from"))
        self.stressed = (np.arange(months) >= begin) & (np.arange(months) < begin + cal.count("shock.stress.months"))
        hit = np.isin(firms.sector, [i for i, s in enumerate(sectors) if s["code"] in cal["shock.stress.sectors"]])
        self.hit = hit | (firms.place == cal.count("shock.stress.county"))
        self._firms = firms
        self._depth = np.where(self.hit, cal.number("shock.stress.log_demand"), cal.number("shock.stress.everywhere"))

    def at(self, month: int) -> Floats:
        """Log demand of each firm above its own."""
        usual: Floats = (self.region[month] + self.sector[month, self._firms.sector]
                         + self.county[month, self._firms.place])
        return usual + self._depth if self.stressed[month] else usual


def _wave(rng: Draws, table: str, cal: Calibration, path: str, months: int, width: int) -> Floats:
    memory, sd = cal.number(f"{path}.memory"), cal.number(f"{path}.sd")
    noise = draws.normal(rng.key(table, np.arange(months)[:, None], np.arange(width)[None, :]), 0)
    found = np.zeros((months, width))
    found[0] = sd / np.sqrt(1 - memory**2) * noise[0]
    for t in range(1, months):
        found[t] = memory * found[t - 1] + sd * noise[t]
    return found


def live(cal: Calibration, calendar: Calendar, rng: Draws, firms: Population, market: Market,
         progress: Progress = silent) -> Course:
    """Let all months happen to all firms."""
    n, months = len(firms), calendar.months
    shocks, credit = Shocks(cal, calendar, rng, firms), Credit(cal, calendar, rng, firms)
    tempered = np.array([float(s["temper"]) for s in cal["sectors"]])[firms.sector]
    number, sales = np.zeros((months, n), np.int64), np.zeros((months, n), np.int64)
    kept_quality, kept_demand, kept_liquidity, kept_plan = (np.zeros((months, n)) for _ in range(4))
    dormant_at, distress_at = np.zeros((months, n), bool), np.zeros((months, n), bool)

    persistence = cal.number("firm.quality_persistence")
    base = np.log(firms.trades)
    log_trades, demand_noise = base.copy(), np.zeros(n)
    sd = cal.number("firm.demand_sd")
    quality = firms.quality.copy()
    dormant = np.zeros(n, bool)
    expected = firms.log_batch + 0.5 * (firms.spread**2 + cal.number("firm.pair_effect") ** 2)
    plan = firms.trades * np.exp(np.minimum(expected, np.log(5.0 * firms.cap)))
    first = rng.key("liquidity", np.arange(n))
    cash = plan * cal.number("liquidity.start") * np.exp(
        cal.number("liquidity.start_follows_quality") * quality + cal.number("liquidity.start_sd") * draws.normal(first, 0))
    collect, pay = cal.numbers("liquidity.collect"), cal.numbers("liquidity.pay")
    owed, due = np.zeros((months + len(collect), n)), np.zeros((months + len(pay), n))
    below = np.zeros(n, np.int64)
    default, cause, ends = np.full(n, NEVER), np.full(n, -1), np.full(n, NEVER)
    lost = np.zeros(n)
    recent: list[Trades] = []

    for t in range(months):
        key = rng.key("month", np.arange(n), t)
        trading = (firms.begins <= t) & (t <= ends)
        failed = default < t
        quality = persistence * quality + np.sqrt(1 - persistence**2) * draws.normal(key, 0)
        kept = 1.0 - cal.number("firm.return_to_base")
        log_trades = np.where(trading, base + kept * (log_trades - base) + cal.number("firm.drift") * quality, base)
        memory = cal.number("firm.demand_memory")
        demand_noise = memory * demand_noise + np.sqrt(1 - memory**2) * sd * draws.normal(key, 1)
        enter = cal.number("firm.dormancy_enter") * np.exp(cal.number("firm.dormancy_follows_quality") * quality)
        u = draws.uniform(key, 2)
        dormant = np.where(dormant, u > cal.number("firm.dormancy_leave"), u < enter) & trading
        distress = cash < cal.number("liquidity.distress_below") * plan
        pull = log_trades + demand_noise - sd**2 / 2 + shocks.at(t)
        activity = (trading * np.where(dormant, cal.number("firm.dormancy_activity"), 1.0)
                    * np.where(distress, cal.number("liquidity.distress_demand"), 1.0)
                    * np.where(failed, cal.number("liquidity.after_default_activity"), 1.0))
        mean = (np.exp(pull) * calendar.season[t] ** tempered * activity
                * draws.gamma_of_mean_one(key, 3, firms.burst))
        number[t] = draws.poisson(key, 4, mean)
        trades = market.trades(np.arange(n), np.full(n, t), number[t], firms.begins, ends)
        sales[t] = np.bincount(trades.seller, trades.total, n).astype(np.int64)
        recent = [*recent[-(cal.count("liquidity.bad_debt_months") - 1):], trades]

        owed[t : t + len(collect)] += collect[:, None] * sales[t]
        due[t : t + len(pay)] += pay[:, None] * sales[t] * (1 - firms.margin - 0.05 * (quality - firms.quality)
                                                           * (cal.number("firm.margin_follows_quality") / 0.05))
        gross = np.maximum(firms.margin, 0) * sales[t]
        flow = owed[t] - due[t] - cal.number("liquidity.fixed_cost") * plan - cal.number("liquidity.income_tax") * gross
        cash = np.where(trading, cash + flow, cash)
        spare = np.maximum(cash - cal.number("liquidity.payout_above") * plan, 0)
        cash = cash - cal.number("liquidity.payout_share") * spare
        cash = cash + credit.draw(t, trading & ~failed, cash, plan, sales)
        plan = np.where(trading, cal.number("liquidity.plan_memory") * plan
                        + (1 - cal.number("liquidity.plan_memory")) * sales[t], plan)

        dry = trading & (cash < -cal.number("liquidity.line") * plan)
        below = np.where(dry, below + 1, 0)
        if t < calendar.history:
            # before the history begins owners make good, so that nobody of the region has failed already
            cash = np.where(below >= 2, 0.3 * plan, cash)
            below = np.where(below >= 2, 0, below)
        below = np.where(credit.drawn == t, 0, below)
        fails = (below >= cal.count("liquidity.default_months")) & (default == NEVER)
        if fails.any():
            default[fails] = t
            cause[fails] = _causes(fails, t, sales, plan, lost, firms, shocks)
            ends[fails] = t + 1 + draws.geometric(key, 5, cal.number("liquidity.wind_down_months"))[fails]
            loss = sum(np.bincount(r.seller, r.total * np.isin(r.buyer, np.flatnonzero(fails)), n) for r in recent)
            cash = cash - cal.number("liquidity.bad_debt_loss") * loss
            lost = lost + loss
        kept_quality[t], kept_demand[t], kept_liquidity[t], kept_plan[t] = quality, pull, cash / plan, plan
        dormant_at[t], distress_at[t] = dormant, distress
        progress("months", t + 1, months)
    return Course(number, sales, kept_quality, kept_demand, dormant_at, distress_at, kept_liquidity, kept_plan, ends,
                  default, cause, credit.drawn, credit.principal, credit.rate, credit.sought)


def _causes(fails: Bools, t: int, sales: Ints, plan: Floats, lost: Floats, firms: Population, shocks: Shocks) -> Ints:
    """The primary cause of each failure: the largest of what weighed on cash in the year before."""
    year = sales[max(0, t - 11) : t + 1].mean(axis=0) / 1.0
    before = np.maximum(sales[max(0, t - 23) : max(1, t - 11)].mean(axis=0), 1.0)
    weight = np.stack([
        np.maximum(0.0, 1.0 - year / before),
        np.maximum(0.0, 0.20 - firms.margin) * 4.0,
        lost / np.maximum(plan, 1.0),
        0.4 * (shocks.hit & shocks.stressed[max(0, t - 8) : t + 1].any()),
        np.full(len(plan), 0.12),
    ])
    return np.asarray(weight[:, fails].argmax(axis=0), dtype=np.int64)
