"""How the months happen: demand, trades, cash, distress, default. No formula turns traits into default; cash runs dry.

Order within a month: shocks, demand, trades, collections and payments, credit, pooling in groups, default, losses of
creditors and guarantors, and whoever they bring down.
"""

import numpy as np

from windchime.core.progress import Progress, silent
from windchime.twin import draws
from windchime.twin.calendar import Calendar
from windchime.twin.calibration import Bools, Calibration, Floats, Ints, Keys
from windchime.twin.contagion import Contagion, Ties, pooled
from windchime.twin.course import CONTAGION, Course, Losses
from windchime.twin.credit import Credit
from windchime.twin.draws import Draws
from windchime.twin.guarantees import planned
from windchime.twin.population import NEVER, Population
from windchime.twin.shocks import Shocks
from windchime.twin.staff import Staff
from windchime.twin.trades import Market, Trades


def live(
    cal: Calibration,
    calendar: Calendar,
    rng: Draws,
    firms: Population,
    market: Market,
    ties: Ties,
    progress: Progress = silent,
) -> Course:
    """Let all months happen to all firms."""
    economy = _Economy(cal, calendar, rng, firms, market, ties)
    for t in range(calendar.months):
        economy.month(t)
        progress("months", t + 1, calendar.months)
    return economy.course()


