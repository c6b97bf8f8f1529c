"""Employees and their wages: both follow true activity; in distress wages are late and insurance is skipped."""

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Bools, Calibration, Floats, Ints, Keys
from windchime.twin.draws import Draws
from windchime.twin.population import NEVER, Population


class Staff:
    """The staff of all firms, moved on month by month; arrays of (months, firms)."""

    def __init__(self, cal: Calibration, rng: Draws, firms: Population, months: int) -> None:
        n = len(firms)
        self._cal = cal
        self._sales_per_head = 100 * cal.numbers("labour.sales_per_head")[firms.sector]
        level = np.clip(1.0 + cal.number("labour.wage_sd") * draws.normal(rng.key("staff", np.arange(n)), 0), 0.5, 2.0)
        self._wage = 100 * cal.numbers("labour.wage")[firms.sector] * level
        self._nobody = firms.leaves < NEVER
        self.headcount: Ints = np.zeros((months, n), np.int64)
        #: fen
        self.wages: Ints = np.zeros((months, n), np.int64)
        #: wages of the month are paid late, and its social insurance is not paid
        self.late: Bools = np.zeros((months, n), bool)
        self.skipped: Bools = np.zeros((months, n), bool)

    def month(self, t: int, key: Keys, trading: Bools, plan: Floats, distress: Bools) -> None:
        """Firms hire and dismiss slowly towards what their planned sales need; one is always there."""
        cal = self._cal
        wanted = np.maximum(1, np.round(12 * plan / self._sales_per_head))
        before = self.headcount[t - 1] if t else np.zeros_like(wanted)
        kept = cal.number("labour.kept")
        people = np.where(before > 0, np.round(kept * before + (1 - kept) * wanted), wanted)
        people = np.where(trading & ~self._nobody, np.maximum(people, 1), 0)
        noise = 1.0 + cal.number("labour.wage_noise") * draws.normal(key, 6)
        self.headcount[t] = people
        self.wages[t] = np.round(people * self._wage * noise)
        self.late[t] = distress & trading & (draws.uniform(key, 7) < cal.number("labour.late_in_distress"))
        self.skipped[t] = distress & trading & (draws.uniform(key, 8) < cal.number("labour.skipped_in_distress"))
