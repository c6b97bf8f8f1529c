"""What rules are mined from: coded rows with their labels, and which rows may be searched, test, or stay out of time."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats
from windchime.risk.rules.engine import Coded, Layout, Pool, hits, overlap
from windchime.risk.rules.evidence import Counts, Sample
from windchime.risk.rules.field import Field
from windchime.risk.rules.settings import Settings
from windchime.risk.rules.tallies import Bits, jaccard
from windchime.risk.rules.vintages import Vintages

Flags = NDArray[np.bool_]

#: sides of a row
SEARCH, TEST, HELD = 0, 1, 2
#: words on which overlaps are measured: beyond these many rows a sample of words tells as much
_WORDS = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Rows to mine from."""

    coded: Coded
    bad: Flags
    vintages: Vintages
    #: what each row counts for: weight, or amount where the budget is one of amounts; None = 1
    mass: Floats | None
    #: (rows,) `SEARCH`, `TEST` or `HELD`
    side: NDArray[np.int8]
    #: (rows,) block of vintages, oldest first; of rows held back, the newest
    block: Counts
    #: how many of the newest vintages are held back
    held: int

    @classmethod
    def of(
        cls,
        coded: Coded,
        bad: Flags,
        vintages: Vintages,
        mass: Floats | None,
        settings: Settings,
        *,
        search_share: float,
        held: int,
        seed: int,
    ) -> Self:
        """Hold some of the newest vintages back, make blocks of the rest, and deal their rows to search and test.

        Rows are dealt within each block, goods and bads apart, by the seed.
        """
        time = settings.time
        kept = vintages.used(held)
        inside = Vintages(vintages.labels[: len(vintages.labels) - held], vintages.of_row[kept])
        of_vintage = inside.blocks(bad[kept], least=time.block, most=time.max_blocks)
        block = np.append(of_vintage, np.full(held, of_vintage[-1]))[vintages.of_row]
        side = np.full(len(bad), HELD, dtype=np.int8)
        rng = np.random.default_rng([seed, 1])
        for place in range(int(of_vintage.max()) + 1):
            for label in (False, True):
                rows = rng.permutation(np.flatnonzero(kept & (block == place) & (bad == label)))
                few = round(search_share * len(rows))
                side[rows[:few]], side[rows[few:]] = SEARCH, TEST
        return cls(coded, bad, vintages, mass, side, block, held)

    def rows(self, *sides: int) -> NDArray[np.int64]:
        """Numbers of the rows of some sides."""
        return np.flatnonzero(np.isin(self.side, sides))

    def sample(self, rows: NDArray[np.int64], *, plain: bool = False) -> Sample:
        """Some of the rows by block, in effective rows; `plain` counts each as one."""
        size = int(self.block[rows].max()) + 1
        mass = None if plain else self.effective(rows)
        bad = self.bad[rows]
        return Sample(
            np.bincount(self.block[rows], mass, size).astype(np.float64),
            np.bincount(self.block[rows][bad], None if mass is None else mass[bad], size).astype(np.float64),
        )

    def effective(self, rows: NDArray[np.int64]) -> Floats | None:
        """What the rows count for, scaled to their effective number (Kish 1965); None where all count alike."""
        if self.mass is None:
            return None
        own = self.mass[rows]
        scaled: Floats = own * (own.sum() / (own @ own))
        return scaled

    def levelled(self, rows: NDArray[np.int64]) -> Floats | None:
        """What the rows count for when every block is brought to the overall base rate; None where all count alike.

        A search that reads these weights does not find the years that were bad, but what was bad in them.
        """
        sample = self.sample(rows, plain=True)
        if len(sample.rows) == 1:
            return None if self.mass is None else self.mass[rows]
        of_bad, of_good = sample.factors
        factor = np.where(self.bad[rows], of_bad[self.block[rows]], of_good[self.block[rows]])
        found: Floats = factor if self.mass is None else factor * self.mass[rows]
        return found

    def field(self, coded: Coded, pool: Pool, rows: NDArray[np.int64], threads: int) -> Field:
        """Rules with the rows they hit; `coded` holds just these rows."""
        layout = Layout.of(len(rows), self.block[rows])
        bits = hits(coded, pool, layout, threads=threads)
        mass = self.effective(rows)
        return Field(
            bits,
            layout.pack(self.bad[rows]),
            layout.start,
            self.sample(rows),
            overlaps(bits),
            None if mass is None else np.where(layout.row >= 0, mass[layout.row], 0.0),
        )


def overlaps(bits: Bits) -> Floats:
    """(r, r) Jaccard's overlap of rules, on all rows or on an even sample of words."""
    step = -(-bits.shape[1] // _WORDS) if len(bits) else 1
    return jaccard(overlap(bits[:, ::step]))