class _Economy:
    """The state of all firms, moved on month by month."""

    def __init__(
        self, cal: Calibration, calendar: Calendar, rng: Draws, firms: Population, market: Market, ties: Ties
    ) -> None:
        self.ties, self.spread = ties, Contagion(cal, firms, ties)
        self.cal, self.calendar, self.rng, self.firms, self.market = cal, calendar, rng, firms, market
        n, months = len(firms), calendar.months
        self.shocks, self.credit = Shocks(cal, calendar, rng, firms), Credit(cal, calendar, rng, firms)
        self.temper = np.array([float(s["temper"]) for s in cal["sectors"]])[firms.sector]
        self.quality, self.dormant = firms.quality.copy(), np.zeros(n, bool)
        self.log_trades, self.demand_noise = np.log(firms.trades), np.zeros(n)
        self.plan: Floats = planned(cal, firms)
        begin = cal.number("liquidity.start_follows_quality") * self.quality
        begin = begin + cal.number("liquidity.start_sd") * draws.normal(rng.key("liquidity", np.arange(n)), 0)
        self.cash: Floats = self.plan * cal.number("liquidity.start") * np.exp(begin)
        self.collect, self.pay = cal.numbers("liquidity.collect"), cal.numbers("liquidity.pay")
        self.staff = Staff(cal, rng, firms, months)
        #: fen that fall due to and from each firm in the months to come
        self.owed, self.due = np.zeros((months + len(self.collect), n)), np.zeros((months + len(self.pay), n))
        self.below = np.zeros(n, np.int64)
        self.default, self.cause, self.ends = np.full(n, NEVER), np.full(n, -1), firms.leaves.copy()
        self.parent = np.full(n, -1)
        self.recent: list[Trades] = []
        self.number, self.sales = np.zeros((months, n), np.int64), np.zeros((months, n), np.int64)
        self.kept = {name: np.zeros((months, n)) for name in ("quality", "demand", "liquidity", "plan")}
        self.was = {name: np.zeros((months, n), bool) for name in ("dormant", "distress")}
        self.pooled, self.called = np.zeros((months, n), np.int64), np.zeros((months + 12, n), np.int64)
        self.payout = np.zeros((months, n), np.int64)

    def month(self, t: int) -> None:
        """Let month `t` happen."""
        key = self.rng.key("month", np.arange(len(self.firms)), t)
        trading = (self.firms.begins <= t) & (t <= self.ends)
        self._demand(t, key, trading)
        self._trade(t)
        self._cash(t, trading)
        standing = trading & (self.default == NEVER)
        self.pooled[t] = pooled(self.ties, self.cal.number("groups.pooled"), standing, self.cash, self.plan)
        self.cash = self.cash + self.pooled[t]
        self._default(t, key, trading)
        self.staff.month(t, key, trading, self.plan, self.was["distress"][t])
        self.kept["quality"][t], self.kept["plan"][t] = self.quality, self.plan
        self.kept["liquidity"][t] = self.cash / self.plan

    def _demand(self, t: int, key: Keys, trading: Bools) -> None:
        """How many trades each firm finds: own trend, noise, shocks, season; hardly any while dormant."""
        cal = self.cal
        stay = cal.number("firm.quality_persistence")
        self.quality = stay * self.quality + np.sqrt(1 - stay**2) * draws.normal(key, 0)
        base, kept = np.log(self.firms.trades), 1.0 - cal.number("firm.return_to_base")
        moved = base + kept * (self.log_trades - base) + cal.number("firm.drift") * self.quality
        self.log_trades = np.where(trading, moved, base)
        memory, sd = cal.number("firm.demand_memory"), cal.number("firm.demand_sd")
        self.demand_noise = memory * self.demand_noise + np.sqrt(1 - memory**2) * sd * draws.normal(key, 1)
        enter = cal.number("firm.dormancy_enter") * np.exp(cal.number("firm.dormancy_follows_quality") * self.quality)
        u = draws.uniform(key, 2)
        self.dormant = np.where(self.dormant, u > cal.number("firm.dormancy_leave"), u < enter) & trading
        distress = self.cash < cal.number("liquidity.distress_below") * self.plan
        pull = self.log_trades + self.demand_noise - sd**2 / 2 + self.shocks.at(t)
        activity = (
            trading
            * np.where(self.dormant, cal.number("firm.dormancy_activity"), 1.0)
            * np.where(distress, cal.number("liquidity.distress_demand"), 1.0)
            * np.where(self.default < t, cal.number("liquidity.after_default_activity"), 1.0)
        )
        burst = draws.gamma_of_mean_one(key, 3, self.firms.burst)
        mean = np.exp(pull) * self.calendar.season[t] ** self.temper * activity * burst
        self.number[t] = draws.poisson(key, 4, mean)
        self.kept["demand"][t], self.was["dormant"][t], self.was["distress"][t] = pull, self.dormant, distress

    def _trade(self, t: int) -> None:
        """The trades themselves, and who they are with."""
        n = len(self.firms)
        month = np.full(n, t)
        trades = self.market.trades(np.arange(n), month, self.number[t], self.firms.begins, self.ends)
        self.sales[t] = np.bincount(trades.seller, trades.total, n).astype(np.int64)
        months = self.cal.count("liquidity.bad_debt_months")
        self.recent = [*self.recent, trades][-months:]

    def _cash(self, t: int, trading: Bools) -> None:
        """Collections, payments, fixed cost, tax, what the owner takes out, and a loan drawn."""
        cal, sales = self.cal, self.sales[t]
        follows = cal.number("firm.margin_follows_quality")
        margin = self.firms.margin + follows * (self.quality - self.firms.quality) - self.shocks.squeeze(t)
        self.owed[t : t + len(self.collect)] += self.collect[:, None] * sales
        self.due[t : t + len(self.pay)] += self.pay[:, None] * sales * (1 - margin)
        tax = cal.number("liquidity.income_tax") * np.maximum(margin, 0) * sales
        flow = self.owed[t] - self.due[t] - self.called[t] - cal.number("liquidity.fixed_cost") * self.plan - tax
        cash = np.where(trading, self.cash + flow, self.cash)
        spare = np.maximum(cash - cal.number("liquidity.payout_above") * self.plan, 0)
        self.payout[t] = np.round(cal.number("liquidity.payout_share") * spare * trading).astype(np.int64)
        cash = cash - self.payout[t]
        self.cash = cash + self.credit.draw(t, trading & (self.default >= t), cash, self.plan, self.sales)
        memory = cal.number("liquidity.plan_memory")
        self.plan = np.where(trading, memory * self.plan + (1 - memory) * sales, self.plan)

    def _default(self, t: int, key: Keys, trading: Bools) -> None:
        """Default is credit exhausted for three months running; who is owed or stands for the debt loses, round by round."""
        cal, before = self.cal, self.below
        months = cal.count("liquidity.default_months")
        self.spread.fade()
        for _round in range(cal.count("liquidity.rounds")):
            dry = trading & (self.cash < -cal.number("liquidity.line") * self.plan)
            self.below = np.where(dry & (self.credit.drawn != t), before + 1, 0)
            if t < self.calendar.history:
                # before the history begins owners make good, so that nobody of the region has failed already
                rescued = self.below >= months - 1
                self.cash = np.where(rescued, cal.number("liquidity.rescue") * self.plan, self.cash)
                self.below = np.where(rescued, 0, self.below)
            fails = (self.below >= months) & (self.default == NEVER)
            if not fails.any():
                return
            self.default[fails] = t
            self.cause[fails] = self._causes(fails, t)
            self.parent[fails] = np.where(np.isin(self.cause[fails], CONTAGION), self.spread.worst_of[fails], -1)
            self.ends[fails] = t + 1 + draws.geometric(key, 5, cal.number("liquidity.wind_down_months"))[fails]
            self.cash -= self.spread.trade(t, fails, self.recent, self.default)
            later = self.spread.guarantees(t, fails, self.default)
            span = cal.count("guarantees.call_months")
            self.called[t + 1 : t + 1 + span] += np.round(later / span).astype(np.int64)

    def _causes(self, fails: Bools, t: int) -> Ints:
        """The primary cause of each failure: the largest of what weighed on cash in the year before."""
        cal, sales = self.cal, self.sales
        year = sales[max(0, t - 11) : t + 1].mean(axis=0)
        before = np.maximum(sales[max(0, t - 23) : max(1, t - 11)].mean(axis=0), 1.0)
        stressed = self.shocks.hit & bool(self.shocks.stressed[max(0, t - 8) : t + 1].any())
        healthy, steep, shock, rest, losses = cal.numbers("liquidity.cause_weights")
        weight = np.stack(
            [
                np.maximum(0.0, 1.0 - year / before),
                np.maximum(0.0, healthy - self.firms.margin) * steep,
                losses * self.spread.lost / np.maximum(self.plan, 1.0),
                shock * stressed,
                np.full(len(self.plan), rest),
                losses * self.spread.called / np.maximum(self.plan, 1.0),
            ]
        )
        return np.asarray(weight[:, fails].argmax(axis=0), dtype=np.int64)

    def course(self) -> Course:
        """What happened."""
        credit = self.credit
        return Course(
            number=self.number,
            sales=self.sales,
            quality=self.kept["quality"],
            demand=self.kept["demand"],
            dormant=self.was["dormant"],
            distress=self.was["distress"],
            liquidity=self.kept["liquidity"],
            plan=self.kept["plan"],
            headcount=self.staff.headcount,
            wages=self.staff.wages,
            ends=self.ends,
            default=self.default,
            cause=self.cause,
            parent=self.parent,
            late=self.staff.late,
            skipped=self.staff.skipped,
            pooled=self.pooled,
            payout=self.payout,
            called=self.called[: self.calendar.months],
            losses=Losses(*self.spread.edges()),
            drawn=credit.drawn,
            principal=credit.principal,
            rate=credit.rate,
            sought=credit.sought,
        )
