"""The world of one region after all months have happened (phase A), and how it becomes rows of tables (phase B).

Phase A works on arrays of the whole population, in which all coupling lies: trade, guarantees, groups, contagion. Phase B
writes rows for some firms at a time from what phase A left, and from nothing else:

- a **family** is a module with ``of_firms(world, some) -> {table: pa.Table}``: the rows of contract tables of the firms
  `some` (firm numbers, ascending), in source form (`source.sheet` makes it), a pure function of (seed, firm); a table
  that the core writes too (`firms`) is taken from the family; and
  ``truth(world) -> {name: pa.Table}``: what is planted, written to `truth/`. Families are listed in `families.FAMILIES`.
- rows of a table stand in the order of the firms asked for; the file is the concatenation over chunks, so neither chunk
  size nor the number of processes may show. Draw from keys of (table, firm, month, index), never from a sequence.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from windchime.twin.calendar import EPOCH, Calendar
from windchime.twin.calibration import Calibration, Ints
from windchime.twin.course import Course
from windchime.twin.draws import Draws
from windchime.twin.guarantees import Guarantees
from windchime.twin.intents import Intents
from windchime.twin.population import Population
from windchime.twin.public.society import Society
from windchime.twin.trades import Market

SOURCE = "twin"


@dataclass(frozen=True, slots=True)
class World:
    """Everything the expansion to rows reads. Firms are 0 … n-1, months 0 … `calendar.months`-1 with the burn-in first."""

    cal: Calibration
    calendar: Calendar
    rng: Draws
    #: traits of firms, (n,) each
    firms: Population
    #: persons, stakes, groups, shell rings, posts, contact points, capital; decided before anything happens
    society: Society
    #: who buys from whom
    market: Market
    #: who guarantees whose debts, one entry an edge
    guarantees: Guarantees
    #: what happened: (months, n) true sales, headcount, wages, distress …; (n,) default and its cause, loan
    course: Course
    #: who means fraud: truth
    intents: Intents
    #: registered name and credit code of each firm
    names: pa.Array
    codes: pa.Array

    @property
    def switch(self) -> int:
        """The day from which invoices are fully digital, since 1970-01-01."""
        return (self.cal.day("calendar.digital_from") - EPOCH).days

    @property
    def end(self) -> int:
        """The day after the history."""
        return int(self.calendar.first_day[-1])

    @property
    def history(self) -> Ints:
        """Indices of the months that are written."""
        return np.arange(self.calendar.history, self.calendar.months)
