"""Who seeks a loan, whom the bank's old policy accepts, and what is drawn."""

import numpy as np

from windchime.twin import draws
from windchime.twin.calendar import Calendar
from windchime.twin.calibration import Bools, Calibration, Floats, Ints
from windchime.twin.draws import Draws
from windchime.twin.population import Population


class Credit:
    """The loans of the region; each firm draws at most one in the window."""

    def __init__(self, cal: Calibration, calendar: Calendar, rng: Draws, firms: Population) -> None:
        self._cal, self._firms = cal, firms
        n = len(firms)
        self._key = rng.key("loan", np.arange(n))
        self._first = calendar.index(cal.day("loans.drawn_from"))
        #: the month in which each firm would ask
        self._asks = self._first + draws.whole(self._key, 0, 0, cal.count("loans.drawn_months") - 1)
        self.drawn: Ints = np.full(n, 10_000)
        self.principal: Ints = np.zeros(n, np.int64)
        self.rate: Floats = np.zeros(n)
        self.sought: Bools = np.zeros(n, bool)

    def draw(self, t: int, able: Bools, cash: Floats, plan: Floats, sales: Ints) -> Floats:
        """Loans drawn in month `t`: returns what is added to each firm's cash, in fen.

        The old policy looks at what a bank sees (size, regularity of sales) with much noise, not at cash.
        """
        cal, nothing = self._cal, np.zeros(len(plan))
        asks = able & (self._asks == t) & (self._firms.begins <= t - 12)
        if not asks.any():
            return nothing
        year, before = sales[t - 11 : t + 1], np.maximum(sales[t - 23 : t - 11].sum(axis=0), 1)
        growth = year.sum(axis=0) / before - 1.0
        seeks = (
            (cash < cal.number("loans.seek_below") * plan)
            | (growth > cal.number("loans.seek_growth"))
            | (draws.uniform(self._key, 1) < cal.number("loans.seek_otherwise"))
        )
        self.sought |= asks & seeks & (year.sum(axis=0) > 0)
        score = (
            0.5 * (np.log(np.maximum(year.sum(axis=0), 1)) - 19.0)
            - 3.0 * (year == 0).mean(axis=0)
            + cal.number("loans.accept_noise") * draws.normal(self._key, 2)
        )
        edge = np.quantile(score[asks & seeks], 1.0 - cal.number("loans.accepted")) if (asks & seeks).any() else 0.0
        granted = asks & seeks & (score >= edge) & (year.sum(axis=0) > 0)
        low, high = cal.numbers("loans.principal_share")
        share = low + (high - low) * draws.uniform(self._key, 3)
        least, most = (100 * int(b) for b in cal["loans.principal_bounds"])
        # whole ten thousands of yuan
        principal = np.clip(np.round(share * year.sum(axis=0) / 1_000_000) * 1_000_000, least, most).astype(np.int64)
        cheap, dear = cal.numbers("loans.rate")
        middle = (
            (cheap + dear) / 2 + cal.number("loans.rate_follows_score") * score + 0.006 * draws.normal(self._key, 4)
        )
        self.drawn = np.where(granted, t, self.drawn)
        self.principal = np.where(granted, principal, self.principal)
        self.rate = np.where(granted, np.round(np.clip(middle, cheap, dear) / 0.0005) * 0.0005, self.rate)
        kept = cal.number("loans.kept_as_liquidity") * np.minimum(principal, share * year.sum(axis=0))
        return np.where(granted, kept, nothing)
