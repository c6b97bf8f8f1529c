"""Demand of region, sectors and counties as it rises and falls, and the one scheduled episode of stress."""

import numpy as np

from windchime.twin import draws
from windchime.twin.calendar import Calendar
from windchime.twin.calibration import Calibration, Floats
from windchime.twin.draws import Draws
from windchime.twin.population import Population


class Shocks:
    """What befalls many firms at once."""

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
        deep, mild = cal.numbers("shock.stress.margin")
        self._squeeze = np.where(self.hit, deep, mild)

    def at(self, month: int) -> Floats:
        """Log demand of each firm above its own."""
        usual: Floats = (
            self.region[month] + self.sector[month, self._firms.sector] + self.county[month, self._firms.place]
        )
        return usual + self._depth if self.stressed[month] else usual

    def squeeze(self, month: int) -> Floats:
        """Points of gross margin each firm loses in the month: prices give way before costs do."""
        return self._squeeze if self.stressed[month] else np.zeros(len(self._squeeze))


def _wave(rng: Draws, table: str, cal: Calibration, path: str, months: int, width: int) -> Floats:
    memory, sd = cal.number(f"{path}.memory"), cal.number(f"{path}.sd")
    noise = draws.normal(rng.key(table, np.arange(months)[:, None], np.arange(width)[None, :]), 0)
    found = np.zeros((months, width))
    found[0] = sd / np.sqrt(1 - memory**2) * noise[0]
    for t in range(1, months):
        found[t] = memory * found[t - 1] + sd * noise[t]
    return found
