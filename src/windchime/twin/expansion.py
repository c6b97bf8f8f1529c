"""From the world to rows: first what every firm sold, then all tables of some firms at a time."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa

from windchime.core.progress import Progress
from windchime.twin import alteration, money, numbering, planted, purchases, sales, tables, truth
from windchime.twin.books import Books
from windchime.twin.calibration import Ints
from windchime.twin.families import FAMILIES
from windchime.twin.rows import BENIGN, CIRCULAR, Rows, kept, opened, together
from windchime.twin.world import World

#: name of truth's folder, and of its tables before a slash
TRUTH = "truth"


@dataclass(frozen=True, slots=True)
class Sold:
    """The numbered sales of the whole region, by seller; what firms of the region bought of each other is found in them."""

    rows: np.ndarray[Any, Any]
    #: position of the first sale of each firm, one more than there are firms
    _first: Ints
    #: positions of sales to firms of the region, by buyer, and where each buyer's begin
    _bought: Ints
    _first_bought: Ints

    @classmethod
    def of(cls, world: World, plan: planted.Plan, chunk: int, progress: Progress) -> Self:
        """Work out and number the sales of so many firms at a time."""
        n = len(world.firms)
        parts = []
        for first in range(0, n, chunk):
            some: Ints = np.arange(first, min(first + chunk, n))
            own = plan.rows.take(np.isin(plan.rows.seller, some))
            parts.append(kept(numbering.numbered(world, together([sales.of_firms(world, some), own]))))
            progress("invoices", min(first + chunk, n), n)
        rows = np.concatenate(parts)
        inside = np.flatnonzero(rows["buyer"] < n)
        bought = inside[np.argsort(rows["buyer"][inside], kind="stable")]
        return cls(
            rows,
            np.searchsorted(rows["seller"], np.arange(n + 1)),
            bought,
            np.searchsorted(rows["buyer"][bought], np.arange(n + 1)),
        )

    def by(self, some: Ints) -> Rows:
        """What the firms `some` sold."""
        return opened(self.rows[self._first[some[0]] : self._first[some[-1] + 1]])

    def to(self, some: Ints) -> Rows:
        """What they bought of other firms of the region; what they sold to each other is left out."""
        rows = self.rows[self._bought[self._first_bought[some[0]] : self._first_bought[some[-1] + 1]]]
        return opened(rows[(rows["seller"] < some[0]) | (rows["seller"] > some[-1])])

    def cases(self) -> Rows:
        """The rows of planted cases."""
        return opened(self.rows[(self.rows["mark"] == CIRCULAR) | (self.rows["mark"] == BENIGN)])


def of_chunk(world: World, sold: Sold, some: Ints) -> dict[str, pa.Table]:
    """All tables of the firms `some` that are written firm by firm; names of truth begin with its folder.

    Positions in `truth/duplicate_row` count from the first row of the chunk.
    """
    outside = numbering.numbered(world, purchases.of_firms(world, some))
    own = sold.by(some)
    rows = together([own, sold.to(some), outside])
    lists = tables.listed(world, rows, some)
    found = {"invoices": tables.invoices(world, lists)} | money.tables(world, Books.of(world, some, rows))
    for family in FAMILIES:
        found |= family.of_firms(world, some)
    return found | {
        f"{TRUTH}/firm_state": truth.firm_state(world, some),
        f"{TRUTH}/planted_invoice": truth.planted_invoice(world, together([own, outside])),
        f"{TRUTH}/altered_row": alteration.altered_row(world, lists.reporter, rows.take(lists.invoice), lists.shown),
        f"{TRUTH}/duplicate_row": truth.duplicate_row(world, rows, lists),
    }
