"""Rules to choose from with the rows they hit, packed."""

from dataclasses import dataclass

from windchime.risk.arrays import Floats
from windchime.risk.rules.evidence import Counts, Sample
from windchime.risk.rules.tallies import Bits, all_rows, tally


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """The rules to choose from, and the rows they hit."""

    #: (r, words) hits
    bits: Bits
    #: (words,) bads
    bad: Bits
    #: (v + 1,) first word of each block
    start: Counts
    sample: Sample
    #: (r, r) Jaccard's overlap
    alike: Floats
    #: (words · 64,) what each row counts for, in effective rows; None = 1
    mass: Floats | None = None

    def tally(self, bits: Bits, within: Bits | None = None) -> tuple[Floats, Floats]:
        """(r, v) rows and bads by block."""
        return tally(bits, self.bad, self.start, all_rows(len(self.bad)) if within is None else within, self.mass)
